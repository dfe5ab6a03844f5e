// Fat-trees: shapes small enough to count by hand, placement of hosts, and what is refused.

#include "topology/families/fat_tree.hpp"
#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using specs::fat_tree;
using specs::message_of;

TEST_CASE("128 hosts on radix 64: 4 leaves of 32, and 2 spines that take 16 parallel cables from each") {
  // 32 uplinks per leaf; a spine of 64 ports has 64 / 4 = 16 per leaf; 32 / 16 = 2 spines. All 4·64 + 2·64 ports are
  // used.
  const Fabric fabric = build_fabric(fat_tree(128, 64, 2));
  CHECK(fabric.count(NodeKind::leaf) == 4);
  CHECK(fabric.count(NodeKind::spine) == 2);
  CHECK(fabric.count(Tier::leaf) == 4 * 2 * 16);
  CHECK(fabric.name(fabric.find_cable("leaf:3/spine:1#15")) == "leaf:3/spine:1#15");
  for (std::uint32_t s = 0; s < fabric.switches(); ++s)
    CHECK(fabric.ports(SwitchId(s)).size() == 64);
}

TEST_CASE("leaves are filled in order and only the last is short") {
  const Fabric fabric = build_fabric(fat_tree(70, 64, 2)); // 32 + 32 + 6
  CHECK(fabric.leaf_of(HostId(0)) == SwitchId(0));
  CHECK(fabric.leaf_of(HostId(31)) == SwitchId(0));
  CHECK(fabric.leaf_of(HostId(32)) == SwitchId(1));
  CHECK(fabric.leaf_of(HostId(69)) == SwitchId(2));
  CHECK(fabric.count(NodeKind::leaf) == 3);
}

TEST_CASE("with levels left to auto, hosts that fit one switch get one switch, and no spine is bought") {
  const Fabric fabric = build_fabric(fat_tree(64, 64, 0));
  CHECK(fabric.switches() == 1);
  CHECK(fabric.levels() == 1);
  CHECK(build_fabric(fat_tree(65, 64, 0)).levels() == 2);
  CHECK(build_fabric(fat_tree(2048, 64, 0)).levels() == 2);
  CHECK(build_fabric(fat_tree(2049, 64, 0)).levels() == 3);
}

TEST_CASE("levels asked for by number are built, even when fewer would do") {
  const Fabric two = build_fabric(fat_tree(8, 64, 2));
  CHECK(two.count(NodeKind::leaf) == 2);
  CHECK(two.count(NodeKind::spine) == 1);
  const Fabric three = build_fabric(fat_tree(128, 64, 3));
  CHECK(three.count(NodeKind::core) == 2);
  CHECK(three.node(three.find_node("leaf:0")).group == 0);
  CHECK(three.node(three.find_node("leaf:3")).group == 1);
}

TEST_CASE("oversubscription 3 puts three hosts below each uplink") {
  FabricSpec spec = fat_tree(192, 64, 2);
  spec.oversubscription = 3;
  const FatTreeDesign design = design_fat_tree(spec); // 48 down, 16 up; 4 leaves; 64 / 4 = 16 per leaf: one spine
  CHECK(design.hosts_per_leaf == 48);
  CHECK(design.uplinks == 16);
  CHECK(design.leaves == 4);
  CHECK(design.spines_per_pod == 1);
}

TEST_CASE("uplinks of twice the rate need half as many cables") {
  FabricSpec spec = fat_tree(168, 64, 2);
  spec.rates.leaf = 1600_Gbps;
  const FatTreeDesign design = design_fat_tree(spec); // 42 + 21 = 63 ports of 64
  CHECK(design.hosts_per_leaf == 42);
  CHECK(design.uplinks == 21);
  const Fabric fabric = build_fabric(spec);
  CHECK(fabric.plan().cables[fabric.find_cable("leaf:0/spine:0").index()].rate == 1600_Gbps);
  CHECK(fabric.plan().cables[fabric.find_cable("host:0/leaf:0").index()].rate == 800_Gbps);
}

