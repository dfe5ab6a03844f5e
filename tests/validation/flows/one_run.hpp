#pragma once
// Runs a scenario given as text.

#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"

#include <string>

namespace lightloom::flows {

inline RunOutcome run_text(const std::string &text) {
  const Scenario scenario = load_scenario_text(text, "flows.toml");
  return run_built(scenario, build_run(scenario), {});
}

} // namespace lightloom::flows
