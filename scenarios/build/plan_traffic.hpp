#pragma once
// [[traffic]] as programs: files are read, lengths of shifts are looked up in the fabric.

#include "collectives/traffic/traffic.hpp"
#include "scenarios/scenario.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// One entry per [[traffic]]. Throws located Errors.
std::vector<TrafficSpec> traffic_specs(const Scenario &scenario);

/// "incast of 1 MiB", "uniform at load 0.6 for 1 ms, websearch sizes".
std::string describe_traffic(const TrafficPart &part);

} // namespace lightloom
