#pragma once
// Plain collectives ([[collective]] of a scenario): one after another over all ranks, as nccl-tests runs them.
// A rank goes on to the next one when its own part is done; there is no barrier between them.

#include "collectives/algorithm.hpp"
#include "collectives/job_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// One [[collective]] table.
struct PlainCollective {
  CollectiveOp op = CollectiveOp::all_reduce;
  std::string algorithm = "auto";
  Bytes bytes{};            ///< nccl-tests convention (op.hpp), ≥ 0
  std::uint32_t repeat = 1; ///< how often
};

/// The plan over `ranks` ranks, each with one stream. Collective i of the list fills `repeat` consecutive ids. `domain`
/// is for algorithms with phases inside it, which run there by closed form; all else uses the network between all
/// ranks. Throws Error: an algorithm that is not in the table, fewer than 2 ranks, ranks the algorithm cannot run on,
/// nothing to do.
JobPlan plan_collectives(const std::vector<PlainCollective> &collectives, std::uint32_t ranks,
                         const ScaleUpDomain &domain = {}, const AlgorithmTable &algorithms = collective_algorithms());

} // namespace lightloom
