// A catalogue with one change: a row with other figures, or a new module from a base or from nothing.

#include "optics/module_figures.hpp"
#include "sim/core/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {

bool needed(FigureNeed need, Medium medium) {
  switch (need) {
  case FigureNeed::always:
    return true;
  case FigureNeed::fibre:
    return medium != Medium::copper;
  case FigureNeed::copper:
    return medium == Medium::copper;
  case FigureNeed::optional:
    break;
  }
  return false;
}

const ModuleChange::Figure *given(const ModuleChange &change, const std::string &key) {
  const auto found = std::ranges::find(change.figures, key, &ModuleChange::Figure::key);
  return found == change.figures.end() ? nullptr : &*found;
}

/// A module without a row must say all that decides.
void check_complete(const ModuleChange &change, const Module &made) {
  std::vector<std::string> missing;
  for (const auto &figure : module_figures())
    if (needed(figure.need, made.medium) && given(change, figure.key) == nullptr)
      missing.push_back(figure.key);
  if (!missing.empty())
    throw Error(fmt::format("module \"{}\" lacks {}", change.name, fmt::join(missing, ", ")),
                "no row of the catalogue has its name, and it names no base", "Add them, or base = \"800G-DR8\".");
}

} // namespace

ModuleCatalogue with_change(const ModuleCatalogue &catalogue, const ModuleChange &change) {
  std::vector<Module> modules = catalogue.modules();
  const std::string start = change.base.empty() ? change.name : change.base;
  const Module *base = catalogue.find(start);
  if (base == nullptr && !change.base.empty()) {
    const auto near = nearest_word(change.base, catalogue.names());
    throw Error(fmt::format("base = \"{}\"", change.base), "no such module in the catalogue",
                near.empty() ? "See lightloom optics --catalogue." : fmt::format("Did you mean \"{}\"?", near));
  }
  Module made = base != nullptr ? *base : Module{};
  made.name = change.name;
  for (const auto &figure : module_figures())
    if (const auto *value = given(change, figure.key)) {
      if (figure.set_number != nullptr)
        figure.set_number(made, std::get<double>(value->value));
      else
        figure.set_word(made, std::get<std::string>(value->value));
      if (std::ranges::find(made.given, figure.key) == made.given.end())
        made.given.push_back(figure.key);
    }
  made.given_source = change.source;
  if (base == nullptr)
    check_complete(change, made);
  if (const auto fault = module_fault(made); !fault.empty())
    throw Error(fmt::format("module \"{}\"", change.name), fault, "");
  const auto row = std::ranges::find(modules, change.name, &Module::name);
  if (row == modules.end())
    modules.push_back(std::move(made));
  else
    *row = std::move(made);
  return ModuleCatalogue(std::move(modules));
}

} // namespace lightloom