TEST_CASE("on rails, a leaf carries one rail: host h hangs on a leaf of rail h mod rails") {
  FabricSpec spec = fat_tree(1016, 64, 2);
  spec.rails = 8;
  const Fabric fabric = build_fabric(spec); // 127 nodes: 3 units of 32 and one of 31, 8 leaves each
  CHECK(fabric.count(NodeKind::leaf) == 32);
  for (std::uint32_t h = 0; h < fabric.hosts(); ++h)
    CHECK(fabric.leaf_of(HostId(h)).value % 8 == h % 8);
  CHECK(fabric.leaf_of(HostId(0)) == fabric.leaf_of(HostId(8 * 31)));
  CHECK(fabric.leaf_of(HostId(8 * 32)) == SwitchId(8));
}

TEST_CASE("a number of spines can be set for studies, and is kept") {
  FabricSpec spec = fat_tree(128, 64, 2);
  spec.shape["spines"] = {.whole = 8};
  const Fabric fabric = build_fabric(spec);
  CHECK(fabric.count(NodeKind::spine) == 8);
  CHECK(fabric.name(fabric.find_cable("leaf:0/spine:7#3")) == "leaf:0/spine:7#3"); // 32 uplinks over 8 spines
  spec.shape["spines"] = {.whole = 1};
  CHECK(message_of([&] { build_fabric(spec); }) == "fabric.spines = 1 (128 hosts with radix 64 at oversubscription 1 "
                                                   "need 2 spines or more, and no more than a leaf has uplinks). "
                                                   "Use 2 to 32, or raise fabric.oversubscription.");
}

TEST_CASE("what cannot be built is refused with the reason and a way out") {
  CHECK(message_of([] { build_fabric(fat_tree(100, 63, 2)); }) ==
        "fabric.radix = 63 (must be even for a fat-tree). Try 64.");
  CHECK(message_of([] { build_fabric(fat_tree(100, 0, 2)); }) ==
        "fabric.radix = 0 (a switch needs at least two ports). Try 64.");
  CHECK(message_of([] { build_fabric(fat_tree(0, 64, 2)); }) ==
        "a fabric of 0 hosts (there is nothing to connect). Set cluster.gpus to 1 or more.");
  CHECK(message_of([] { build_fabric(fat_tree(5000, 64, 2)); }) ==
        "a fabric of 5000 hosts (a fat-tree of 2 levels with radix 64 takes at most 2048). Use fabric.levels = 3.");
  CHECK(message_of([] { build_fabric(fat_tree(70000, 64, 3)); }) ==
        "a fabric of 70000 hosts (a fat-tree of 3 levels with radix 64 takes at most 65536). Use fabric.radix = 128, "
        "or at most 65536 "
        "hosts.");
  CHECK(message_of([] { build_fabric(fat_tree(10, 64, 4)); }) ==
        "fabric.levels = 4 (a fat-tree here has 2 or 3 levels). Use 2, 3 or \"auto\".");
  FabricSpec rails = fat_tree(100, 64, 2);
  rails.rails = 8;
  CHECK(message_of([&] { build_fabric(rails); }) == "fabric.rails = 8 (the 100 hosts do not divide evenly over the "
                                                    "rails). Use the number of GPUs per node, or 1 for no rails.");
}

TEST_CASE("a trillion hosts are refused before anything is allocated") {
  for (const std::uint32_t levels : {0u, 2u, 3u})
    CHECK(message_of([&] {
            build_fabric(fat_tree(1'000'000'000'000, 64, levels));
          }).find("a fabric of 1000000000000 hosts") == 0);
}

TEST_CASE("where planes cost no more cores, a core meets one spine of each pod, the same in all") {
  const Fabric fabric =
      build_fabric(fat_tree(65, 16, 3)); // 5 pods of 2 spines with 8 uplinks: 3 + 3 cores of 3, 3 and 2
  const FatTreeDesign design = design_fat_tree(fat_tree(65, 16, 3));
  REQUIRE(design.pods == 5);
  REQUIRE(design.cores == 6);
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier == Tier::spine)
      CHECK(fabric.node(cable.a).index % 2 == fabric.node(cable.b).index / 3);
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
