#include "optics/coherent.hpp"

#include "optics/bit_errors.hpp"
#include "optics/path_loss.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {
constexpr double quantum_noise_dB = 58;          // −10 log(hν · 12.5 GHz ÷ 1 mW) at 1550 nm: 57.97
constexpr double reference_bandwidth_ghz = 12.5; // 0.1 nm at 1550 nm
constexpr double line_penalty_dB = 1; // fibre nonlinearity, polarisation-dependent loss, filters (engineering estimate)

constexpr double one_span_km = 120;
constexpr double many_spans_km = 80;

double decibels(double ratio) { return 10 * portable_log(ratio) / portable_log(10.0); }
} // namespace

Metres amplifier_spacing(const Module &m) {
  return Metres(1000 * (m.reach.value <= 1000 * one_span_km ? one_span_km : many_spans_km));
}

Decibel span_osnr(const AmplifiedSpan &span) {
  return Decibel(quantum_noise_dB + span.launch.value - span.loss.value - span.noise_figure.value);
}

Decibel joined_osnr(Decibel a, Decibel b) {
  return Decibel(-decibels(portable_exp10(-a.value / 10) + portable_exp10(-b.value / 10)));
}

double dp16qam_bit_error_ratio(Decibel osnr, double gbd) {
  const double snr = portable_exp10(osnr.value / 10) * reference_bandwidth_ghz / gbd;
  return 0.75 * q_function(std::min(std::sqrt(snr / 5), 26.0)); // 3/8 erfc(√(SNR/10))
}

Budget budget_of_coherent_power(const Module &m, const LinkOptics &link) {
  Budget b;
  b.law = LinkLaw::coherent_power;
  const PathLoss loss = path_loss(m, link);
  b.add("launch power (average, dBm)", m.launch_oma->value, m.source_optics);
  add_path(b, loss, link);
  b.add("receiver sensitivity (average, dBm), subtracted", -m.sensitivity_oma->value, m.source_optics);
  b.loss = Decibel(loss.sum_dB());
  b.connector_loss = Decibel(loss.connectors_dB);
  b.received = *m.launch_oma - b.loss;
  return b;
}

/// All spans are as long as the amplifiers are apart, but for the last; connectors and splices lie in the first, at the
/// terminal, so that more glass never makes the noise less.
Budget budget_of_osnr(const Module &m, const LinkOptics &link) {
  Budget b;
  b.law = LinkLaw::coherent_osnr;
  const PathLoss loss = path_loss(m, link);
  const double spacing = amplifier_spacing(m).value;
  const int spans = std::max(1, static_cast<int>(std::ceil(link.length.value / spacing)));
  const double dB_per_metre = link.length.value > 0 ? loss.fibre_dB / link.length.value : 0;
  const double last_metres = link.length.value - (spans - 1) * spacing;

  AmplifiedSpan first;
  first.loss = Decibel(dB_per_metre * (spans == 1 ? last_metres : spacing) + loss.connectors_dB + loss.splices_dB);
  Decibel line = span_osnr(first);
  AmplifiedSpan last = first;
  for (int i = 1; i < spans; ++i) {
    last.loss = Decibel(dB_per_metre * (i + 1 == spans ? last_metres : spacing));
    line = joined_osnr(line, span_osnr(last));
  }
  b.osnr = joined_osnr(line, *m.launch_osnr);

  b.add("launch power per channel behind the booster (dBm)", first.launch.value, "near the optimum (estimate)");
  b.add("quantum noise in 0.1 nm", quantum_noise_dB, "-10 log(h nu 12.5 GHz) at 1550 nm");
  b.add(fmt::format("first span: {:g} km, {} connectors, {} splices", (spans == 1 ? last_metres : spacing) / 1000,
                    link.connectors, link.splices),
        -first.loss.value, loss.fibre_source + "; " + loss.connector_source);
  b.add("noise figure of its amplifier", -first.noise_figure.value, "erbium-doped fibre amplifier (recalled)");
  b.add(fmt::format("noise of all spans, {}", spans), line.value - span_osnr(first).value,
        fmt::format("amplifiers every {:g} km; equal spans: -10 log N", spacing / 1000));
  b.add(fmt::format("transmitter's own OSNR of {:g} dB", m.launch_osnr->value), b.osnr->value - line.value,
        m.source_interface);
  b.add("nonlinearity, polarisation, filters", -line_penalty_dB, "allowance (estimate)");
  b.add("required OSNR, subtracted", -m.required_osnr->value, m.source_interface);
  b.loss = Decibel(loss.sum_dB());
  b.connector_loss = Decibel(loss.connectors_dB);
  b.received = first.launch - last.loss;
  return b;
}

} // namespace lightloom
