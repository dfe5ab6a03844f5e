// latency: the budget of one message alone in the network; simulates nothing.

#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/results/latency_budget.hpp"
#include "scenarios/schema/loader.hpp"

namespace lightloom {

ExitCode command_latency(const CommandLine &line) {
  const Scenario scenario = load_scenario(line.files.front(), line.settings);
  const BuiltFabric built = build_fabric_of(scenario);
  if (line.verbose)
    for (const auto &note : built.notes)
      say(line, note);
  const LatencyBudget budget = latency_budget(scenario, built, line.latency);
  print_result(line.json ? to_json(budget) : to_text(budget));
  return ExitCode::done;
}

} // namespace lightloom
