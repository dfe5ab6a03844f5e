// Ports by radix and by capacity, planes and rails: what fits, and what is refused.

#include "tests/unit/topology/specs.hpp"

#include "topology/metrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using specs::fat_tree;
using specs::message_of;

TEST_CASE("64 × 800 Gb/s and 32 × 1.6 Tb/s are the same 51.2 Tb/s, and a leaf adds up what its ports carry") {
  FabricSpec spec = fat_tree(2048, 0, 2); // the radix is not looked at
  spec.switch_capacity = 51'200_Gbps;
  const Fabric slow = build_fabric(spec);
  CHECK(slow.radix() == 64);
  CHECK(slow.count(NodeKind::leaf) == 64);
  CHECK(slow.count(NodeKind::spine) == 32);
  spec.rates = LinkRates::all(1'600_Gbps);
  spec.hosts = 512; // 32²/2
  const Fabric fast = build_fabric(spec);
  CHECK(fast.radix() == 32);
  CHECK(fast.count(NodeKind::leaf) == 32);
  CHECK(fast.count(NodeKind::spine) == 16);
  CHECK(measure_fabric(fast).unused_ports == 0);
  // 32 hosts at 800 Gb/s and 16 uplinks at 1.6 Tb/s fill a leaf; by ports alone, radix 64, it would take 42 and 21.
  spec.rates.host = 800_Gbps;
  spec.hosts = 1024;
  const Fabric mixed = build_fabric(spec);
  CHECK(mixed.count(NodeKind::leaf) == 32);
  CHECK(mixed.count(NodeKind::spine) == 16);
  CHECK(mixed.ports(SwitchId(0)).size() == 48);
  CHECK(measure_fabric(mixed).unused_ports == 0);
  spec.switch_capacity = BitRate(0);
  spec.radix = 64;
  CHECK(build_fabric(spec).count(NodeKind::leaf) < 32);
}

TEST_CASE("what cannot be built with planes, rails or a capacity is refused with the figures") {
  FabricSpec spec = fat_tree(64, 64, 2);
  spec.planes = 0;
  CHECK(message_of([&] { build_fabric(spec); }) == "fabric.planes = 0 (a fabric has at least one). Use 1.");
  spec.planes = 33;
  spec.nics_per_gpu = 2;
  CHECK(
      message_of([&] { build_fabric(spec); }) ==
      "fabric.planes = 33 with fabric.nic.per_gpu = 2 (66 NIC ports per GPU, at most 64 are built). Use fewer planes.");
  spec.planes = 1;
  spec.rails = 8;
  spec.gpus_per_node = 6;
  CHECK(message_of([&] { build_fabric(spec); }) ==
        "fabric.rails = 8 (a node of 6 GPUs with 2 NICs each has 12 in a plane, which do not divide evenly over the "
        "rails). Use 12, or 1 for no rails.");
  spec = fat_tree(1100, 64, 2);
  spec.nics_per_gpu = 2;
  CHECK(message_of([&] { build_fabric(spec); }) == "a fabric of 1100 hosts with 2 NICs each (a fat-tree of 2 levels "
                                                   "with radix 64 takes at most 1024). Use fabric.levels = 3.");
  spec = fat_tree(5000, 0, 2);
  spec.switch_capacity = 51'200_Gbps;
  CHECK(message_of([&] { build_fabric(spec); })
            .find("a fat-tree of 2 levels with switches of 51.2 Tb/s takes at most "
                  "2048") != std::string::npos);
  spec.switch_capacity = 1_Tbps;
  CHECK(message_of([&] { build_fabric(spec); }) ==
        "fabric.switch.capacity = 1 Tb/s (that is 1 ports of the host tier's 800 Gb/s, a switch needs at least two). "
        "Use 1.6 Tb/s or more.");
}
