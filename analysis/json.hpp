#pragma once
// Summaries as JSON for programs, by the names of the contract (docs/CONTRACT.md). Numbers that are not finite become
// null, and so does what a run did not measure: idle_by_cause and critical_path_s of plain traffic, say.

#include "analysis/compare.hpp"
#include "analysis/summary.hpp"

#include <string>

namespace lightloom {

/// The object of `run --json`; ends with a newline.
std::string to_json(const RunSummary &run);
/// The object of `compare --json`: runs, ratios, intervals over seeds, basis, verdict.
std::string to_json(const Comparison &comparison);

} // namespace lightloom
