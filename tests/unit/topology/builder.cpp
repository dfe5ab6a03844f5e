// The table of families and what it refuses.

#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

TEST_CASE("every family of the table is built under its own name") {
  std::set<std::string> names;
  for (const TopologyFamily &family : topology_families()) {
    CHECK(names.insert(family.name).second);
    FabricSpec spec = specs::dragonfly_plus(3, 2);
    spec.topology = family.name;
    spec.hosts = 12;
    CHECK(build_fabric(spec).topology() == family.name);
  }
  CHECK(names == std::set<std::string>{"fat-tree", "dragonfly-plus"});
}

TEST_CASE("an unknown family is refused with the nearest known one") {
  FabricSpec spec;
  spec.hosts = 8;
  spec.topology = "fat-trees";
  CHECK(specs::message_of([&] { build_fabric(spec); }) ==
        "fabric.topology = \"fat-trees\" (this version builds fat-tree and dragonfly-plus). Try \"fat-tree\".");
}

TEST_CASE("two builds of one specification are equal cable by cable") {
  const Fabric a = build_fabric(specs::fat_tree(100, 16, 3));
  const Fabric b = build_fabric(specs::fat_tree(100, 16, 3));
  REQUIRE(a.plan().cables.size() == b.plan().cables.size());
  for (std::uint32_t c = 0; c < a.plan().cables.size(); ++c)
    CHECK(a.name(CableId(c)) == b.name(CableId(c)));
}
