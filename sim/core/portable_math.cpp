#include "sim/core/portable_math.hpp"

#include <array>
#include <bit>
#include <cmath>
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

double portable_cosine_of_turns(double turns) {
  double part = turns - std::floor(turns); // [0, 1]; then by symmetry to [0, ¼]
  if (part > 0.5)
    part = 1 - part;
  const bool second_quarter = part > 0.25;
  const double x = 6.283185307179586 * (second_quarter ? 0.5 - part : part);
  double sum = 0; // Taylor by Horner; (π/2)^24/24! is below 1e-19
  for (int n = 22; n >= 2; n -= 2)
    sum = (sum + 1) * (-x * x) / (n * (n - 1));
  return second_quarter ? -(1 + sum) : 1 + sum;
}

// Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477–484: ratios of polynomials of degree 7.
double portable_normal_quantile(double p) {
  using Coefficients = std::array<double, 8>; // from the constant term up
  constexpr Coefficients near_top{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr Coefficients near_bottom{1,
                                     4.2313330701600911252e1,
                                     6.8718700749205790830e2,
                                     5.3941960214247511077e3,
                                     2.1213794301586595867e4,
                                     3.9307895800092710610e4,
                                     2.8729085735721942674e4,
                                     5.2264952788528545610e3};
  constexpr Coefficients middle_top{1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                    3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                    2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr Coefficients middle_bottom{1,
                                       2.05319162663775882187e0,
                                       1.67638483018380384940e0,
                                       6.89767334985100004550e-1,
                                       1.48103976427480074590e-1,
                                       1.51986665636164571966e-2,
                                       5.47593808499534494600e-4,
                                       1.05075007164441684324e-9};
  constexpr Coefficients far_top{6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr Coefficients far_bottom{1,
                                    5.99832206555887937690e-1,
                                    1.36929880922735805310e-1,
                                    1.48753612908506148525e-2,
                                    7.86869131145613259100e-4,
                                    1.84631831751005468180e-5,
                                    1.42151175831644588870e-7,
                                    2.04426310338993978564e-15};
  const auto ratio = [](const Coefficients &top, const Coefficients &bottom, double r) {
    double t = 0, b = 0;
    for (std::size_t i = 8; i-- > 0;) {
      t = t * r + top[i];
      b = b * r + bottom[i];
    }
    return t / b;
  };
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425)
    return q * ratio(near_top, near_bottom, 0.180625 - q * q);
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? ratio(middle_top, middle_bottom, r - 1.6) : ratio(far_top, far_bottom, r - 5);
  return q < 0 ? -x : x;
}

double portable_exp10(double x) { return portable_exp(x * 2.302585092994046); }

} // namespace lightloom
