// What every run's times must satisfy, to the picosecond: columns of equal length, busy + idle = step, causes sum to
// idle, the critical path sums to the step.

#include "analysis/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightloom {
namespace {

constexpr std::size_t most_violations = 10;

/// Columns that do not have one entry per step and GPU; causes may be missing as a whole.
std::vector<std::string> check_sizes(const RunResults &results) {
  const GpuTimes &gpus = results.gpus;
  const std::size_t entries = results.steps.size() * gpus.gpus;
  for (const auto *column : {&gpus.busy_ps, &gpus.idle_ps, &gpus.wait_scale_up_ps, &gpus.wait_network_ps})
    if (column->size() != entries)
      return {fmt::format("a [step, gpu] column has {} entries instead of {}", column->size(), entries)};
  if (has_causes(results) && gpus.idle_by_cause_ps.size() != entries)
    return {fmt::format("idle_by_cause_ps has {} entries instead of {}", gpus.idle_by_cause_ps.size(), entries)};
  return {};
}

bool has_negative(const CauseTimes &times) {
  return std::any_of(times.ps.begin(), times.ps.end(), [](std::int64_t part) { return part < 0; });
}

/// What is wrong with one GPU in one step; empty when nothing is.
std::string check_entry(const RunResults &results, std::size_t i) {
  const GpuTimes &gpus = results.gpus;
  const std::int64_t duration = results.steps[i / gpus.gpus].duration_ps;
  if (gpus.busy_ps[i] + gpus.idle_ps[i] != duration)
    return fmt::format("busy {} ps + idle {} ps is not the step's {} ps", gpus.busy_ps[i], gpus.idle_ps[i], duration);
  if (gpus.wait_scale_up_ps[i] + gpus.wait_network_ps[i] > gpus.idle_ps[i])
    return "it waited longer than it was idle";
  if (!has_causes(results))
    return {};
  const CauseTimes &causes = gpus.idle_by_cause_ps[i];
  if (causes.total() != gpus.idle_ps[i])
    return fmt::format("its causes sum to {} ps and it was idle for {} ps", causes.total(), gpus.idle_ps[i]);
  if (has_negative(causes))
    return "a cause of its idle time is negative";
  return {};
}

/// The same for the critical path of one step.
std::string check_critical_path(const StepRow &step) {
  if (step.critical_path.total() != step.duration_ps)
    return fmt::format("the critical path sums to {} ps and the step took {} ps", step.critical_path.total(),
                       step.duration_ps);
  return has_negative(step.critical_path) ? "a part of the critical path is negative" : "";
}

} // namespace

std::vector<std::string> check_shape(const RunResults &results) {
  std::vector<std::string> violations = check_sizes(results);
  if (!violations.empty())
    return violations;
  const std::size_t gpus = results.gpus.gpus;
  for (std::size_t i = 0; i < results.steps.size() * gpus && violations.size() < most_violations; ++i)
    if (const std::string wrong = check_entry(results, i); !wrong.empty())
      violations.push_back(fmt::format("step {}, GPU {}: {}", i / gpus, i % gpus, wrong));
  for (std::size_t step = 0; has_causes(results) && step < results.steps.size(); ++step)
    if (const std::string wrong = check_critical_path(results.steps[step]);
        !wrong.empty() && violations.size() < most_violations)
      violations.push_back(fmt::format("step {}: {}", step, wrong));
  return violations;
}

} // namespace lightloom
