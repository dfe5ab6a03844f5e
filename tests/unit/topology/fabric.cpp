// Ids of hosts with several ports, and of switches in several planes.

#include "tests/unit/topology/specs.hpp"

#include "topology/routes.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using specs::planes_and_nics;

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
