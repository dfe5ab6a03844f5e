#pragma once
// What an architect asks of a fabric before any packet: counts, distances, bisection, oversubscription, is it
// connected.

#include "topology/fabric.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// A run of switches of one kind with the same number of unused ports.
struct UnusedPorts {
  std::string first; ///< "leaf:3"
  std::string last;  ///< equal to first for a single switch
  std::uint32_t switches = 0;
  std::uint32_t ports_each = 0;
};

/// All planes together, unless it says otherwise; distances and rates are the same in each.
struct FabricMetrics {
  std::uint32_t hosts = 0;
  std::uint32_t planes = 1;
  std::uint32_t leaves = 0, spines = 0, cores = 0;
  std::uint32_t host_cables = 0, leaf_cables = 0, spine_cables = 0, global_cables = 0; ///< full-duplex
  std::uint64_t unused_ports = 0;
  std::vector<UnusedPorts> unused; ///< only switches with unused ports, neighbours of equal count joined
  std::uint32_t diameter_hops = 0; ///< links crossed between the two farthest hosts; 0 for one host
  double average_hops = 0;         ///< over all ordered pairs of different hosts and all ports of the two by which they
                                   ///< reach each other: port p to port p
  BitRate bisection;               ///< one direction, between the first and second half of NIC ports in leaf order,
                                   ///< halved in every plane; the sum of the planes
  std::string bisection_method;    ///< "max-flow" or "structural"
  double oversubscription =
      0;                  ///< largest over tiers of host bandwidth below ÷ bandwidth up from there; 1 for one switch
  bool connected = false; ///< port p of every host reaches port p of every other
};

/// Distances are exact: one breadth-first search per leaf, or for large fabrics per class of like leaves. Bisection is
/// a maximum flow (Boost.Graph) up to `max_flow_cables` switch-to-switch cables; beyond, the structural formula: half
/// the hosts, half of each tier's uplinks, or the global cables that cross the middle, whichever is least. It equals
/// the flow on symmetric fabrics.
FabricMetrics measure_fabric(const Fabric &fabric, std::size_t max_flow_cables = 20'000);

} // namespace lightloom
