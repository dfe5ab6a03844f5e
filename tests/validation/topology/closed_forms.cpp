// Counts of fat-trees and Dragonfly+ against the closed forms of their papers. docs/validation/topology.md.
// Al-Fares, Loukissas, Vahdat, SIGCOMM 2008; Shpiner et al., HiPINEB 2017.

#include "tests/unit/topology/specs.hpp"

#include "topology/metrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

FabricMetrics measure_fat_tree(std::uint64_t hosts, std::uint32_t radix, std::uint32_t levels) {
  return measure_fabric(build_fabric(specs::fat_tree(hosts, radix, levels)));
}

FabricMetrics measure_dragonfly_plus(std::uint32_t groups, std::uint32_t m) {
  return measure_fabric(build_fabric(specs::dragonfly_plus(groups, m)));
}

} // namespace

TEST_CASE(
    "the full two-level fat-tree of radix k has k²/2 hosts, 3k/2 switches, k²/2 switch cables and no port unused") {
  for (const std::uint32_t k : {4u, 8u, 16u, 32u, 64u}) {
    CAPTURE(k);
    const FabricMetrics metrics = measure_fat_tree(k * k / 2, k, 2);
    CHECK(metrics.leaves == k);
    CHECK(metrics.spines == k / 2);
    CHECK(metrics.leaf_cables == k * k / 2);
    CHECK(metrics.unused_ports == 0);
    CHECK(metrics.diameter_hops == 4);
    CHECK(metrics.bisection.bits_per_second == std::int64_t{k} * k / 4 * 800'000'000'000); // N/2 × B each way
  }
}

TEST_CASE("the full three-level fat-tree of radix k has k³/4 hosts, 5k²/4 switches and k³/2 switch cables") {
  for (const std::uint32_t k : {4u, 6u, 8u, 16u, 32u}) {
    CAPTURE(k);
    const FabricMetrics metrics = measure_fat_tree(std::uint64_t{k} * k * k / 4, k, 3);
    CHECK(metrics.leaves == k * k / 2);
    CHECK(metrics.spines == k * k / 2);
    CHECK(metrics.cores == k * k / 4);
    CHECK(metrics.leaves + metrics.spines + metrics.cores == 5 * k * k / 4);
    CHECK(metrics.leaf_cables + metrics.spine_cables == k * k * k / 2);
    CHECK(metrics.unused_ports == 0);
    CHECK(metrics.diameter_hops == 6);
    CHECK(metrics.oversubscription == 1.0);
  }
  const FabricMetrics sixteen = measure_fat_tree(1024, 16, 3);
  CHECK(sixteen.leaves == 128);
  CHECK(sixteen.spines == 128);
  CHECK(sixteen.cores == 64);
}

TEST_CASE("mean distance of the three-level fat-tree: (k/2 − 1) hosts at 2 links, (k²/4 − k/2) at 4, the rest at 6") {
  for (const std::uint32_t k : {4u, 8u, 16u}) {
    const double h = k / 2.0;
    const double hosts = k * h * h;
    const double mean = (2 * (h - 1) + 4 * (h * h - h) + 6 * (hosts - h * h)) / (hosts - 1);
    CHECK(measure_fat_tree(k * k * k / 4, k, 3).average_hops == doctest::Approx(mean).epsilon(1e-12));
  }
}

TEST_CASE("Dragonfly+ LARGE has s·h + 1 groups, MEDIUM h + 1, SMALL h/q + 1, all ports in use when balanced") {
  struct Row {
    std::uint32_t m, groups, hosts, global;
  };
  // hosts = l·p·groups = m²·groups; global cables = s·h·groups / 2. Rows named in the sources: 272, 80, 48 and 32
  // hosts.
  for (const Row &row :
       {Row{4, 17, 272, 136}, Row{4, 5, 80, 40}, Row{4, 3, 48, 24}, Row{4, 2, 32, 16}, Row{8, 65, 4160, 2080},
        Row{8, 9, 576, 288}, Row{16, 17, 4352, 2176}, Row{32, 33, 33792, 16896}}) {
    CAPTURE(row.m);
    CAPTURE(row.groups);
    const FabricMetrics metrics = measure_dragonfly_plus(row.groups, row.m);
    CHECK(metrics.hosts == row.hosts);
    CHECK(metrics.leaves == row.groups * row.m);
    CHECK(metrics.spines == row.groups * row.m);
    CHECK(metrics.leaf_cables == row.groups * row.m * row.m);
    CHECK(metrics.global_cables == row.global);
    CHECK(metrics.unused_ports == 0);
    CHECK(metrics.diameter_hops == 5); // three switch-to-switch hops and a host cable at each end
    CHECK(metrics.connected);
  }
}

TEST_CASE("the largest balanced Dragonfly+ of radix 64 has 1,049,600 hosts in 1,025 groups") {
  const FabricMetrics metrics = measure_dragonfly_plus(1025, 32);
  CHECK(metrics.hosts == 1'049'600);
  CHECK(metrics.global_cables == 1025 * 1024 / 2);
  CHECK(metrics.diameter_hops == 5);
}

TEST_CASE("mean distance of Dragonfly+: p − 1 hosts at 2 links, (l − 1)p at 4, all others at 5") {
  for (const std::uint32_t groups : {17u, 5u, 2u}) {
    const double hosts = 16.0 * groups;
    const double mean = (2 * 3 + 4 * 12 + 5 * (hosts - 16)) / (hosts - 1);
    CHECK(measure_dragonfly_plus(groups, 4).average_hops == doctest::Approx(mean).epsilon(1e-12));
  }
}
