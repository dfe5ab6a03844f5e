// The verdict in one sentence: who is faster, by how much, whether the seeds and the trains of frames can tell, and
// what it costs. When they cannot tell it says so.

#include "analysis/compare.hpp"
#include "analysis/table.hpp"
#include "analysis/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lightloom {
namespace {

double ratio(double value, double base) { return base != 0 ? value / base : not_known; }

/// Below half a per cent two single runs are called equal.
bool about_equal(double ratio) { return std::fabs(ratio - 1) < 0.005; }

/// "1.34×"; small gains get the digits that tell them from 1: "1.0032×".
std::string gain_text(double gain) { return gain < 1.02 ? fmt::format("{:.4f}×", gain) : format_ratio(gain); }

/// "38.0 kW more"; "the same power".
std::string power_difference(double mine, double theirs) {
  if (std::fabs(ratio(mine, theirs) - 1) < 0.0005)
    return "the same power";
  return format_in(watts, std::fabs(mine - theirs)) + (mine > theirs ? " more" : " less");
}

/// What `one` costs against `other`: the whole cluster where its bill is known, else the links.
std::string price_clause(const RunSummary &one, const RunSummary &other) {
  if (std::isfinite(one.cluster.power_W) && std::isfinite(other.cluster.power_W)) {
    std::string text = "; it draws " + power_difference(one.cluster.power_W, other.cluster.power_W);
    if (std::isfinite(one.energy_per_token_J) && std::isfinite(other.energy_per_token_J)) {
      const Unit unit = unit_of(joules, {one.energy_per_token_J, other.energy_per_token_J});
      text += fmt::format(", takes {} per token against {}", cell(one.energy_per_token_J, unit),
                          cell(other.energy_per_token_J, unit));
    }
    if (std::isfinite(one.cost_per_token_rate) && std::isfinite(other.cost_per_token_rate)) {
      text += fmt::format(" and costs {} per token/s against {}", format_in(dollars_per_rate, one.cost_per_token_rate),
                          format_in(dollars_per_rate, other.cost_per_token_rate));
    }
    return text;
  }
  const double power = ratio(one.optics.power_W, other.optics.power_W);
  if (!std::isfinite(power))
    return {};
  return about_equal(power) ? "; the same optics power" : fmt::format("; links {} the power", format_ratio(power));
}

/// The greatest predicted error of trains of frames; 0 where frames were used or nothing is known.
double train_error(const RunSummary &a, const RunSummary &b) {
  double error = 0;
  for (const RunSummary *run : {&a, &b})
    if (run->granularity.payload_in_trains > 0 && run->granularity.predicted_error > error)
      error = run->granularity.predicted_error;
  return error;
}

/// Why the difference of these steps cannot be told from none; empty when it can.
std::string doubt(const MeanInterval &step_ratio, double train_error) {
  const double change = std::fabs(step_ratio.mean - 1);
  if (change <= step_ratio.ci95)
    return "no difference that these seeds can show";
  if (change <= train_error)
    return fmt::format("less than the predicted error of trains of frames ({:.2g} %)", 100 * train_error);
  return {};
}

/// "changes the step by −0.3 ± 0.4 %"
std::string change_text(const MeanInterval &step_ratio) {
  const std::string change = format_change(100 * (step_ratio.mean - 1));
  return std::isfinite(step_ratio.ci95) ? fmt::format("{} ± {:.1f} %", change, 100 * step_ratio.ci95) : change + " %";
}

std::string step_times(const RunIntervals &mine, const RunIntervals &theirs) {
  const auto text = [](const RunIntervals &run) {
    return cell(run.step_time_s.mean, unit_of(seconds_units, {run.step_time_s.mean}), run.step_time_s.ci95);
  };
  return fmt::format("step {} against {}", text(mine), text(theirs));
}

std::string step_verdict(const Comparison &comparison) {
  const RunSummary &first = comparison.runs.front(), &last = comparison.runs.back();
  const RunIntervals &base = comparison.intervals.front(), &against = comparison.intervals.back();
  const MeanInterval &step_ratio = against.step_time_ratio;
  const std::string unsure = doubt(step_ratio, train_error(first, last));
  if (!unsure.empty())
    return fmt::format("{} changes the step of {} by {}: {}{}.", last.name, first.name, change_text(step_ratio), unsure,
                       price_clause(last, first));
  const bool last_wins = step_ratio.mean <= 1;
  const RunSummary &winner = last_wins ? last : first, &other = last_wins ? first : last;
  const double gain = last_wins ? 1 / step_ratio.mean : step_ratio.mean;
  std::string sentence = about_equal(gain) && !std::isfinite(step_ratio.ci95)
                             ? fmt::format("{} and {} train equally fast", winner.name, other.name)
                             : fmt::format("{} trains {} as fast as {}", winner.name, gain_text(gain), other.name);
  sentence += ": " + (last_wins ? step_times(against, base) : step_times(base, against));
  const double mine = ratio(winner.exposed_comm_s, winner.step_time_s);
  const double theirs = ratio(other.exposed_comm_s, other.step_time_s);
  if (std::isfinite(mine) && std::isfinite(theirs))
    sentence += fmt::format("; exposed communication {} against {}", format_percent(mine), format_percent(theirs));
  return sentence + price_clause(winner, other) + ".";
}

std::string bandwidth_verdict(const RunSummary &first, const RunSummary &last, double gain) {
  const RunSummary &winner = gain >= 1 ? last : first;
  const RunSummary &other = gain >= 1 ? first : last;
  if (about_equal(gain))
    return fmt::format("{} and {} run their collectives equally fast{}.", winner.name, other.name,
                       price_clause(winner, other));
  return fmt::format("{} runs the same collectives at {} the bus bandwidth of {}{}.", winner.name,
                     format_ratio(gain >= 1 ? gain : 1 / gain), other.name, price_clause(winner, other));
}

std::string flow_verdict(const RunSummary &first, const RunSummary &last) {
  const bool last_wins = last.flows.fct_p99_s <= first.flows.fct_p99_s;
  const RunSummary &winner = last_wins ? last : first;
  const RunSummary &other = last_wins ? first : last;
  return fmt::format("{} against {}: 99 % of flows complete within {} against {}{}.", winner.name, other.name,
                     format_seconds(winner.flows.fct_p99_s), format_seconds(other.flows.fct_p99_s),
                     price_clause(winner, other));
}

} // namespace

std::string verdict(const Comparison &comparison) {
  const RunSummary &first = comparison.runs.front(), &last = comparison.runs.back();
  for (const RunSummary *run : {&first, &last})
    if (!run->complete)
      return fmt::format("No verdict: {} is not complete{}.", run->name,
                         run->outcome.empty() ? "" : " (" + run->outcome + ")");
  if (first.step_time_s > 0 && last.step_time_s > 0)
    return step_verdict(comparison);
  const double busbw = comparison.ratios.back().collective_busbw;
  if (std::isfinite(busbw))
    return bandwidth_verdict(first, last, busbw);
  if (std::isfinite(first.flows.fct_p99_s) && std::isfinite(last.flows.fct_p99_s))
    return flow_verdict(first, last);
  return fmt::format("No verdict: {} and {} have no measure in common.", first.name, last.name);
}

} // namespace lightloom
