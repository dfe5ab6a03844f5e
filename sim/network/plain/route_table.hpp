#pragma once
// Where frames may go. Filled by topology for each epoch (decision 0003); the choice among equal ports is made per
// frame by the switch (sim/network/switch/path_choice.hpp).

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// The place of an endpoint (a host's NIC port): its leaf switch and the port of that switch which leads to it.
struct Attachment {
  SwitchId leaf;
  std::uint16_t port = 0;
};

/// Equal-cost ports: ports[first … first + count) of the switch's list. `stride`: a sprayed flow takes the next port of
/// this group every `stride` frames (1 at the first tier; the product of the fan-outs below at later tiers, so that all
/// paths are used).
struct PortGroup {
  std::uint32_t first = 0;
  std::uint16_t count = 0;
  std::uint32_t stride = 1;
};

/// "No route": frames for it are dropped and counted.
inline constexpr std::uint16_t no_group = 0xffff;

/// One switch's rows: destination leaf → group. Entry of the switch itself (when it is a leaf) is unused: hosts of its
/// own are reached by Attachment::port.
struct SwitchRoutes {
  std::vector<std::uint16_t> group_of_leaf; ///< one entry per switch id; no_group when unreachable or not a leaf
  std::vector<PortGroup> groups;
  std::vector<std::uint16_t> ports; ///< port numbers of this switch, as FabricPlan numbers them
};

/// Routes of the whole fabric at some time. Rows are shared between epochs in which they are equal.
struct RouteTable {
  std::vector<Attachment> attachment;                        ///< one entry per endpoint (FabricPlan)
  std::vector<std::shared_ptr<const SwitchRoutes>> switches; ///< one entry per switch
};

/// From this instant on, this table. The first epoch starts at 0; ascending.
struct RouteEpoch {
  SimTime from{};
  std::shared_ptr<const RouteTable> table;
};

} // namespace lightloom
