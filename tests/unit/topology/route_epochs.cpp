// Epochs: when tables change, who changes, and what is shared.

#include "tests/unit/topology/specs.hpp"
#include "topology/route_rows.hpp"
#include "topology/routes.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

constexpr Duration detection = 10us;
constexpr Duration reroute = 1ms;

SimTime at(Duration d) { return SimTime(d); }

std::uint32_t choices(const RouteTable &table, std::uint32_t s, std::uint32_t leaf) {
  return static_cast<std::uint32_t>(ports_towards(table, s, leaf).size());
}

/// The epoch in force at an instant.
const RouteTable &table_at(const std::vector<RouteEpoch> &epochs, SimTime t) {
  const RouteTable *table = nullptr;
  for (const RouteEpoch &epoch : epochs)
    if (epoch.from <= t)
      table = epoch.table.get();
  return *table;
}

} // namespace

TEST_CASE("without outages there is one epoch, from 0") {
  const auto epochs = route_epochs(build_fabric(specs::fat_tree(16, 8, 2)), {}, detection, reroute);
  REQUIRE(epochs.size() == 1);
  CHECK(epochs[0].from == SimTime{});
}

TEST_CASE("a cable that fails and is repaired makes three more epochs: its ends, all, and all again") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2)); // 4 uplinks per leaf, 2 to each spine
  const Outage outage{fabric.find_cable("leaf:0/spine:0"), at(3ms), at(13ms)};
  const auto epochs = route_epochs(fabric, {outage}, detection, reroute);
  REQUIRE(epochs.size() == 4);
  CHECK(epochs[1].from == at(3ms + detection));
  CHECK(epochs[2].from == at(3ms + reroute));
  CHECK(epochs[3].from == at(13ms + reroute));
  CHECK(choices(*epochs[1].table, 0, 1) == 3);                         // the leaf at one end
  CHECK(choices(*epochs[1].table, 4, 0) == 1);                         // the spine at the other
  CHECK(epochs[1].table->switches[1] == epochs[0].table->switches[1]); // others do not know yet, and share their rows
  CHECK(choices(*epochs[2].table, 0, 1) == 3);
  CHECK(epochs[3].table == epochs[0].table); // repaired: the very same table
}

TEST_CASE("when the last port goes, the ends have no route until everyone has heard") {
  const Fabric fabric = build_fabric(specs::fat_tree(6, 4, 2)); // one cable per leaf and spine
  const auto epochs = route_epochs(fabric, {{fabric.find_cable("leaf:0/spine:0"), at(1ms), never}}, detection, reroute);
  REQUIRE(epochs.size() == 3);
  const std::uint32_t spine0 = fabric.find_switch("spine:0").value;
  CHECK(choices(*epochs[1].table, spine0, 0) == 0); // frames that still come this way are dropped and counted
  CHECK(choices(*epochs[1].table, 1, 0) == 2);      // leaf 1 has not heard and still sends half of them here
  CHECK(choices(*epochs[2].table, 1, 0) == 1);
}

TEST_CASE("a dead switch is left by its neighbours, then by all, and its hosts are no destination") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  const auto spine = route_epochs(fabric, {{fabric.find_switch("spine:1"), at(1ms), at(2ms)}}, detection, reroute);
  REQUIRE(spine.size() == 4);
  CHECK(choices(*spine[1].table, 2, 0) == 2);
  CHECK(choices(*spine[3].table, 2, 0) == 4);
  const auto leaf = route_epochs(fabric, {{fabric.find_switch("leaf:3"), at(1ms), never}}, detection, reroute);
  CHECK(choices(*leaf[1].table, 4, 3) == 0); // the spine sees it
  CHECK(choices(*leaf[1].table, 0, 3) == 4); // leaf 0 does not
  CHECK(choices(*leaf[2].table, 0, 3) == 0);
}

TEST_CASE("a flap shorter than the detection changes no route") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  CHECK(route_epochs(fabric, {{fabric.find_cable("leaf:0/spine:0"), at(1ms), at(1ms + detection)}}, detection, reroute)
            .size() == 1);
  CHECK(route_epochs(fabric, {{fabric.find_cable("leaf:0/spine:0"), at(1ms), at(1ms + detection + 1_ps)}}, detection,
                     reroute)
            .size() == 4);
}

TEST_CASE("outages of one cable that touch or overlap are seen as one: together they outlast the detection") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  const CableId cable = fabric.find_cable("leaf:0/spine:0");
  const Outage first{cable, at(1ms), at(1ms + 6us)};
  for (const Duration next : {4us, 6us}) {
    const auto epochs =
        route_epochs(fabric, {{cable, at(1ms + next), at(1ms + 12us)}, first}, detection, reroute); // 12 us in all
    REQUIRE(epochs.size() == 4);
    CHECK(epochs[1].from == at(1ms + detection));
    CHECK(epochs[3].from == at(1ms + 12us + reroute));
  }
  // A gap of 1 ps between them: two failures of 6 us and less, which nobody sees.
  CHECK(route_epochs(fabric, {first, {cable, at(1ms + 6us + 1_ps), at(1ms + 12us)}}, detection, reroute).size() == 1);
}

