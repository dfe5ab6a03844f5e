#include "sim/core/portable_math.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
double relative(double a, double b) { return std::abs(a - b) / std::abs(b); }
} // namespace

TEST_CASE("portable log, exp and erfc agree with libm over their range") {
  for (double x = 1e-300; x < 1e300; x *= 7.3) {
    if (std::abs(std::log(x)) > 1e-3)
      CHECK(relative(portable_log(x), std::log(x)) < 4e-16);
  }
  for (double x = -700; x < 700; x += 0.37)
    CHECK(relative(portable_exp(x), std::exp(x)) < 2e-15);
  for (double x = -3; x < 26; x += 0.0173)
    CHECK(relative(portable_erfc(x), std::erfc(x)) < 1e-13);
}

TEST_CASE("log1p and expm1 keep their accuracy near zero") {
  for (double x = 1e-18; x < 0.5; x *= 3.1) {
    CHECK(relative(portable_log1p(x), std::log1p(x)) < 1e-15);
    CHECK(relative(portable_log1p(-x), std::log1p(-x)) < 1e-15);
    CHECK(relative(portable_expm1(x), std::expm1(x)) < 1e-15);
  }
}

TEST_CASE("the cosine of turns agrees with libm, has period 1 and is exact at the quarters") {
  constexpr double tau = 6.283185307179586;
  for (double turns = -3; turns < 3; turns += 0.00173)
    CHECK(std::abs(portable_cosine_of_turns(turns) - std::cos(tau * turns)) < 5e-15); // libm's argument is rounded
  CHECK(portable_cosine_of_turns(0) == 1);
  CHECK(portable_cosine_of_turns(-7.5) == -1);
  CHECK(std::abs(portable_cosine_of_turns(1e6 + 0.25)) < 1e-16);
}

TEST_CASE("the normal quantile inverts the normal distribution from 1e-300 to its upper tail") {
  const auto below = [](double x) { return 0.5 * portable_erfc(-x / std::sqrt(2.0)); };
  for (double p = 1e-300; p < 0.9; p *= 1.9)
    CHECK(relative(below(portable_normal_quantile(p)), p) < 2e-12);
  for (double p = 0.01; p < 0.5; p += 0.0137)
    CHECK(portable_normal_quantile(1 - p) == doctest::Approx(-portable_normal_quantile(p)).epsilon(1e-14));
  CHECK(portable_normal_quantile(0.5) == 0);
  CHECK(portable_normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-15));
}
