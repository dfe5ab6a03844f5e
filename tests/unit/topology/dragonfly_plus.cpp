// Dragonfly+: how global cables are spread, and what is refused.

#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>
#include <map>

using namespace lightloom;
using specs::dragonfly_plus;
using specs::message_of;

namespace {

/// Global cables per pair of groups.
std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> pair_counts(const Fabric &fabric) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> counts;
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier == Tier::global)
      ++counts[std::minmax(fabric.node(cable.a).group, fabric.node(cable.b).group)];
  return counts;
}

} // namespace

TEST_CASE("MEDIUM: every spine is joined to its namesakes in all other groups") {
  const Fabric fabric = build_fabric(dragonfly_plus(5, 4)); // h + 1 = 5 groups
  for (std::uint32_t a = 0; a < 5; ++a)
    for (std::uint32_t b = a + 1; b < 5; ++b)
      for (std::uint32_t i = 0; i < 4; ++i)
        CHECK_NOTHROW(fabric.find_cable("spine:" + std::to_string(4 * a + i) + "/spine:" + std::to_string(4 * b + i)));
}

TEST_CASE("SMALL: q parallel cables join each pair of namesake spines") {
  const Fabric fabric = build_fabric(dragonfly_plus(3, 4)); // h / q + 1 = 3 groups with q = 2
  CHECK_NOTHROW(fabric.find_cable("spine:0/spine:4#1"));
  CHECK(message_of([&] { fabric.find_cable("spine:0/spine:4#2"); }) ==
        "\"spine:0/spine:4#2\" does not exist (2 parallel cables join spine:0 and spine:4, counted from 0). Use "
        "\"spine:0/spine:4#1\" or "
        "less.");
}

TEST_CASE("for any number of groups, pairs of groups differ by at most one cable, and ports left over are the fewest") {
  for (std::uint32_t m = 1; m <= 5; ++m)
    for (std::uint32_t groups = 2; groups <= m * m + 1; ++groups) {
      CAPTURE(m);
      CAPTURE(groups);
      const Fabric fabric = build_fabric(dragonfly_plus(groups, m));
      const auto counts = pair_counts(fabric);
      REQUIRE(counts.size() == groups * (groups - 1) / 2); // each pair at least once
      std::uint32_t least = 0xffffffffu;
      std::uint32_t most = 0;
      for (const auto &[pair, count] : counts) {
        least = std::min(least, count);
        most = std::max(most, count);
      }
      CHECK(most - least <= 1);
      CHECK(fabric.count(Tier::global) == groups * m * m / 2); // an odd number of ends leaves one over
      for (std::uint32_t s = 0; s < fabric.count(NodeKind::spine); ++s)
        CHECK(fabric.ports(SwitchId(fabric.count(NodeKind::leaf) + s)).size() <= 2 * m);
    }
}

TEST_CASE("hosts fill leaves in order, and empty places stay unused") {
  FabricSpec spec = dragonfly_plus(5, 4);
  spec.hosts = 18;
  const Fabric fabric = build_fabric(spec);
  CHECK(fabric.hosts() == 18);
  CHECK(fabric.leaf_of(HostId(17)) == SwitchId(4));
  CHECK(fabric.count(NodeKind::leaf) == 20);
}

TEST_CASE("what cannot be built is refused with the reason and a way out") {
  CHECK(message_of([] { build_fabric(dragonfly_plus(18, 4)); }) ==
        "fabric.groups = 18 (a group has 16 global cables, so it reaches at most 16 others). Use at most 17 groups, or "
        "raise "
        "global_links_per_spine.");
  CHECK(message_of([] {
          build_fabric(dragonfly_plus({5, 4, 4, 5, 4}, 8));
        }).find("fabric.hosts_per_leaf = 5 (with 4 spines per group a leaf needs 9 ports") == 0);
  FabricSpec full = dragonfly_plus(5, 4);
  full.hosts = 81;
  CHECK(message_of([&] { build_fabric(full); }) == "a fabric of 81 hosts (5 groups of 4 leaves and 4 spines have 80 "
                                                   "places). Use at most 80 hosts, or more groups or hosts_per_leaf.");
  CHECK(message_of([] { build_fabric(dragonfly_plus({5, 4, 0, 4, 4}, 8)); }).find("fabric.spines_per_group = 0") == 0);
  FabricSpec absurd = dragonfly_plus(4'000'000'000u, 4);
  CHECK(message_of([&] { build_fabric(absurd); }).find("fabric.groups = 4000000000") == 0);
}

TEST_CASE("Dragonfly+ has planes and refuses rails and what exceeds its switches, with the figures") {
  FabricSpec spec = dragonfly_plus(5, 4);
  spec.planes = 2;
  const Fabric fabric = build_fabric(spec);
  CHECK(fabric.hosts() == 80);
  CHECK(fabric.count(NodeKind::leaf) == 40);
  CHECK(fabric.count(Tier::global) == 80);
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier != Tier::host)
      CHECK(fabric.node(cable.a).plane == fabric.node(cable.b).plane);
  spec.nics_per_gpu = 2;
  CHECK(build_fabric(spec).hosts() == 40); // full: hosts_per_leaf counts NIC ports
  spec.rails = 8;
  CHECK(message_of([&] { build_fabric(spec); }) ==
        "fabric.rails = 8 (a Dragonfly+ is built without rails). Remove it, or use topology = \"fat-tree\".");
  spec.rails = 1;
  spec.switch_capacity = 6'400_Gbps; // 8 × 800 Gb/s
  CHECK(build_fabric(spec).radix() == 8);
  spec.rates.leaf = 1'600_Gbps;
  CHECK(message_of([&] { build_fabric(spec); }) ==
        "fabric.hosts_per_leaf = 4 (with 4 spines per group a leaf needs 4 × 800 Gb/s and 4 × 1.6 Tb/s, its capacity "
        "is 6.4 Tb/s). Lower hosts_per_leaf or spines_per_group, or raise fabric.switch.capacity.");
}
