#pragma once
// A fleet study as text for people and as JSON for programs.

#include "scenarios/results/fleet_study.hpp"

#include <string>

namespace lightloom {

/// Tables: links now, a histogram of margins, who will hurt first, the span under each policy. Ends with a newline.
std::string fleet_text(const Scenario &scenario, const BuiltFabric &built, const FleetStudy &study);
/// One object; ends with a newline.
std::string fleet_json(const Scenario &scenario, const BuiltFabric &built, const FleetStudy &study);

} // namespace lightloom
