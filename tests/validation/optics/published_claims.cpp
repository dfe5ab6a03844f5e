// Published claims about optics (docs/validation/published-claims.md): which hold, and under which basis of latency.

#include "optics/claims.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace lightloom;

namespace {
Claim claim(const std::string &text) {
  const auto all = published_claims();
  const auto found = std::ranges::find(all, text, &Claim::text);
  REQUIRE(found != all.end());
  return *found;
}
} // namespace

TEST_CASE("A pair of pluggables with its FEC takes 100 to 300 ns under both bases, and one end alone under neither") {
  const Claim pair = claim("a pluggable module with DSP takes 100 to 300 ns");
  CHECK(pair.confirmed(pair.split));
  CHECK(pair.confirmed(pair.vendor));
  const Claim end = claim("the same, read as one module end without FEC");
  CHECK_FALSE(end.confirmed(end.split));
  CHECK_FALSE(end.confirmed(end.vendor));
}

TEST_CASE("LPO saves 20 ns by the vendors' sheets and five times that when DSP and FEC are told apart") {
  const Claim lpo = claim("LPO saves about 20 ns");
  CHECK(lpo.vendor == doctest::Approx(20)); // 2 × (75 − 65)
  CHECK(lpo.split == doctest::Approx(96));  // 2 × (50 − 2)
}

TEST_CASE("Six module ends per GPU are 9 MW at 800G and 17 MW at 1.6T for 100,000 GPUs: 40 MW are more ends") {
  const Claim slow = claim("optics of 100,000 GPUs draw about 40 MW");
  CHECK(slow.split == doctest::Approx(100'000 * 6 * 15.0 * 1e-6));
  CHECK_FALSE(slow.confirmed(slow.split));
  const Claim fast = claim("the same with 1.6T modules");
  CHECK(fast.split == doctest::Approx(100'000 * 6 * 28.0 * 1e-6));
  CHECK_FALSE(fast.confirmed(fast.split));
}

TEST_CASE("10 % less latency cannot save 10 of 95 days: it would take a job that waits 105 % of its time") {
  CHECK(waiting_share_needed(0.1, 10, 95) == doctest::Approx(1.0526).epsilon(1e-4));
  for (const double share : {0.3, 0.5}) // published shares of waiting: what is saved at most, in days of 95
    CHECK(0.1 * share * 95 < 5);
}

TEST_CASE("Each claim names its source, its unit and what was computed, and no range is empty") {
  for (const Claim &c : published_claims()) {
    CAPTURE(c.text);
    CHECK_FALSE(c.source.empty());
    CHECK_FALSE(c.unit.empty());
    CHECK_FALSE(c.how.empty());
    CHECK(c.low < c.high);
  }
}
