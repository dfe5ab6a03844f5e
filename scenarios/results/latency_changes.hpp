#pragma once
// What could bring a message's latency down to a target. Each change is an option that a scenario can express; the path
// is put together again with it. Modules are rows of the catalogue that reach the length at the same rate; a FEC code
// counts only where the frames it loses stay within what IEEE 802.3 allows; what a NIC, a switch or a cable can come
// down to has a figure with a source. The fewest changes are found by trying every set of them.

#include "scenarios/results/latency_budget.hpp"
#include "scenarios/results/latency_path.hpp"

namespace lightloom {

/// `path` is that of the budget.
LatencyTarget latency_changes(const Scenario &scenario, const BuiltFabric &built, HostId from, HostId to, Bytes size,
                              const LatencyPath &path, Duration target);

} // namespace lightloom
