// Published clusters rebuilt from hosts, radix and rails alone, and where the published design differs.
// docs/validation/topology.md. NVIDIA DGX SuperPOD reference architectures RA-11334 and RA-11333 (as cited in public
// notes); DeepSeek-V3 at ISCA 2025, table 3; Alibaba HPN at SIGCOMM 2024, table 1.

#include "tests/unit/topology/specs.hpp"

#include "topology/equipment.hpp"
#include "topology/metrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

/// A fat-tree of 400 Gb/s.
FabricSpec fat_tree(std::uint64_t hosts, std::uint32_t radix, std::uint32_t levels, std::uint32_t rails = 1) {
  FabricSpec spec = specs::fat_tree(hosts, radix, levels);
  spec.rails = rails;
  spec.rates = LinkRates::all(400_Gbps);
  return spec;
}

FabricMetrics measure(std::uint64_t hosts, std::uint32_t radix, std::uint32_t levels, std::uint32_t rails = 1) {
  return measure_fabric(build_fabric(fat_tree(hosts, radix, levels, rails)));
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
  FabricSpec spec = specs::fat_tree(24576, 512, 3);
  spec.spine_oversubscription = 7;
  const FabricMetrics metrics = measure_fabric(build_fabric(spec));
  CHECK(metrics.oversubscription <= 7.0);
  CHECK(metrics.oversubscription > 6.0);
  CHECK(metrics.connected);
}

TEST_CASE("DeepSeek-V3, table 3, MPFT: 8 planes join 16,384 endpoints with 768 switches and 16,384 links") {
  // There a GPU has one NIC in one plane, the plane of its place in the node. Here a host is the node, with a port in
  // each plane.
  FabricSpec spec = fat_tree(2048, 64, 2);
  spec.planes = 8;
  const FabricMetrics metrics = measure_fabric(build_fabric(spec));
  CHECK(metrics.host_cables == 16384);
  CHECK(metrics.leaves + metrics.spines == 768);
  CHECK(metrics.leaf_cables == 16384);
  CHECK(metrics.unused_ports == 0);
  CHECK(metrics.diameter_hops == 4);
  CHECK(metrics.bisection.bits_per_second == 8192 * 400'000'000'000);
}

TEST_CASE("DeepSeek-V3 as deployed: 256 nodes of 8 GPUs, 8 planes, 2,048 endpoint links") {
  FabricSpec spec = fat_tree(256, 64, 2);
  spec.planes = 8;
  const FabricMetrics metrics = measure_fabric(build_fabric(spec));
  CHECK(metrics.host_cables == 2048);
  CHECK(metrics.leaves == 8 * 8);
  CHECK(metrics.spines == 8 * 4);
}

namespace {

/// Alibaba HPN: two ports of 200 Gb/s per GPU, one into each plane; 8 rails; 51.2 Tb/s switches, of which a leaf has
/// 128 active ports down and 60 of 400 Gb/s up, 16:15.
FabricSpec alibaba_hpn(std::uint64_t gpus) {
  FabricSpec spec = fat_tree(gpus, 0, 2, 8); // the radix is not looked at
  spec.planes = 2;
  spec.gpus_per_node = 8;
  spec.switch_capacity = 51'200_Gbps;
  spec.rates.host = 200_Gbps;
  spec.oversubscription = 128.0 * 200 / (60 * 400);
  return spec;
}

} // namespace

TEST_CASE("Alibaba HPN segment: 1,024 GPUs on 16 leaves, 128 ports of 200 Gb/s down and 60 of 400 Gb/s up each") {
  const Fabric fabric = build_fabric(alibaba_hpn(1024));
  CHECK(fabric.count(NodeKind::leaf) == 16);
  CHECK(fabric.count(Tier::host) == 2048);
  CHECK(fabric.ports(SwitchId(0)).size() == 128 + 60);
  CHECK(fabric.unused_ports(SwitchId(0)) == 8); // the 8 backup ports of 200 Gb/s
}

TEST_CASE("Alibaba HPN pod: 15 segments, 15,360 GPUs, two levels, 60 paths between leaves, 1.067:1") {
  const Fabric fabric = build_fabric(alibaba_hpn(15'360));
  const FabricMetrics metrics = measure_fabric(fabric);
  CHECK(metrics.leaves == 15 * 16);
  CHECK(metrics.spines == 2 * 60);
  CHECK(metrics.leaf_cables == 2 * 120 * 60);
  CHECK(metrics.oversubscription == doctest::Approx(1.067).epsilon(1e-3));
  CHECK(metrics.diameter_hops == 4);
  // A spine has 120 of its 128 ports of 400 Gb/s in use: the published 120 down and 8 up.
  CHECK(fabric.unused_ports(SwitchId(240)) == 8);
}

TEST_CASE("DGX SuperPOD B200, 4 scalable units: the nodes draw the published 1,816 kW") {
  FabricSpec spec = fat_tree(1016, 64, 2, 8);
  spec.gpus_per_node = 8;
  const ClusterBill bill = cluster_bill(build_fabric(spec), "B200-SXM", 1016);
  double nodes = 0;
  for (const ClusterLine &line : bill.lines)
    if (line.kind != EquipmentKind::network_switch)
      nodes += line.power_W;
  CHECK(nodes == doctest::Approx(1'816'000).epsilon(1e-3)); // 127 × 14.3 kW
  CHECK(bill.lines.back().count == 48);
  CHECK(bill.lines.back().power_W == 48 * 747); // QM9700, passive cables
}
