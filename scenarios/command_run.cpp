// run and compare: load, build, simulate, write, report.

#include "analysis/compare.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/json.hpp"
#include "analysis/summary.hpp"
#include "analysis/table.hpp"
#include "scenarios/commands.hpp"
#include "scenarios/fill_results.hpp"
#include "scenarios/loader.hpp"
#include "sim/core/parse_quantity.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

namespace lightloom {

void print_result(const std::string &text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Error("stdout cannot be written", "", "", ExitCode::system);
}

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

namespace {
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
  std::string text = fmt::format("frames lost {}, corrupted {}, sent again {}\n", lost, corrupted, resent);
  for (const auto &f : results.failures)
    text += fmt::format("injected: {} {} at {}{}: {}\n", f.component, f.kind, format_seconds(f.time_s),
                        std::isnan(f.repair_s) ? "" : ", repaired at " + format_seconds(f.repair_s), f.effect);
  return text;
}
} // namespace

ExitCode command_run(const CommandLine &line) {
  const Scenario scenario = load_scenario(line.files.front(), line.settings);
  BuiltRun built = build_run(scenario);
  say_notes(line, scenario, built);
  std::optional<ResultsWriter> writer;
  const RunRequest request = request_of(line);
  if (!line.output.empty()) {
    RunResults begun;
    begun.identity = identity_of(scenario, built.plan, request.command);
    writer.emplace(line.output, line.force, begun);
  }
  const RunOutcome outcome = run_into(writer, scenario, std::move(built), request);
  if (writer && keeps_part(outcome.code)) {
    writer->save(outcome.results);
    say(line, "results so far are in " + writer->part_path());
  } else if (writer) {
    writer->commit(outcome.results);
    say(line, "results are in " + line.output);
  }
  const RunSummary result = summary(outcome.results);
  print_result(line.json ? to_json(result) : to_text(result) + loss_text(outcome.results));
  say_outcome(line, outcome);
  say(line, fmt::format("{} link-hops in {} of CPU time, {} elapsed", outcome.link_hops, format_seconds(outcome.user_s),
                        format_seconds(outcome.wall_s)));
  return outcome.code;
}

namespace {
/// A scenario is loaded and built before the first one runs, so that a mistake in the last one costs no minutes.
struct Contender {
  std::optional<Scenario> scenario;
  std::optional<BuiltRun> built;
  RunResults results;
};

/// Under the table: what each run can be recognised by, and how close its main network collective came to its lower
/// bound.
std::string footnotes(const std::vector<RunSummary> &runs) {
  std::string text;
  for (const auto &run : runs) {
    text += fmt::format("{}: digest {}", run.name, run.digest);
    const CollectiveSummary *most = nullptr; // by time spent in it
    for (const auto &c : run.collectives)
      if (!c.scale_up && (most == nullptr ||
                          c.time_s * static_cast<double>(c.count) > most->time_s * static_cast<double>(most->count)))
        most = &c;
    if (most != nullptr)
      text +=
          fmt::format("; {} of {} over {} ranks: {}, lower bound {} ({})", most->op, format_size(most->bytes),
                      most->ranks, format_seconds(most->time_s), format_seconds(most->lower_bound_s), most->bottleneck);
    text += "\n";
  }
  return text;
}

ExitCode worse(ExitCode a, ExitCode b) { return static_cast<int>(a) > static_cast<int>(b) ? a : b; }
} // namespace

ExitCode command_compare(const CommandLine &line) {
  std::vector<Contender> contenders;
  std::vector<Problem> problems;
  ExitCode failure = ExitCode::bad_input;
  for (const auto &file : line.files)
    try {
      Contender c;
      if (is_hdf5(file)) {
        c.results = read_results(file);
      } else {
        c.scenario = load_scenario(file, line.settings);
        c.built = build_run(*c.scenario);
      }
      contenders.push_back(std::move(c));
    } catch (const Error &e) {
      problems.insert(problems.end(), e.problems().begin(), e.problems().end());
      failure = e.code();
    }
  if (!problems.empty())
    throw Error(std::move(problems), failure);
  if (!line.settings.empty() &&
      std::none_of(contenders.begin(), contenders.end(), [](const Contender &c) { return c.scenario.has_value(); }))
    throw Error("--set and --seed have no effect", "a results file holds a run that is over",
                "Name a scenario instead.");
  ExitCode code = ExitCode::done;
  std::vector<RunSummary> runs;
  for (auto &c : contenders) {
    if (c.scenario && code != ExitCode::interrupted) {
      say_notes(line, *c.scenario, *c.built);
      const RunOutcome outcome = run_built(*c.scenario, std::move(*c.built), request_of(line));
      c.built.reset();
      say_outcome(line, outcome);
      code = worse(code, outcome.code);
      c.results = outcome.results;
    }
    runs.push_back(summary(c.results));
  }
  if (code == ExitCode::interrupted)
    return code;
  const Comparison comparison = compare(std::move(runs));
  print_result(line.json ? to_json(comparison) : to_text(comparison) + "\n" + footnotes(comparison.runs));
  return code;
}

} // namespace lightloom
