#include "optics/coherent.hpp"
#include "optics/budget.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
Budget amplified(const char *module, double kilometres, int connectors = 0) {
  LinkOptics link;
  link.length = Metres(1000 * kilometres);
  link.connectors = connectors;
  return link_budget(module_named(module), link);
}
} // namespace

TEST_CASE("OSNR of a span by hand: 58 + 3 - 20 - 5.5 = 35.5 dB") {
  AmplifiedSpan span;
  span.loss = Decibel(20);
  CHECK(span_osnr(span).value == doctest::Approx(35.5));
}

TEST_CASE("N equal spans cost 10 log N") {
  AmplifiedSpan span;
  span.loss = Decibel(17.6);
  Decibel line = span_osnr(span);
  for (int n = 2; n <= 10; ++n) {
    line = joined_osnr(line, span_osnr(span));
    CHECK(line.value == doctest::Approx(58 + 3 - 17.6 - 5.5 - 10 * std::log10(n)));
  }
}

TEST_CASE("the whole line by hand: 400ZR+ over six spans of 80 km") {
  // 58 + 3 − 17.6 − 5.5 − 7.782 = 30.118 dB; with the transmitter's 36 dB 29.121; − 1 − 24 = 4.12 dB of margin
  const auto budget = amplified("400ZR+", 480);
  CHECK(budget.osnr->value == doctest::Approx(29.121).epsilon(1e-5));
  CHECK(budget.margin.value == doctest::Approx(4.121).epsilon(1e-4));
}

TEST_CASE("one span where the class is meant for one, the more amplifiers the more noise") {
  CHECK(amplifier_spacing(module_named("400ZR")) == Metres(120000));
  CHECK(amplifier_spacing(module_named("400ZR+")) == Metres(80000));
  Decibel last(100);
  for (double km = 1; km < 600; km += 7) {
    const auto budget = amplified("400ZR+", km, 2);
    CHECK(*budget.osnr <= last);
    last = *budget.osnr;
  }
}

TEST_CASE("unamplified: launch less loss above the sensitivity") {
  // −7 − 4.3 − 1.0 = −12.3 dBm; 1.7 dB above −14 dBm
  const auto budget = amplified("800G-LR1", 10, 2);
  CHECK(budget.received->value == doctest::Approx(-12.3));
  CHECK(budget.margin.value == doctest::Approx(1.7));
  CHECK_FALSE(budget.osnr.has_value());
}
