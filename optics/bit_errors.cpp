#include "optics/bit_errors.hpp"

#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace lightloom {

namespace {
// PAM-n: 2(n − 1)/n neighbours, one wrong bit in a slip between Gray-coded levels, log2 n bits; levels ±1, ±3, … have
// mean square (n² − 1)/3. PAM6 carries 5 bits in two symbols.
constexpr LineCode nrz{"NRZ", 1.0, 1.0, 1.0};
constexpr LineCode pam4{"PAM4", 0.75, 5.0, 2.0};
constexpr LineCode pam6{"PAM6", 2.0 / 3.0, 35.0 / 3.0, 2.5};
constexpr LineCode qam16{"DP-16QAM", 0.75, 5.0, 2.0};

constexpr double greatest_q_argument = 26; // beyond it portable_erfc leaves the range of doubles
} // namespace

const LineCode &line_code_of(const std::string &modulation) {
  static constexpr std::array codes{&nrz, &pam6, &qam16};
  for (const LineCode *code : codes)
    if (modulation.starts_with(code->name))
      return *code;
  return pam4;
}

double margin_factor(Decibel margin, MarginUnit unit) {
  return portable_exp10(margin.value / (unit == MarginUnit::optical ? 10 : 20));
}

double q_argument_at(const LineCode &code, double ber) {
  // Q falls from Q(0) = 1/2: 60 halvings of [0, 26] leave less than one ulp of 3.4.
  double low = 0;
  double high = greatest_q_argument;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (code.wrong_bits * q_function(middle) > ber ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double bit_error_ratio(const LineCode &code, double q_argument) {
  return code.wrong_bits * q_function(std::min(q_argument, greatest_q_argument));
}

Decibel snr_at(const LineCode &code, double q_argument) {
  return Decibel(10 * std::log10(code.snr_over_x2 * q_argument * q_argument));
}

double q_function(double x) { return 0.5 * portable_erfc(x / std::sqrt(2.0)); }

double pam4_q_argument(Decibel margin, double ber_at_zero) {
  return q_argument_at(pam4, ber_at_zero) * margin_factor(margin, MarginUnit::optical);
}

double pam4_bit_error_ratio(Decibel margin, double ber_at_zero) {
  return bit_error_ratio(pam4, pam4_q_argument(margin, ber_at_zero));
}

} // namespace lightloom
