// What the tables list, in which units, and the rows made of it.

#include "analysis/text_parts.hpp"
#include "analysis/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace lightloom {
namespace {

using Interval = MeanInterval RunIntervals::*;

/// One line of the tables: what is measured, in which units, and its intervals over seeds where there are.
struct Measure {
  std::string title;
  std::function<double(const RunSummary &)> value;
  const Units *units = nullptr;
  Interval interval = nullptr;
  Interval ratio_interval = nullptr;
  bool optional = false; ///< left out where it is 0 in all runs
};

/// Mean over GPUs and steps.
double waited(const RunSummary &run, double share) { return share * run.step_time_s; }

Measure part_of_step(const char *title, Cause cause) {
  return {title,
          [cause](const RunSummary &run) { return waited(run, run.idle_by_cause.at(static_cast<std::size_t>(cause))); },
          &seconds_units,
          nullptr,
          nullptr,
          true};
}

/// Parts of the step time, which a reader can add up; by cause when all runs have causes.
std::vector<Measure> step_measures(bool by_cause) {
  std::vector<Measure> list{{"step time", [](const RunSummary &run) { return run.step_time_s; }, &seconds_units,
                             &RunIntervals::step_time_s, &RunIntervals::step_time_ratio},
                            {"  computing", [](const RunSummary &run) { return run.compute_s; }, &seconds_units},
                            {"  exposed communication", [](const RunSummary &run) { return run.exposed_comm_s; },
                             &seconds_units, &RunIntervals::exposed_comm_s, &RunIntervals::exposed_comm_ratio}};
  if (by_cause) {
    list.push_back(part_of_step("  pipeline bubble", Cause::pipeline_bubble));
    list.push_back(part_of_step("  imbalance", Cause::imbalance));
    list.push_back(part_of_step("  checkpoint", Cause::checkpoint));
    return list;
  }
  list.push_back(
      {"    for scale-up", [](const RunSummary &run) { return waited(run, run.waits.scale_up); }, &seconds_units});
  list.push_back(
      {"    for the network", [](const RunSummary &run) { return waited(run, run.waits.network); }, &seconds_units});
  list.push_back({"  waiting for slower ranks", [](const RunSummary &run) { return waited(run, run.waits.other); },
                  &seconds_units});
  return list;
}

const std::vector<Measure> &work_measures() {
  static const std::vector<Measure> list{
      {"tokens", [](const RunSummary &run) { return run.tokens_per_s; }, &per_second, &RunIntervals::tokens_per_s,
       &RunIntervals::tokens_ratio},
      {"time to train, without failures", [](const RunSummary &run) { return run.time_to_train_s; }, &long_times},
      {"model FLOPs utilisation", [](const RunSummary &run) { return run.mfu; }, &shares},
      {"GPU idle", [](const RunSummary &run) { return run.gpu_idle_share; }, &shares, &RunIntervals::gpu_idle_share,
       &RunIntervals::gpu_idle_ratio}};
  return list;
}

/// not_known when there is none, so that its row is left out.
double count_of(std::uint64_t count) { return count > 0 ? static_cast<double>(count) : not_known; }

/// The bound is of the last flow's end: it says something of the longest flow when that spans all of the traffic.
double bound_of_longest(const RunSummary &run) {
  const double span_s = static_cast<double>(run.flows.bytes) * 8 / run.flows.goodput_bps;
  return std::abs(span_s - run.flows.fct_max_s) <= 1e-6 * span_s ? run.flow_bound.lower_bound_s : not_known;
}

const std::vector<Measure> &traffic_and_bill() {
  static const std::vector<Measure> list{
      {"flows", [](const RunSummary &run) { return count_of(run.flows.count); }, &counts},
      {"  completed",
       [](const RunSummary &run) {
         return run.flows.completed < run.flows.count ? static_cast<double>(run.flows.completed) : not_known;
       },
       &counts},
      {"flow completion, median", [](const RunSummary &run) { return run.flows.fct_p50_s; }, &seconds_units},
      {"flow completion, 99 %", [](const RunSummary &run) { return run.flows.fct_p99_s; }, &seconds_units},
      {"flow completion, longest", [](const RunSummary &run) { return run.flows.fct_max_s; }, &seconds_units},
      {"  lower bound of it", [](const RunSummary &run) { return bound_of_longest(run); }, &seconds_units},
      {"slowdown, median", [](const RunSummary &run) { return run.flows.slowdown_p50; }, &plain},
      {"slowdown, 99 %", [](const RunSummary &run) { return run.flows.slowdown_p99; }, &plain},
      {"goodput", [](const RunSummary &run) { return run.flows.goodput_bps; }, &bit_rates},
      {"  per receiving host", [](const RunSummary &run) { return run.goodput_per_receiver_bps; }, &bit_rates},
      {"fairness of goodputs (Jain)", [](const RunSummary &run) { return run.flows.jain; }, &plain},
      {"links: module and cable ends",
       [](const RunSummary &run) {
         return std::isnan(run.optics.power_W) ? not_known : static_cast<double>(run.optics.modules);
       },
       &counts},
      {"links: power", [](const RunSummary &run) { return run.optics.power_W; }, &watts},
      {"links: energy", [](const RunSummary &run) { return run.optics.pj_per_bit; }, &energies_per_bit},
      {"links: cost", [](const RunSummary &run) { return run.optics.cost_usd; }, &dollars},
      {"links: USD per Gb/s", [](const RunSummary &run) { return run.optics.usd_per_gbps; }, &plain}};
  return list;
}

/// Power of one category of the bill; 0 where a known cluster has none of it.
double category_power(const RunSummary &run, const std::string &category) {
  if (run.cluster.by_category.empty() || run.cluster.by_category.front().category != "GPU")
    return not_known;
  for (const CategorySummary &sum : run.cluster.by_category)
    if (sum.category == category)
      return sum.power_W;
  return 0;
}

std::vector<Measure> cluster_measures(const std::vector<RunSummary> &runs) {
  std::vector<Measure> list{{"cluster: power", [](const RunSummary &run) { return run.cluster.power_W; }, &watts}};
  if (std::none_of(runs.begin(), runs.end(), [](const RunSummary &run) { return std::isfinite(run.cluster.power_W); }))
    return {}; // the links' figures stand above
  for (const char *category : {"GPU", "server", "NIC", "switch", "optics", "other"})
    if (std::any_of(runs.begin(), runs.end(),
                    [&](const RunSummary &run) { return category_power(run, category) != 0; }))
      list.push_back({std::string("  ") + category,
                      [category](const RunSummary &run) { return category_power(run, category); }, &watts});
  list.push_back({"  energy per step", [](const RunSummary &run) { return run.energy_per_step_J; }, &joules});
  list.push_back({"  energy per token", [](const RunSummary &run) { return run.energy_per_token_J; }, &joules});
  list.push_back({"cluster: capital cost", [](const RunSummary &run) { return run.cluster.cost_usd; }, &dollars});
  list.push_back({"  per token/s", [](const RunSummary &run) { return run.cost_per_token_rate; }, &dollars_per_rate});
  return list;
}

std::string label(const CollectiveSummary &collective) {
  return fmt::format("{} {}{}, {} ranks, {}, {} time{}, busbw", collective.op, collective.algorithm,
                     collective.scale_up ? ", scale-up" : "", collective.ranks, format_size(collective.bytes),
                     collective.count, collective.count == 1 ? "" : "s");
}

bool same_collective(const CollectiveSummary &a, const CollectiveSummary &b) {
  return a.op == b.op && a.algorithm == b.algorithm && a.bytes == b.bytes && a.ranks == b.ranks &&
         a.scale_up == b.scale_up;
}

/// A cell that shows no digit but noughts.
bool shows_zero(const std::string &text) { return text.find_first_of("123456789") == std::string::npos; }

std::string ratio_cell(double ratio, double ci95) {
  return std::isfinite(ci95) ? cell(ratio, {0, 1, "", "×", 2}, ci95) : format_ratio(ratio);
}

/// A row of one measure over all runs, with ratios after each run but the first; no ratio of what both show as zero.
void add_row(Table &table, const Measure &measure, const std::vector<RunSummary> &runs,
             const std::vector<RunIntervals> &intervals, const Unit *fixed) {
  std::vector<double> values;
  for (const RunSummary &run : runs)
    values.push_back(measure.value(run));
  if (std::none_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }))
    return;
  const Unit unit = fixed ? *fixed : unit_of(*measure.units, values);
  const auto ci95 = [&](std::size_t i, Interval member) {
    return intervals.empty() || !member ? not_known : (intervals[i].*member).ci95;
  };
  std::vector<std::string> cells{measure.title};
  const std::string base = cell(values.front(), unit, ci95(0, measure.interval));
  for (std::size_t i = 0; i < values.size(); ++i) {
    cells.push_back(cell(values[i], unit, ci95(i, measure.interval)));
    if (i == 0)
      continue;
    const bool none = values.front() == 0 || (shows_zero(base) && shows_zero(cells.back()));
    const double paired = intervals.empty() || !measure.ratio_interval ? values[i] / values.front()
                                                                       : (intervals[i].*measure.ratio_interval).mean;
    cells.push_back(none ? "–" : ratio_cell(paired, ci95(i, measure.ratio_interval)));
  }
  table.add(std::move(cells));
}

