// Published clusters rebuilt from hosts, radix and rails alone, and where the published design differs.
// docs/validation/topology.md. NVIDIA DGX SuperPOD reference architectures RA-11334 and RA-11333 (as cited in public
// notes); DeepSeek-V3 at ISCA 2025, table 3; Alibaba HPN at SIGCOMM 2024, table 1.

#include "topology/builder.hpp"
#include "topology/metrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

FabricMetrics measure(std::uint64_t hosts, std::uint32_t radix, std::uint32_t levels, std::uint32_t rails = 1) {
  FabricSpec spec;
  spec.hosts = hosts;
  spec.radix = radix;
  spec.levels = levels;
  spec.rails = rails;
  spec.rates = LinkRates::all(400_Gbps);
  return measure_fabric(build_fabric(spec));
}

} // namespace

TEST_CASE(
    "DGX SuperPOD H100, 4 scalable units, 127 nodes: 32 leaves, 16 spines, 1,016 host and 1,024 leaf-spine cables") {
  for (const std::uint32_t rails : {1u, 8u}) {
    const FabricMetrics metrics = measure(1016, 64, 2, rails);
    CHECK(metrics.leaves == 32);
    CHECK(metrics.spines == 16);
    CHECK(metrics.host_cables == 1016); // Appendix A bill; table 4.1 adds 4 cables of the fabric manager
    CHECK(metrics.leaf_cables == 1024);
    CHECK(metrics.host_cables + metrics.leaf_cables == 2040);
    CHECK(metrics.unused_ports == 8); // one node short of 4 × 32
  }
}

TEST_CASE("DGX SuperPOD idealised, 128 nodes: 1,024 host and 1,024 leaf-spine cables, no port unused") {
  const FabricMetrics metrics = measure(1024, 64, 2, 8);
  CHECK(metrics.leaves == 32);
  CHECK(metrics.spines == 16);
  CHECK(metrics.leaf_cables == 1024);
  CHECK(metrics.unused_ports == 0);
}

TEST_CASE("2 scalable units, 63 nodes: 16 leaves, 8 spines, 512 leaf-spine cables, and the published 508 host cables "
          "include 4 of the fabric manager") {
  const FabricMetrics metrics = measure(504, 64, 2, 8);
  CHECK(metrics.leaves == 16);
  CHECK(metrics.spines == 8);
  CHECK(metrics.leaf_cables == 512);
}

TEST_CASE(
    "1 scalable unit, 31 nodes: 8 leaves and 4 spines, and a leaf with 31 hosts is given 31 uplinks, the published "
    "one has 32") {
  const FabricMetrics metrics = measure(248, 64, 2, 8);
  CHECK(metrics.leaves == 8);
  CHECK(metrics.spines == 4);
  CHECK(metrics.leaf_cables == 248); // published: 256, one spare uplink per leaf
}

TEST_CASE("DeepSeek-V3, table 3, FT2: 2,048 endpoints, 96 switches, 2,048 links, of which eight planes are eight times "
          "that") {
  const FabricMetrics metrics = measure(2048, 64, 2);
  CHECK(metrics.leaves + metrics.spines == 96);
  CHECK(metrics.leaf_cables == 2048);
  CHECK(8 * (metrics.leaves + metrics.spines) == 768);
  CHECK(8 * metrics.host_cables == 16384);
}

TEST_CASE("fat-tree of radix 48: 27,648 hosts, 1,152 + 1,152 + 576 switches, 27,648 cables per tier") {
  const FabricMetrics metrics = measure(27648, 48, 3);
  CHECK(metrics.leaves == 1152);
  CHECK(metrics.spines == 1152);
  CHECK(metrics.cores == 576);
  CHECK(metrics.leaf_cables == 27648);
  CHECK(metrics.spine_cables == 27648);
}

TEST_CASE("DGX BasePOD, 8 nodes: the rules give one switch of radix 64, and the published design has two, joined by 32 "
          "cables") {
  const FabricMetrics metrics = measure(64, 64, 0);
  CHECK(metrics.leaves == 1);
  CHECK(metrics.spines == 0);
}

TEST_CASE("Llama 3: a pod of 3,072 GPUs in 192 racks is full bisection, and 8 pods are joined at 1:7") {
  // Radix 512 stands for the modular switches of the aggregation; the paper gives hosts, racks, pods and ratio, not its
  // port counts.
  FabricSpec spec;
  spec.hosts = 24576;
  spec.radix = 512;
  spec.levels = 3;
  spec.spine_oversubscription = 7;
  const FabricMetrics metrics = measure_fabric(build_fabric(spec));
  CHECK(metrics.oversubscription <= 7.0);
  CHECK(metrics.oversubscription > 6.0);
  CHECK(metrics.connected);
}
