#pragma once
// Steps, GPU times and why GPUs waited: from the network's attribution where a run explains itself, else from what each
// rank measured.

#include "analysis/results.hpp"
#include "scenarios/built.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/network_result.hpp"

namespace lightloom {

/// Fills steps and gpus. `finished`: the run came to its end.
void fill_steps(RunResults &results, const NetworkResult &network, std::uint32_t ranks, bool finished);

/// Fills waiting: activities, links, modules, critical path. Does nothing without attribution. Requires steps and
/// links. Leaves out: the warm-up is in these rows, since the network sums them over the whole run.
void fill_waiting(RunResults &results, const BuiltRun &built, const NetworkResult &network);

/// How the payload moved, and what that may cost in accuracy. Of a step: messages on its critical path × the mean
/// predicted delay of a message ÷ its duration, as a mean over steps; without steps the greatest of any message.
GranularityRow granularity_of(const Scenario &scenario, const NetworkResult &network);

} // namespace lightloom
