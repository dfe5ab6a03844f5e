// Laws of routes on broken fabrics: what is connected is reached, nothing dead is used, nothing can deadlock.

#include "tests/property/topology/walk.hpp"
#include "tests/unit/topology/specs.hpp"

#include "sim/core/random.hpp"
#include "topology/deadlock.hpp"
#include "topology/routes.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

std::vector<FabricSpec> small_fabrics() {
  std::vector<FabricSpec> all;
  for (const auto &[hosts, radix, levels] :
       {std::tuple{6u, 4u, 2u}, {16u, 8u, 2u}, {32u, 8u, 2u}, {16u, 4u, 3u}, {100u, 8u, 3u}, {128u, 8u, 3u}})
    all.push_back(specs::fat_tree(hosts, radix, levels));
  for (const auto &[groups, m] : {std::pair{5u, 2u}, {3u, 2u}, {10u, 3u}, {5u, 4u}, {17u, 4u}})
    all.push_back(specs::dragonfly_plus(groups, m));
  return all;
}

/// `count` elements above the hosts, drawn: mostly cables, at times a switch.
std::vector<FabricElement> draw_failures(const Fabric &fabric, std::uint32_t count, RandomStream &draw) {
  std::vector<FabricElement> dead;
  for (std::uint32_t i = 0; i < count; ++i)
    if (draw.below(5) == 0)
      dead.emplace_back(SwitchId(static_cast<std::uint32_t>(draw.below(fabric.switches()))));
    else
      dead.emplace_back(CableId(
          static_cast<std::uint32_t>(fabric.hosts() + draw.below(fabric.plan().cables.size() - fabric.hosts()))));
  return dead;
}

std::vector<bool> dead_cables(const Fabric &fabric, const std::vector<FabricElement> &dead) {
  std::vector<bool> result(fabric.plan().cables.size());
  for (const FabricElement &element : dead)
    if (const auto *cable = std::get_if<CableId>(&element))
      result[cable->index()] = true;
    else
      for (const FabricPort &port : fabric.ports(std::get<SwitchId>(element)))
        result[port.cable.index()] = true;
  return result;
}

/// Every leaf pair: reached by every choice when connected, no route when not; and no route uses a dead cable.
bool routes_are_right(const Fabric &fabric, const RouteTable &table, const std::vector<bool> &dead) {
  const auto component = walk::components(fabric, dead);
  for (std::uint32_t to = 0; to < fabric.count(NodeKind::leaf); ++to) {
    walk::EveryChoice walk(fabric, table, to);
    for (std::uint32_t from = 0; from < fabric.count(NodeKind::leaf); ++from) {
      const bool connected = component[from] == component[to];
      if ((walk.from(from) >= 0) != connected)
        return false;
      for (const std::uint16_t port : ports_towards(table, from, to))
        if (dead[fabric.ports(SwitchId(from))[port].cable.index()])
          return false;
    }
  }
  return true;
}

} // namespace

TEST_CASE("after any failures every connected pair of leaves is reached by every choice, and nothing can deadlock") {
  std::uint32_t fabrics_with_detours = 0;
  std::uint32_t number = 0;
  for (const FabricSpec &spec : small_fabrics()) {
    const Fabric fabric = build_fabric(spec);
    for (std::uint32_t trial = 0; trial < 40; ++trial) {
      RandomStream draw(17, Purpose::test, number++);
      const auto dead =
          draw_failures(fabric, 1 + static_cast<std::uint32_t>(draw.below(1 + fabric.switches() / 3)), draw);
      CAPTURE(spec.topology);
      CAPTURE(fabric.hosts());
      CAPTURE(trial);
      const auto table = compute_routes(fabric, dead);
      CHECK(routes_are_right(fabric, *table, dead_cables(fabric, dead)));
      CHECK(deadlock_free(fabric, *table));
      for (std::uint32_t to = 0; to < fabric.count(NodeKind::leaf); ++to) {
        walk::EveryChoice walk(fabric, *table, to);
        if (walk.from(0) > 4) {
          ++fabrics_with_detours;
          break;
        }
      }
    }
  }
  CHECK(fabrics_with_detours > 10); // the test reaches the hard cases
}

