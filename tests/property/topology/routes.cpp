// Laws of routes on healthy fabrics of many sizes: every choice arrives, on a shortest way, without deadlock, and
// spraying is even.

#include "tests/property/topology/walk.hpp"
#include "tests/unit/topology/specs.hpp"

#include "topology/deadlock.hpp"
#include "topology/routes.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

namespace {

/// Fat-trees of two and three levels, full and odd, and Dragonfly+ from SMALL to LARGE.
std::vector<FabricSpec> many_fabrics() {
  std::vector<FabricSpec> all;
  for (const std::uint32_t radix : {4u, 6u, 8u, 12u, 16u, 32u})
    for (const std::uint32_t levels : {2u, 3u})
      for (std::uint32_t hosts = 2; hosts <= std::min(radix * radix / 2, 400u); hosts += 1 + hosts / 4)
        all.push_back(specs::fat_tree(hosts, radix, levels));
  for (const std::uint32_t m : {1u, 2u, 3u, 4u})
    for (std::uint32_t groups = 1; groups <= m * m + 1; ++groups)
      all.push_back(specs::dragonfly_plus(groups, m));
  return all;
}

std::string describe(const FabricSpec &spec) {
  std::string text = spec.topology + " hosts " + std::to_string(spec.hosts) + " radix " + std::to_string(spec.radix);
  for (const auto &[name, value] : spec.shape)
    text += " " + name + " " + std::to_string(value.whole);
  return text;
}

/// Switch-to-switch hops of minimal routing between two leaves: fat-tree 2 in a pod and 4 across, Dragonfly+ 2 in a
/// group and 3 across.
int minimal_hops(const Fabric &fabric, std::uint32_t a, std::uint32_t b) {
  const bool same = fabric.node(SwitchId(a)).group == fabric.node(SwitchId(b)).group;
  return same ? 2 : fabric.topology() == "fat-tree" ? 4 : 3;
}

} // namespace

TEST_CASE("whatever choices are made on the way, every leaf reaches every other by a minimal route, without revisiting "
          "a switch") {
  for (const FabricSpec &spec : many_fabrics()) {
    CAPTURE(describe(spec));
    const Fabric fabric = build_fabric(spec);
    const auto table = compute_routes(fabric);
    bool all = true;
    for (std::uint32_t to = 0; to < fabric.count(NodeKind::leaf); ++to) {
      walk::EveryChoice walk(fabric, *table, to);
      for (std::uint32_t from = 0; from < fabric.count(NodeKind::leaf); ++from)
        all = all && walk.from(from) == (from == to ? 0 : minimal_hops(fabric, from, to));
    }
    CHECK(all);
  }
}

TEST_CASE("every host's attachment is the port of its leaf that leads to it") {
  for (const FabricSpec &spec : many_fabrics()) {
    const Fabric fabric = build_fabric(spec);
    const auto table = compute_routes(fabric);
    bool all = true;
    for (std::uint32_t h = 0; h < fabric.hosts(); ++h) {
      const Attachment &place = table->attachment[h];
      all = all && place.leaf == fabric.leaf_of(HostId(h)) && fabric.ports(place.leaf)[place.port].peer == NodeId(h);
    }
    CHECK(all);
  }
}

TEST_CASE("minimal routes cannot deadlock on one virtual lane") {
  for (const FabricSpec &spec : many_fabrics()) {
    CAPTURE(describe(spec));
    const Fabric fabric = build_fabric(spec);
    CHECK(deadlock_free(fabric, *compute_routes(fabric)));
  }
}

TEST_CASE(
    "over a full period a sprayed flow uses all ports of every group on its way, each equally, whatever its phase") {
  for (const FabricSpec &spec : many_fabrics()) {
    const Fabric fabric = build_fabric(spec);
    const auto table = compute_routes(fabric);
    const std::uint32_t leaves = fabric.count(NodeKind::leaf);
    for (const std::uint32_t to : std::set<std::uint32_t>{1, leaves / 2, leaves - 1}) {
      if (to == 0 || to >= leaves)
        continue;
      CAPTURE(describe(spec));
      CAPTURE(to);
      const std::uint64_t period = walk::spray_period(fabric, *table, 0, to);
      REQUIRE(period < 1'000'000);
      const auto count = walk::spray(fabric, *table, 0, to, period, 5);
      std::map<std::uint32_t, std::set<std::uint64_t>> shares;
      std::map<std::uint32_t, std::size_t> ports;
      for (const auto &[place, frames] : count) {
        shares[place.first].insert(frames);
        ++ports[place.first];
      }
      for (const auto &[s, different] : shares) {
        CHECK(different.size() == 1);
        CHECK(ports[s] == ports_towards(*table, s, to).size());
      }
    }
  }
}

TEST_CASE(
    "a spine sees every stride-th frame of a flow and takes its ports strictly in turn where all have equal cables") {
  const Fabric fabric = build_fabric(specs::fat_tree(128, 64, 2));
  const auto table = compute_routes(fabric);
  // 32 frames: each of the 32 uplinks and each of the 2 × 16 downlinks exactly once.
  const auto count = walk::spray(fabric, *table, 0, 3, 32, 0);
  CHECK(count.size() == 64);
  for (const auto &[place, frames] : count)
    CHECK(frames == 1);
}

TEST_CASE("equal rows of groups are kept once per switch") {
  const Fabric fabric = build_fabric(specs::fat_tree(1024, 16, 3));
  const auto table = compute_routes(fabric);
  for (std::uint32_t s = 0; s < fabric.switches(); ++s) {
    // A leaf has one group; a spine one per leaf of its pod and one up; a core one per pod.
    const std::size_t expected[] = {1, 9, 16};
    CHECK(table->switches[s]->groups.size() == expected[static_cast<int>(fabric.node(SwitchId(s)).kind) - 1]);
  }
}
