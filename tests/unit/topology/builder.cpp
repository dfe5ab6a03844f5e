// The table of families and what it refuses.

#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

TEST_CASE("every family of the table is built under its own name") {
  std::set<std::string> names;
  for (const TopologyFamily &family : topology_families()) {
    CHECK(names.insert(family.name).second);
    FabricSpec spec;
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

TEST_CASE("a shape with a key that is not its family's is refused") {
  FabricSpec spec = specs::dragonfly_plus(3, 2);
  spec.topology = "fat-tree";
  CHECK(specs::message_of([&] { build_fabric(spec); }) ==
        "fabric.global_links_per_spine has no effect (no key of topology = \"fat-tree\"). Leave it out.");
}

TEST_CASE("a family of one's own is built from a longer table") {
  struct Line {
    static std::vector<ParameterRow> parameters() { return {{"segments", 2u, 1, 64, "switches in the line", ""}}; }
    /// One host per switch, and a cable from each switch to the next.
    static Fabric build(const FabricSpec &spec) {
      FabricDescription line{"line", 4, 1, {}, {}};
      const auto switches = static_cast<std::uint32_t>(spec.shape.at("segments").whole);
      line.plan.hosts = line.plan.switches = switches;
      for (const NodeKind kind : {NodeKind::host, NodeKind::leaf})
        for (std::uint32_t i = 0; i < switches; ++i)
          line.nodes.push_back({kind, i});
      for (std::uint32_t i = 0; i < switches; ++i)
        line.plan.cables.push_back({NodeId(i), NodeId(switches + i), Tier::host, spec.rates.host});
      for (std::uint32_t i = 1; i < switches; ++i)
        line.plan.cables.push_back({NodeId(switches + i - 1), NodeId(switches + i), Tier::leaf, spec.rates.leaf});
      return Fabric(std::move(line));
    }
  };
  const auto built_in = topology_families();
  std::vector<TopologyFamily> families(built_in.begin(), built_in.end());
  families.push_back({.name = "line", .parameters = Line::parameters, .build = Line::build});
  FabricSpec spec;
  spec.topology = "line";
  spec.shape["segments"] = {.whole = 3};
  CHECK(build_fabric(spec, families).name(CableId(4)) == "leaf:1/leaf:2");
  CHECK_THROWS(build_fabric(spec));
}

TEST_CASE("two builds of one specification are equal cable by cable") {
  const Fabric a = build_fabric(specs::fat_tree(100, 16, 3));
  const Fabric b = build_fabric(specs::fat_tree(100, 16, 3));
  REQUIRE(a.plan().cables.size() == b.plan().cables.size());
  for (std::uint32_t c = 0; c < a.plan().cables.size(); ++c)
    CHECK(a.name(CableId(c)) == b.name(CableId(c)));
}
