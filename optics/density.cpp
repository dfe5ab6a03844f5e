#include "optics/density.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {

// Ports per unit and power classes: the MSAs, recalled but for OSFP's 32 ports, which a public notice of the IEC on the
// OSFP MSA says. Resistances: estimates. An OSFP carries its heat sink, a QSFP-DD has the cage's riding on it; 15 W in
// an OSFP at 35 °C and standard air stay at 52 °C, 30 W of 1.6T at 68 °C. A co-packaged port shares cold plates with
// its switch; its ports per unit are one MPO-16 each beside the laser modules (NVIDIA Q3450: 144 ports of 800G in 4
// units, recalled).
constexpr std::array<Faceplate, 5> all{{
    {"OSFP",
     32,
     33,
     {1.5, 1.1, 0.85},
     "OSFP MSA: 32 ports per unit (read); classes to 33 W (recalled); cooling estimate"},
    {"OSFP-XD", 32, 45, {1.2, 0.9, 0.7}, "OSFP-XD MSA: 32 ports per unit, about 45 W (recalled); cooling estimate"},
    {"QSFP-DD",
     36,
     25,
     {2.2, 1.6, 1.25},
     "QSFP-DD MSA: 36 ports per unit, 25 W in QSFP-DD800 (recalled); cooling estimate"},
    {"QSFP112", 36, 20, {2.2, 1.6, 1.25}, "QSFP112 MSA: 36 ports per unit, 20 W (recalled); cooling estimate"},
    {"CPO", 36, 30, {1.0, 0.8, 0.6}, "NVIDIA Q3450: 144 ports in 4 units (recalled); power and cooling estimates"},
}};

/// Plugs in the module: "2xLC" has two.
int plugs(const std::string &connector) {
  if (connector == "none")
    return 0;
  return connector.size() > 2 && connector[1] == 'x' ? connector[0] - '0' : 1;
}

} // namespace

std::string to_string(Airflow airflow) {
  static constexpr std::array names{"low", "standard", "high"};
  return names[static_cast<std::size_t>(airflow)];
}

std::span<const Faceplate> faceplates() { return all; }

const Faceplate &faceplate_of(const std::string &form_factor) {
  for (const auto &faceplate : all)
    if (form_factor == faceplate.form_factor)
      return faceplate;
  throw Error(fmt::format("form factor \"{}\"", form_factor), "nothing is known of its faceplate",
              "Use OSFP, OSFP-XD, QSFP-DD, QSFP112 or CPO.");
}

ModuleDensity module_density(const Module &m, double inlet_celsius, Airflow airflow) {
  EXPECTS(inlet_celsius >= 0 && inlet_celsius <= 60);
  ModuleDensity d;
  d.module = &m;
  d.faceplate = &faceplate_of(m.form_factor);
  const Faceplate &f = *d.faceplate;
  d.fibres_per_port = 2 * m.fibres_per_direction;
  d.connectors_per_port = plugs(m.connector);
  const double gbps = static_cast<double>(m.rate.bits_per_second) * 1e-9;
  d.gbps_per_fibre = m.fibres_per_direction > 0 ? gbps / m.fibres_per_direction : 0;
  d.terabits_per_unit = f.ports_per_unit * gbps * 1e-3;
  d.fibres_per_unit = f.ports_per_unit * d.fibres_per_port;
  d.watts_per_port = m.power_watts.typical;
  d.watts_per_unit = f.ports_per_unit * d.watts_per_port;
  const double resistance = f.kelvin_per_watt[static_cast<std::size_t>(airflow)];
  d.warmest_inlet_celsius = m.max_case_celsius - resistance * d.watts_per_port;
  const double by_cooling = std::max(0.0, (m.max_case_celsius - inlet_celsius) / resistance);
  d.allowed_watts = std::min(by_cooling, f.greatest_watts);
  d.power_class_fits = d.watts_per_port <= f.greatest_watts;
  d.cooled = d.watts_per_port <= d.allowed_watts;
  // With ports left empty the air of the unit goes to the others: resistance falls with the share that is in use.
  d.ports_cooled = f.ports_per_unit;
  if (!d.power_class_fits)
    d.ports_cooled = 0;
  else if (!d.cooled)
    d.ports_cooled = static_cast<int>(std::floor(f.ports_per_unit * by_cooling / d.watts_per_port));
  return d;
}

FibrePlant fibre_plant(const std::vector<PlantTier> &tiers) {
  FibrePlant plant;
  for (const auto &t : tiers) {
    const Module &m = *t.module;
    FibrePlant::Line line;
    line.tier = t.tier;
    line.module = m.name;
    line.connector = m.connector;
    line.fibres = t.cables * 2 * m.fibres_per_direction;
    line.mated_pairs = t.cables * t.connectors * plugs(m.connector);
    line.module_plugs = t.cables * 2 * plugs(m.connector);
    line.cable_metres = static_cast<double>(t.cables) * t.length.value;
    line.fibre_metres = static_cast<double>(line.fibres) * t.length.value;
    plant.fibres += line.fibres;
    plant.fibre_metres += line.fibre_metres;
    if (m.medium == Medium::copper)
      plant.copper_metres += line.cable_metres;
    const bool lc = m.connector.find("LC") != std::string::npos;
    (lc ? plant.lc_pairs : plant.mpo_pairs) += line.mated_pairs;
    (lc ? plant.lc_plugs : plant.mpo_plugs) += line.module_plugs;
    plant.lines.push_back(std::move(line));
  }
  return plant;
}

} // namespace lightloom
