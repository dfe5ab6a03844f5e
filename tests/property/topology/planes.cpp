// Laws of planes, NICs and rails: a fabric of several planes is that many copies of one, for routes, metrics and
// failures. Switches by capacity are never overbooked.

#include "tests/property/topology/walk.hpp"
#include "tests/unit/topology/specs.hpp"

#include "sim/core/random.hpp"
#include "topology/deadlock.hpp"
#include "topology/metrics.hpp"
#include "topology/routes.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

/// Fat-trees of two and three levels with and without rails, and Dragonfly+; one plane.
std::vector<FabricSpec> some_planes() {
  std::vector<FabricSpec> all;
  for (const auto &[hosts, radix, levels, rails, nics] : {std::tuple{24u, 8u, 2u, 1u, 1u},
                                                          {32u, 16u, 2u, 4u, 1u},
                                                          {24u, 16u, 2u, 8u, 2u},
                                                          {64u, 8u, 3u, 1u, 1u},
                                                          {48u, 8u, 3u, 2u, 1u},
                                                          {64u, 16u, 3u, 8u, 1u},
                                                          {20u, 8u, 0u, 1u, 2u},
                                                          {4u, 8u, 0u, 1u, 1u}}) {
    FabricSpec spec = specs::fat_tree(hosts, radix, levels);
    spec.rails = rails;
    spec.nics_per_gpu = nics;
    all.push_back(spec);
  }
  for (const auto &[groups, m] : {std::pair{5u, 2u}, {10u, 3u}, {1u, 2u}})
    all.push_back(specs::dragonfly_plus(groups, m));
  return all;
}

/// Switch s of a single plane as it is numbered in plane `plane` of `planes`.
std::uint32_t in_plane(const Fabric &single, std::uint32_t s, std::uint32_t plane, std::uint32_t planes) {
  std::uint32_t before = 0; // switches of the kinds before
  for (const NodeKind kind : {NodeKind::leaf, NodeKind::spine, NodeKind::core}) {
    const std::uint32_t count = single.count(kind);
    if (s < before + count)
      return planes * before + plane * count + (s - before);
    before += count;
  }
  return 0xffffffffu;
}

/// The rows of this plane are those of the single plane, and lead nowhere else.
bool same_rows(const Fabric &single, const RouteTable &one, const RouteTable &all, std::uint32_t plane,
               std::uint32_t planes) {
  for (std::uint32_t s = 0; s < single.switches(); ++s) {
    const SwitchRoutes &expected = *one.switches[s];
    const SwitchRoutes &row = *all.switches[in_plane(single, s, plane, planes)];
    if (row.ports != expected.ports)
      return false;
    std::size_t reached = 0;
    for (std::uint32_t leaf = 0; leaf < single.count(NodeKind::leaf); ++leaf) {
      if (row.group_of_leaf[in_plane(single, leaf, plane, planes)] != expected.group_of_leaf[leaf])
        return false;
      reached += expected.group_of_leaf[leaf] != no_group;
    }
    if (row.group_of_leaf.size() -
            static_cast<std::size_t>(std::count(row.group_of_leaf.begin(), row.group_of_leaf.end(), no_group)) !=
        reached)
      return false;
  }
  return true;
}

} // namespace

TEST_CASE("every plane has the routes of the one plane alone, and none to other planes") {
  for (FabricSpec spec : some_planes()) {
    CAPTURE(spec.topology);
    CAPTURE(spec.hosts);
    const Fabric single = build_fabric(spec);
    const auto one = compute_routes(single);
    spec.planes = 3;
    const Fabric fabric = build_fabric(spec);
    const auto all = compute_routes(fabric);
    CHECK(fabric.switches() == 3 * single.switches());
    for (std::uint32_t plane = 0; plane < 3; ++plane)
      CHECK(same_rows(single, *one, *all, plane, 3));
    CHECK(deadlock_free(fabric, *all));
  }
}

TEST_CASE("port p of every host reaches port p of every other by every choice, in as many hops as the plane alone") {
  for (FabricSpec spec : some_planes()) {
    spec.planes = 2;
    CAPTURE(spec.topology);
    CAPTURE(spec.hosts);
    const Fabric fabric = build_fabric(spec);
    const auto table = compute_routes(fabric);
    const int far = spec.topology == "fat-tree" ? 4 : 3;
    for (std::uint32_t to = 0; to < fabric.endpoints(); to += 3) {
      walk::EveryChoice walk(fabric, *table, fabric.leaf_of(to).value);
      const FabricNode &there = fabric.node(fabric.leaf_of(to));
      bool all = true;
      for (std::uint32_t from = to % fabric.ports_per_host(); from < fabric.endpoints();
           from += fabric.ports_per_host()) {
        const FabricNode &here = fabric.node(fabric.leaf_of(from));
        const int expected = here.index == there.index ? 0 : here.group == there.group ? 2 : far;
        all = all && here.plane == there.plane && walk.from(fabric.leaf_of(from).value) == expected;
      }
      CHECK(all);
    }
  }
}

