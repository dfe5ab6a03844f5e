#pragma once
// What the network reports → RunResults, the rows of a results file.

#include "analysis/results.hpp"
#include "scenarios/built.hpp"
#include "scenarios/results/bounds.hpp"
#include "sim/network/network_result.hpp"

#include <string>

namespace lightloom {

/// Everything but the outcome and the machine facts. `built.network` may have been moved from: `bounds` was made
/// before.
RunResults fill_results(const Scenario &scenario, const BuiltRun &built, const Bounds &bounds,
                        const NetworkResult &network, const std::string &command);

/// Identity alone, complete = false: what a results file holds while the run is under way.
RunIdentity identity_of(const Scenario &scenario, const JobPlan &plan, const std::string &command);

/// Where a rank runs.
HostId host_of(const JobPlan &plan, std::uint32_t rank);

/// Facts by scenario key that a comparison states as equal or different.
std::vector<FactRow> facts_of(const Scenario &scenario, const BuiltFabric &built);

} // namespace lightloom
