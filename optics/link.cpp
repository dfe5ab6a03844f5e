#include "optics/link.hpp"

#include "sim/core/error.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {

// Propagation. Silica fibre: group index 1.469. Copper twinax: 4.3–5 ns/m, the middle.
constexpr double glass_ps_per_metre = 4900;
constexpr double copper_ps_per_metre = 4650;

// Temperature above 40 °C case (engineering estimates; uncooled transmitters).
constexpr double warm_from_celsius = 40;
constexpr double launch_dB_per_degree = 0.015;
constexpr double tdecq_dB_per_degree = 0.01;

constexpr double greatest_q_argument = 26; // beyond it portable_erfc leaves the range of doubles

struct Loss {
  double value;
  const char *source;
};

Loss fibre_dB_per_km(const Module &m) {
  if (m.medium == Medium::multimode)
    return {3.0, "OM4 at 850 nm, 3.0 dB/km at most (TIA-492, recalled)"};
  return {0.5, "cabled G.652.D at 1310 nm, 0.5 dB/km as in the IEEE 802.3 budgets (recalled)"};
}

/// Parallel fibres end in MPO, wavelength-multiplexed pairs in LC.
Loss connector_dB(const Module &m) {
  const bool parallel =
      m.kind == ModuleKind::cpo || m.name.find("DR") != std::string::npos || m.name.find("SR") != std::string::npos;
  if (parallel)
    return {0.35, "low-loss MPO, 0.35 dB at most per mated pair (vendor trunk data)"};
  return {0.5, "LC, 0.5 dB at most per mated pair (recalled)"};
}

/// The receiver's reference: S0 is the power at which this BER is met. TDECQ of a KP4 interface is defined at a
/// symbol error ratio of 4.8e-4, a BER of 2.4e-4; one with an inner code at the inner code's own limit.
double reference_ber(const Module &m) { return m.fec == "kp4+hamming" ? m.pre_fec_ber_limit : 2.4e-4; }

/// Fills budget, received power, loss and margin.
void fill_budget(const LinkOptics &link, LinkReport &report) {
  const Module &m = *report.module;
  const auto add = [&report](std::string item, double value, std::string source) {
    report.budget.push_back({std::move(item), value, std::move(source)});
  };
  const double warm = std::max(0.0, link.case_temperature - warm_from_celsius);
  const double derating = launch_derating(link.case_temperature).value;
  const auto fibre = fibre_dB_per_km(m);
  const auto connector = connector_dB(m);
  const double fibre_loss = fibre.value * link.length.value / 1000;
  const double connector_loss = link.connectors * (link.connector_loss ? link.connector_loss->value : connector.value);

  add("launch power (OMA per lane, dBm)", m.launch_oma->value, m.source_optics);
  if (warm > 0)
    add(fmt::format("launch power at {:g} C case", link.case_temperature), -derating,
        "0.015 dB per degree above 40 C (estimate)");
  add(fmt::format("fibre, {:g} m", link.length.value), -fibre_loss, fibre.source);
  add(fmt::format("connectors, {}", link.connectors), -connector_loss,
      link.connector_loss ? "as given" : connector.source);
  add("transmitter dispersion and eye closure (TDECQ)", m.launch_oma_minus_tdecq->value - m.launch_oma->value,
      m.source_optics);
  if (warm > 0)
    add(fmt::format("TDECQ at {:g} C case", link.case_temperature), -tdecq_heating(link.case_temperature).value,
        "0.01 dB per degree above 40 C (estimate)");
  add("multipath interference allowance", -m.mpi_allowance->value,
      m.kind == ModuleKind::lpo ? m.source_optics : "allowance of the interface's standard (recalled)");
  add("effective receiver sensitivity S0 (dBm), subtracted", -m.effective_sensitivity->value,
      "SRS - SECQ; " + m.source_optics);

  report.has_budget = true;
  report.loss = Decibel(fibre_loss + connector_loss);
  report.connector_loss = Decibel(connector_loss);
  report.q_at_zero_margin = pam4_q_argument(Decibel(0), reference_ber(m));
  report.received_power = *m.launch_oma - Decibel(derating) - report.loss;
  double margin = 0;
  for (const auto &line : report.budget)
    margin += line.value_dB;
  report.margin = Decibel(margin);
}

