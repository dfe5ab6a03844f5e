#pragma once
// Dragonfly+: groups of leaves and spines (complete bipartite inside), spines of different groups joined by global
// cables.
//
// Source: Shpiner, Haramaty, Eliad, Zdornov, Gafni, Zahavi, "Dragonfly+: Low Cost Topology for Scaling Datacenters",
// HiPINEB 2017. With s spines per group and h global cables per spine: LARGE has s·h + 1 groups and one cable between
// each pair; MEDIUM h + 1 groups and every spine linked to every other group; SMALL h/q + 1 groups and q parallel
// cables per pair of spines. Any number of groups up to s·h + 1 is built: the s·h cables of a group are spread over the
// other groups as evenly as they divide, and over its spines in turn. Planes are alike; hosts_per_leaf counts NIC
// ports. Leaves out: rails (refused), canonical dragonfly (no spines), non-minimal routing (it needs more virtual
// lanes).

#include "topology/builder.hpp"

namespace lightloom {

/// Its own keys of [fabric]; of each plane.
struct DragonflyPlusShape {
  std::uint32_t groups = 2;
  std::uint32_t leaves_per_group = 4;
  std::uint32_t spines_per_group = 4;
  std::uint32_t hosts_per_leaf = 4;         ///< NIC ports
  std::uint32_t global_links_per_spine = 0; ///< 0 = groups − 1, which joins each spine to every other group
};

/// The keys as users see them: range and meaning (sim/core/parameters.hpp).
template <class Visit> void visit_parameters(DragonflyPlusShape &s, Visit &&visit) {
  visit("groups", s.groups, 1, 4096, "dragonfly-plus: groups");
  visit("leaves_per_group", s.leaves_per_group, 1, 1024, "dragonfly-plus: leaf switches of a group");
  visit("spines_per_group", s.spines_per_group, 1, 1024, "dragonfly-plus: spine switches of a group");
  visit("hosts_per_leaf", s.hosts_per_leaf, 1, 1024, "dragonfly-plus: hosts of a leaf");
  visit("global_links_per_spine", s.global_links_per_spine, 1, 1024, "dragonfly-plus: global links of a spine",
        "groups − 1");
}

} // namespace lightloom
