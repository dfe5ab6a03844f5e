#pragma once
// One builder interface for every topology: a FabricSpec in, a Fabric out. A new family is one file that declares a
// `Fabric build_…(const FabricSpec &)` and one line in the table of builder.cpp.

#include "topology/fabric.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace lightloom {

/// Rates of the cables per tier. [fabric] link_rate or rates.
struct LinkRates {
  BitRate host = 800_Gbps;   ///< NIC to leaf
  BitRate leaf = 800_Gbps;   ///< leaf to spine
  BitRate spine = 800_Gbps;  ///< spine to core
  BitRate global = 800_Gbps; ///< between Dragonfly+ groups
  static constexpr LinkRates all(BitRate rate) { return {rate, rate, rate, rate}; }
};

/// The keys of [fabric] that shape a graph. A family reads its own and refuses what it cannot honour.
struct FabricSpec {
  std::string topology = "fat-tree";
  std::uint64_t hosts =
      0; ///< GPUs; 64 bits so that absurd counts arrive whole and are refused. dragonfly-plus: 0 = full
  std::uint32_t radix = 64; ///< ports per switch, whatever their rate; not used when switch_capacity is given
  BitRate switch_capacity; ///< Σ rates of a switch's ports, one direction ("51.2Tbps"); ports follow per tier. 0 = none
  LinkRates rates;
  std::uint32_t nics_per_gpu = 1; ///< NIC ports of a GPU into each plane
  std::uint32_t planes = 1;       ///< parallel, disjoint networks of the same shape. Port = plane × nics_per_gpu + nic

  // fat-tree
  std::uint32_t levels = 0;            ///< 2 = leaf and spine, 3 = pods and cores, 0 = auto: the fewest that fit
  double oversubscription = 1.0;       ///< host bandwidth into a leaf ÷ its bandwidth up
  double spine_oversubscription = 1.0; ///< leaf bandwidth into a spine ÷ its bandwidth up to cores (three levels)
  std::uint32_t rails = 1;             ///< a leaf carries one rail; see gpus_per_node
  std::uint32_t gpus_per_node = 0; ///< host h is GPU i = h mod gpus_per_node of node h ÷ gpus_per_node, and its NIC n
                                   ///< is on rail (i × nics_per_gpu + n) mod rails. 0 = as if nodes match the rails
  std::uint32_t spines = 0;        ///< two levels: that many spines per plane; 0 = the fewest

  // dragonfly-plus: of each plane
  std::uint32_t groups = 0;
  std::uint32_t leaves_per_group = 0;
  std::uint32_t spines_per_group = 0;
  std::uint32_t hosts_per_leaf = 0;
  std::uint32_t global_links_per_spine = 0;
};

/// One row of the table of families.
struct TopologyFamily {
  const char *name;
  const char *summary;
  Fabric (*build)(const FabricSpec &);
};

/// Every family, in the order shown to users.
std::span<const TopologyFamily> topology_families();

/// Builds spec.topology. Throws Error when the name is unknown or the family cannot build what is asked; nothing large
/// is allocated before the sizes are known to be possible.
Fabric build_fabric(const FabricSpec &spec);

/// More hosts than this are refused by every family: ids are 32 bits wide and a fabric must fit in memory.
inline constexpr std::uint64_t max_fabric_hosts = 4'000'000;
/// More NIC ports per GPU are refused.
inline constexpr std::uint32_t max_ports_per_host = 64;
/// More ports per switch than this are refused; today's largest have 512.
inline constexpr std::uint32_t max_radix = 4096;

} // namespace lightloom
