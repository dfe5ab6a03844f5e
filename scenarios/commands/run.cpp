// run: load, build, simulate, write, report.

#include "analysis/compare.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/json.hpp"
#include "analysis/summary.hpp"
#include "analysis/table.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/results/fill_results.hpp"
#include "scenarios/results/latency_budget.hpp"
#include "scenarios/schema/loader.hpp"
#include "sim/core/parse_quantity.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

void say(const CommandLine &line, const std::string &text) {
  if (!line.quiet)
    fmt::print(stderr, "{}\n", text);
}

void say_outcome(const CommandLine &line, const RunOutcome &outcome) {
  for (const auto &warning : outcome.warnings)
    say(line, "warning: " + warning);
  for (const auto &finding : outcome.findings)
    fmt::print(stderr, "{}\n", finding);
  if (outcome.code == ExitCode::bug)
    fmt::print(
        stderr,
        "This is a bug in Lightloom. Please report it with the scenario file, the version and the lines above.\n");
}

RunRequest request_of(const CommandLine &line) {
  RunRequest request;
  request.threads = line.threads;
  request.progress = !line.quiet && (line.progress || isatty(STDERR_FILENO) != 0);
  request.command = "lightloom " + line.typed;
  return request;
}

void say_notes(const CommandLine &line, const Scenario &scenario, const BuiltRun &built) {
  if (!line.verbose)
    return;
  for (const auto &note : built.notes)
    say(line, scenario.name + ": " + note);
  if (const auto &c = scenario.cluster; c.scale_up)
    say(line, fmt::format("{}: scale-up {} per GPU and direction, from {}", scenario.name,
                          format_bit_rate(c.scale_up_bandwidth),
                          scenario.given("cluster.scale_up.bandwidth") ? "the scenario" : c.gpu));
}

namespace {
/// Runs; a run that turns out to be refused leaves no file.
RunOutcome run_into(std::optional<ResultsWriter> &writer, const Scenario &scenario, BuiltRun built,
                    const RunRequest &request) {
  try {
    return run_built(scenario, std::move(built), request);
  } catch (const Error &e) {
    if (writer && e.code() == ExitCode::bad_input)
      writer->discard();
    throw;
  }
}

/// Why a run's results stay in the .part file.
bool keeps_part(ExitCode code) { return code == ExitCode::interrupted || code == ExitCode::bug; }

/// Under a run's table, when anything was lost or sent again: how much, and what was injected with its effect.
std::string loss_text(const RunResults &results) {
  const auto counted = [&](const char *name) -> std::uint64_t {
    for (const auto &row : results.counters)
      if (row.name == name)
        return static_cast<std::uint64_t>(row.value);
    return 0;
  };
  const auto lost = counted("frames_lost"), corrupted = counted("frames_corrupted"), resent = counted("frames_resent");
  if (lost + corrupted + resent == 0)
    return {};
  std::string text = fmt::format("data frames lost {}, corrupted {}, sent again {}\n", lost, corrupted, resent);
  for (const auto &f : results.failures)
    text += fmt::format("injected: {} {} at {}{}: {}\n", f.component, f.kind, format_seconds(f.time_s),
                        std::isnan(f.repair_s) ? "" : ", repaired at " + format_seconds(f.repair_s), f.effect);
  return text;
}
/// The summary, with the latency budget when --target asked for it.
std::string to_json(const RunSummary &run, const std::optional<LatencyBudget> &budget) {
  const std::string text = to_json(run);
  if (!budget)
    return text;
  auto whole = nlohmann::ordered_json::parse(text);
  whole["latency_budget"] = nlohmann::ordered_json::parse(to_json(*budget));
  return whole.dump(2) + "\n";
}
} // namespace

ExitCode command_run(const CommandLine &line) {
  const Scenario scenario = load_scenario(line.files.front(), line.settings);
  BuiltRun built = build_run(scenario);
  say_notes(line, scenario, built);
  std::optional<LatencyBudget> budget; // before the run: a target that cannot be read costs no minutes
  if (!line.latency.target.empty())
    budget = latency_budget(scenario, built.hardware, line.latency);
  std::optional<ResultsWriter> writer;
  const RunRequest request = request_of(line);
  if (!line.output.empty()) {
    RunResults begun;
    begun.identity = identity_of(scenario, built.plan, request.command);
    writer.emplace(line.output, line.force, begun);
  }
  if (scenario.telemetry > Duration{} && line.output.empty())
    say(line, "warning: scenario.telemetry is kept in a results file only: add -o FILE.h5");
  const RunOutcome outcome = run_into(writer, scenario, std::move(built), request);
  if (writer && keeps_part(outcome.code)) {
    writer->save(outcome.results);
    say(line, "results so far are in " + writer->part_path());
  } else if (writer) {
    writer->commit(outcome.results);
    say(line, "results are in " + line.output);
  }
  const RunSummary result = summary(outcome.results);
  print_result(line.json ? to_json(result, budget)
                         : to_text(result) + loss_text(outcome.results) + (budget ? "\n" + to_text(*budget) : ""));
  say_outcome(line, outcome);
  say(line, fmt::format("{} link-hops in {} of CPU time, {} elapsed", outcome.link_hops, format_seconds(outcome.user_s),
                        format_seconds(outcome.wall_s)));
  return outcome.code;
}

} // namespace lightloom
