// Random faults against the definition, instant by instant.

#include "optics/health.hpp"
#include "sim/core/random.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {

std::vector<LinkFault> random_faults(RandomStream &random) {
  std::vector<LinkFault> faults;
  const auto count = random.below(9);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto from = static_cast<std::int64_t>(random.below(40));
    const auto length = static_cast<std::int64_t>(1 + random.below(20));
    const SimTime until = random.below(8) == 0 ? never : at_picoseconds(from + length);
    switch (random.below(3)) {
    case 0:
      faults.push_back(LinkFault::make_down(at_picoseconds(from), until));
      break;
    case 1:
      faults.push_back(LinkFault::make_ber(at_picoseconds(from), until, 1e-4 * static_cast<double>(random.below(12))));
      break;
    default:
      faults.push_back(
          LinkFault::make_slow(at_picoseconds(from), until, 0.25 * static_cast<double>(1 + random.below(4))));
    }
  }
  return faults;
}

/// The definition, without segments.
LinkHealthSegment expected_at(SimTime t, const LinkReport &report, BitRate rate, const std::vector<LinkFault> &faults) {
  bool down = false;
  double ber = report.pre_fec_ber;
  double factor = 1;
  for (const auto &f : faults)
    if (f.from <= t && t < f.until) {
      down |= f.kind == LinkFault::Kind::down;
      ber = f.kind == LinkFault::Kind::ber ? std::max(ber, f.pre_fec_ber) : ber;
      factor = f.kind == LinkFault::Kind::slow ? std::min(factor, f.factor) : factor;
    }
  LinkHealthSegment s;
  s.rate = down ? BitRate(0) : BitRate(static_cast<std::int64_t>(static_cast<double>(rate.bits_per_second) * factor));
  s.uncorrectable_ratio = down ? 0 : codeword_error_ratio(*report.fec, ber);
  s.latency = report.latency;
  return s;
}

} // namespace

TEST_CASE("segments ascend from 0, neighbours differ, and at every instant they say what the faults in force say") {
  const auto report = link_report(LinkOptics{});
  for (std::uint32_t trial = 0; trial < 2000; ++trial) {
    RandomStream random(42, Purpose::test, trial);
    const auto faults = random_faults(random);
    const auto health = link_health(report, 800_Gbps, faults);
    const auto &segments = health.segments;
    CAPTURE(trial);
    REQUIRE_FALSE(segments.empty());
    CHECK(segments.front().from == SimTime{});
    for (std::size_t i = 1; i < segments.size(); ++i) {
      CHECK(segments[i - 1].from < segments[i].from);
      const bool differ = segments[i - 1].rate != segments[i].rate ||
                          segments[i - 1].uncorrectable_ratio != segments[i].uncorrectable_ratio;
      CHECK(differ);
    }
    std::size_t current = 0;
    for (std::int64_t ps = 0; ps < 70; ++ps) {
      while (current + 1 < segments.size() && segments[current + 1].from <= at_picoseconds(ps))
        ++current;
      const auto expected = expected_at(at_picoseconds(ps), report, 800_Gbps, faults);
      REQUIRE(segments[current].rate == expected.rate);
      REQUIRE(segments[current].uncorrectable_ratio == expected.uncorrectable_ratio);
      REQUIRE(segments[current].latency == expected.latency);
    }
  }
}

TEST_CASE("the order in which faults are listed does not matter") {
  const auto report = link_report(LinkOptics{});
  for (std::uint32_t trial = 0; trial < 200; ++trial) {
    RandomStream random(43, Purpose::test, trial);
    auto faults = random_faults(random);
    const auto one = link_health(report, 800_Gbps, faults);
    std::reverse(faults.begin(), faults.end());
    const auto other = link_health(report, 800_Gbps, faults);
    REQUIRE(one.segments.size() == other.segments.size());
    for (std::size_t i = 0; i < one.segments.size(); ++i) {
      REQUIRE(one.segments[i].from == other.segments[i].from);
      REQUIRE(one.segments[i].rate == other.segments[i].rate);
      REQUIRE(one.segments[i].uncorrectable_ratio == other.segments[i].uncorrectable_ratio);
    }
  }
}
