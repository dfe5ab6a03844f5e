#pragma once
// Pieces of the printed tables that one run and a comparison share.

#include "analysis/compare.hpp"
#include "analysis/table.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// Rows of everything measured: one column per run, and after each but the first its ratio to the first. Rows without a
/// value in any run are left out. `intervals` is empty or has one entry per run.
void add_measures(Table &table, const std::vector<RunSummary> &runs, const std::vector<RunIntervals> &intervals);

/// Rows of bus bandwidth: the collectives of the first run that took the longest together, at most four.
void add_collectives(Table &table, const std::vector<RunSummary> &runs);

/// "GPU idle 41.2 %, because of": the ranking by cause, activity, link and module, and the critical path in a few
/// lines; empty when causes were not measured.
std::string waiting_text(const RunSummary &run);

/// "trains (auto) carry 75.0 % of the payload …; predicted error 0.6 %"; empty without trains.
std::string trains_text(const GranularityRow &granularity);
/// Granularity in one line, and where frames were used; empty when not stated.
std::string granularity_text(const GranularityRow &granularity);
/// Weights, gradients, optimizer and activations of the fullest stage against the memory; empty when not known.
std::string memory_text(const std::vector<MemoryRow> &stages);

/// "… is not complete" and "the file of … lacks"; empty when all is well.
std::string outcome_text(const RunSummary &run);

/// Flows by decade of size, where there are several, and what the figures of flows leave out; may be empty.
std::string flows_text(const RunSummary &run);

/// "pipeline_bubble" as it is printed: "pipeline bubble".
std::string cause_title(std::size_t cause);

} // namespace lightloom