TEST_CASE("in every epoch after the tables are new, what is connected is reached, and after the last repair the first "
          "table is back") {
  std::uint32_t number = 0;
  for (const FabricSpec &spec : small_fabrics()) {
    const Fabric fabric = build_fabric(spec);
    RandomStream draw(23, Purpose::test, number++);
    std::vector<Outage> outages;
    for (const FabricElement &element : draw_failures(fabric, 4, draw)) {
      const SimTime from = at_picoseconds(static_cast<std::int64_t>(draw.below(5'000'000'000)));
      outages.push_back({element, from, from + Duration(static_cast<std::int64_t>(1 + draw.below(5'000'000'000)))});
    }
    const auto epochs = route_epochs(fabric, outages, 10us, 1ms);
    CHECK(epochs.front().from == SimTime{});
    CHECK(epochs.back().table == epochs.front().table);
    for (std::size_t i = 1; i < epochs.size(); ++i)
      CHECK(epochs[i - 1].from < epochs[i].from);
    for (const RouteEpoch &epoch : epochs) {
      std::vector<FabricElement> known;
      bool settled = true;
      for (const Outage &outage : outages) {
        const bool seen = outage.until > outage.from + Duration(10us);
        if (seen && outage.from + Duration(1ms) <= epoch.from && epoch.from < outage.until + Duration(1ms))
          known.push_back(outage.element);
        else if (seen && outage.from + Duration(10us) <= epoch.from && epoch.from < outage.from + Duration(1ms))
          settled = false; // some table is out of date: frames may be lost
      }
      if (settled)
        CHECK(routes_are_right(fabric, *epoch.table, dead_cables(fabric, known)));
    }
  }
}

TEST_CASE(
    "a single failed global cable of a LARGE Dragonfly+ costs its pair of groups a detour, and nobody else a hop") {
  const Fabric fabric = build_fabric(specs::dragonfly_plus(17, 4));
  RandomStream draw(1, Purpose::test, 0);
  const CableId cable = fabric.find_cable("random:global", draw);
  const auto table = compute_routes(fabric, {cable});
  const std::uint32_t group_a = fabric.node(fabric.plan().cables[cable.index()].a).group;
  const std::uint32_t group_b = fabric.node(fabric.plan().cables[cable.index()].b).group;
  for (std::uint32_t to = 0; to < fabric.count(NodeKind::leaf); ++to) {
    walk::EveryChoice walk(fabric, *table, to);
    for (std::uint32_t from = 0; from < fabric.count(NodeKind::leaf); ++from) {
      const auto groups = std::minmax(fabric.node(SwitchId(from)).group, fabric.node(SwitchId(to)).group);
      if (groups == std::minmax(group_a, group_b))
        CHECK(walk.from(from) > 3);
      else if (groups.first != groups.second)
        CHECK(walk.from(from) == 3);
    }
  }
  CHECK(deadlock_free(fabric, *table));
}

TEST_CASE("a single failed leaf cable of a LARGE Dragonfly+ costs detours to that leaf's own traffic only") {
  const Fabric fabric = build_fabric(specs::dragonfly_plus(17, 4));
  const auto table = compute_routes(fabric, {fabric.find_cable("leaf:9/spine:10")});
  for (std::uint32_t to = 0; to < fabric.count(NodeKind::leaf); ++to) {
    walk::EveryChoice walk(fabric, *table, to);
    for (std::uint32_t from = 0; from < fabric.count(NodeKind::leaf); ++from)
      if (from != 9 && to != 9)
        CHECK(walk.from(from) <= 3);
  }
  CHECK(deadlock_free(fabric, *table));
}

TEST_CASE(
    "any single failed cable or spine of a LARGE Dragonfly+ is detoured, without giving up minimal routes elsewhere") {
  const Fabric fabric = build_fabric(specs::dragonfly_plus(17, 4));
  std::vector<FabricElement> each;
  for (std::uint32_t c = fabric.hosts(); c < fabric.plan().cables.size(); c += 3)
    each.emplace_back(CableId(c));
  for (std::uint32_t s = 0; s < fabric.count(NodeKind::spine); s += 5)
    each.emplace_back(SwitchId(fabric.count(NodeKind::leaf) + s));
  each.emplace_back(fabric.find_cable("leaf:0/spine:0")); // the first leaf of a group, which is no transit then
  for (const FabricElement &element : each) {
    RouteKind kind = RouteKind::rooted;
    compute_routes(fabric, {element}, &kind);
    CHECK(kind == RouteKind::detours);
  }
}
