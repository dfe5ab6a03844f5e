#pragma once
// One builder interface for every topology: a FabricSpec in, a Fabric out. A new family is one file in
// topology/families/ and one line in the table of builder.cpp. Its row says all that others need to know of it: which
// keys of [fabric] are its own, which of the common ones it honours, which tiers and routing policies it has. The
// scenario schema, its reader and its checks follow from the rows.

#include "sim/core/parameters.hpp"
#include "topology/fabric.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace lightloom {

/// Rates of the cables per tier. [fabric] link_rate or rates.
struct LinkRates {
  BitRate host = 800_Gbps;   ///< NIC to leaf
  BitRate leaf = 800_Gbps;   ///< leaf to spine
  BitRate spine = 800_Gbps;  ///< spine to core
  BitRate global = 800_Gbps; ///< between groups
  static constexpr LinkRates all(BitRate rate) { return {rate, rate, rate, rate}; }
};

/// The keys of [fabric] that shape a graph: those of every family, and in `shape` those of `topology` alone.
struct FabricSpec {
  std::string topology = "fat-tree"; ///< name of a family
  std::uint64_t hosts = 0;  ///< GPUs; 64 bits so that absurd counts arrive whole and are refused. 0: none, and where a
                            ///< shape has a fixed number of places (dragonfly-plus): all
  std::uint32_t radix = 64; ///< ports per switch, whatever their rate; not used when switch_capacity is given
  BitRate switch_capacity; ///< Σ rates of a switch's ports, one direction ("51.2Tbps"); ports follow per tier. 0 = none
  LinkRates rates;
  std::uint32_t nics_per_gpu = 1; ///< NIC ports of a GPU into each plane
  std::uint32_t planes = 1;       ///< parallel, disjoint networks of the same shape. Port = plane × nics_per_gpu + nic
  std::uint32_t gpus_per_node = 0; ///< host h is GPU i = h mod gpus_per_node of node h ÷ gpus_per_node, and its NIC n
                                   ///< is on rail (i × nics_per_gpu + n) mod rails. 0 = as if nodes match the rails

  // Honoured by families that say so.
  std::uint32_t rails = 1;             ///< a leaf carries one rail; see gpus_per_node
  double oversubscription = 1.0;       ///< host bandwidth into a leaf ÷ its bandwidth up
  double spine_oversubscription = 1.0; ///< leaf bandwidth into a spine ÷ its bandwidth up to cores

  /// The family's own keys; what is not there has the family's default. From a family's struct:
  /// `spec.shape = given_parameters(DragonflyPlusShape{.groups = 9})`.
  GivenParameters shape;
};

/// One row of the table of families: what others need to know of one.
struct TopologyFamily {
  std::string name{};   ///< "dragonfly-plus"
  std::string called{}; ///< in "only for …": "a fat-tree"

  /// Its own keys of [fabric], as parameter_rows() makes them. Two families may have a key of the same name.
  std::vector<ParameterRow> (*parameters)() = nullptr;
  /// The tiers of its cables for a shape; of an empty shape all that it can have.
  std::vector<Tier> (*tiers)(const GivenParameters &shape) = nullptr;
  bool rails = false;            ///< honours FabricSpec::rails
  bool oversubscription = false; ///< honours FabricSpec::oversubscription and spine_oversubscription
  /// Common keys ("rates.spine") that a shape leaves without effect, and why. Null: none but those of tiers that it
  /// lacks and of what it does not honour, for which the reason is "only for" the families that do.
  std::map<std::string, std::string> (*needless)(const GivenParameters &shape) = nullptr;
  /// The shape with so many tiers of switches and all else by default. Null: the tiers are not a choice.
  GivenParameters (*with_levels)(std::uint32_t levels) = nullptr;

  std::vector<std::string> policies{}; ///< routing.policy that it allows; the first two are proposed for others
  std::string no_other_policy{};       ///< why no others: "every path of a fat-tree is minimal"
  std::string default_policy{};        ///< empty: the transport's

  Fabric (*build)(const FabricSpec &) = nullptr;
};

/// Every family that this version has, in the order shown to users.
std::span<const TopologyFamily> topology_families();

/// The same and, behind it, what a program brings along. A row that says nothing of keys, tiers or policies gets: none
/// of its own, all that there are, those of a fat-tree.
std::vector<TopologyFamily> families_with(const std::vector<TopologyFamily> &own);

/// The family of that name. Throws Error that names those there are.
const TopologyFamily &find_family(const std::string &name,
                                  std::span<const TopologyFamily> families = topology_families());

/// Builds spec.topology. Throws Error when the name is unknown, when spec.shape has a key that is not the family's, or
/// when the family cannot build what is asked; nothing large is allocated before the sizes are known to be possible.
Fabric build_fabric(const FabricSpec &spec, std::span<const TopologyFamily> families = topology_families());

/// More hosts than this are refused by every family: ids are 32 bits wide and a fabric must fit in memory.
inline constexpr std::uint64_t max_fabric_hosts = 4'000'000;
/// More NIC ports per GPU are refused.
inline constexpr std::uint32_t max_ports_per_host = 64;
/// More ports per switch than this are refused; today's largest have 512.
inline constexpr std::uint32_t max_radix = 4096;

} // namespace lightloom