TEST_CASE(
    "a cable that flaps is known to its ends after each detection and to all after each re-route, by two tables") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  const CableId cable = fabric.find_cable("leaf:0/spine:0");
  std::vector<Outage> flaps;
  for (int i = 0; i < 100; ++i)
    flaps.push_back({cable, at(i * 4ms), at(i * 4ms + 2ms)});
  const auto epochs = route_epochs(fabric, flaps, detection, reroute);
  REQUIRE(epochs.size() == 1 + 3 * 100);
  std::set<const RouteTable *> tables;
  for (const auto &epoch : epochs)
    tables.insert(epoch.table.get());
  CHECK(tables.size() == 3); // whole, seen by the ends, known to all
  CHECK(choices(table_at(epochs, at(200ms + 500us)), 0, 1) == 3);
  CHECK(choices(table_at(epochs, at(203ms + 500us)), 0, 1) == 4);
}

TEST_CASE("overlapping outages add up, in whatever order they are listed") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  const Outage one{fabric.find_cable("leaf:0/spine:0"), at(1ms), at(20ms)};
  const Outage two{fabric.find_cable("leaf:0/spine:0#1"), at(5ms), at(10ms)};
  const Outage host{HostId(3), at(5ms), at(10ms)};
  const auto epochs = route_epochs(fabric, {one, two, host}, detection, reroute);
  const auto swapped = route_epochs(fabric, {host, two, one}, detection, reroute);
  REQUIRE(epochs.size() == swapped.size());
  for (std::size_t i = 0; i < epochs.size(); ++i)
    CHECK(epochs[i].from == swapped[i].from);
  CHECK(choices(table_at(epochs, at(4ms)), 0, 1) == 3);
  CHECK(choices(table_at(epochs, at(7ms)), 0, 1) == 2);
  CHECK(choices(table_at(epochs, at(7ms)), 1, 0) == 2); // nobody sends to leaf 0 by spine 0
  CHECK(choices(table_at(epochs, at(12ms)), 0, 1) == 3);
  CHECK(choices(table_at(epochs, at(22ms)), 0, 1) == 4);
}

TEST_CASE("the same cable down twice at once is up again only after the later repair") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  const CableId cable = fabric.find_cable("leaf:0/spine:0");
  const auto epochs =
      route_epochs(fabric, {{cable, at(1ms), at(10ms)}, {cable, at(5ms), at(20ms)}}, detection, reroute);
  CHECK(choices(table_at(epochs, at(15ms)), 0, 1) == 3);
  CHECK(choices(table_at(epochs, at(22ms)), 0, 1) == 4);
}

TEST_CASE("an outage that never ends, or ends beyond the clock, is never repaired") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  const CableId cable = fabric.find_cable("leaf:0/spine:0");
  CHECK(route_epochs(fabric, {{cable, at(1ms), never}}, detection, reroute).size() == 3);
  CHECK(route_epochs(fabric, {{cable, at(1ms), never - 1_ps}}, detection, reroute).size() == 3);
}

TEST_CASE("a re-route faster than the detection is refused") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  CHECK(specs::message_of([&] {
          route_epochs(fabric, {}, 1ms, 10us);
        }).find("routing.reroute shorter than routing.detection") == 0);
}

TEST_CASE("rows that do not change are kept once") {
  const Fabric fabric = build_fabric(specs::fat_tree(1024, 16, 3));
  const auto calm = route_epochs(fabric, {}, detection, reroute);
  const auto hurt = route_epochs(fabric, {{fabric.find_cable("spine:0/core:0"), at(1ms), never}}, detection, reroute);
  std::size_t shared = 0;
  for (std::size_t s = 0; s < fabric.switches(); ++s)
    shared += hurt[1].table->switches[s] == hurt[0].table->switches[s] ? 1 : 0;
  CHECK(shared == fabric.switches() - 2); // spine 0 and core 0 know
  CHECK(memory_of(hurt) < 3 * memory_of(calm));
}

TEST_CASE("each epoch says what its table took: minimal routes, detours, or a fall-back to a root") {
  const Fabric fabric = build_fabric(specs::fat_tree(6, 4, 2)); // 3 leaves × 2 spines, one cable each
  std::vector<RouteKind> kinds;
  const auto epochs = route_epochs(
      fabric,
      {{fabric.find_cable("leaf:0/spine:0"), at(1ms), never}, {fabric.find_cable("leaf:1/spine:1"), at(9ms), never}},
      detection, reroute, &kinds);
  REQUIRE(epochs.size() == 5);
  CHECK(kinds == std::vector<RouteKind>{RouteKind::minimal, RouteKind::minimal, RouteKind::minimal, RouteKind::minimal,
                                        RouteKind::detours});
}
