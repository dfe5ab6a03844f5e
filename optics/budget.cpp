#include "optics/budget.hpp"

#include "optics/coherent.hpp"
#include "optics/copper.hpp"
#include "optics/dispersion.hpp"
#include "optics/path_loss.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {

// Temperature above 40 °C case (engineering estimates; uncooled transmitters).
constexpr double warm_from_celsius = 40;
constexpr double launch_dB_per_degree = 0.015;
constexpr double tdecq_dB_per_degree = 0.01;

// Ageing of a transmitter (practice of GR-468 qualification): mean, and what is allowed until the end of life.
constexpr double ageing_dB_per_year = 0.05;
constexpr double end_of_life_dB = 1;

/// What a transmitter has lost by age [dB], and a line of it if it is anything.
double add_ageing(Budget &budget, const LinkOptics &link) {
  const double ageing = link.end_of_life ? end_of_life_dB : ageing_dB_per_year * link.years;
  if (link.end_of_life)
    budget.add("launch power at the end of life", -ageing, "allowance of 1 dB, practice of GR-468 (estimate)");
  else if (ageing > 0)
    budget.add(fmt::format("launch power after {:g} years", link.years), -ageing, "0.05 dB per year, mean (estimate)");
  return ageing;
}

void add_dispersion(Budget &budget, const Module &m, const LinkOptics &link) {
  const EdgeLane lane = edge_lane(m.wavelengths);
  const double all = dispersion_penalty(m, link.length).value;
  const double in_tdecq = link.dispersion_apart ? 0 : std::min(all, dispersion_penalty(m, m.reach).value);
  const auto accumulated = fmt::format("{:+.1f} ps/nm at {:g} nm: {:.2f} dB",
                                       lane.ps_per_nm_km * link.length.value / 1000, lane.wavelength_nm, all);
  budget.add("chromatic dispersion beyond TDECQ", in_tdecq - all,
             link.dispersion_apart ? accumulated + ", TDECQ taken without fibre (estimate)"
                                   : fmt::format("{}, of which TDECQ holds {:.2f} (estimate)", accumulated, in_tdecq));
}

void add_interference(Budget &budget, const Module &m, const LinkOptics &link) {
  if (link.reflectance)
    budget.add(
        "multipath interference", -mpi_penalty(*link.reflectance).value,
        fmt::format("worst pair of reflectances {:g} dB (estimate; 0.5 dB at -19 dB by a multi-source agreement)",
                    link.reflectance->value));
  else
    budget.add("multipath interference allowance", -m.mpi_allowance->value,
               m.kind == ModuleKind::lpo ? m.source_optics : "allowance of the interface's standard (recalled)");
}

Budget budget_of_light(const Module &m, const LinkOptics &link) {
  Budget b;
  b.law = LinkLaw::light;
  const double warm = std::max(0.0, link.case_temperature - warm_from_celsius);
  const double derating = launch_derating(link.case_temperature).value;
  const PathLoss loss = path_loss(m, link);

  b.add("launch power (OMA per lane, dBm)", m.launch_oma->value, m.source_optics);
  if (warm > 0)
    b.add(fmt::format("launch power at {:g} C case", link.case_temperature), -derating,
          "0.015 dB per degree above 40 C (estimate)");
  const double ageing = add_ageing(b, link);
  add_path(b, loss, link);
  b.add("transmitter dispersion and eye closure (TDECQ)", m.launch_oma_minus_tdecq->value - m.launch_oma->value,
        m.source_optics);
  if (warm > 0)
    b.add(fmt::format("TDECQ at {:g} C case", link.case_temperature), -tdecq_heating(link.case_temperature).value,
          "0.01 dB per degree above 40 C (estimate)");
  if (m.medium == Medium::single_mode)
    add_dispersion(b, m, link);
  add_interference(b, m, link);
  b.add("effective receiver sensitivity S0 (dBm), subtracted", -m.effective_sensitivity->value,
        "SRS - SECQ; " + m.source_optics);

  b.loss = Decibel(loss.sum_dB());
  b.connector_loss = Decibel(loss.connectors_dB);
  b.received = *m.launch_oma - Decibel(derating) - Decibel(ageing) - b.loss;
  return b;
}

} // namespace

Decibel launch_derating(double case_celsius) {
  return Decibel(launch_dB_per_degree * std::max(0.0, case_celsius - warm_from_celsius));
}

Decibel tdecq_heating(double case_celsius) {
  return Decibel(tdecq_dB_per_degree * std::max(0.0, case_celsius - warm_from_celsius));
}

LinkLaw link_law(const Module &m) {
  if (m.medium == Medium::copper)
    return m.copper_loss_budget && m.copper_loss_dB_per_metre ? LinkLaw::copper : LinkLaw::reach;
  if (m.has_optical_budget())
    return LinkLaw::light;
  if (m.kind == ModuleKind::coherent && m.required_osnr && m.launch_osnr)
    return LinkLaw::coherent_osnr;
  if (m.kind == ModuleKind::coherent && m.launch_oma && m.sensitivity_oma)
    return LinkLaw::coherent_power;
  return LinkLaw::reach;
}

Budget link_budget(const Module &m, const LinkOptics &link) {
  Budget b;
  switch (link_law(m)) {
  case LinkLaw::reach:
    return b;
  case LinkLaw::light:
    b = budget_of_light(m, link);
    break;
  case LinkLaw::coherent_power:
    b = budget_of_coherent_power(m, link);
    break;
  case LinkLaw::coherent_osnr:
    b = budget_of_osnr(m, link);
    break;
  case LinkLaw::copper:
    b = budget_of_copper(m, link);
    break;
  }
  double margin = 0;
  for (const auto &line : b.lines)
    margin += line.value_dB;
  b.margin = Decibel(margin);
  return b;
}

Decibel mpi_penalty(Decibel reflectance) {
  struct Point {
    double reflectance_dB;
    double penalty_dB;
  };
  static constexpr std::array<Point, 3> points{{{-35, 0.05}, {-26, 0.2}, {-19, 0.5}}};
  const std::size_t left = reflectance.value > points[1].reflectance_dB ? 1 : 0;
  const Point &a = points[left];
  const Point &b = points[left + 1];
  const double slope = portable_log(b.penalty_dB / a.penalty_dB) / (b.reflectance_dB - a.reflectance_dB);
  return Decibel(a.penalty_dB * portable_exp(slope * (reflectance.value - a.reflectance_dB)));
}

} // namespace lightloom
