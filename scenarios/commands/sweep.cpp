// sweep: plan, check all combinations, run what is left, print a row per combination. The exit code is the worst of all
// runs, those of an earlier process included.

#include "scenarios/commands/commands.hpp"
#include "scenarios/sweep/file.hpp"
#include "scenarios/sweep/plan.hpp"
#include "scenarios/sweep/runner.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace lightloom {

namespace {
SweepRequest sweep_request(const CommandLine &line) {
  SweepRequest request;
  request.file = line.files.front();
  request.settings = line.settings;
  request.vary = line.sweep.vary;
  request.replicas = line.sweep.replicas;
  request.whole_runs = line.sweep.keep == "full";
  request.command = "lightloom " + line.typed;
  return request;
}

void check_options(const CommandLine &line) {
  if (!line.output.empty())
    return;
  if (line.sweep.resume)
    throw Error("--resume", "it continues a results file", "Name the file with -o.");
  if (line.sweep.keep == "full")
    throw Error("--keep full", "whole runs are kept in a results file", "Name one with -o.");
}

SweepFile::Existing existing(const CommandLine &line) {
  return line.sweep.resume ? SweepFile::Existing::resume
         : line.force      ? SweepFile::Existing::replace
                           : SweepFile::Existing::refuse;
}

/// What is found of an earlier process, in words.
std::string found_text(const SweepFile &file, const SweepResults &sweep) {
  if (file.finished_before())
    return file.path() + " is finished: nothing to run";
  if (file.resumed())
    return fmt::format("{} of {} runs are in {} already", sweep.done(), sweep.rows.size(), file.part_path());
  return "nothing to resume: " + file.part_path() + " begins now";
}

int worst_code(const SweepResults &sweep) {
  int worst = 0;
  for (const SweepRow &row : sweep.rows)
    worst = std::max(worst, row.exit_code);
  return worst;
}
} // namespace

ExitCode command_sweep(const CommandLine &line) {
  check_options(line);
  SweepPlan plan(sweep_request(line));
  const SweepExecution how{line.threads, request_of(line).progress};
  check_plan(plan, how);
  if (interrupted())
    return ExitCode::interrupted;
  SweepResults sweep = plan.empty();
  std::optional<SweepFile> file;
  if (!line.output.empty())
    file.emplace(line.output, existing(line), sweep);
  if (line.sweep.resume)
    say(line, found_text(*file, sweep));
  if (!file || !file->finished_before()) {
    for (const auto &text : run_sweep(plan, sweep, file ? &*file : nullptr, how))
      if (!text.starts_with("warning: ") || !line.quiet)
        fmt::print(stderr, "{}\n", text);
    if (file)
      say(line, sweep.finished() ? "results are in " + file->path()
                                 : fmt::format("results so far are in {}; --resume continues", file->part_path()));
  }
  print_result(line.json ? to_json(sweep) : to_text(sweep));
  if (worst_code(sweep) == static_cast<int>(ExitCode::bug))
    fmt::print(stderr, "At least one run met a bug in Lightloom. Please report it with the scenario file, the version "
                       "and the lines above.\n");
  return sweep.finished() ? static_cast<ExitCode>(worst_code(sweep)) : ExitCode::interrupted;
}

} // namespace lightloom