/// Operating BER: what the user gave, or the budget's, or the module's limit.
void fill_ber(const LinkOptics &link, LinkReport &report) {
  const Module &m = *report.module;
  if (link.pre_fec_ber) {
    report.pre_fec_ber = *link.pre_fec_ber;
    report.ber_source = "as given";
  } else if (report.has_budget) {
    report.ber_follows_margin = true;
    report.pre_fec_ber = bit_error_ratio_at(report, report.margin);
    report.ber_source = "Gray PAM4 in thermal noise at this margin, plus a floor of 1e-9 (estimate)";
  } else {
    report.pre_fec_ber = m.pre_fec_ber_limit;
    report.ber_source = "the module's operating limit: no wavelength budget, reach decides";
  }
  const FecCode &code = *report.fec;
  report.symbol_error_ratio = symbol_error_ratio(code, report.pre_fec_ber);
  report.codeword_error_ratio = codeword_error_ratio(code, report.pre_fec_ber);
  report.post_fec_ber = post_fec_ber(code, report.pre_fec_ber);
  report.interleave = default_interleave(code, report.rate);
  report.frame = link.frame;
  const auto shape = codeword_shape(code, report.rate);
  report.frame_loss_ratio = frame_loss_ratio(shape, report.codeword_error_ratio, link.frame);
}

struct EndLatency {
  double ns;
  const char *source;
};

/// One module end by the sales sheets, FEC inside. 100–300 ns per pair of pluggables is 50–150 ns per end; 75 ns is
/// the usual figure, 150 ns for modules with an inner code. A DSP hop is 8–10 ns, hence 65 ns for LPO and 70 ns for
/// LRO.
EndLatency vendor_latency(const Module &m) {
  switch (m.kind) {
  case ModuleKind::dac:
  case ModuleKind::acc:
    return {1, "vendors: passive and linear copper below 1 ns"};
  case ModuleKind::aec:
    return {10, "vendors: 8-10 ns per retimer"};
  case ModuleKind::aoc:
    return {50, "vendors: AOC below 50 ns"};
  case ModuleKind::lpo:
    return {65, "vendors: 75 ns per end, linear optics save 8-10 ns"};
  case ModuleKind::lro:
    return {70, "vendors: 75 ns per end, half-retimed saves about 5 ns"};
  case ModuleKind::cpo:
    return {10, "vendors: CPO below 10 ns"};
  case ModuleKind::coherent:
    return {m.latency_ns.typical, "the module's row, FEC inside"};
  case ModuleKind::dsp:
    break;
  }
  return m.fec == "kp4+hamming" ? EndLatency{150, "vendors: 100-300 ns per pair; 150 ns per end with an inner code"}
                                : EndLatency{75, "vendors: 100-300 ns per pair of pluggables; 75 ns per end"};
}

void fill_latency(const LinkOptics &link, LinkReport &report) {
  const Module &m = *report.module;
  const auto whole_ps = [](double ps) { return Duration(static_cast<std::int64_t>(std::floor(ps + 0.5))); };
  const bool copper = m.medium == Medium::copper;
  report.propagation = whole_ps(link.length.value * (copper ? copper_ps_per_metre : glass_ps_per_metre));
  if (link.latency_basis == LatencyBasis::split) {
    const auto fec = fec_latency(*report.fec, report.rate, m.fec == "kp4+hamming");
    report.module_latency = 2 * whole_ps(m.latency_ns.typical * 1000);
    report.fec_latency = fec.total;
    report.latency_source = fmt::format("split: module end {:g} ns ({}); FEC: {}; ", m.latency_ns.typical,
                                        to_string(m.tag_latency), fec.source);
  } else {
    const auto end = vendor_latency(m);
    report.module_latency = 2 * whole_ps(end.ns * 1000);
    report.latency_source = fmt::format("vendor: {}, FEC inside; ", end.source);
  }
  report.latency_source += copper ? "copper 4.65 ns/m" : "silica fibre 4.9 ns/m";
  report.latency = std::max(Duration(1), report.module_latency + report.fec_latency + report.propagation);
}

