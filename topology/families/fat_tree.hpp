#pragma once
// Fat-trees of two levels (leaf and spine) and three (pods of leaves and spines, joined by cores), for any number of
// hosts.
//
// Sources: C. Clos, Bell Syst. Tech. J. 32 (1953); Al-Fares, Loukissas, Vahdat, SIGCOMM 2008 (k-ary three-level: k³/4
// hosts, 5k²/4 switches).
//
// The design is the one with the fewest switches that keeps the oversubscription, among those in which all leaves have
// equal uplinks (to spine s all leaves have the same number of cables, and likewise all pods to a core). Equal uplinks
// are needed, not only tidy: two leaves i and j can exchange full rate only if Σₛ min(cᵢₛ, cⱼₛ) reaches the uplinks of
// both, so cᵢ = cⱼ. Hence spine s has ⌊radix ÷ leaves⌋ cables per leaf at most and ⌈uplinks ÷ that⌉ spines are the
// fewest. Hosts per leaf and leaves per pod are searched. Cables between one pair run in parallel when the fabric is
// small. Leaves are filled in order; the last may be short. Where a switch has a capacity, its ports are counted by
// rate (families/port_budget.hpp). A plane joins one or several NIC ports of every GPU and is designed once; planes are
// alike.
//
// Rails: NIC n of GPU i of a node is on rail (i × NICs per GPU + n) mod rails. As the NICs of a node divide evenly over
// the rails, place p of a plane (host × NICs + NIC) is on rail p mod rails. A scalable unit is one leaf per rail; in
// three levels it is kept inside a pod where that is possible. Leaves out: fat-trees of four levels, leaves of unequal
// uplinks.

#include "topology/builder.hpp"

namespace lightloom {

/// Its own keys of [fabric].
struct FatTreeShape {
  std::uint32_t levels = 0; ///< 2 = leaf and spine, 3 = pods and cores, 0 = auto: the fewest that fit
  std::uint32_t spines = 0; ///< two levels: that many per plane; 0 = the fewest
};

/// The keys as users see them: range and meaning (sim/core/parameters.hpp).
template <class Visit> void visit_parameters(FatTreeShape &s, Visit &&visit) {
  visit("levels", s.levels, 2, 3, "tiers of a fat-tree; 2 is leaf-spine; auto: 2 when the hosts fit", "auto");
  visit("spines", s.spines, 1, 4096, "fat-tree of two levels: how many spines", "the fewest");
}

/// Counts of one plane of a fat-tree before anything is allocated. Its `hosts` are the NIC ports it joins: hosts ×
/// nics_per_gpu.
struct FatTreeDesign {
  std::uint32_t levels = 1;     ///< 1 = a single switch
  std::uint32_t radix = 0;      ///< ports of a switch; with a capacity: the most, at the slowest rate in use
  std::uint32_t core_ports = 0; ///< ports of a switch at the rate of the spine tier
  std::uint32_t hosts = 0;
  std::uint32_t rails = 1;
  std::uint32_t hosts_per_leaf = 0; ///< of a full leaf
  std::uint32_t uplinks = 0;        ///< cables from each leaf to its spines
  std::uint32_t leaves = 0;
  std::uint32_t leaves_per_pod = 0; ///< of a full pod; two levels: all
  std::uint32_t pods = 1;
  std::uint32_t spines_per_pod = 0;
  std::uint32_t cores = 0;
  std::uint64_t switches() const { return std::uint64_t(leaves) + std::uint64_t(pods) * spines_per_pod + cores; }
};

/// The design for a specification. Throws Error when none exists: too many hosts for radix and levels, odd radix and so
/// on.
FatTreeDesign design_fat_tree(const FabricSpec &spec);

/// Cables from a leaf with that many hosts (from a spine with that many leaf cables) to the tier above that keep the
/// oversubscription.
std::uint32_t leaf_uplinks(const FabricSpec &spec, std::uint32_t hosts);
std::uint32_t spine_uplinks(const FabricSpec &spec, std::uint32_t leaf_cables);

/// The most hosts that a fat-tree of so many levels takes with the switches, rates, NICs per GPU, rails and
/// oversubscription of `spec`.
std::uint64_t fat_tree_capacity(const FabricSpec &spec, std::uint32_t levels);

} // namespace lightloom
