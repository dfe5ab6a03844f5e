#pragma once
// What a run comes down to: the numbers of `run --json` (docs/CONTRACT.md), computed from RunResults alone, so that a
// fresh run and a results file give the same summary.

#include "analysis/flow_tally.hpp"
#include "analysis/network_counters.hpp"
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
  double usd_per_gbps = not_known; ///< cost ÷ Σ rate of the ends
};

/// Rows of the bill of one category ("GPU", "server", "NIC", "switch", "optics", "other").
struct CategorySummary {
  std::string category;
  std::int64_t count = 0;
  double power_W = not_known; ///< not_known when one of its rows is
  double cost_usd = not_known;
};

/// The whole cluster, at typical power. not_known unless the bill has GPUs and every row has the figure.
struct ClusterSummary {
  double power_W = not_known;
  double cost_usd = not_known;
  std::vector<CategorySummary> by_category; ///< in the order GPU, server, NIC, switch, optics, other
};

/// The run's links by what they have of light; counts of directed links, extremes over all of them.
struct LinkSummary {
  std::uint64_t directed = 0;
  std::uint64_t by_light = 0;     ///< with a margin
  std::uint64_t below_margin = 0; ///< margin below 0 dB
  double worst_margin_dB = not_known;
  double worst_pre_fec_ber = not_known;
};

/// The numbers of one run. Means are over steps after the warm-up; not_known where a run has no such thing.
struct RunSummary {
  std::string name;
  double step_time_s = not_known;
  double compute_s = not_known;
  double exposed_comm_s = not_known;
  double tokens_per_s = not_known;
  double time_to_train_s = not_known; ///< campaign.tokens ÷ tokens per second: without failures or checkpoints
  double mfu = not_known;             ///< model FLOPs ÷ (step time × GPUs × peak)
  double gpu_idle_share = not_known;
  WaitShares waits;
  std::vector<double> idle_by_cause;   ///< [cause] share of all GPU time; sums to gpu_idle_share; empty = not measured
  std::vector<double> critical_path_s; ///< [cause] mean per step; sums to step_time_s; empty = not measured
  std::vector<WaitRow> waiting;
  std::uint64_t gpus = 0;
  std::uint64_t steps = 0; ///< all of them, warm-up included
  std::uint64_t steps_reused = 0;
  GranularityRow granularity;
  std::vector<MemoryRow> memory; ///< [pipeline stage]
  double tokens_per_step = not_known;
  double flops_per_step = not_known;
  std::vector<CollectiveSummary> collectives;
  FlowFigures flows; ///< count = 0 without plain traffic
  std::vector<FlowDecade> flows_by_size;
  FlowBound flow_bound;
  NetworkSummary network;
  double goodput_per_receiver_bps = not_known;
  OpticsSummary optics;
  LinkSummary links;
  ClusterSummary cluster;
  double energy_per_step_J = not_known; ///< the cluster's power × step time
  double energy_per_token_J = not_known;
  double cost_per_token_rate = not_known; ///< capital cost ÷ tokens per second [USD s]
  std::vector<FactRow> facts;
  std::vector<CounterRow> counters;
  std::uint64_t link_hops = 0;    ///< frames × links crossed
  double lookahead_s = not_known; ///< of the parallel execution
  std::string lookahead_link;     ///< a link that sets it
  std::uint64_t seed = 1;
  std::string digest;
  bool complete = false;
  std::string outcome;
  std::vector<std::string> missing; ///< datasets its file does not have
};

/// The first step that means count: after the warm-up, but at least the last step counts.
std::size_t first_counted_step(const RunResults &results);

/// Requires results of consistent shape (check_shape).
RunSummary summary(const RunResults &results);

/// The value of a fact; "" where the run does not state it.
std::string fact_of(const RunSummary &run, const std::string &key);

/// Sums of a bill by category.
ClusterSummary cluster_summary(const std::vector<BillRow> &bill);

/// Fills compute_ps and exposed_comm_ps of each step from the GPU times.
void derive_steps(RunResults &results);

/// Replaces the flow rows by figures and histograms when there are more than `limit`.
void compact_flows(RunResults &results, std::size_t limit = most_flow_rows);

/// Empty when shapes agree, busy + idle = duration holds everywhere, and causes, where measured, sum to idle and the
/// critical path to the step; else one sentence per violation (at most ten).
std::vector<std::string> check_shape(const RunResults &results);

} // namespace lightloom
