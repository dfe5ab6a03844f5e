#pragma once
// Runs side by side: ratios against the first, what was held equal, and the verdict in one sentence.

#include "analysis/summary.hpp"

#include <string>
#include <utility>
#include <vector>

namespace lightloom {

/// A run against the first: value ÷ first's value; not_known when either is not, or the first is 0.
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
};

/// Facts with one value in all runs, and facts that differ (one value per run; "" where a run does not state it).
struct Basis {
  std::vector<FactRow> equal;
  std::vector<std::pair<std::string, std::vector<std::string>>> different;
};

/// All of it.
struct Comparison {
  std::vector<RunSummary> runs;
  std::vector<RunRatios> ratios; ///< one entry per run; the first is all ones
  Basis basis;
  std::string verdict; ///< one sentence, on the first run and the last
};

/// Requires at least two runs.
Comparison compare(std::vector<RunSummary> runs);

/// The side-by-side table, what differs and what was held equal, and the verdict, for the terminal.
std::string to_text(const Comparison &comparison);
/// The summary table of one run, for the terminal.
std::string to_text(const RunSummary &run);

} // namespace lightloom
