// compare: scenarios (run now, at one or several seeds) and results files of earlier runs, side by side.
// Seeds are paired: run k of each scenario has seed s + k, where s is the scenario's own.

#include "analysis/compare.hpp"
#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/json.hpp"
#include "analysis/summary.hpp"
#include "analysis/table.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/results/fill_results.hpp"
#include "scenarios/schema/loader.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <thread>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// A scenario is loaded and built before the first one runs, so that a mistake in the last one costs no minutes.
struct Contender {
  std::string file;
  std::optional<Scenario> scenario;
  std::optional<BuiltRun> built; ///< at the first seed
  RunSummary summary;            ///< before the run: only what the scenario says
};

/// What is known of a run before it runs: enough to see whether it is the same job.
RunSummary announced(const Scenario &scenario, const BuiltRun &built) {
  const RunIdentity identity = identity_of(scenario, built.plan, "");
  RunSummary s;
  s.name = scenario.name;
  s.facts = facts_of(scenario, built.hardware);
  s.tokens_per_step = identity.tokens_per_step;
  s.flops_per_step = identity.flops_per_step;
  return s;
}

Contender load_contender(const CommandLine &line, const std::string &file) {
  Contender c;
  c.file = file;
  if (is_hdf5(file)) {
    if (line.seeds > 1)
      throw Error(Problem{{file, 0, 0},
                          fmt::format("--seeds {}", line.seeds),
                          "a results file holds one seed of a run that is over",
                          "Name its scenario instead."});
    c.summary = summary(read_results(file));
    return c;
  }
  c.scenario = load_scenario(file, line.settings);
  c.built = build_run(*c.scenario);
  c.summary = announced(*c.scenario, *c.built);
  return c;
}

/// Where the load of a contender stands.
SourceLocation load_place(const Contender &c) {
  if (!c.scenario)
    return {c.file, 0, 0};
  const Scenario &s = *c.scenario;
  return s.place(s.job ? "job.0" : !s.collectives.empty() ? "collective.0" : "traffic.0");
}

/// Every contender against the first; a different job is told where it stands.
void check_same_job(const std::vector<Contender> &contenders) {
  std::vector<Problem> problems;
  for (std::size_t i = 1; i < contenders.size(); ++i)
    try {
      check_comparable({contenders.front().summary, contenders[i].summary});
    } catch (const Error &e) {
      for (Problem p : e.problems()) {
        p.where = load_place(contenders[i]);
        problems.push_back(std::move(p));
      }
    }
  if (!problems.empty())
    throw Error(std::move(problems));
}

std::vector<Contender> load_all(const CommandLine &line) {
  std::vector<Contender> contenders;
  std::vector<Problem> problems;
  ExitCode failure = ExitCode::bad_input;
  for (const auto &file : line.files)
    try {
      contenders.push_back(load_contender(line, file));
    } catch (const Error &e) {
      problems.insert(problems.end(), e.problems().begin(), e.problems().end());
      failure = e.code();
    }
  if (!problems.empty())
    throw Error(std::move(problems), failure);
  check_same_job(contenders);
  if (!line.settings.empty() &&
      std::none_of(contenders.begin(), contenders.end(), [](const Contender &c) { return c.scenario.has_value(); }))
    throw Error("--set and --seed have no effect", "a results file holds a run that is over",
                "Name a scenario instead.");
  return contenders;
}

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

/// One run to be made: a contender at one seed.
struct Task {
  std::size_t contender = 0;
  Scenario scenario;
  std::optional<BuiltRun> built; ///< made when its turn comes, but for the first seed
  RunOutcome outcome;
  std::exception_ptr failure;
};

std::vector<Task> plan_tasks(const CommandLine &line, std::vector<Contender> &contenders) {
  std::vector<Task> tasks;
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    if (!contenders[c].scenario)
      continue;
    say_notes(line, *contenders[c].scenario, *contenders[c].built);
    for (std::uint32_t k = 0; k < line.seeds; ++k) {
      tasks.push_back({c, *contenders[c].scenario, std::nullopt, {}, nullptr});
      tasks.back().scenario.seed += k;
      if (k == 0)
        tasks.back().built = std::move(contenders[c].built);
    }
  }
  return tasks;
}

/// Runs side by side, as many as there are threads: a thread each is better used than windows shared by several.
void run_all(const CommandLine &line, std::vector<Task> &tasks) {
  const std::size_t side_by_side = std::min<std::size_t>(line.threads, tasks.size());
  RunRequest request = request_of(line);
  request.threads = static_cast<std::uint32_t>(line.threads / std::max<std::size_t>(1, side_by_side));
  request.progress = request.progress && side_by_side == 1;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t t = next++; t < tasks.size() && !interrupted(); t = next++)
      try {
        Task &task = tasks[t];
        BuiltRun built = task.built ? std::move(*task.built) : build_run(task.scenario);
        task.built.reset();
        task.outcome = run_built(task.scenario, std::move(built), request);
      } catch (...) { tasks[t].failure = std::current_exception(); }
  };
  std::vector<std::jthread> workers;
  for (std::size_t w = 1; w < side_by_side; ++w)
    workers.emplace_back(work);
  work();
  workers.clear();
}
} // namespace

ExitCode command_compare(const CommandLine &line) {
  auto contenders = load_all(line);
  std::vector<Task> tasks = plan_tasks(line, contenders);
  run_all(line, tasks);
  if (interrupted())
    return ExitCode::interrupted;
  ExitCode code = ExitCode::done;
  std::vector<std::vector<RunSummary>> runs(contenders.size());
  for (std::size_t c = 0; c < contenders.size(); ++c)
    if (!contenders[c].scenario)
      runs[c].push_back(contenders[c].summary);
  for (Task &task : tasks) {
    if (task.failure)
      std::rethrow_exception(task.failure);
    say_outcome(line, task.outcome);
    code = worse(code, task.outcome.code);
    runs[task.contender].push_back(summary(task.outcome.results));
  }
  const Comparison comparison = compare(std::move(runs));
  print_result(line.json ? to_json(comparison) : to_text(comparison) + "\n" + footnotes(comparison.runs));
  return code;
}

} // namespace lightloom
