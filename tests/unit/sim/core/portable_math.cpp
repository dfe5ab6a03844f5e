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
