#pragma once
// From a margin to bit errors: a decision between equidistant levels in Gaussian noise.
//
// x = half the distance of two levels ÷ standard deviation of the noise is the argument of Q. Light on a photodiode
// makes a current in proportion, so x goes as 10^(M/10) with M in optical dB, when thermal noise dominates. Signal to
// noise in electrical or coherent dB is a ratio of powers: x goes as 10^(M/20). Gray-coded PAM4 and each quadrature of
// DP-16QAM have the same law, 0.75 Q(x) at SNR = 5 x²; NRZ Q(x) at x²; PAM6 two thirds of Q(x) at 35/3 x².
// Leaves out: noise that grows with power (shot, RIN), unequal levels, equalisers. Source: Proakis, Digital
// Communications; docs/validation/link-budget.md. Portable bits (decision 0006), but for the SNR in dB, which is
// printed only.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// Levels on the line.
struct LineCode {
  const char *name;
  double wrong_bits;      ///< BER = wrong_bits · Q(x): neighbours per level × bits wrong in a slip ÷ bits per symbol
  double snr_over_x2;     ///< SNR ÷ x²: mean square of levels that are 2 apart
  double bits_per_symbol; ///< per dimension
};
/// Of a module's modulation: "NRZ", "PAM4", "PAM6", "DP-16QAM"; what else a row says begins with one of these
/// ("PAM4/6" is taken as PAM4). Anything unknown is PAM4.
const LineCode &line_code_of(const std::string &modulation);

/// How x grows with the margin.
enum class MarginUnit : std::uint8_t {
  optical,   ///< dB of light: 10^(M/10)
  electrical ///< dB of a signal-to-noise ratio: 10^(M/20)
};

/// The factor of x: 10^(M/10) or 10^(M/20).
double margin_factor(Decibel margin, MarginUnit unit);

/// x at which this code has `ber`, above 0 and below wrong_bits/2.
double q_argument_at(const LineCode &code, double ber);
/// wrong_bits · Q(x), no floor; x beyond 26 counts as 26, 1e-149.
double bit_error_ratio(const LineCode &code, double q_argument);
/// Signal to noise per symbol.
Decibel snr_at(const LineCode &code, double q_argument);

/// BER of Gray-coded PAM4 with `margin` dB of optical power above the effective sensitivity, which is the power at
/// which the BER is `ber_at_zero`: 0.75 Q(x), x = Q⁻¹(ber_at_zero / 0.75) · 10^(M/10). For 2.4e-4, x = 3.414 ·
/// 10^(M/10). No error floor.
double pam4_bit_error_ratio(Decibel margin, double ber_at_zero = 2.4e-4);
/// The argument x of that formula.
double pam4_q_argument(Decibel margin, double ber_at_zero = 2.4e-4);
/// Upper tail of the normal distribution.
double q_function(double x);

/// Errors that no optical power removes: multipath interference, mode partition noise, jitter (engineering estimate).
inline constexpr double bit_error_floor = 1e-9;
/// The same of a copper cable: jitter and crosstalk (engineering estimate).
inline constexpr double copper_error_floor = 1e-12;

} // namespace lightloom
