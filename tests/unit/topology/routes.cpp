// Route tables that can be read by eye.

#include "topology/routes.hpp"
#include "tests/unit/topology/specs.hpp"
#include "topology/deadlock.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

const PortGroup &group_of(const RouteTable &table, std::uint32_t s, std::uint32_t leaf) {
  const SwitchRoutes &row = *table.switches[s];
  REQUIRE(row.group_of_leaf[leaf] != no_group);
  return row.groups[row.group_of_leaf[leaf]];
}

} // namespace

TEST_CASE("a leaf has one group of all its uplinks, shared by every destination") {
  const Fabric fabric = build_fabric(specs::fat_tree(128, 64, 2));
  const auto table = compute_routes(fabric);
  const SwitchRoutes &row = *table->switches[0];
  CHECK(row.groups.size() == 1);
  CHECK(row.groups[0].count == 32);
  CHECK(row.groups[0].stride == 1);
  CHECK(row.group_of_leaf[0] == no_group); // itself
  CHECK(row.group_of_leaf[4] == no_group); // a spine is no destination
  CHECK(table->attachment[33].leaf == SwitchId(1));
  CHECK(table->attachment[33].port == 1);
}

TEST_CASE(
    "the ports of a group alternate between next switches, so that a spine sees every stride-th frame of a flow") {
  const Fabric fabric = build_fabric(specs::fat_tree(128, 64, 2));
  const auto table = compute_routes(fabric);
  // Uplinks are ports 32 … 63: 16 to spine 0, then 16 to spine 1.
  const SwitchRoutes &row = *table->switches[0];
  CHECK(row.ports[0] == 32);
  CHECK(row.ports[1] == 48);
  CHECK(row.ports[2] == 33);
  CHECK(group_of(*table, 4, 1).count == 16);
  CHECK(group_of(*table, 4, 1).stride == 2); // two spines
}

TEST_CASE(
    "strides are the product of the fan-outs below: 1 at a leaf, 8 at a spine, 64 at a core of the 16-ary fat-tree") {
  const Fabric fabric = build_fabric(specs::fat_tree(1024, 16, 3));
  const auto table = compute_routes(fabric);
  CHECK(group_of(*table, 0, 127).stride == 1);
  CHECK(group_of(*table, 0, 127).count == 8);
  CHECK(group_of(*table, 128, 127).stride == 8);
  CHECK(group_of(*table, 128, 127).count == 8);
  CHECK(group_of(*table, 256, 127).stride == 64);
  CHECK(group_of(*table, 256, 127).count == 1);
}

TEST_CASE("Dragonfly+ leaves use only the spines that have a cable to the destination's group") {
  const Fabric fabric = build_fabric(specs::dragonfly_plus(17, 4)); // LARGE: one cable per pair of groups
  const auto table = compute_routes(fabric);
  for (std::uint32_t leaf = 4; leaf < 68; ++leaf)
    CHECK(group_of(*table, 0, leaf).count == 1);
  CHECK(group_of(*table, 0, 1).count == 4); // own group: any spine
}

TEST_CASE("a fabric of one switch needs no routes") {
  const Fabric fabric = build_fabric(specs::fat_tree(8, 64, 0));
  const auto table = compute_routes(fabric);
  CHECK(table->switches[0]->groups.empty());
  CHECK(table->attachment[7].port == 7);
}

TEST_CASE("a dead cable leaves its group, and a dead leaf is no destination") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2)); // 4 leaves, 2 spines, 2 parallel cables each
  const auto cable = compute_routes(fabric, {fabric.find_cable("leaf:0/spine:0#1")});
  CHECK(group_of(*cable, 0, 1).count == 3);
  CHECK(group_of(*cable, 1, 0).count == 4);
  const auto leaf = compute_routes(fabric, {fabric.find_switch("leaf:2")});
  CHECK(leaf->switches[0]->group_of_leaf[2] == no_group);
  CHECK(leaf->switches[4]->group_of_leaf[2] == no_group);
  CHECK(group_of(*leaf, 0, 1).count == 4);
  const auto spine = compute_routes(fabric, {fabric.find_switch("spine:0")});
  CHECK(group_of(*spine, 0, 1).count == 2);
  const auto nic = compute_routes(fabric, {HostId(3)});
  CHECK(group_of(*nic, 0, 1).count == 4); // host cables are in no group
}

TEST_CASE("leaves that share no spine any more reach each other by a detour, and nothing can deadlock") {
  const Fabric fabric = build_fabric(specs::fat_tree(6, 4, 2)); // 3 leaves × 2 spines, one cable each
  REQUIRE(fabric.count(Tier::leaf) == 6);
  const std::vector<FabricElement> dead{fabric.find_cable("leaf:0/spine:0"), fabric.find_cable("leaf:1/spine:1")};
  const auto table = compute_routes(fabric, dead);
  CHECK(table->switches[0]->group_of_leaf[1] != no_group); // leaf 0 – spine 1 – leaf 2 – spine 0 – leaf 1
  CHECK(table->switches[1]->group_of_leaf[0] != no_group);
  CHECK(deadlock_free(fabric, *table));
}
