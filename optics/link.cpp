#include "optics/link.hpp"

#include "optics/fec_burst.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {

// Propagation. Silica fibre: group index 1.469. Copper twinax: 4.3–5 ns/m, the middle.
constexpr double glass_ps_per_metre = 4900;
constexpr double copper_ps_per_metre = 4650;

/// What a margin of 0 means. TDECQ of a KP4 interface is defined at a symbol error ratio of 4.8e-4, a BER of 2.4e-4;
/// one with an inner code at the inner code's own limit; copper and coherent classes at theirs.
double ber_at_zero_margin(const Module &m, LinkLaw law) {
  if (law == LinkLaw::light && m.fec != "kp4+hamming")
    return m.modulation.starts_with("NRZ") ? m.pre_fec_ber_limit : 2.4e-4;
  return m.pre_fec_ber_limit;
}

/// What the law of a budget adds to Gaussian noise.
struct Floor {
  double ber;
  const char *source;
};
Floor floor_of(LinkLaw law) {
  if (law == LinkLaw::light)
    return {bit_error_floor, "in thermal noise at this margin, plus a floor of 1e-9 (estimate)"};
  if (law == LinkLaw::copper)
    return {copper_error_floor, "at this margin of insertion loss, plus a floor of 1e-12 (estimate)"};
  return {0, law == LinkLaw::coherent_osnr ? "in amplifier noise at this margin of OSNR"
                                           : "in shot noise at this margin of power"};
}

MarginUnit unit_of(LinkLaw law) { return law == LinkLaw::light ? MarginUnit::optical : MarginUnit::electrical; }

void fill_budget(const LinkOptics &link, LinkReport &report) {
  const Module &m = *report.module;
  Budget budget = link_budget(m, link);
  report.law = budget.law;
  report.has_budget = budget.law == LinkLaw::light;
  report.budget = std::move(budget.lines);
  report.received_power = budget.received.value_or(DecibelMilliwatt(0));
  report.loss = budget.loss;
  report.connector_loss = budget.connector_loss;
  report.margin = budget.margin;
  report.osnr = budget.osnr;
}

/// BER by the budget, or the module's limit where there is none.
void fill_reception(LinkReport &report) {
  const Module &m = *report.module;
  if (report.law == LinkLaw::reach) {
    report.pre_fec_ber = m.pre_fec_ber_limit;
    report.ber_source = "the module's operating limit: no budget of its own, reach decides";
    return;
  }
  report.q_at_zero_margin = q_argument_at(line_code_of(m.modulation), ber_at_zero_margin(m, report.law));
  report.q_argument = report.q_at_zero_margin * margin_factor(report.margin, unit_of(report.law));
  report.snr = snr_at(line_code_of(m.modulation), report.q_argument);
  report.ber_follows_margin = true;
  report.pre_fec_ber = bit_error_ratio_at(report, report.margin);
  report.ber_source = fmt::format("Gray {} {}", line_code_of(m.modulation).name, floor_of(report.law).source);
}

/// Operating BER: what the user gave, or the budget's, or the module's limit. Then what the code makes of it.
void fill_ber(const LinkOptics &link, LinkReport &report) {
  fill_reception(report);
  if (link.pre_fec_ber) {
    report.pre_fec_ber = *link.pre_fec_ber;
    report.ber_follows_margin = false;
    report.ber_source = "as given";
  }
  const FecCode &code = *report.fec;
  report.symbol_error_ratio = symbol_error_ratio(code, report.pre_fec_ber);
  report.interleave = default_interleave(code, report.rate);
  report.codeword_error_ratio = uncorrectable_ratio(report, report.pre_fec_ber);
  report.post_fec_ber = post_fec_ber(code, report.pre_fec_ber, report.bursts, report.interleave);
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
  if (link.splices < 0 || link.splices > 1000)
    throw Error(fmt::format("splices = {}", link.splices), "must be 0 … 1000", "Try 2.");
  if (link.reflectance && !(link.reflectance->value >= -60 && link.reflectance->value <= -10))
    throw Error(fmt::format("reflectance = {:g} dB", link.reflectance->value), "must be -60 … -10 dB", "Try -26dB.");
  if (!(link.years >= 0 && link.years <= 30))
    throw Error(fmt::format("years of service = {:g}", link.years), "must be 0 … 30", "Try 5, or the end of life.");
  if (link.frame.value < 1 || link.frame.value > (std::int64_t{16} << 20))
    throw Error(fmt::format("frame = {} B", link.frame.value), "must be 1 B … 16 MiB", "Try 64.");
  if (link.end_of_life && link.years > 0)
    throw Error(fmt::format("{:g} years of service and the end of life", link.years), "each is an allowance for ageing",
                "Give one of them.");
}

/// What only some links have.
void check_law(const Module &m, const LinkOptics &link) {
  if (m.is_cable() && (link.splices > 0 || link.connector_loss))
    throw Error(m.name + " with splices or a connector loss", "it is a cable with fixed ends", "Leave them out.");
  if (link_law(m) != LinkLaw::light &&
      (link.reflectance || link.dispersion_apart || link.years > 0 || link.end_of_life))
    throw Error(m.name + " with reflectance, dispersion apart or age",
                "these are lines of a budget of directly detected light only", "Leave them out.");
}

} // namespace

double bit_error_ratio_at(const LinkReport &report, Decibel margin) {
  if (!report.ber_follows_margin)
    return report.pre_fec_ber;
  const double x = report.q_at_zero_margin * margin_factor(margin, unit_of(report.law));
  return bit_error_ratio(line_code_of(report.module->modulation), x) + floor_of(report.law).ber;
}

double uncorrectable_ratio(const LinkReport &report, double pre_fec_ber) {
  return codeword_error_ratio(*report.fec, pre_fec_ber, report.bursts, report.interleave);
}

LinkReport link_report(const LinkOptics &link) {
  check(link);
  LinkReport report;
  report.case_celsius = link.case_temperature;
  report.modules = link.modules;
  report.module = &report.modules.named(link.module);
  const Module &m = *report.module;
  report.rate = link.rate.value_or(m.rate);
  report.within_reach = link.length <= m.reach;
  if (auto problem =
          report.modules.check_fits(m, report.rate, link.beyond_reach ? std::min(link.length, m.reach) : link.length))
    throw Error(*problem);
  report.fec = &fec_named(link.fec == "auto" ? m.fec : link.fec);
  report.length = link.length;
  report.connectors = link.connectors;
  report.bursts = link.bursts;
  check_bursts(*report.fec, link.bursts);
  check_law(m, link);
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
