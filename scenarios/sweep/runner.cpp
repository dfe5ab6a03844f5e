#include "scenarios/sweep/runner.hpp"

#include "analysis/table.hpp"
#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/sweep/side_by_side.hpp"
#include "sim/core/contract.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// "sweep: 12 of 40 runs, 30 %, 42 s left", written over itself.
class CountLine {
public:
  CountLine(std::string what, std::size_t before, std::size_t all, bool on)
      : what_(std::move(what)), before_(before), all_(all), on_(on) {}
  ~CountLine() {
    if (width_ > 0)
      fmt::print(stderr, "\r{:<{}}\r", "", width_);
  }
  CountLine(const CountLine &) = delete;
  CountLine &operator=(const CountLine &) = delete;

  /// `done`: since this line began.
  void show(std::size_t done) {
    if (!on_)
      return;
    const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    std::string line = fmt::format("sweep: {} of {} {}, {}", before_ + done, all_, what_, format_seconds(elapsed));
    if (done > 0)
      line += fmt::format(", {} left", format_seconds(elapsed * static_cast<double>(all_ - before_ - done) /
                                                      static_cast<double>(done)));
    fmt::print(stderr, "\r{:<{}}", line, width_);
    std::fflush(stderr);
    width_ = std::max(width_, line.size());
  }

private:
  std::string what_;
  std::size_t before_, all_;
  bool on_;
  std::size_t width_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// The runs of one process, and what they have in common.
class Runner {
public:
  Runner(const SweepPlan &plan, SweepResults &sweep) : plan_(plan), sweep_(sweep) {
    for (std::size_t run = 0; run < sweep.rows.size(); ++run)
      if (!sweep.rows[run].done)
        left_.push_back(run);
  }
  std::size_t left() const { return left_.size(); }

  /// One run, on the calling thread.
  void execute(std::size_t index) {
    const std::size_t run = left_[index];
    try {
      const Scenario scenario = plan_.scenario(run);
      RunRequest request;
      request.command = sweep_.command;
      const RunOutcome outcome = run_built(scenario, build_run(scenario), request);
      if (outcome.code == ExitCode::interrupted)
        return;
      const std::lock_guard lock(mutex_);
      record_run(sweep_, run, outcome.results, static_cast<int>(outcome.code), sweep_.whole_runs);
      ++sweep_.run.runs_here;
      for (const auto &warning : outcome.warnings)
        say(run, "warning: " + warning);
      for (const auto &finding : outcome.findings)
        say(run, fmt::format("run {}{}: {}", run, described(run), finding));
    } catch (const Error &e) {
      if (e.code() == ExitCode::system)
        throw;
      failed(run, e.code(), e.what()); // only the network found it
    } catch (const BrokenContract &e) { failed(run, ExitCode::bug, e.what()); }
  }

  /// All rows as they are now. Workers wait meanwhile.
  Document document() {
    const std::lock_guard lock(mutex_);
    return to_document(sweep_);
  }
  /// Each sentence once, in the order of runs.
  std::vector<std::string> said() {
    std::stable_sort(said_.begin(), said_.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    std::vector<std::string> once;
    std::set<std::string> seen;
    for (const auto &[run, text] : said_)
      if (seen.insert(text).second)
        once.push_back(text);
    return once;
  }

private:
  void failed(std::size_t run, ExitCode code, const std::string &why) {
    const std::lock_guard lock(mutex_);
    record_failure(sweep_, run, static_cast<int>(code), why);
    ++sweep_.run.runs_here;
    say(run, fmt::format("run {}{}: {}", run, described(run), why));
  }
  /// " (fabric.radix=32, seed 3)"
  std::string described(std::size_t run) const {
    const std::string name = plan_.name(run / plan_.replicas());
    return fmt::format(" ({}{}seed {})", name, name.empty() ? "" : ", ", plan_.seed(run));
  }
  void say(std::size_t run, const std::string &text) { said_.emplace_back(run, text); }

  const SweepPlan &plan_;
  SweepResults &sweep_;
  std::vector<std::size_t> left_;
  std::mutex mutex_;                                      ///< of sweep_ and said_
  std::vector<std::pair<std::size_t, std::string>> said_; ///< with the run
};

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm tm{};
  gmtime_r(&now, &tm);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm));
}

/// Of the whole process.
std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}
} // namespace

void check_plan(SweepPlan &plan, const SweepExecution &how) {
  CountLine line("combinations checked", 0, plan.combinations(), how.progress && plan.combinations() > 1);
  plan.check(how.threads, [&](std::size_t done) { line.show(done); });
}

std::vector<std::string> run_sweep(const SweepPlan &plan, SweepResults &sweep, SweepFile *file,
                                   const SweepExecution &how) {
  Runner runner(plan, sweep);
  char host[256] = {};
  sweep.run = {};
  sweep.run.threads = how.threads;
  sweep.run.started = utc_now();
  sweep.run.host = gethostname(host, sizeof host - 1) == 0 ? host : "unknown";
  const auto begin = std::chrono::steady_clock::now();
  {
    CountLine line("runs", sweep.rows.size() - runner.left(), sweep.rows.size(), how.progress);
    std::size_t saved = 0;
    side_by_side(
        runner.left(), how.threads,
        [&](std::size_t done) {
          line.show(done);
          if (file != nullptr && done > saved && file->due()) {
            file->write(runner.document());
            saved = done;
          }
        },
        [&](std::size_t index) { runner.execute(index); });
  }
  sweep.run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  sweep.run.peak_rss_bytes = peak_rss_bytes();
  if (file != nullptr && sweep.finished())
    file->commit(sweep);
  else if (file != nullptr)
    file->save(sweep);
  return runner.said();
}

} // namespace lightloom
