// The deadlock check on routes that can deadlock, and on some that cannot.

#include "topology/deadlock.hpp"
#include "topology/routes.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("the deadlock check finds the cycle of a ring routed clockwise") {
  // Three leaves in a triangle of global cables; every frame goes on to the next: the classic cycle of Dally and Seitz.
  FabricDescription ring{"ring", 4, 1, {}, {}};
  ring.plan.hosts = 3;
  ring.plan.switches = 3;
  for (std::uint32_t h = 0; h < 3; ++h)
    ring.nodes.push_back({NodeKind::host, h, 0});
  for (std::uint32_t s = 0; s < 3; ++s)
    ring.nodes.push_back({NodeKind::leaf, s, 0});
  for (std::uint32_t h = 0; h < 3; ++h)
    ring.plan.cables.push_back({NodeId(h), NodeId(3 + h), Tier::host, 800_Gbps});
  for (std::uint32_t s = 0; s < 3; ++s)
    ring.plan.cables.push_back({NodeId(3 + s), NodeId(3 + (s + 1) % 3), Tier::global, 800_Gbps});
  const Fabric fabric(std::move(ring));
  RouteTable clockwise;
  for (std::uint32_t s = 0; s < 3; ++s) {
    auto row = std::make_shared<SwitchRoutes>();
    row->group_of_leaf.assign(3, 0);
    row->groups = {{0, 1, 1}};
    for (std::uint16_t p = 0; p < 3; ++p)
      if (fabric.ports(SwitchId(s))[p].peer == NodeId(3 + (s + 1) % 3))
        row->ports = {p};
    clockwise.switches.push_back(row);
  }
  CHECK_FALSE(deadlock_free(fabric, clockwise));
  CHECK(deadlock_free(fabric, *compute_routes(fabric))); // one hop to either neighbour
}
