#pragma once
// Runs side by side: ratios against the first, what was held equal, how sure the seeds make it, and the verdict in one
// sentence. Only runs of one job on the same GPUs are compared; there is no way to force others.

#include "analysis/statistics.hpp"
#include "analysis/summary.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lightloom {

/// Facts (FactRow::key) that say what a comparison holds equal.
inline constexpr const char *fact_radix = "fabric.radix";
inline constexpr const char *fact_silicon = "switch capacity";
inline constexpr const char *fact_gpu_bandwidth = "bandwidth per GPU";

/// A run against the first: value ÷ first's value, mean over seeds; not_known when either is not, or the first is 0.
struct RunRatios {
  std::string name;
  double step_time = not_known;
  double tokens_per_s = not_known;
  double gpu_idle_share = not_known;
  double exposed_comm = not_known;
  double collective_busbw =
      not_known; ///< geometric mean over collectives (op, algorithm, bytes, ranks, domain) that both runs have
  double fct_p99 = not_known;
  double optics_power = not_known;
  double optics_cost = not_known;
  double cluster_power = not_known;
  double cluster_cost = not_known;
  double energy_per_step = not_known;
  double energy_per_token = not_known;
  double cost_per_token_rate = not_known;
};

/// Means over the seeds of one run with 95 % confidence intervals (Student t). Ratios are paired: each seed's value
/// against the first run's with the same seed.
struct RunIntervals {
  std::string name;
  std::vector<std::uint64_t> seeds;
  MeanInterval step_time_s, exposed_comm_s, gpu_idle_share, tokens_per_s;
  MeanInterval step_time_ratio, exposed_comm_ratio, gpu_idle_ratio, tokens_ratio;
};

/// One of the three usual bases. Equal when all runs state one value.
struct BasisFact {
  bool equal = false;
  std::vector<std::string> values; ///< one per run; "" where a run does not state it
};

/// Facts with one value in all runs, and facts that differ (one value per run; "" where a run does not state it).
struct Basis {
  std::vector<FactRow> equal;
  std::vector<std::pair<std::string, std::vector<std::string>>> different;
  BasisFact radix, silicon, gpu_bandwidth;
  std::string sentence; ///< "Equal radix (64); different: switch silicon (51.2 Tb/s against 102.4 Tb/s) …"
};

/// All of it.
struct Comparison {
  std::vector<RunSummary> runs;        ///< means over seeds; digest and counters of the first seed
  std::vector<RunRatios> ratios;       ///< one entry per run; the first is all ones
  std::vector<RunIntervals> intervals; ///< one entry per run
  Basis basis;
  std::string verdict; ///< one sentence, on the first run and the last
};

/// Throws Error (bad_input) naming two runs and the facts that differ, when they are not of one job on the same GPUs:
/// facts "job", "collective", "traffic", "cluster.gpus", "cluster.gpu", tokens and model FLOPs per step. Runs without
/// any fact (the first moments of an interrupted run) pass.
void check_comparable(const std::vector<RunSummary> &runs);

/// Requires at least two runs. Errors as check_comparable.
Comparison compare(std::vector<RunSummary> runs);
/// [run][seed]: at least two runs of at least one seed each. Error (bad_input) too when runs have several seeds and not
/// the same ones.
Comparison compare(std::vector<std::vector<RunSummary>> seeds_of_each_run);

/// The verdict of `comparison`, from everything else in it.
std::string verdict(const Comparison &comparison);

/// The side-by-side table, what differs and what was held equal, and the verdict, for the terminal.
std::string to_text(const Comparison &comparison);
/// The summary table of one run, for the terminal.
std::string to_text(const RunSummary &run);

} // namespace lightloom
