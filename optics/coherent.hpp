#pragma once
// Budgets of coherent links: DP-16QAM, by the power at the receiver or by the noise of amplifiers.
//
// Unamplified: average launch power − loss − sensitivity = margin; the local oscillator's shot noise dominates, so SNR
// goes with the power. Amplified: each amplifier makes up for one span and adds noise, OSNR of a span = 58 + P − loss −
// NF in 0.1 nm (58 dB = −10 log hν·12.5 GHz in mW at 1550 nm); noises add up, and the transmitter's own; equal spans
// give the textbook's − 10 log N. Margin = OSNR − penalties − the module's required OSNR.
// A transmitter's optical level is held by its control loop and its booster: heat and age do not count here.
// Leaves out: Raman gain, nonlinear noise beyond its allowance, filters of a ROADM, tilt across the band.
// Sources: OIF 400ZR; Essiambre et al., JLT 28(4), 2010; docs/validation/link-budget.md.

#include "optics/catalogue.hpp"
#include "optics/link_optics.hpp"
#include "sim/core/quantity.hpp"

namespace lightloom {

/// Lines of an unamplified coherent link.
Budget budget_of_coherent_power(const Module &module, const LinkOptics &link);
/// Lines of a coherent link over amplified spans.
Budget budget_of_osnr(const Module &module, const LinkOptics &link);

/// One amplified span: what goes in per channel, what it loses, and the amplifier behind it.
struct AmplifiedSpan {
  DecibelMilliwatt launch{3}; ///< per channel, behind the booster; near the nonlinear optimum at 60 GBd (estimate)
  Decibel loss;
  Decibel noise_figure{5.5}; ///< erbium-doped fibre amplifier, typical (recalled)
};
/// OSNR behind the amplifier of one span, light at its input without noise: 58 + P − loss − NF.
Decibel span_osnr(const AmplifiedSpan &span);
/// Noises in a row add up: −10 log Σ 10^(−OSNR/10).
Decibel joined_osnr(Decibel a, Decibel b);
/// Between amplifiers: 120 km where the class is meant for one span (to 120 km), else 80 km.
Metres amplifier_spacing(const Module &module);

/// BER of a DP-16QAM receiver with `osnr` (0.1 nm, both polarisations) at `gbd`, without implementation penalty:
/// 3/8 erfc(√(SNR/10)), SNR = OSNR · 12.5 GHz ÷ symbol rate.
double dp16qam_bit_error_ratio(Decibel osnr, double gbd);

} // namespace lightloom
