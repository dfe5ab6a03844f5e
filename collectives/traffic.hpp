#pragma once
// Plain flows (contract §3, [[traffic]]): permutation and incast. One message per flow, all posted at the start.
// Leaves out: uniform, all-to-all, shift, connection matrices, open-loop arrivals.

#include "collectives/job_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// One [[traffic]] table.
struct TrafficSpec {
  std::string pattern = "permutation"; ///< permutation | incast
  Bytes bytes{};                       ///< per flow, ≥ 0
  std::uint32_t fan_in = 0;            ///< incast: senders, 1 … ranks − 1
  std::uint64_t seed = 1;
};

/// A uniformly drawn permutation of 0 … n − 1 without fixed points, from Philox (rejection; about e tries).
/// Requires n ≥ 2.
std::vector<std::uint32_t> derangement(std::uint32_t n, std::uint64_t seed);

/// Permutation: rank r sends to derangement[r]. Incast: fan_in senders, evenly spread over ranks 1 … n − 1, send to
/// rank 0. Asks for flow records. Throws Error: unknown pattern, fewer than 2 ranks, fan_in out of range.
JobPlan plan_traffic(const TrafficSpec &spec, std::uint32_t ranks);

} // namespace lightloom
