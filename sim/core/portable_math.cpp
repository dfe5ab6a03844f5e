#include "sim/core/portable_math.hpp"

#include <bit>
#include <cstdint>
#include <limits>

namespace lightloom {

namespace {
constexpr double ln2_high = 6.93147180369123816490e-01; // 33 significant bits, so k × ln2_high is exact
constexpr double ln2_low = 1.90821492927058770002e-10;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// x = mantissa × 2^exponent with mantissa in [√½, √2).
struct Split {
  double mantissa;
  int exponent;
};
Split split(double x) {
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  auto bits = std::bit_cast<std::uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull;
  double mantissa = std::bit_cast<double>(bits);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    ++exponent;
  }
  return {mantissa, exponent};
}

/// 2 atanh(s) for |s| ≤ 0.1716 (s = (√2−1)/(√2+1)): the odd series to s^27; the next term is below 1e-22.
double twice_atanh(double s) {
  const double z = s * s;
  double sum = 0;
  for (int n = 27; n >= 3; n -= 2)
    sum = (sum + 1.0 / n) * z;
  return 2 * s + 2 * s * sum;
}

double scale_by_power_of_two(double x, int n) {
  while (n > 1000) {
    x *= 0x1p1000;
    n -= 1000;
  }
  while (n < -1000) {
    x *= 0x1p-1000;
    n += 1000;
  }
  return x * std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}
} // namespace

double portable_log(double x) {
  if (!(x > 0))
    return x == 0 ? -infinity : std::numeric_limits<double>::quiet_NaN();
  if (x == infinity)
    return x;
  const auto [m, k] = split(x);
  const double s = (m - 1) / (m + 1);
  return k * ln2_high + (twice_atanh(s) + k * ln2_low);
}

double portable_log1p(double x) {
  if (x > -0.29 && x < 0.41)
    return twice_atanh(x / (2 + x));
  return portable_log(1 + x);
}

double portable_expm1(double x) {
  if (x > -0.35 && x < 0.35) { // Taylor by Horner; 0.35^19/19! is below 2e-26
    double sum = 0;
    for (int n = 18; n >= 2; --n)
      sum = (sum + 1) * x / n;
    return x + x * sum;
  }
  return portable_exp(x) - 1;
}

double portable_exp(double x) {
  if (x != x)
    return x;
  if (x > 709.79)
    return infinity;
  if (x < -745.2)
    return 0;
  const double scaled = x / (ln2_high + ln2_low);
  const int k = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double r = (x - k * ln2_high) - k * ln2_low;
  return scale_by_power_of_two(1 + portable_expm1(r), k);
}

double portable_erfc(double x) {
  if (x < 0)
    return 2 - portable_erfc(-x);
  if (x < 1.5) { // erf(x) = 2/√π e^(−x²) Σ 2^n x^(2n+1) / (2n+1)!!  (Abramowitz & Stegun 7.1.6)
    double term = x;
    double sum = x;
    for (int n = 1; n < 80; ++n) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 1 - 1.1283791670955126 * portable_exp(-x * x) * sum;
  }
  // Continued fraction of Laplace, evaluated from the bottom (Abramowitz & Stegun 7.1.14).
  double f = x;
  for (int n = 160; n >= 1; --n)
    f = x + 0.5 * n / f;
  const double head = static_cast<double>(static_cast<float>(x)); // split x² so that the exponent keeps its low bits
  const double tail = (x - head) * (x + head);
  return portable_exp(-head * head) * portable_exp(-tail) * 0.5641895835477563 / f;
}

double portable_exp10(double x) { return portable_exp(x * 2.302585092994046); }

} // namespace lightloom
