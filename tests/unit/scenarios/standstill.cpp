// A standstill in words.

#include "scenarios/results/standstill.hpp"

#include "topology/builder.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
/// Two leaves with a host each under a spine; two cables from the first leaf.
Fabric fabric() {
  FabricDescription d{"test", 8, 1, {}, {}};
  d.plan.hosts = 2;
  d.plan.switches = 3;
  d.nodes = {{NodeKind::host, 0, 0},
             {NodeKind::host, 1, 0},
             {NodeKind::leaf, 0, 0},
             {NodeKind::leaf, 1, 0},
             {NodeKind::spine, 0, 0}};
  d.plan.cables = {{NodeId(0), NodeId(2), Tier::host, BitRate(1)},
                   {NodeId(1), NodeId(3), Tier::host, BitRate(1)},
                   {NodeId(2), NodeId(4), Tier::leaf, BitRate(1)},
                   {NodeId(2), NodeId(4), Tier::leaf, BitRate(1)},
                   {NodeId(3), NodeId(4), Tier::leaf, BitRate(1)}};
  return Fabric(std::move(d));
}
} // namespace

TEST_CASE("A directed link is named from its sender to its receiver, parallel cables by number") {
  const Fabric f = fabric();
  CHECK(directed_name(f, LinkId(0)) == "host:0/leaf:0");
  CHECK(directed_name(f, LinkId(1)) == "leaf:0/host:0");
  CHECK(directed_name(f, LinkId(4)) == "leaf:0/spine:0");
  CHECK(directed_name(f, LinkId(7)) == "spine:0/leaf:0#1");
}

TEST_CASE("A deadlock is told as its cycle of links, back to the first") {
  CHECK(describe({{LinkId(4), LinkId(9), LinkId(8)}, true}, fabric()) ==
        "deadlock: each of these links waits for room behind the next: leaf:0/spine:0 → spine:0/leaf:1 → "
        "leaf:1/spine:0 → leaf:0/spine:0");
}

TEST_CASE("Without a cycle the link is named that stands still though nothing is in its way") {
  CHECK(describe({{LinkId(9)}, false}, fabric()) ==
        "frames are stuck: spine:0/leaf:1 stands still, and nothing behind it waits (a resume or a credit was lost)");
  CHECK(describe({{LinkId(4), LinkId(9)}, false}, fabric()) ==
        "frames are stuck: spine:0/leaf:1 stands still, and nothing behind it waits (a resume or a credit was lost); "
        "before it leaf:0/spine:0 → spine:0/leaf:1");
}