/// Causes side by side, the greatest first, with differences in percentage points instead of ratios.
void add_causes(Table &table, const std::vector<RunSummary> &runs) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t cause = 0; cause < cause_count; ++cause) {
    double most = 0;
    for (const RunSummary &run : runs)
      most = std::max(most, run.idle_by_cause[cause]);
    if (most >= 0.0005)
      order.emplace_back(-most, cause);
  }
  std::sort(order.begin(), order.end());
  for (const auto &[minus_share, cause] : order) {
    std::vector<std::string> cells{"  " + cause_title(cause)};
    for (std::size_t i = 0; i < runs.size(); ++i) {
      cells.push_back(format_percent(runs[i].idle_by_cause[cause]));
      if (i > 0)
        cells.push_back(format_change(100 * (runs[i].idle_by_cause[cause] - runs[0].idle_by_cause[cause])) + " pp");
    }
    table.add(std::move(cells));
  }
}

/// The unit of step times, with decimals enough for four digits of the shortest step.
Unit step_unit(const std::vector<RunSummary> &runs) {
  std::vector<double> times;
  for (const RunSummary &run : runs)
    times.push_back(run.step_time_s);
  Unit unit = unit_of(seconds_units, times);
  double shortest = not_known;
  for (const double time : times)
    if (time > 0 && !(shortest <= time))
      shortest = time;
  if (std::isfinite(shortest))
    unit.decimals = std::clamp(3 - static_cast<int>(std::floor(std::log10(shortest / unit.size))), 0, 6);
  return unit;
}

} // namespace

