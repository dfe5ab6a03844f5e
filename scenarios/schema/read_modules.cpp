// [[module]] of a scenario: the catalogue with what they change and add. A module that is refused leaves the catalogue
// as it was, and its problem has the place of the table or of the key at fault.

#include "optics/module_figures.hpp"
#include "scenarios/schema/reader.hpp"

#include <set>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// In the figure's unit: a key holds ps and bit/s.
double in_unit(const ModuleFigure &figure, const CheckedValue &value) {
  return figure.unit == "ns" ? value.real * 1e-3 : figure.unit == "Gb/s" ? value.real * 1e-9 : value.real;
}

ModuleChange change_at(const Reader &r, const std::string &at) {
  ModuleChange change;
  change.name = r.text(at + ".name");
  change.base = r.given(at + ".base") != nullptr ? r.text(at + ".base") : "";
  change.source = r.text(at + ".source");
  for (const ModuleFigure &figure : module_figures()) {
    if (figure.set_number == nullptr && figure.set_word == nullptr)
      continue;
    const CheckedValue *value = r.given(at + "." + figure.key);
    if (value == nullptr)
      continue;
    if (figure.set_number != nullptr)
      change.figures.push_back({figure.key, in_unit(figure, *value)});
    else
      change.figures.push_back({figure.key, value->text});
  }
  return change;
}
} // namespace

void read_modules(const Reader &r, Scenario &s, std::vector<Problem> &problems) {
  std::set<std::string> names;
  for (std::size_t i = 0; r.has_table(fmt::format("module.{}", i)); ++i) {
    const std::string at = fmt::format("module.{}", i);
    const ModuleChange change = change_at(r, at);
    const auto refuse = [&](const std::string &key, std::string what, std::string why, std::string suggestion) {
      problems.push_back({s.place(key), std::move(what), std::move(why), std::move(suggestion)});
    };
    if (change.name.empty())
      refuse(at, at + ".name is missing", "tiers name a module by it", "Try name = \"800G-DR8\", or a new name.");
    else if (!names.insert(change.name).second)
      refuse(at + ".name", fmt::format("module \"{}\"", change.name), "appears twice",
             "Put its figures into one table.");
    else
      try {
        s.optics.modules = with_change(s.optics.modules, change);
      } catch (const Error &e) {
        for (const Problem &p : e.problems())
          refuse(p.what.starts_with("base") ? at + ".base" : at,
                 p.what.starts_with("base") ? at + "." + p.what : p.what, p.why, p.suggestion);
      }
  }
}

} // namespace lightloom
