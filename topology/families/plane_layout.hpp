#pragma once
// What families of leaves, spines and cores share: the numbers of their nodes, plane by plane, and the cables of hosts
// and leaves.

#include "topology/builder.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace lightloom {

/// Like planes of groups (pods) of leaves and spines, with cores above. All counts are those of one plane. A *place* is
/// a NIC port of a plane: host × nics_per_gpu + NIC.
struct PlaneLayout {
  const FabricSpec &spec;
  std::uint32_t hosts = 0;
  std::uint32_t groups = 1;
  std::uint32_t leaves = 0;
  std::uint32_t leaves_per_group = 0; ///< the last group may have fewer
  std::uint32_t spines_per_group = 0;
  std::uint32_t cores = 0;

  std::uint32_t spines() const { return groups * spines_per_group; }
  /// Leaf `l` of a plane.
  NodeId leaf(std::uint32_t plane, std::uint32_t l) const { return NodeId(hosts + plane * leaves + l); }
  /// Spine `s` of a group.
  NodeId spine(std::uint32_t plane, std::uint32_t group, std::uint32_t s) const {
    return NodeId(hosts + spec.planes * leaves + plane * spines() + group * spines_per_group + s);
  }
  /// Core `c` of a plane.
  NodeId core(std::uint32_t plane, std::uint32_t c) const {
    return NodeId(hosts + spec.planes * (leaves + spines()) + plane * cores + c);
  }

  /// All nodes and the cables of hosts. `leaf_of_place` gives the leaf of a place.
  FabricDescription begin(std::string family, std::uint32_t radix, std::uint32_t levels,
                          const std::function<std::uint32_t(std::uint32_t)> &leaf_of_place) const;
  /// Joins every leaf to the spines of its group, by `cables(s)` cables to spine s of the group.
  void join_leaves(FabricPlan &plan, const std::function<std::uint32_t(std::uint32_t)> &cables) const;
};

} // namespace lightloom
