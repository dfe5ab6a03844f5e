#pragma once
// What a run comes down to: the numbers of `run --json` (contract §5), computed from RunResults alone, so that a fresh
// run and a results file give the same summary.

#include "analysis/results.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace lightloom {

/// Collectives of equal op, algorithm, bytes, ranks and domain, after the warm-up steps; in order of first appearance.
struct CollectiveSummary {
  std::string op, algorithm;
  std::int64_t bytes = 0;
  std::uint32_t ranks = 0;
  bool scale_up = false;
  std::uint64_t count = 0;
  double time_s = not_known; ///< mean
  double time_max_s = not_known;
  double algbw_Bps = not_known;     ///< bytes ÷ mean time
  double busbw_Bps = not_known;     ///< the same factor as the rows'
  double lower_bound_s = not_known; ///< mean over those that have one
  std::string bottleneck;           ///< of the first that has one
};

/// Shares of all GPU time (GPUs × step time); they sum to gpu_idle_share.
struct WaitShares {
  double scale_up = not_known;
  double network = not_known;
  double other = not_known; ///< waiting for slower ranks at the step's end
};

/// Sums over the bill's optics.
struct OpticsSummary {
  std::int64_t modules = 0; ///< ends
  double power_W = not_known;
  double pj_per_bit = not_known;
  double cost_usd = not_known;
};

/// The numbers of one run. Means are over steps after the warm-up; not_known where a run has no such thing.
struct RunSummary {
  std::string name;
  double step_time_s = not_known;
  double compute_s = not_known;
  double exposed_comm_s = not_known;
  double tokens_per_s = not_known;
  double mfu = not_known; ///< model FLOPs ÷ (step time × GPUs × peak)
  double gpu_idle_share = not_known;
  WaitShares waits;
  std::uint64_t gpus = 0;
  std::uint64_t steps = 0; ///< all of them, warm-up included
  std::vector<CollectiveSummary> collectives;
  FlowFigures flows; ///< count = 0 without plain traffic
  FlowBound flow_bound;
  double goodput_per_receiver_bps = not_known;
  OpticsSummary optics;
  std::vector<FactRow> facts;
  std::vector<CounterRow> counters;
  std::uint64_t link_hops = 0;     ///< frames × links crossed
  double lookahead_s = not_known;  ///< of the parallel execution
  std::string lookahead_link;      ///< a link that sets it
  std::string digest;
  bool complete = false;
  std::string outcome;
};

/// Requires results of consistent shape (check_shape).
RunSummary summary(const RunResults &results);

/// Fills compute_ps and exposed_comm_ps of each step from the GPU times.
void derive_steps(RunResults &results);

/// Replaces the flow rows by figures and a log-binned histogram (16 bins per decade) when there are more than `limit`.
void compact_flows(RunResults &results, std::size_t limit = 1'000'000);

/// Empty when shapes agree and busy + idle = duration holds everywhere; else one sentence per violation (at most ten).
std::vector<std::string> check_shape(const RunResults &results);

} // namespace lightloom
