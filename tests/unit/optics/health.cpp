#include "optics/health.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const LinkReport &dr8() {
  static const LinkReport report = link_report(LinkOptics{});
  return report;
}
constexpr SimTime at(std::int64_t ps) { return at_picoseconds(ps); }
} // namespace

TEST_CASE("a link without faults is one segment: the port's rate, the report's latency and codeword error ratio") {
  const auto health = link_health(dr8(), 800_Gbps);
  REQUIRE(health.segments.size() == 1);
  CHECK(health.segments[0].from == SimTime{});
  CHECK(health.segments[0].rate == 800_Gbps);
  CHECK(health.segments[0].latency == 450ns);
  CHECK(health.segments[0].uncorrectable_ratio == dr8().codeword_error_ratio);
  CHECK(health.codeword.interleave == 4);
}

TEST_CASE("a link that goes down is dead until it is repaired, or for good") {
  const auto repaired = link_health(dr8(), 800_Gbps, {LinkFault::make_down(at(100), at(300))});
  REQUIRE(repaired.segments.size() == 3);
  CHECK(repaired.segments[1].from == at(100));
  CHECK(repaired.segments[1].rate == BitRate(0));
  CHECK(repaired.segments[2].from == at(300));
  CHECK(repaired.segments[2].rate == 800_Gbps);
  const auto for_good = link_health(dr8(), 800_Gbps, {LinkFault::make_down(at(100))});
  REQUIRE(for_good.segments.size() == 2);
  CHECK(for_good.segments[1].rate == BitRate(0));
}

TEST_CASE("a BER step gives the codeword error ratio of its BER, one better than the link's own changes nothing") {
  const auto worse = link_health(dr8(), 800_Gbps, {LinkFault::make_ber(at(5), at(9), 1e-3)});
  REQUIRE(worse.segments.size() == 3);
  CHECK(worse.segments[1].uncorrectable_ratio == codeword_error_ratio(fec_named("kp4"), 1e-3));
  CHECK(worse.segments[1].rate == 800_Gbps);
  CHECK(link_health(dr8(), 800_Gbps, {LinkFault::make_ber(at(5), at(9), 1e-15)}).segments.size() == 1);
}

TEST_CASE("where faults overlap, down wins and the worse BER wins") {
  // ber 5e-4 over [0,100), ber 1e-3 over [20,60), down over [40,80)
  const auto health = link_health(dr8(), 800_Gbps,
                                  {LinkFault::make_ber(at(0), at(100), 5e-4), LinkFault::make_ber(at(20), at(60), 1e-3),
                                   LinkFault::make_down(at(40), at(80))});
  const auto &s = health.segments;
  REQUIRE(s.size() == 5);
  const double low = codeword_error_ratio(fec_named("kp4"), 5e-4);
  const double high = codeword_error_ratio(fec_named("kp4"), 1e-3);
  CHECK(s[0].from == at(0));
  CHECK(s[0].uncorrectable_ratio == low);
  CHECK(s[1].from == at(20));
  CHECK(s[1].uncorrectable_ratio == high);
  CHECK(s[2].from == at(40));
  CHECK(s[2].rate == BitRate(0));
  CHECK(s[3].from == at(80)); // the 1e-3 has ended at 60, while the link was down
  CHECK(s[3].uncorrectable_ratio == low);
  CHECK(s[4].from == at(100));
  CHECK(s[4].uncorrectable_ratio == dr8().codeword_error_ratio);
}

TEST_CASE("faults that touch merge") {
  const auto health =
      link_health(dr8(), 800_Gbps, {LinkFault::make_down(at(50), at(70)), LinkFault::make_down(at(10), at(50))});
  REQUIRE(health.segments.size() == 3);
  CHECK(health.segments[1].from == at(10));
  CHECK(health.segments[2].from == at(70));
}

TEST_CASE("a slow link keeps the factor that is given, the slowest wins") {
  const auto health = link_health(
      dr8(), 800_Gbps, {LinkFault::make_slow(at(10), at(50), 0.5), LinkFault::make_slow(at(20), at(30), 0.25)});
  REQUIRE(health.segments.size() == 5);
  CHECK(health.segments[1].rate == 400_Gbps);
  CHECK(health.segments[2].rate == 200_Gbps);
  CHECK(health.segments[3].rate == 400_Gbps);
}

TEST_CASE("a fault that cannot be is refused") {
  CHECK_THROWS_AS(link_health(dr8(), 800_Gbps, {LinkFault::make_down(at(10), at(10))}), Error);
  CHECK_THROWS_AS(link_health(dr8(), 800_Gbps, {LinkFault::make_down(at(-1), at(10))}), Error);
  CHECK_THROWS_AS(link_health(dr8(), 800_Gbps, {LinkFault::make_ber(at(0), at(10), 0.6)}), Error);
  CHECK_THROWS_AS(link_health(dr8(), 800_Gbps, {LinkFault::make_slow(at(0), at(10), 0)}), Error);
  CHECK_THROWS_AS(link_health(dr8(), 800_Gbps, {LinkFault::make_slow(at(0), at(10), 1.5)}), Error);
}
