// optics --density: every module on its faceplate, by rate, so that parts of one rate stand side by side: more fibres
// or more wavelengths per port, heat, what cooling allows.

#include "analysis/table.hpp"
#include "optics/density.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

double inlet_of(const OpticsRequest &ask) {
  const auto inlet = parse_celsius(ask.inlet);
  if (!inlet || *inlet < 0 || *inlet > 60)
    throw Error("--inlet " + ask.inlet, "must be 0 … 60 degrees with the unit C", "Try --inlet 35C.");
  return *inlet;
}

Airflow airflow_of(const std::string &name) {
  for (const Airflow airflow : {Airflow::low, Airflow::standard, Airflow::high})
    if (name == to_string(airflow))
      return airflow;
  throw Error("--airflow " + name, "must be low, standard or high", "Try --airflow standard.");
}

Json to_json(const ModuleDensity &d) {
  return {{"name", d.module->name},
          {"rate_bps", d.module->rate.bits_per_second},
          {"form_factor", d.faceplate->form_factor},
          {"connector", d.module->connector},
          {"connectors_per_port", d.connectors_per_port},
          {"fibres_per_port", d.fibres_per_port},
          {"wavelengths", d.module->wavelengths},
          {"gbps_per_fibre", d.gbps_per_fibre},
          {"ports_per_unit", d.faceplate->ports_per_unit},
          {"terabits_per_unit", d.terabits_per_unit},
          {"fibres_per_unit", d.fibres_per_unit},
          {"power_per_port_W", d.watts_per_port},
          {"power_per_unit_W", d.watts_per_unit},
          {"power_class_W", d.faceplate->greatest_watts},
          {"power_class_fits", d.power_class_fits},
          {"warmest_inlet_C", d.warmest_inlet_celsius},
          {"allowed_power_W", d.allowed_watts},
          {"cooled", d.cooled},
          {"ports_cooled", d.ports_cooled},
          {"source", d.faceplate->source}};
}

std::string verdict(const ModuleDensity &d) {
  if (!d.power_class_fits)
    return fmt::format("above the class of {:g} W", d.faceplate->greatest_watts);
  return d.cooled ? "all ports" : fmt::format("{} of {} ports", d.ports_cooled, d.faceplate->ports_per_unit);
}

std::string to_text(const std::vector<ModuleDensity> &all, double inlet, Airflow airflow) {
  Table t({{"module", "", Align::left},
           {"rate", "Gb/s"},
           {"form", "", Align::left},
           {"plugs", "per port", Align::left},
           {"fibres", "per port"},
           {"λ", "per fibre"},
           {"per fibre", "Gb/s"},
           {"ports", "per unit"},
           {"faceplate", "Tb/s/unit"},
           {"fibres", "per unit"},
           {"heat", "W/port"},
           {"heat", "W/unit"},
           {"inlet", "C, most"},
           {"cooled at this inlet", "", Align::left}});
  std::int64_t rate = 0;
  for (const auto &d : all) {
    if (rate != 0 && d.module->rate.bits_per_second != rate)
      t.add_rule();
    rate = d.module->rate.bits_per_second;
    const bool fibre = d.fibres_per_port > 0;
    t.add({d.module->name, fmt::format("{}", rate / 1'000'000'000), d.faceplate->form_factor, d.module->connector,
           fibre ? std::to_string(d.fibres_per_port) : "–", fibre ? std::to_string(d.module->wavelengths) : "–",
           fibre ? fmt::format("{:g}", d.gbps_per_fibre) : "–", std::to_string(d.faceplate->ports_per_unit),
           fmt::format("{:.1f}", d.terabits_per_unit), fibre ? std::to_string(d.fibres_per_unit) : "–",
           fmt::format("{:g}", d.watts_per_port), fmt::format("{:.0f}", d.watts_per_unit),
           fmt::format("{:.0f}", d.warmest_inlet_celsius), verdict(d)});
  }
  std::string text =
      t.str() + fmt::format("\nInlet air of {:g} C, {} airflow; a unit is 44 mm of rack. With ports left "
                            "empty the air goes to the others.\n",
                            inlet, to_string(airflow));
  for (const auto &f : faceplates())
    text += fmt::format("{}: {}.\n", f.form_factor, f.source);
  return text;
}
} // namespace

ExitCode optics_density(const CommandLine &line) {
  const double inlet = inlet_of(line.optics);
  const Airflow airflow = airflow_of(line.optics.airflow);
  std::vector<ModuleDensity> all;
  for (const auto &m : module_catalogue())
    all.push_back(module_density(m, inlet, airflow));
  std::ranges::stable_sort(all, {}, [](const ModuleDensity &d) { return d.module->rate; });
  if (line.json) {
    Json j = {{"inlet_C", inlet}, {"airflow", to_string(airflow)}, {"modules", Json::array()}};
    for (const auto &d : all)
      j["modules"].push_back(to_json(d));
    print_result(j.dump(2) + "\n");
  } else {
    print_result(to_text(all, inlet, airflow));
  }
  return ExitCode::done;
}

} // namespace lightloom