TEST_CASE("whatever fails in one plane, the others keep their rows, also when that plane needs routes from a root") {
  std::uint32_t rooted = 0;
  std::uint32_t number = 0;
  for (FabricSpec spec : some_planes()) {
    const Fabric single = build_fabric(spec);
    if (single.switches() == 1)
      continue;
    spec.planes = 2;
    const Fabric fabric = build_fabric(spec);
    const auto healthy = compute_routes(fabric);
    for (int trial = 0; trial < 20; ++trial) {
      RandomStream draw(31, Purpose::test, number++);
      std::vector<FabricElement> dead;       // in plane 1 …
      std::vector<FabricElement> dead_alone; // … and in the single plane
      for (std::uint64_t i = 0; i <= draw.below(1 + single.switches() / 3); ++i) {
        const auto s = static_cast<std::uint32_t>(draw.below(single.switches()));
        const std::uint32_t twin = in_plane(single, s, 1, 2);
        const auto port = static_cast<std::uint32_t>(draw.below(single.ports(SwitchId(s)).size()));
        if (draw.below(5) == 0) {
          dead_alone.emplace_back(SwitchId(s));
          dead.emplace_back(SwitchId(twin));
        } else {
          dead_alone.emplace_back(single.ports(SwitchId(s))[port].cable);
          dead.emplace_back(fabric.ports(SwitchId(twin))[port].cable);
        }
      }
      RouteKind kind = RouteKind::minimal;
      RouteKind kind_alone = RouteKind::minimal;
      const auto table = compute_routes(fabric, dead, &kind);
      const auto alone = compute_routes(single, dead_alone, &kind_alone);
      CHECK(kind == kind_alone);
      rooted += kind == RouteKind::rooted;
      CHECK(same_rows(single, *compute_routes(single), *table, 0, 2));
      CHECK(same_rows(single, *alone, *table, 1, 2));
    }
  }
  CHECK(rooted > 0); // the test reaches the hard case
}

TEST_CASE("distances and oversubscription are those of one plane, counts and bisection the sum of planes") {
  for (FabricSpec spec : some_planes()) {
    CAPTURE(spec.topology);
    CAPTURE(spec.hosts);
    const FabricMetrics one = measure_fabric(build_fabric(spec));
    const FabricMetrics one_structural = measure_fabric(build_fabric(spec), 0);
    spec.planes = 3;
    const FabricMetrics all = measure_fabric(build_fabric(spec));
    const FabricMetrics structural = measure_fabric(build_fabric(spec), 0);
    CHECK(all.planes == 3);
    CHECK(all.hosts == one.hosts);
    CHECK(all.leaves == 3 * one.leaves);
    CHECK(all.spines == 3 * one.spines);
    CHECK(all.cores == 3 * one.cores);
    CHECK(all.host_cables == 3 * one.host_cables);
    CHECK(all.leaf_cables == 3 * one.leaf_cables);
    CHECK(all.unused_ports == 3 * one.unused_ports);
    CHECK(all.bisection.bits_per_second == 3 * one.bisection.bits_per_second);
    CHECK(structural.bisection.bits_per_second == 3 * one_structural.bisection.bits_per_second);
    CHECK(all.diameter_hops == one.diameter_hops);
    CHECK(all.average_hops == doctest::Approx(one.average_hops).epsilon(1e-12));
    CHECK(all.oversubscription == one.oversubscription);
    CHECK(all.connected);
  }
}

TEST_CASE("with rails, same-rail GPUs of a unit meet in one leaf and the bisection is still half the NIC ports") {
  FabricSpec spec = specs::fat_tree(1024, 64, 2); // 4 units of 32 nodes of 8
  spec.rails = 8;
  const Fabric fabric = build_fabric(spec);
  for (std::uint32_t node = 0; node < 128; ++node)
    for (std::uint32_t rail = 0; rail < 8; ++rail)
      CHECK(fabric.leaf_of(8 * node + rail) == fabric.leaf_of(node / 32 * 256 + rail));
  CHECK(measure_fabric(fabric).bisection.bits_per_second == 512 * 800'000'000'000);
  CHECK(measure_fabric(fabric, 0).bisection.bits_per_second == 512 * 800'000'000'000);
}

TEST_CASE("no switch carries more than its capacity, and oversubscription is kept, at any mix of rates") {
  std::uint32_t built = 0;
  for (std::uint32_t trial = 0; trial < 200; ++trial) {
    RandomStream draw(37, Purpose::test, trial);
    const auto rate = [&] { return BitRate(100'000'000'000ll << draw.below(5)); }; // 100 Gb/s … 1.6 Tb/s
    FabricSpec spec;
    spec.switch_capacity = BitRate(6'400'000'000'000ll << draw.below(3));
    spec.rates = {rate(), rate(), rate(), rate()};
    spec.hosts = 1 + draw.below(500);
    const std::uint32_t levels = draw.below(2) == 0 ? 2 : 3;
    spec.shape = given_parameters(FatTreeShape{.levels = levels});
    spec.oversubscription = draw.below(2) == 0 ? 1 : 1.5;
    spec.spine_oversubscription = draw.below(2) == 0 ? 1 : 3;
    if (spec.hosts <= fat_tree_capacity(spec, levels)) {
      ++built;
      const Fabric fabric = build_fabric(spec);
      for (std::uint32_t s = 0; s < fabric.switches(); ++s) {
        std::int64_t sum = 0;
        for (const FabricPort &port : fabric.ports(SwitchId(s)))
          sum += fabric.plan().cables[port.cable.index()].rate.bits_per_second;
        CHECK(sum <= spec.switch_capacity.bits_per_second);
      }
      CHECK(measure_fabric(fabric).oversubscription <=
            spec.oversubscription * (levels == 3 ? spec.spine_oversubscription : 1) + 1e-9);
    }
  }
  CHECK(built > 100);
}
