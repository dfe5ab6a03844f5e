// Several planes, several NICs per GPU, rails by node: ids, names, errors. Switches by capacity.

#include "tests/unit/topology/specs.hpp"

#include "topology/export.hpp"
#include "topology/metrics.hpp"
#include "topology/routes.hpp"

#include <doctest/doctest.h>
#include <sstream>

using namespace lightloom;
using specs::fat_tree;
using specs::message_of;

namespace {

FabricSpec planes_and_nics(std::uint64_t hosts, std::uint32_t planes, std::uint32_t nics) {
  FabricSpec spec = fat_tree(hosts, 8, 2);
  spec.planes = planes;
  spec.nics_per_gpu = nics;
  return spec;
}

} // namespace

TEST_CASE("port = plane × NICs per GPU + NIC, endpoint = host × ports + port, and endpoint e has cable e") {
  const Fabric fabric = build_fabric(planes_and_nics(8, 2, 2));
  CHECK(fabric.ports_per_host() == 4);
  CHECK(fabric.endpoints() == 32);
  CHECK(fabric.planes() == 2);
  CHECK(fabric.count(Tier::host) == 32);
  const auto table = compute_routes(fabric);
  CHECK(table->attachment.size() == 32);
  for (std::uint32_t h = 0; h < 8; ++h) {
    CHECK(fabric.ports(NodeId(h)).size() == 4);
    for (std::uint32_t port = 0; port < 4; ++port) {
      const std::uint32_t e = fabric.endpoint(HostId(h), port);
      CHECK(e == 4 * h + port);
      CHECK(fabric.plan().cables[e].a == NodeId(h));
      CHECK(fabric.ports(NodeId(h))[port].cable == CableId(e));
      CHECK(fabric.node(fabric.leaf_of(e)).plane == port / 2);
      CHECK(fabric.plane_of_port(port) == port / 2);
      CHECK(table->attachment[e].leaf == fabric.leaf_of(e));
      CHECK(fabric.ports(table->attachment[e].leaf)[table->attachment[e].port].cable == CableId(e));
    }
  }
}

TEST_CASE("switches count leaves of all planes, then spines, plane by plane, and groups count on through the planes") {
  const Fabric fabric = build_fabric(planes_and_nics(32, 3, 1)); // 8 leaves and 4 spines per plane
  CHECK(fabric.count(NodeKind::leaf) == 24);
  CHECK(fabric.count(NodeKind::spine) == 12);
  for (std::uint32_t s = 0; s < 36; ++s) {
    const FabricNode &node = fabric.node(SwitchId(s));
    CHECK(node.plane == (s < 24 ? s / 8 : (s - 24) / 4));
    CHECK(node.group == node.plane);
  }
}

TEST_CASE("where a host has several ports, NICs and host cables are named with the port, and found by that name") {
  const Fabric fabric = build_fabric(planes_and_nics(8, 2, 2));
  CHECK(fabric.nic_name(7) == "host:1/3");
  CHECK(fabric.name(CableId(7)) == "host:1/3/" + fabric.name(fabric.leaf_of(7)));
  for (std::uint32_t c = 0; c < fabric.plan().cables.size(); ++c)
    CHECK(fabric.find_cable(fabric.name(CableId(c))) == CableId(c));
  const std::string leaf = fabric.name(fabric.leaf_of(7));
  CHECK(fabric.find_cable(leaf + "/host:1/3") == CableId(7));
  CHECK(fabric.find_nic("host:1/3") == CableId(7));
  // NICs 2 and 3 hang on one leaf: the host without its port means both, told apart by #k.
  CHECK(fabric.find_cable("host:1/" + leaf) == CableId(6));
  CHECK(fabric.find_cable("host:1/" + leaf + "#1") == CableId(7));
  CHECK(message_of([&] { fabric.find_nic("host:1"); }) ==
        "\"host:1\" is not a network interface (each host has 4 of them). Name one: host:1/0 to host:1/3.");
  CHECK(message_of([&] { fabric.find_nic("host:1/4"); }) ==
        "\"host:1/4\" does not exist (each host has 4 network interfaces, counted from 0). Try \"host:1/0\".");
  CHECK(message_of([&] { fabric.find_cable("host:1/0/" + leaf); }).find("no cable joins host:1 and " + leaf) !=
        std::string::npos);
}

TEST_CASE("the NICs of a node's GPUs are dealt to the rails in order, whatever the number of rails") {
  struct Row {
    std::uint32_t gpus_per_node, nics, rails, levels;
  };
  for (const Row &row : {Row{8, 1, 8, 2}, Row{8, 1, 4, 2}, Row{8, 2, 16, 2}, Row{8, 2, 8, 3}, Row{4, 2, 2, 3}}) {
    CAPTURE(row.rails);
    FabricSpec spec = fat_tree(128, row.levels == 2 ? 64 : 16, row.levels);
    spec.gpus_per_node = row.gpus_per_node;
    spec.nics_per_gpu = row.nics;
    spec.rails = row.rails;
    const Fabric fabric = build_fabric(spec);
    for (std::uint32_t e = 0; e < fabric.endpoints(); ++e) {
      const std::uint32_t gpu = e / row.nics % row.gpus_per_node;
      const std::uint32_t rail = (gpu * row.nics + e % row.nics) % row.rails;
      CHECK(fabric.leaf_of(e).value % row.rails == rail);
    }
  }
}

TEST_CASE("in three levels all leaves of a node are in one pod") {
  FabricSpec spec = fat_tree(8 * 24, 16, 3); // radix 16: pods of at most 8 leaves
  spec.rails = 8;
  const Fabric fabric = build_fabric(spec);
  CHECK(fabric.levels() == 3);
  for (std::uint32_t h = 0; h < fabric.hosts(); ++h)
    CHECK(fabric.node(fabric.leaf_of(h)).group == fabric.node(fabric.leaf_of(h / 8 * 8)).group);
}

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

TEST_CASE("Dragonfly+ has planes and refuses rails and what exceeds its switches, with the figures") {
  FabricSpec spec = specs::dragonfly_plus(5, 4);
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

TEST_CASE("exports say the plane where there are several") {
  std::ostringstream one;
  std::ostringstream two;
  write_graphml(build_fabric(planes_and_nics(8, 1, 1)), one);
  write_graphml(build_fabric(planes_and_nics(8, 2, 1)), two);
  CHECK(one.str().find("plane") == std::string::npos);
  CHECK(two.str().find("attr.name=\"plane\"") != std::string::npos);
  CHECK(two.str().find("host:3/1/leaf:") != std::string::npos);
}
