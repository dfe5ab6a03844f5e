#pragma once
// The channel dependency test of deadlock freedom: routes on one virtual lane cannot deadlock under credits when no
// cycle of links exists in which each waits for the next. Source: Dally & Seitz, IEEE Trans. Computers 36 (1987).

#include "sim/network/plain/route_table.hpp"
#include "topology/fabric.hpp"

namespace lightloom {

/// True when the channel dependency graph of all leaf-to-leaf routes of the table has no cycle. Cost: leaves × ports ×
/// ports.
bool deadlock_free(const Fabric &fabric, const RouteTable &table);

} // namespace lightloom
