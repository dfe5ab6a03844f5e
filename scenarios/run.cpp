#include "scenarios/run.hpp"

#include "analysis/summary.hpp"
#include "scenarios/located.hpp"
#include "scenarios/progress.hpp"
#include "scenarios/results/bounds.hpp"
#include "scenarios/results/fill_results.hpp"
#include "scenarios/results/reuse.hpp"
#include "scenarios/results/standstill.hpp"
#include "sim/core/parse_quantity.hpp"
#include "sim/network/network.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>

#include <fmt/format.h>

namespace lightloom {

namespace {
std::atomic<bool> interrupt_seen{false};
extern "C" void on_interrupt(int) { interrupt_seen.store(true); }

/// Below this a window holds so little work that threads wait more than they run.
constexpr Duration short_lookahead{50ns};
/// A stall can block every rank; the first few say enough.
constexpr std::size_t listed_blocked = 8;

double user_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm tm{};
  gmtime_r(&now, &tm);
  char text[32];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
  return std::string(text, size);
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

/// The cables that [[inject]] holds down at an instant, by name.
std::string down_cables(const BuiltRun &built, SimTime at) {
  std::vector<std::string> names, others;
  for (const auto &f : built.faults)
    if (f.from <= at && at < f.until)
      (f.down ? names : others).push_back(fmt::format("{} ({})", built.hardware.fabric.name(f.cable), f.source));
  if (names.empty() && !others.empty())
    return fmt::format("no link is down at that time; worse than it was: {}", others.front());
  if (names.empty())
    return "no link is down at that time";
  const std::size_t shown = std::min(names.size(), listed_blocked);
  return fmt::format("down at that time: {}{}",
                     fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "");
}

std::string describe(const JobFailure &f, const BuiltRun &built) {
  const auto &fabric = built.hardware.fabric;
  return fmt::format("peer unreachable: rank {} on {} gave up on rank {} on {} at {} after {} retries ({})", f.rank,
                     fabric.name(host_of(built.plan, f.rank)), f.peer, fabric.name(host_of(built.plan, f.peer)),
                     format_duration(f.at.time_since_epoch()), f.retries, down_cables(built, f.at));
}

/// The load itself. What only the network finds (simulated time runs out, say) is told at the user's file too.
ReusedRun run_load(const Scenario &s, BuiltRun &built, const ExecutionOptions &options) {
  return located(s, "scenario", [&] {
    const auto simulate_one = [&](NetworkSpec spec) { return simulate(std::move(spec), options); };
    if (s.reuse_steps)
      return run_reusing(s, built, simulate_one);
    ReusedRun all;
    all.result = simulate_one(std::move(built.network));
    all.link_hops = all.result.link_hops;
    return all;
  });
}

/// What the machine did; nothing of it reaches a digest.
RunFacts facts_of(const RunOutcome &out, const NetworkResult &n, const BuiltRun &built, const RunRequest &request) {
  RunFacts facts;
  facts.threads = request.sequential ? 1 : request.threads;
  facts.wall_s = out.wall_s;
  facts.cpu_s = out.user_s;
  facts.events = n.entity_visits;
  facts.events_per_s = out.wall_s > 0 ? static_cast<double>(n.entity_visits) / out.wall_s : not_known;
  facts.frames = n.frames_injected + n.control_frames_injected;
  facts.frame_hops = n.link_hops;
  facts.peak_rss_bytes = peak_rss_bytes();
  facts.windows = n.windows;
  facts.lookahead_ps = n.lookahead.count();
  if (n.lookahead_link.valid())
    facts.lookahead_link = built.hardware.fabric.name(CableId(n.lookahead_link.value / 2));
  facts.host = host_name();
  return facts;
}

std::vector<std::string> warnings_of(const BuiltRun &built, const ReusedRun &run, const RunFacts &facts,
                                     const RunRequest &request) {
  const NetworkResult &n = run.result;
  std::vector<std::string> warnings = built.warnings;
  warnings.insert(warnings.end(), built.route_fallbacks.begin(), built.route_fallbacks.end());
  if (!run.why_not.empty())
    warnings.push_back("no step is reused: " + run.why_not);
  // A fault that begins when all is done changes nothing, which its author hardly meant. One sentence per [[inject]].
  std::string said;
  for (const auto &f : built.faults)
    if (n.finished() && f.from >= n.end && f.source != said) {
      said = f.source;
      warnings.push_back(fmt::format("{} begins at {}, after the run ended at {}", f.source,
                                     format_duration(f.from.time_since_epoch()),
                                     format_duration(n.end.time_since_epoch())));
    }
  if (n.lookahead < short_lookahead && n.lookahead_link.valid() && !request.sequential)
    warnings.push_back(fmt::format("lookahead is {} (set by link {}); below 50 ns threads wait more than they run",
                                   format_duration(n.lookahead), facts.lookahead_link));
  return warnings;
}

/// Sets code, findings and identity.outcome from what went wrong, the gravest first.
void judge(RunOutcome &out, const BuiltRun &built, const NetworkResult &n, SimTime last_seen) {
  auto bugs = n.violations;
  bugs.insert(bugs.end(), n.attribution.violations.begin(), n.attribution.violations.end());
  if (n.finished()) { // else a collective may be cut in the middle
    const auto below = below_bounds(out.results, picoseconds(n.silent));
    bugs.insert(bugs.end(), below.begin(), below.end());
  }
  const auto shape = check_shape(out.results);
  bugs.insert(bugs.end(), shape.begin(), shape.end());
  if (!bugs.empty()) {
    out.code = ExitCode::bug;
    out.findings = bugs;
  } else if (n.stopped_early) {
    out.code = ExitCode::interrupted;
    out.findings = {"interrupted at " + format_duration(last_seen.time_since_epoch()) + " of simulated time"};
  } else if (n.failed) {
    out.code = ExitCode::failed_check;
    out.findings = {describe(n.failure, built)};
  } else if (!n.blocked.empty()) {
    out.code = ExitCode::failed_check;
    out.findings = {fmt::format("stalled at {}: nothing more can happen and {} streams wait",
                                format_duration(last_seen.time_since_epoch()), n.blocked.size())};
    for (std::size_t i = 0; i < std::min(n.blocked.size(), listed_blocked); ++i)
      out.findings.push_back(n.blocked[i].describe);
  }
  if (bugs.empty() && !n.stopped_early && !n.standstill.links.empty()) { // why nobody answered, or nothing went on
    out.code = ExitCode::failed_check;
    out.findings.insert(out.findings.begin(), describe(n.standstill, built.hardware.fabric));
  }
  out.results.identity.complete = out.code == ExitCode::done;
  out.results.identity.outcome = out.findings.empty() ? "" : out.findings.front();
}
} // namespace

bool interrupted() { return interrupt_seen.load(); }
void watch_interrupts() { std::signal(SIGINT, on_interrupt); }

RunOutcome run_built(const Scenario &s, BuiltRun built, const RunRequest &request) {
  const Bounds bounds(s, built);
  ProgressLine line(s.name, built.plan.network_bytes, request.progress);
  ExecutionOptions options;
  options.threads = request.threads;
  options.sequential = request.sequential;
  SimTime last_seen{};
  options.progress = [&](const ExecutionOptions::Progress &p) {
    last_seen = p.now;
    line.show(p);
    const bool wanted = !request.watch || request.watch(p);
    return wanted && !interrupted();
  };
  const std::string started = utc_now();
  const double user_before = user_seconds();
  const auto wall_before = std::chrono::steady_clock::now();
  const ReusedRun run = run_load(s, built, options);
  const NetworkResult &n = run.result;
  line.end();

  // From here on nothing is simulated and built.network is gone: what was found is counted, put into rows and judged.
  RunOutcome out;
  out.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_before).count();
  out.user_s = user_seconds() - user_before;
  out.link_hops = run.link_hops;
  out.end_ps = picoseconds(n.end);
  out.results = fill_results(s, built, bounds, n, request.command);
  for (std::size_t step = out.results.steps.size(); step-- > 0 && out.results.steps.size() - step <= run.reused;)
    out.results.steps[step].reused = true;
  out.results.run = facts_of(out, n, built, request);
  out.results.run.started = started;
  out.warnings = warnings_of(built, run, out.results.run, request);
  judge(out, built, n, std::max(last_seen, n.end));
  compact_flows(out.results);
  return out;
}

} // namespace lightloom
