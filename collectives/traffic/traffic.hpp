#pragma once
// Plain flows ([[traffic]] of a scenario): who sends how much to whom, and when. A flow is one message.
//
// Closed loop: all flows of a rank are posted at `start`; with `repeat` the next ones when those before are
// acknowledged. Open loop: each sending rank posts flows at the times of a Poisson process of its own, whatever became
// of the flows before. Several tables run side by side, each on channels of its own.
// Leaves out: arrivals other than Poisson, flows that depend on each other (but those of htsim's matrices).

#include "collectives/job_plan.hpp"
#include "collectives/traffic/traffic_spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// "permutation", "incast", "uniform", "all-to-all", "shift", "file".
const std::vector<std::string> &traffic_patterns();

/// A uniformly drawn permutation of 0 … n − 1 without fixed points, from Philox (rejection; about e tries).
/// Requires n ≥ 2. `table`: which [[traffic]] draws it.
std::vector<std::uint32_t> derangement(std::uint32_t n, std::uint64_t seed, std::uint32_t table = 0);

/// Permutation: rank r sends to derangement[r]. Incast: fan_in senders, evenly spread over ranks 1 … n − 1, send to
/// rank 0. Uniform: each rank sends to another one, drawn for each flow. All-to-all: every rank to every other one,
/// the next rank first. Shift: rank r to r + by. File: as the matrix says.
/// Flow records are asked for when any table wants them. Throws Error whose text begins with the key it is about
/// ("traffic.0.fan_in = 4"): unknown pattern, fewer than 2 ranks, values out of range, triggers that cannot be.
JobPlan plan_traffic(const std::vector<TrafficSpec> &tables, std::uint32_t ranks);
/// The same for one table.
JobPlan plan_traffic(const TrafficSpec &spec, std::uint32_t ranks);

/// The largest flow a table can have.
Bytes largest_flow(const TrafficSpec &spec);

} // namespace lightloom
