#pragma once
// Equal-cost shortest routes for any fabric, and the epochs in which they change (docs/decisions/0003).
//
// Per destination leaf, a switch goes down if it can, else across one global cable, else up: no valleys, so one virtual
// lane is free of deadlock (deadlock.hpp). When failures leave connected leaves without such a route, only those rows
// get detours (route_search.hpp). If detours could deadlock, as they may after failures in several groups, the whole
// table falls back to up*/down* routes from a root (Schroeder et al., "Autonet", IEEE JSAC 9, 1991), which reach
// everything connected, on few links. Planes share nothing: each is searched alone, and what fails in one leaves the
// others as they were.
//
// Spraying: frame n of a flow takes port ⌊n ÷ stride⌋ mod count of the group. `stride` is the product of the numbers of
// distinct next switches before this one, and the ports of a group alternate between next switches, so each switch on
// the way sees every stride-th frame and takes its ports in turn: all links of the flow's paths carry equal shares.
// Leaves out: weights for unequal paths after failures, non-minimal and adaptive routing.

#include "sim/network/plain/route_table.hpp"
#include "topology/fabric.hpp"

#include <memory>
#include <variant>
#include <vector>

namespace lightloom {

/// What is out of order. A host means its NICs: the same as all its cables.
using FabricElement = std::variant<CableId, SwitchId, HostId>;

/// An element that is down from `from` until `until` (`never`: not repaired).
struct Outage {
  FabricElement element;
  SimTime from{};
  SimTime until = never;
};

/// What a table took.
enum class RouteKind : std::uint8_t {
  minimal, ///< shortest routes without valleys
  detours, ///< and detours where failures left none
  rooted   ///< up*/down* from a root: detours could have deadlocked
};

/// The table of the fabric without the `dead` elements. Destinations that cannot be reached, leaves of other planes
/// among them, have no_group. Attachments stay. Throws Error when the table would need more than 4 GiB. `kind`, when
/// given, receives what it took, the worst over planes.
std::shared_ptr<const RouteTable> compute_routes(const Fabric &fabric, const std::vector<FabricElement> &dead = {},
                                                 RouteKind *kind = nullptr);

/// All epochs for outages known before the run. For each: at from + detection its neighbours take the dead ports out of
/// their groups (nothing, when it is over by then); at from + reroute every table is new; at until + reroute every
/// table is new with the element back. Throws Error unless 0 <= detection <= reroute. Rows that did not change are
/// shared. The first epoch starts at 0; what happened before is known then. `kinds`, when given, receives one entry per
/// epoch.
std::vector<RouteEpoch> route_epochs(const Fabric &fabric, const std::vector<Outage> &outages, Duration detection,
                                     Duration reroute, std::vector<RouteKind> *kinds = nullptr);

/// Bytes of the rows, shared ones once.
std::uint64_t memory_of(const std::vector<RouteEpoch> &epochs);

} // namespace lightloom
