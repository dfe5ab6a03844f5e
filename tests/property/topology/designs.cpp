// Laws of every fat-tree and Dragonfly+ that can be asked for.

#include "tests/unit/topology/specs.hpp"

#include "topology/metrics.hpp"

#include <doctest/doctest.h>
#include <map>
#include <vector>

using namespace lightloom;
using specs::fat_tree;

namespace {

/// The fewest switches of two levels by trying every leaf size and every number of spines, from the definition: all
/// leaves reach spine s with the same number of cables, no switch has more ports than the radix.
std::uint64_t fewest_two_level_switches(std::uint32_t hosts, std::uint32_t radix) {
  std::uint64_t fewest = ~0ull;
  for (std::uint32_t per_leaf = 1; 2 * per_leaf <= radix; ++per_leaf) {
    const std::uint32_t leaves = (hosts + per_leaf - 1) / per_leaf;
    if (leaves < 2)
      continue;
    for (std::uint32_t spines = 1; spines <= per_leaf; ++spines) {
      std::uint32_t left = per_leaf; // uplinks of a leaf, dealt to the spines one after another
      for (std::uint32_t s = 0; s < spines; ++s) {
        std::uint32_t cables = 0;
        while (left > 0 && (cables + 1) * leaves <= radix) {
          ++cables;
          --left;
        }
      }
      if (left == 0) {
        fewest = std::min<std::uint64_t>(fewest, leaves + spines);
        break;
      }
    }
  }
  return fewest;
}

} // namespace

TEST_CASE("a two-level fat-tree has the fewest switches of all with equal leaves") {
  for (const std::uint32_t radix : {4u, 8u, 10u, 16u, 24u})
    for (std::uint32_t hosts = 2; hosts <= radix * radix / 2; ++hosts) {
      CAPTURE(radix);
      CAPTURE(hosts);
      CHECK(design_fat_tree(fat_tree(hosts, radix, 2)).switches() == fewest_two_level_switches(hosts, radix));
    }
}

TEST_CASE("for any number of hosts: nobody is left out, no switch has more cables than ports, full bisection is kept") {
  for (const std::uint32_t radix : {4u, 6u, 8u, 12u, 16u})
    for (const std::uint32_t levels : {0u, 2u, 3u})
      for (std::uint32_t hosts = 1;
           hosts <= std::min<std::uint64_t>(fat_tree_capacity(fat_tree(1, radix, 1), levels == 2 ? 2 : 3), 500);
           hosts += 1 + hosts / 16) {
        CAPTURE(radix);
        CAPTURE(levels);
        CAPTURE(hosts);
        const Fabric fabric = build_fabric(fat_tree(hosts, radix, levels));
        const FabricMetrics metrics = measure_fabric(fabric);
        CHECK(fabric.hosts() == hosts);
        CHECK(metrics.connected);
        CHECK(metrics.oversubscription <= 1.0);
        CHECK(metrics.bisection.bits_per_second == hosts / 2 * 800'000'000'000);
        if (hosts > 1 && levels != 0)
          CHECK(metrics.diameter_hops == 2 * levels);
        // Used and unused ports together are all ports; both ends of a switch cable are switch ports.
        CHECK(metrics.unused_ports + metrics.host_cables + 2 * (metrics.leaf_cables + metrics.spine_cables) ==
              std::uint64_t{fabric.switches()} * radix);
      }
}

TEST_CASE("leaves of equal reach: to every spine of a pod, and from every pod to a core, the same number of cables") {
  for (const std::uint32_t hosts : {33u, 100u, 290u, 313u, 500u})
    for (const std::uint32_t levels : {2u, 3u}) {
      CAPTURE(hosts);
      CAPTURE(levels);
      const Fabric fabric = build_fabric(fat_tree(hosts, 32, levels));
      std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> to_spine; // (leaf, spine)
      std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> to_core;  // (pod, core)
      for (const Cable &cable : fabric.plan().cables) {
        if (cable.tier == Tier::leaf)
          ++to_spine[{fabric.node(cable.a).index, fabric.node(cable.b).index}];
        if (cable.tier == Tier::spine)
          ++to_core[{fabric.node(cable.a).group, fabric.node(cable.b).index}];
      }
      const std::uint32_t leaves_per_pod = design_fat_tree(fat_tree(hosts, 32, levels)).leaves_per_pod;
      for (const auto &[pair, cables] : to_spine)
        CHECK((to_spine[{pair.first / leaves_per_pod * leaves_per_pod, pair.second}]) == cables);
      for (const auto &[pair, cables] : to_core)
        CHECK((to_core[{0, pair.second}]) == cables);
    }
}

TEST_CASE("a fat-tree takes exactly as many hosts as its capacity") {
  for (const std::uint32_t radix : {2u, 4u, 6u, 8u, 16u})
    for (const std::uint32_t levels : {2u, 3u}) {
      const std::uint64_t capacity = fat_tree_capacity(fat_tree(1, radix, levels), levels);
      CHECK(design_fat_tree(fat_tree(capacity, radix, levels)).hosts == capacity);
      CHECK_THROWS(design_fat_tree(fat_tree(capacity + 1, radix, levels)));
    }
}

TEST_CASE("with oversubscription and unequal rates, no leaf and no pod exceeds the ratio") {
  for (const double ratio : {0.5, 1.0, 1.5, 3.0, 7.0})
    for (const std::int64_t uplink : {400, 800, 1600})
      for (const std::uint32_t hosts : {20u, 97u, 333u}) {
        FabricSpec spec = fat_tree(hosts, 32, 3);
        spec.oversubscription = ratio;
        spec.rates.leaf = BitRate(uplink * 1'000'000'000);
        spec.rates.spine = BitRate(uplink * 1'000'000'000);
        CAPTURE(ratio);
        CAPTURE(uplink);
        CAPTURE(hosts);
        const FabricMetrics metrics = measure_fabric(build_fabric(spec));
        CHECK(metrics.oversubscription <= ratio + 1e-9);
        CHECK(metrics.connected);
      }
}

TEST_CASE("any legal Dragonfly+ is connected within five links") {
  for (const std::uint32_t groups : {2u, 3u, 4u, 5u, 7u, 10u})
    for (const std::uint32_t leaves : {1u, 2u, 5u})
      for (const std::uint32_t spines : {1u, 3u, 4u})
        for (const std::uint32_t global : {1u, 3u, 4u}) {
          const FabricSpec spec = specs::dragonfly_plus({groups, leaves, spines, 2, global}, 16);
          if (groups > spines * global + 1) {
            CHECK_THROWS(build_fabric(spec));
            continue;
          }
          CAPTURE(groups);
          CAPTURE(leaves);
          CAPTURE(spines);
          CAPTURE(global);
          const FabricMetrics metrics = measure_fabric(build_fabric(spec));
          CHECK(metrics.connected);
          if (groups <= global + 1 || leaves == 1 || spines == 1)
            CHECK(metrics.diameter_hops == 5);
        }
}
