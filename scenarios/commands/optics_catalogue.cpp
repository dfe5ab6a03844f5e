// optics --catalogue: every module, each figure with its mark and the number of its source; with --module one module's
// sheet, a line per figure.

#include "analysis/table.hpp"
#include "optics/module_figures.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

const ModuleFigure &figure_of(const std::string &key) {
  const auto all = module_figures();
  return *std::ranges::find(all, key, &ModuleFigure::key);
}

/// The figure as people read it; "–" where the module does not have it.
std::string shown(const Module &m, const ModuleFigure &figure) {
  if (figure.word != nullptr)
    return figure.word(m);
  const auto value = figure.number(m);
  return value ? fmt::format("{:.6g}", *value) : "–";
}

/// "power_W": the key with its unit, as in the other JSON of the program.
std::string json_key(const ModuleFigure &figure) {
  static const std::map<std::string, std::string> suffix = {
      {"W", "_W"}, {"ns", "_ns"}, {"m", "_m"}, {"dB", "_dB"}, {"dBm", "_dBm"}, {"C", "_C"}, {"Gb/s", "_gbps"}};
  const auto found = suffix.find(figure.unit);
  return figure.key == "energy" ? "pj_per_bit" : figure.key + (found == suffix.end() ? "" : found->second);
}

Json to_json(const Provenance &p) {
  return {{"mark", to_string(p.mark)}, {"read", p.tag == SourceTag::read_in_source}, {"source", p.source}};
}

Json to_json(const Module &m) {
  Json j = {{"name", m.name}, {"rate_bps", m.rate.bits_per_second}};
  Json sources = Json::object();
  for (const auto &figure : module_figures()) {
    const std::string key = json_key(figure);
    if (figure.word != nullptr)
      j[key] = figure.word(m);
    else if (const auto value = figure.number(m); value && figure.unit == "1" && figure.low >= 0 && figure.high >= 1)
      j[key] = static_cast<std::int64_t>(*value); // a count
    else if (value)
      j[key] = *value;
    else
      j[key] = nullptr;
    if (figure.range != nullptr)
      j[key + "_range"] = {figure.range(m)->low, figure.range(m)->high};
    sources[key] = to_json(provenance(m, figure));
  }
  // Names of the first version of this table.
  j["source_optics"] = m.source_optics;
  j["source_power"] = m.source_power;
  j["source_latency"] = m.source_latency;
  j["source_price"] = m.source_price;
  j["note"] = m.note;
  j["sources"] = std::move(sources);
  return j;
}

/// Sources in the order of their first use, counted from 1.
class Sources {
public:
  /// "r12": the mark's letter and the source's number.
  std::string cite(const Provenance &p) {
    const std::string text = to_string(p);
    auto found = std::ranges::find(texts_, text);
    if (found == texts_.end())
      found = texts_.insert(texts_.end(), text);
    return fmt::format("{}{}", to_string(p.mark).front(), found - texts_.begin() + 1);
  }
  std::string str() const {
    std::string text;
    for (std::size_t i = 0; i < texts_.size(); ++i)
      text += fmt::format("{:>4} {}\n", i + 1, texts_[i]);
    return text;
  }

private:
  std::vector<std::string> texts_;
};

std::string catalogue_text() {
  Table t({{"module", "", Align::left},
           {"lanes", "", Align::left},
           {"fibre", "", Align::left},
           {"reach", "m"},
           {"launch", "dBm"},
           {"S0", "dBm"},
           {"", "", Align::left},
           {"ER", "dB"},
           {"TDECQ", "dB"},
           {"", "", Align::left},
           {"power", "W"},
           {"", "pJ/bit"},
           {"", "", Align::left},
           {"latency", "ns"},
           {"", "", Align::left},
           {"price", "$/Gbps"},
           {"class", "", Align::left},
           {"", "", Align::left},
           {"field", "FIT"},
           {"flaps", "/year"},
           {"", "", Align::left}});
  Sources sources;
  const auto cell = [](const Module &m, const char *key) { return shown(m, figure_of(key)); };
  for (const auto &m : module_catalogue()) {
    const auto cite = [&](const char *key) { return sources.cite(provenance(m, figure_of(key))); };
    const std::string fibre = m.medium == Medium::copper
                                  ? m.medium_name
                                  : fmt::format("{} {}×{}λ", m.medium_name, m.fibres_per_direction, m.wavelengths);
    t.add({m.name,
           fmt::format("{}×{}G {}", m.lanes, m.lane_rate.bits_per_second / 1'000'000'000, m.modulation),
           fibre,
           cell(m, "reach"),
           cell(m, "launch_oma"),
           cell(m, "effective_sensitivity"),
           cite("reach"),
           cell(m, "extinction_ratio"),
           cell(m, "tdecq_max"),
           cite("form_factor"),
           cell(m, "power"),
           fmt::format("{:.1f}", m.picojoules_per_bit),
           cite("power"),
           cell(m, "latency"),
           cite("latency"),
           cell(m, "price_usd_per_gbps"),
           price_class(m),
           cite("price_class"),
           cell(m, "fit_field"),
           cell(m, "flaps_per_link_year"),
           cite("fit_field")});
  }
  return t.str() +
         "\nPer end; powers of light per lane. The letter behind figures is their mark: s standard, d datasheet, p "
         "paper, r report\n(press, market notes, talks), e estimate; the number is their source. All figures of one: "
         "--catalogue --module 800G-DR8.\n" +
         sources.str();
}

std::string sheet(const Module &m) {
  Table t({{m.name, "", Align::left},
           {"value", ""},
           {"range", ""},
           {"unit", "", Align::left},
           {"mark and source", "", Align::left}});
  for (const auto &figure : module_figures()) {
    const std::string value = shown(m, figure);
    if (value == "–")
      continue;
    const Range *range = figure.range != nullptr ? figure.range(m) : nullptr;
    t.add({figure.title, value, range != nullptr ? fmt::format("{:g} … {:g}", range->low, range->high) : "",
           figure.unit == "1" ? "" : figure.unit, to_string(provenance(m, figure))});
  }
  return t.str() + (m.note.empty() ? "" : "Note: " + m.note + ".\n");
}
} // namespace

ExitCode optics_catalogue(const CommandLine &line) {
  if (!line.optics.module.empty()) {
    const Module &m = module_named(line.optics.module);
    print_result(line.json ? to_json(m).dump(2) + "\n" : sheet(m));
    return ExitCode::done;
  }
  if (line.json) {
    Json j = Json::array();
    for (const auto &m : module_catalogue())
      j.push_back(to_json(m));
    print_result(Json({{"modules", j}}).dump(2) + "\n");
  } else {
    print_result(catalogue_text());
  }
  return ExitCode::done;
}

} // namespace lightloom