void check(const LinkOptics &link) {
  if (link.connectors < 0 || link.connectors > 100)
    throw Error(fmt::format("connectors = {}", link.connectors), "must be 0 … 100", "Try 2.");
  if (!(link.case_temperature >= 0 && link.case_temperature <= 70))
    throw Error(fmt::format("case temperature = {:g}C", link.case_temperature), "modules are rated for 0 … 70 C case",
                "Try \"45C\".");
  if (link.pre_fec_ber && !(*link.pre_fec_ber >= 0 && *link.pre_fec_ber <= 0.5))
    throw Error(fmt::format("pre-FEC BER = {:g}", *link.pre_fec_ber), "must be 0 … 0.5", "Try 2.4e-4.");
  if (link.connector_loss && !(link.connector_loss->value >= 0 && link.connector_loss->value <= 20))
    throw Error(fmt::format("connector loss = {:g} dB", link.connector_loss->value), "must be 0 … 20 dB",
                "Try \"0.35dB\".");
  if (link.frame.value < 1)
    throw Error(fmt::format("frame = {} B", link.frame.value), "must be at least 1 B", "Try 64.");
}

} // namespace

double q_function(double x) { return 0.5 * portable_erfc(x / std::sqrt(2.0)); }

double pam4_q_argument(Decibel margin, double ber_at_zero) {
  // Q falls from Q(0) = 1/2: bisect for Q(x0) = ber / 0.75. 60 halvings of [0, 26] leave less than one ulp of 3.4.
  double low = 0;
  double high = 26;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (0.75 * q_function(middle) > ber_at_zero ? low : high) = middle;
  }
  return 0.5 * (low + high) * portable_exp10(margin.value / 10);
}

double pam4_bit_error_ratio(Decibel margin, double ber_at_zero) {
  return 0.75 * q_function(std::min(pam4_q_argument(margin, ber_at_zero), greatest_q_argument));
}

double bit_error_ratio_at(const LinkReport &report, Decibel margin) {
  if (!report.ber_follows_margin)
    return report.pre_fec_ber;
  const double x = report.q_at_zero_margin * portable_exp10(margin.value / 10);
  return 0.75 * q_function(std::min(x, greatest_q_argument)) + bit_error_floor;
}

Decibel launch_derating(double case_celsius) {
  return Decibel(launch_dB_per_degree * std::max(0.0, case_celsius - warm_from_celsius));
}

Decibel tdecq_heating(double case_celsius) {
  return Decibel(tdecq_dB_per_degree * std::max(0.0, case_celsius - warm_from_celsius));
}

LinkReport link_report(const LinkOptics &link) {
  check(link);
  LinkReport report;
  report.case_celsius = link.case_temperature;
  report.module = &module_named(link.module);
  const Module &m = *report.module;
  report.rate = link.rate.value_or(m.rate);
  if (auto problem = check_fits(m, report.rate, link.length))
    throw Error(*problem);
  report.fec = &fec_named(link.fec == "auto" ? m.fec : link.fec);
  report.length = link.length;
  report.connectors = link.connectors;
  if (m.has_optical_budget())
    fill_budget(link, report);
  fill_ber(link, report);
  fill_latency(link, report);

  const double gbps = static_cast<double>(m.rate.bits_per_second) * 1e-9;
  report.power_W = 2 * m.power_watts.typical;
  report.pj_per_bit = report.power_W / (2 * gbps) * 1000;
  report.cost_usd = 2 * m.price_usd_per_gbps.typical * gbps;
  return report;
}

} // namespace lightloom
