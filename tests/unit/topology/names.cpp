// Names: there and back, and what is said of those that do not exist.

#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;
using specs::message_of;
using specs::planes_and_nics;

TEST_CASE("every name of a node or cable is unique and leads back to it") {
  for (const FabricSpec &spec :
       {specs::fat_tree(100, 16, 3), specs::fat_tree(128, 64, 2), specs::dragonfly_plus(3, 4)}) {
    const Fabric fabric = build_fabric(spec);
    std::set<std::string> names;
    for (std::uint32_t n = 0; n < fabric.plan().nodes(); ++n) {
      CHECK(names.insert(fabric.name(NodeId(n))).second);
      CHECK(fabric.find_node(fabric.name(NodeId(n))) == NodeId(n));
    }
    for (std::uint32_t c = 0; c < fabric.plan().cables.size(); ++c) {
      CHECK(names.insert(fabric.name(CableId(c))).second);
      CHECK(fabric.find_cable(fabric.name(CableId(c))) == CableId(c));
    }
  }
}

TEST_CASE("a cable is found from either end, and #0 is the plain name") {
  const Fabric fabric = build_fabric(specs::fat_tree(128, 64, 2));
  CHECK(fabric.find_cable("spine:1/leaf:2#5") == fabric.find_cable("leaf:2/spine:1#5"));
  CHECK(fabric.find_cable("leaf:2/spine:1#0") == fabric.find_cable("leaf:2/spine:1"));
  CHECK(fabric.find_cable("host:17/leaf:0") == CableId(17));
  CHECK(fabric.find_nic("host:17/0") == CableId(17));
  CHECK(fabric.find_nic("host:17") == CableId(17));
  CHECK(fabric.find_switch("spine:1") == SwitchId(5));
}

TEST_CASE("the two directions of a cable have its two ends as source and target") {
  const Fabric fabric = build_fabric(specs::fat_tree(128, 64, 2));
  const CableId cable = fabric.find_cable("leaf:2/spine:1");
  CHECK(fabric.name(fabric.source(link_forward(cable))) == "leaf:2");
  CHECK(fabric.name(fabric.target(link_forward(cable))) == "spine:1");
  CHECK(fabric.source(link_backward(cable)) == fabric.target(link_forward(cable)));
}

TEST_CASE("random:tier draws from that tier alone, the same cable for the same seed, and all of them in time") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2)); // 4 leaves × 4 uplinks
  RandomStream one(7, Purpose::failure, 0);
  RandomStream two(7, Purpose::failure, 0);
  std::set<CableId> drawn;
  for (int i = 0; i < 400; ++i) {
    const CableId cable = fabric.find_cable("random:leaf", one);
    CHECK(cable == fabric.find_cable("random:leaf", two));
    CHECK(fabric.plan().cables[cable.index()].tier == Tier::leaf);
    drawn.insert(cable);
  }
  CHECK(drawn.size() == fabric.count(Tier::leaf));
}

TEST_CASE("an unknown name is refused with what exists") {
  const Fabric fabric = build_fabric(specs::fat_tree(128, 64, 2));
  RandomStream draw(1, Purpose::failure, 0);
  CHECK(message_of([&] { fabric.find_node("leaf:9"); }) ==
        "\"leaf:9\" does not exist (this fabric has 4 of that kind, counted from 0). Use leaf:0 to leaf:3.");
  CHECK(message_of([&] { fabric.find_node("laef:1"); }) ==
        "\"laef:1\" is not a node (kinds are host, leaf, spine and core). Did you mean leaf:1?");
  CHECK(message_of([&] { fabric.find_node("core:0"); }) ==
        "\"core:0\" does not exist (this fabric has no core switches). It has host:0 to host:127, leaf:0 to leaf:3, "
        "spine:0 to spine:1.");
  CHECK(message_of([&] { fabric.find_node("leaf:-1"); }).find("is not a node (a name is kind:number). Try leaf:0.") !=
        std::string::npos);
  CHECK(message_of([&] { fabric.find_node(""); }).find("\"\" is not a node") == 0);
  CHECK(message_of([&] { fabric.find_cable("leaf:0/leaf:1"); }) ==
        "\"leaf:0/leaf:1\" does not exist (no cable joins leaf:0 and leaf:1). leaf:0 is joined to host:0, host:1, "
        "host:2, host:3, host:4, "
        "host:5 and others.");
  CHECK(message_of([&] { fabric.find_cable("leaf:0"); }).find("a cable is named by its two ends") != std::string::npos);
  CHECK(message_of([&] {
          fabric.find_cable("leaf:0/spine:0#99");
        }).find("16 parallel cables join leaf:0 and spine:0") != std::string::npos);
  CHECK(message_of([&] { fabric.find_cable("random:laef", draw); }) ==
        "\"random:laef\" is not a cable (tiers are host, leaf, spine and global). Try random:leaf.");
  CHECK(message_of([&] { fabric.find_cable("random:global", draw); }).find("has no cable in that tier") !=
        std::string::npos);
  CHECK(message_of([&] { fabric.find_switch("host:3"); }).find("it is a host") != std::string::npos);
  CHECK(message_of([&] { fabric.find_nic("host:3/1"); }).find("each host has one network interface") !=
        std::string::npos);
}

TEST_CASE("where a host has several ports, NICs and host cables are named with the port, and found by that name") {
  const Fabric fabric = build_fabric(planes_and_nics(8, 2, 2));
  CHECK(fabric.nic_name(7) == "host:1/3");
  CHECK(fabric.name(CableId(7)) == "host:1/3/" + fabric.name(fabric.leaf_of(7)));
  for (std::uint32_t c = 0; c < fabric.plan().cables.size(); ++c)
    CHECK(fabric.find_cable(fabric.name(CableId(c))) == CableId(c));
  const std::string leaf = fabric.name(fabric.leaf_of(7));
  CHECK(fabric.find_cable(leaf + "/host:1/3") == CableId(7));
  CHECK(fabric.find_nic("host:1/3") == CableId(7));
  // NICs 2 and 3 hang on one leaf: the host without its port means both, told apart by #k.
  CHECK(fabric.find_cable("host:1/" + leaf) == CableId(6));
  CHECK(fabric.find_cable("host:1/" + leaf + "#1") == CableId(7));
  CHECK(message_of([&] { fabric.find_nic("host:1"); }) ==
        "\"host:1\" is not a network interface (each host has 4 of them). Name one: host:1/0 to host:1/3.");
  CHECK(message_of([&] { fabric.find_nic("host:1/4"); }) ==
        "\"host:1/4\" does not exist (each host has 4 network interfaces, counted from 0). Try \"host:1/0\".");
  CHECK(message_of([&] { fabric.find_cable("host:1/0/" + leaf); }).find("no cable joins host:1 and " + leaf) !=
        std::string::npos);
}
