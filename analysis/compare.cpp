// Ratios against the first run, the common basis, and the verdict.

#include "analysis/compare.hpp"

#include "analysis/table.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/portable_math.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lightloom {
namespace {

double ratio(double value, double base) { return base != 0 ? value / base : not_known; }

bool same(const CollectiveSummary &a, const CollectiveSummary &b) {
  return a.op == b.op && a.algorithm == b.algorithm && a.bytes == b.bytes && a.ranks == b.ranks &&
         a.scale_up == b.scale_up;
}

/// Geometric mean of the ratios of bus bandwidth over collectives both runs have.
double busbw_ratio(const RunSummary &run, const RunSummary &base) {
  double logs = 0;
  int count = 0;
  for (const CollectiveSummary &mine : run.collectives)
    for (const CollectiveSummary &theirs : base.collectives)
      if (same(mine, theirs) && mine.busbw_Bps > 0 && theirs.busbw_Bps > 0) {
        logs += portable_log(mine.busbw_Bps / theirs.busbw_Bps);
        ++count;
      }
  return count > 0 ? portable_exp(logs / count) : not_known;
}

RunRatios ratios(const RunSummary &run, const RunSummary &base) {
  RunRatios out;
  out.name = run.name;
  out.step_time = ratio(run.step_time_s, base.step_time_s);
  out.tokens_per_s = ratio(run.tokens_per_s, base.tokens_per_s);
  out.gpu_idle_share = ratio(run.gpu_idle_share, base.gpu_idle_share);
  out.exposed_comm = ratio(run.exposed_comm_s, base.exposed_comm_s);
  out.collective_busbw = busbw_ratio(run, base);
  out.fct_p99 = ratio(run.flows.fct_p99_s, base.flows.fct_p99_s);
  out.optics_power = ratio(run.optics.power_W, base.optics.power_W);
  out.optics_cost = ratio(run.optics.cost_usd, base.optics.cost_usd);
  return out;
}

std::string value_of(const RunSummary &run, const std::string &key) {
  for (const FactRow &fact : run.facts)
    if (fact.key == key)
      return fact.value;
  return {};
}

/// Keys in the order in which the runs first state them.
Basis basis(const std::vector<RunSummary> &runs) {
  std::vector<std::string> keys;
  for (const RunSummary &run : runs)
    for (const FactRow &fact : run.facts)
      if (std::find(keys.begin(), keys.end(), fact.key) == keys.end())
        keys.push_back(fact.key);
  Basis out;
  for (const std::string &key : keys) {
    std::vector<std::string> values;
    for (const RunSummary &run : runs)
      values.push_back(value_of(run, key));
    if (std::all_of(values.begin(), values.end(), [&](const std::string &value) { return value == values.front(); }))
      out.equal.push_back({key, values.front()});
    else
      out.different.emplace_back(key, std::move(values));
  }
  return out;
}

/// Below half a per cent two runs are called equal.
bool about_equal(double ratio) { return std::fabs(ratio - 1) < 0.005; }

std::string optics_clause(const RunSummary &winner, const RunSummary &other) {
  const double power = ratio(winner.optics.power_W, other.optics.power_W);
  if (!std::isfinite(power))
    return {};
  if (about_equal(power))
    return "; the same optics power";
  return fmt::format("; links {} the power", format_ratio(power));
}

std::string step_verdict(const RunSummary &first, const RunSummary &last) {
  const bool last_wins = last.step_time_s <= first.step_time_s;
  const RunSummary &winner = last_wins ? last : first;
  const RunSummary &other = last_wins ? first : last;
  const double gain = ratio(other.step_time_s, winner.step_time_s);
  std::string sentence = about_equal(gain)
                             ? fmt::format("{} and {} train equally fast", winner.name, other.name)
                             : fmt::format("{} trains {} as fast as {}", winner.name, format_ratio(gain), other.name);
  sentence +=
      fmt::format(": step {} against {}", format_seconds(winner.step_time_s), format_seconds(other.step_time_s));
  const double mine = ratio(winner.exposed_comm_s, winner.step_time_s);
  const double theirs = ratio(other.exposed_comm_s, other.step_time_s);
  if (std::isfinite(mine) && std::isfinite(theirs))
    sentence += fmt::format("; exposed communication {} against {}", format_percent(mine), format_percent(theirs));
  return sentence + optics_clause(winner, other) + ".";
}

std::string bandwidth_verdict(const RunSummary &first, const RunSummary &last) {
  const double gain = busbw_ratio(last, first);
  const RunSummary &winner = gain >= 1 ? last : first;
  const RunSummary &other = gain >= 1 ? first : last;
  if (about_equal(gain))
    return fmt::format("{} and {} run their collectives equally fast{}.", winner.name, other.name,
                       optics_clause(winner, other));
  return fmt::format("{} runs the same collectives at {} the bus bandwidth of {}{}.", winner.name,
                     format_ratio(gain >= 1 ? gain : 1 / gain), other.name, optics_clause(winner, other));
}

std::string flow_verdict(const RunSummary &first, const RunSummary &last) {
  const bool last_wins = last.flows.fct_p99_s <= first.flows.fct_p99_s;
  const RunSummary &winner = last_wins ? last : first;
  const RunSummary &other = last_wins ? first : last;
  return fmt::format("{} against {}: 99 % of flows complete within {} against {}{}.", winner.name, other.name,
                     format_seconds(winner.flows.fct_p99_s), format_seconds(other.flows.fct_p99_s),
                     optics_clause(winner, other));
}

std::string verdict(const RunSummary &first, const RunSummary &last) {
  for (const RunSummary *run : {&first, &last})
    if (!run->complete)
      return fmt::format("No verdict: {} is not complete{}.", run->name,
                         run->outcome.empty() ? "" : " (" + run->outcome + ")");
  if (first.step_time_s > 0 && last.step_time_s > 0)
    return step_verdict(first, last);
  if (std::isfinite(busbw_ratio(last, first)))
    return bandwidth_verdict(first, last);
  if (std::isfinite(first.flows.fct_p99_s) && std::isfinite(last.flows.fct_p99_s))
    return flow_verdict(first, last);
  return fmt::format("No verdict: {} and {} have no measure in common.", first.name, last.name);
}

} // namespace

Comparison compare(std::vector<RunSummary> runs) {
  EXPECTS(runs.size() >= 2);
  Comparison comparison;
  for (const RunSummary &run : runs)
    comparison.ratios.push_back(ratios(run, runs.front()));
  comparison.basis = basis(runs);
  comparison.verdict = verdict(runs.front(), runs.back());
  comparison.runs = std::move(runs);
  return comparison;
}

} // namespace lightloom