void add_measures(Table &table, const std::vector<RunSummary> &runs, const std::vector<RunIntervals> &intervals) {
  const bool by_cause =
      std::all_of(runs.begin(), runs.end(), [](const RunSummary &run) { return !run.idle_by_cause.empty(); });
  const Unit unit = step_unit(runs);
  for (const Measure &measure : step_measures(by_cause)) {
    const bool none =
        std::all_of(runs.begin(), runs.end(), [&](const RunSummary &run) { return measure.value(run) == 0; });
    if (!(none && measure.optional))
      add_row(table, measure, runs, intervals, &unit);
  }
  for (const Measure &measure : work_measures())
    add_row(table, measure, runs, intervals, nullptr);
  if (by_cause && runs.size() > 1) // one run has its ranking below the table
    add_causes(table, runs);
  for (const Measure &measure : traffic_and_bill())
    add_row(table, measure, runs, intervals, nullptr);
  for (const Measure &measure : cluster_measures(runs))
    add_row(table, measure, runs, intervals, nullptr);
}

void add_collectives(Table &table, const std::vector<RunSummary> &runs) {
  constexpr std::size_t most = 4;
  std::vector<CollectiveSummary> list = runs.front().collectives;
  std::stable_sort(list.begin(), list.end(), [](const CollectiveSummary &a, const CollectiveSummary &b) {
    return a.time_s * static_cast<double>(a.count) > b.time_s * static_cast<double>(b.count);
  });
  list.resize(std::min(list.size(), most));
  for (const CollectiveSummary &wanted : list) {
    const auto busbw = [&](const RunSummary &run) {
      const auto found = std::find_if(run.collectives.begin(), run.collectives.end(),
                                      [&](const CollectiveSummary &one) { return same_collective(one, wanted); });
      return found == run.collectives.end() ? not_known : found->busbw_Bps;
    };
    add_row(table, {label(wanted), busbw, &byte_rates}, runs, {}, nullptr);
  }
}

} // namespace lightloom
