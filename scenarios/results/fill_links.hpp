#pragma once
// Rows of links: what they are, what they counted, what their modules report.

#include "analysis/results.hpp"
#include "scenarios/built.hpp"
#include "sim/network/network_result.hpp"

namespace lightloom {

/// /links, one row per directed link.
void fill_links(RunResults &results, const Scenario &scenario, const BuiltRun &built, const NetworkResult &network);
/// /telemetry of the sampled links; after fill_links. What modules report does not drift within a run: it changes with
/// faults alone.
void fill_telemetry(RunResults &results, const BuiltRun &built, const NetworkResult &network);

} // namespace lightloom
