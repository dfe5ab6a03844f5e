// Lots of modules: which ends share a factor, its distribution, and what it scales.

#include "optics/lots.hpp"
#include "optics/health.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

TEST_CASE("without spread the factor is exactly 1, and the latency that of the report") {
  CHECK(module_latency_factor({7, 0, 32}, Tier::leaf, CableId(5), false) == 1);
  const LinkReport report = link_report(LinkOptics{});
  const auto health = link_health(report, 800_Gbps, {}, 1);
  CHECK(health.segments[0].latency == report.latency);
  CHECK(health.segments[0].propagation == report.propagation);
  CHECK(health.segments[0].propagation == 245ns); // 50 m × 4.9 ns/m
}

TEST_CASE("cables k·size … k·size + size − 1 of a tier share their lots, other lots, tiers and seeds differ") {
  const ModuleLots lots{7, 0.05, 32};
  std::set<double> factors;
  for (std::uint32_t lot = 0; lot < 50; ++lot) {
    const double first = module_latency_factor(lots, Tier::leaf, CableId(32 * lot), false);
    for (std::uint32_t i = 1; i < 32; ++i)
      CHECK(module_latency_factor(lots, Tier::leaf, CableId(32 * lot + i), false) == first);
    factors.insert(first);
  }
  CHECK(factors.size() == 50);
  const double here = module_latency_factor(lots, Tier::leaf, CableId(0), false);
  CHECK(module_latency_factor(lots, Tier::spine, CableId(0), false) != here);
  CHECK(module_latency_factor({8, 0.05, 32}, Tier::leaf, CableId(0), false) != here);
}

TEST_CASE("parts sold with both ends are uniform in 1 ± spread, links of two modules are triangular") {
  // Variance of the uniform law on ±s is s²/3, of the mean of two such s²/6. 20,000 lots: the standard error of a
  // variance is about its value × √(2/20,000) = 1 %, so 4 % is four of them.
  const ModuleLots lots{3, 0.05, 1};
  for (const bool one_part : {true, false}) {
    double sum = 0;
    double squares = 0;
    double greatest = 0;
    const int draws = 20'000;
    for (int c = 0; c < draws; ++c) {
      const double off = module_latency_factor(lots, Tier::host, CableId(c), one_part) - 1;
      CHECK((off > -0.05 && off < 0.05));
      sum += off;
      squares += off * off;
      greatest = std::max(greatest, off);
    }
    const double variance = 0.05 * 0.05 / (one_part ? 3 : 6);
    CHECK(std::abs(sum / draws) < 4 * std::sqrt(variance / draws));
    CHECK(squares / draws == doctest::Approx(variance).epsilon(0.04));
    CHECK(greatest > 0.045); // the range is used
  }
}

TEST_CASE("the factor scales modules and FEC, not the fibre, in every segment") {
  const LinkReport report = link_report(LinkOptics{}); // 245 ns of fibre, 205 ns of modules and FEC
  REQUIRE(report.latency - report.propagation == 205ns);
  const auto health = link_health(report, 800_Gbps, {LinkFault::make_ber(at_picoseconds(5), never, 1e-3)}, 1.04);
  REQUIRE(health.segments.size() == 2);
  for (const LinkHealthSegment &segment : health.segments) {
    CHECK(segment.latency == 245ns + Duration(213'200)); // 205 ns × 1.04
    CHECK(segment.propagation == 245ns);
  }
}

TEST_CASE("a latency set by the scenario is modules and FEC beyond the fibre, or all propagation when it is less") {
  LinkReport report = link_report(LinkOptics{});
  report.latency = 300ns;
  CHECK(link_health(report, 800_Gbps, {}, 1.1).segments[0].latency == 245ns + Duration(60'500));
  report.latency = 100ns;
  CHECK(link_health(report, 800_Gbps, {}, 1.1).segments[0].latency == 100ns);
  CHECK(link_health(report, 800_Gbps, {}, 1.1).segments[0].propagation == 100ns);
  report.latency = Duration(1);
  report.propagation = Duration(0);
  CHECK(link_health(report, 800_Gbps, {}, 0.1).segments[0].latency == Duration(1)); // never 0
}

TEST_CASE("a spread, a lot or a factor that makes no sense is refused") {
  CHECK_THROWS_AS(module_latency_factor({1, 0.6, 32}, Tier::host, CableId(0), false), Error);
  CHECK_THROWS_AS(module_latency_factor({1, -0.1, 32}, Tier::host, CableId(0), false), Error);
  CHECK_THROWS_AS(module_latency_factor({1, 0.1, 0}, Tier::host, CableId(0), false), Error);
  CHECK_THROWS_AS(link_health(link_report(LinkOptics{}), 800_Gbps, {}, 0), Error);
}
