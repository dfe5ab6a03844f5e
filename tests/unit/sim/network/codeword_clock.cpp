// Bad blocks on a link's clock: where they lie, what passes while nobody looks, how many there are.

#include "sim/network/codeword_clock.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <cmath>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

using namespace lightloom;
using namespace lightloom::test;

namespace {

// 400 Gb/s, interleave 4 of 640 B: a block takes 51,200 ps.
constexpr std::int64_t block_ps = 51'200;

CodewordClock clock_of(const LinkHealth &health, std::uint64_t seed = 1) {
  return {health, RandomStream(seed, Purpose::codeword, 0)};
}
LinkHealth bad(double ratio, BitRate rate = 400_Gbps) { return healthy(rate, 300ns, ratio); }

/// Blocks before `end`, each looked at.
std::vector<std::pair<std::int64_t, std::int64_t>> blocks(const LinkHealth &health, SimTime end) {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (CodewordClock clock = clock_of(health); clock.bad_from() < end; clock.pass(clock.bad_until()))
    all.emplace_back(picoseconds(clock.bad_from()), picoseconds(clock.bad_until()));
  return all;
}

} // namespace

TEST_CASE("Blocks lie at whole multiples of interleave × payload × 8 ÷ rate, from floor to ceiling of a picosecond") {
  for (const auto &[from, until] : blocks(bad(1e-2), SimTime{} + 1ms)) {
    CHECK(from % block_ps == 0);
    CHECK(until == from + block_ps);
  }
  // 300 Gb/s: 68,266.67 ps.
  for (const auto &[from, until] : blocks(bad(1e-2, 300_Gbps), SimTime{} + 1ms)) {
    const std::int64_t number = (from * 3 + 204'799) / 204'800;
    CHECK(from == number * 204'800 / 3);
    CHECK(until == ((number + 1) * 204'800 + 2) / 3);
  }
}

TEST_CASE("When every codeword is bad, so is every block, and each counts its codewords") {
  const LinkHealth health = bad(1);
  CHECK(blocks(health, SimTime{} + Duration(100 * block_ps)).size() == 100);
  const CodewordClock clock = clock_of(health);
  CHECK(clock.uncorrectable_before(SimTime{}) == 0);
  CHECK(clock.uncorrectable_before(at_picoseconds(1)) == 4); // a block counts when it has begun
  CHECK(clock.uncorrectable_before(at_picoseconds(10 * block_ps)) == 40);
  CHECK(codewords_before(health, at_picoseconds(10 * block_ps)) == 40);
  CHECK(codewords_before(health, at_picoseconds(10 * block_ps + 1)) == 44);
  // Also those that nobody looked at, stretch after stretch: 1 s.
  CHECK(clock.uncorrectable_before(SimTime{} + 1s) == codewords_before(health, SimTime{} + 1s));
}

TEST_CASE(
    "Bad blocks do not depend on who looks when, and neither does their number while stretches are not left out") {
  for (const double ratio : {1e-4, 1e-2, 0.1}) {
    const LinkHealth health = bad(ratio);
    const SimTime end = SimTime{} + 1ms;
    const auto all = blocks(health, end);
    REQUIRE(all.size() > 3);
    for (const std::size_t stride : {2u, 3u, 7u, 1000u}) {
      CodewordClock clock = clock_of(health);
      for (std::size_t i = 0; i < all.size(); i += stride) {
        clock.pass(at_picoseconds(all[i].first));
        CHECK(picoseconds(clock.bad_from()) == all[i].first);
        CHECK(picoseconds(clock.bad_until()) == all[i].second);
      }
      CHECK(clock.uncorrectable_before(end) == clock_of(health).uncorrectable_before(end));
    }
  }
}

TEST_CASE("Over a long time nobody looked at, instants are the same and the number follows the binomial law") {
  const LinkHealth health = bad(0.01);
  const SimTime late = SimTime{} + 200ms; // 15.6 million codewords, 2 million in a stretch
  const auto looked_at = [&] {
    CodewordClock clock = clock_of(health);
    while (clock.bad_until() <= late)
      clock.pass(clock.bad_until());
    return clock;
  }();
  CodewordClock skipped = clock_of(health);
  skipped.pass(late);
  CHECK(skipped.bad_from() == looked_at.bad_from());
  CHECK(skipped.draws() < looked_at.draws() / 3);
  const auto all = static_cast<double>(codewords_before(health, late));
  for (const CodewordClock &clock : {looked_at, skipped})
    CHECK(std::abs(static_cast<double>(clock.uncorrectable_before(late)) - all * 0.01) <
          4 * std::sqrt(all * 0.01 * 0.99));
}

TEST_CASE(
    "Each segment begins blocks of its own and cuts the last of the one before, and none pass while the link is down") {
  LinkHealth health = bad(1);
  health.segments.push_back({at_picoseconds(10 * block_ps + 1000), 400_Gbps, 300ns, 0});
  health.segments.push_back({at_picoseconds(20 * block_ps), BitRate(0), 300ns, 1});
  health.segments.push_back({at_picoseconds(30 * block_ps + 7), 200_Gbps, 300ns, 1});
  const auto all = blocks(health, at_picoseconds(34 * block_ps + 7));
  REQUIRE(all.size() == 11 + 2);
  CHECK(all[10] == std::pair<std::int64_t, std::int64_t>(10 * block_ps, 10 * block_ps + 1000));
  CHECK(all[11] == std::pair<std::int64_t, std::int64_t>(30 * block_ps + 7, 32 * block_ps + 7));
  const CodewordClock clock = clock_of(health);
  CHECK(clock.uncorrectable_before(at_picoseconds(25 * block_ps)) == 44);
  CHECK(clock.uncorrectable_before(at_picoseconds(34 * block_ps + 7)) == 52);
  // 11 blocks, 9.98 well ones, two at half the rate.
  CHECK(codewords_before(health, at_picoseconds(34 * block_ps + 7)) == 4 * (11 + 10 + 2));
}

TEST_CASE("Without FEC every octet is a block: 640 of them are hit as often as a codeword of the same ratio") {
  LinkHealth health = bad(1e-3);
  health.codeword.interleave = 0;
  const SimTime end = SimTime{} + 10ms; // 5 × 10⁸ octets
  const auto all = blocks(health, end);
  for (const auto &[from, until] : all)
    CHECK(until - from == 20);
  CHECK(codewords_before(health, end) == 500'000'000);
  const double expected = 500'000'000 * -std::expm1(std::log1p(-1e-3) / 640);
  CHECK(std::abs(static_cast<double>(all.size()) - expected) < 4 * std::sqrt(expected));
  CHECK(clock_of(health).uncorrectable_before(end) == all.size());
}

TEST_CASE("A link on which nothing goes bad within 106 days says so") {
  CHECK(clock_of(bad(0)).bad_from() == never);
  CHECK(clock_of(bad(1e-40)).bad_from() == never);
  CHECK(clock_of(bad(1e-40)).uncorrectable_before(SimTime{} + 1h) == 0);
}
