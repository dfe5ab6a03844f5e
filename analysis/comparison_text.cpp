// Summaries and comparisons as tables for the terminal.

#include "analysis/compare.hpp"
#include "analysis/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace lightloom {
namespace {

/// A unit of a row: taken when the row's largest value reaches `from`. Decimals < 0: four significant digits.
struct Unit {
  double from, size;
  const char *before, *after;
  int decimals = -1;
};
using Units = std::vector<Unit>; ///< from large to small

const Units seconds_units{
    {1, 1, "", " s"}, {1e-3, 1e-3, "", " ms"}, {1e-6, 1e-6, "", " us"}, {1e-9, 1e-9, "", " ns"}, {0, 1e-12, "", " ps"}};
const Units watts{{1e4, 1e3, "", " kW"}, {0, 1, "", " W"}};
const Units dollars{{1e6, 1e6, "$ ", " M"}, {1e4, 1e3, "$ ", " k"}, {0, 1, "$ ", "", 0}};
const Units bit_rates{{1e12, 1e12, "", " Tb/s"}, {0, 1e9, "", " Gb/s"}};
const Units byte_rates{{0, 1e9, "", " GB/s"}};
const Units per_second{{0, 1, "", " /s"}};
const Units energies{{0, 1, "", " pJ/bit"}};
const Units counts{{0, 1, "", "", 0}};
const Units shares{{0, 0.01, "", " %", 1}};

/// The unit for all of a row.
Unit unit_of(const Units &units, const std::vector<double> &values) {
  double largest = 0;
  for (const double value : values)
    largest = std::isfinite(value) ? std::max(largest, std::fabs(value)) : largest;
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit &unit) { return largest >= unit.from; });
  return found == units.end() ? units.back() : *found;
}

std::string cell(double value, const Unit &unit) {
  if (!std::isfinite(value))
    return "–";
  const double scaled = value / unit.size;
  return unit.before + (unit.decimals < 0 ? format_number(scaled) : fmt::format("{:.{}f}", scaled, unit.decimals)) +
         unit.after;
}

/// One line of the tables: what is measured, in which units. Lines without a value in any run are left out.
struct Measure {
  const char *title;
  std::function<double(const RunSummary &)> value;
  const Units &units;
};

/// Mean over GPUs and steps.
double waited(const RunSummary &run, double share) { return share * run.step_time_s; }

/// Parts of the step time: written with its unit and decimals, so that a reader can add them up.
const std::vector<Measure> &step_measures() {
  static const std::vector<Measure> list{
      {"step time", [](const RunSummary &run) { return run.step_time_s; }, seconds_units},
      {"  computing", [](const RunSummary &run) { return run.compute_s; }, seconds_units},
      {"  exposed communication", [](const RunSummary &run) { return run.exposed_comm_s; }, seconds_units},
      {"    for scale-up", [](const RunSummary &run) { return waited(run, run.waits.scale_up); }, seconds_units},
      {"    for the network", [](const RunSummary &run) { return waited(run, run.waits.network); }, seconds_units},
      {"  waiting for slower ranks", [](const RunSummary &run) { return waited(run, run.waits.other); }, seconds_units},
  };
  return list;
}

const std::vector<Measure> &measures() {
  static const std::vector<Measure> list{
      {"tokens", [](const RunSummary &run) { return run.tokens_per_s; }, per_second},
      {"model FLOPs utilisation", [](const RunSummary &run) { return run.mfu; }, shares},
      {"GPU idle", [](const RunSummary &run) { return run.gpu_idle_share; }, shares},
      {"flow completion, median", [](const RunSummary &run) { return run.flows.fct_p50_s; }, seconds_units},
      {"flow completion, 99 %", [](const RunSummary &run) { return run.flows.fct_p99_s; }, seconds_units},
      {"flow completion, longest", [](const RunSummary &run) { return run.flows.fct_max_s; }, seconds_units},
      {"  lower bound of it", [](const RunSummary &run) { return run.flow_bound.lower_bound_s; }, seconds_units},
      {"goodput", [](const RunSummary &run) { return run.flows.goodput_bps; }, bit_rates},
      {"  per receiving host", [](const RunSummary &run) { return run.goodput_per_receiver_bps; }, bit_rates},
      {"links: module and cable ends",
       [](const RunSummary &run) {
         return std::isnan(run.optics.power_W) ? not_known : static_cast<double>(run.optics.modules);
       },
       counts},
      {"links: power", [](const RunSummary &run) { return run.optics.power_W; }, watts},
      {"links: energy", [](const RunSummary &run) { return run.optics.pj_per_bit; }, energies},
      {"links: cost", [](const RunSummary &run) { return run.optics.cost_usd; }, dollars},
  };
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

/// A row of one measure over all runs, with ratios after each run but the first; no ratio of what both show as zero.
void add_row(Table &table, const std::string &title, const std::vector<double> &values, const Unit &unit) {
  if (std::none_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }))
    return;
  const std::string base = cell(values.front(), unit);
  std::vector<std::string> cells{title};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string text = cell(values[i], unit);
    cells.push_back(text);
    if (i > 0)
      cells.push_back(values.front() == 0 || (shows_zero(base) && shows_zero(text))
                          ? "–"
                          : format_ratio(values[i] / values.front()));
  }
  table.add(std::move(cells));
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

void add_measures(Table &table, const std::vector<RunSummary> &runs) {
  const auto values_of = [&](const Measure &measure) {
    std::vector<double> values;
    for (const RunSummary &run : runs)
      values.push_back(measure.value(run));
    return values;
  };
  for (const Measure &measure : step_measures())
    add_row(table, measure.title, values_of(measure), step_unit(runs));
  for (const Measure &measure : measures()) {
    const auto values = values_of(measure);
    add_row(table, measure.title, values, unit_of(measure.units, values));
  }
}

/// A row of bus bandwidth per collective of the first run: the `most` that took the longest together.
void add_collectives(Table &table, const std::vector<RunSummary> &runs) {
  constexpr std::size_t most = 4;
  std::vector<CollectiveSummary> list = runs.front().collectives;
  std::stable_sort(list.begin(), list.end(), [](const CollectiveSummary &a, const CollectiveSummary &b) {
    return a.time_s * static_cast<double>(a.count) > b.time_s * static_cast<double>(b.count);
  });
  list.resize(std::min(list.size(), most));
  for (const CollectiveSummary &wanted : list) {
    std::vector<double> values;
    for (const RunSummary &run : runs) {
      const auto found = std::find_if(run.collectives.begin(), run.collectives.end(),
                                      [&](const CollectiveSummary &one) { return same_collective(one, wanted); });
      values.push_back(found == run.collectives.end() ? not_known : found->busbw_Bps);
    }
    add_row(table, label(wanted), values, unit_of(byte_rates, values));
  }
}

/// A row per fact that differs, under a rule.
void add_differences(Table &table, const Basis &basis) {
  if (!basis.different.empty())
    table.add_rule();
  for (const auto &[key, values] : basis.different) {
    std::vector<std::string> cells{key};
    for (std::size_t i = 0; i < values.size(); ++i) {
      cells.push_back(values[i].empty() ? "–" : values[i]);
      if (i > 0)
        cells.emplace_back();
    }
    table.add(std::move(cells));
  }
}

/// What was held equal, wrapped between facts.
std::string basis_text(const Basis &basis) {
  constexpr std::size_t width = 100;
  std::string text, line = "Held equal:";
  for (std::size_t i = 0; i < basis.equal.size(); ++i) {
    const std::string fact =
        fmt::format(" {} = {}{}", basis.equal[i].key, basis.equal[i].value, i + 1 < basis.equal.size() ? ";" : ".");
    if (line.size() + fact.size() > width) {
      text += line + "\n";
      line = " ";
    }
    line += fact;
  }
  return basis.equal.empty() ? std::string() : text + line + "\n";
}

/// What was simulated, so that a reader need not look it up: fabric, events, lookahead, digest. Facts a run does not
/// have are left out.
std::string simulated_text(const RunSummary &run) {
  const auto fact = [&](const char *key, const char *after) {
    for (const FactRow &row : run.facts)
      if (row.key == key)
        return row.value + after;
    return std::string();
  };
  std::string text;
  const std::string fabric = fact("fabric.topology", "; ") + fact("cluster.gpus", " hosts, ") +
                             fact("switches", " switches, ") + fact("cables", " cables; ");
  if (!fabric.empty() || run.link_hops > 0)
    text +=
        fmt::format("Simulated: {}{} link-hops.\n", fabric,
                    run.link_hops < 1'000'000 ? std::to_string(run.link_hops)
                                              : format_number(static_cast<double>(run.link_hops) * 1e-6) + " million");
  for (const FactRow &row : run.facts)
    if (row.key == "routing finding")
      text += "Routes: " + row.value + ".\n";
  if (!run.flow_bound.bottleneck.empty())
    text += "Lower bound of the flows set by port " + run.flow_bound.bottleneck + ".\n";
  if (std::isfinite(run.lookahead_s) && !run.lookahead_link.empty()) // a single logical process needs none
    text += fmt::format("Lookahead {}, set by link {}.\n", format_seconds(run.lookahead_s), run.lookahead_link);
  if (!run.digest.empty())
    text += "Digest " + run.digest + ".\n";
  return text.empty() ? text : "\n" + text;
}

/// "incomplete" lines under a table; empty when all is well.
std::string outcome_text(const RunSummary &run) {
  if (run.complete)
    return {};
  return fmt::format("{} is not complete{}.\n", run.name, run.outcome.empty() ? "" : ": " + run.outcome);
}

} // namespace

std::string to_text(const Comparison &comparison) {
  std::vector<Table::Column> columns{{"", "", Table::Align::left}};
  for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
    columns.push_back({comparison.runs[i].name, "", Table::Align::right});
    if (i > 0)
      columns.push_back({"ratio", "", Table::Align::right});
  }
  Table table(columns);
  add_measures(table, comparison.runs);
  add_collectives(table, comparison.runs);
  add_differences(table, comparison.basis);
  std::string text = table.str() + "\n" + basis_text(comparison.basis);
  for (const RunSummary &run : comparison.runs)
    text += outcome_text(run);
  return text + comparison.verdict + "\n";
}

std::string to_text(const RunSummary &run) {
  Table table({{"", "", Table::Align::left}, {run.name, "", Table::Align::right}});
  add_measures(table, {run});
  std::string text = table.rows() > 0 ? table.str() : std::string();
  if (!run.collectives.empty()) {
    Table collectives({{"op", "", Table::Align::left},
                       {"algorithm", "", Table::Align::left},
                       {"domain", "", Table::Align::left},
                       {"ranks", ""},
                       {"size", ""},
                       {"count", ""},
                       {"time", "mean"},
                       {"bound", ""},
                       {"algbw", "GB/s"},
                       {"busbw", "GB/s"},
                       {"bottleneck", "", Table::Align::left}});
    for (const CollectiveSummary &one : run.collectives)
      collectives.add({one.op, one.algorithm, one.scale_up ? "scale-up" : "network", std::to_string(one.ranks),
                       format_size(one.bytes), std::to_string(one.count), format_seconds(one.time_s),
                       format_seconds(one.lower_bound_s), format_number(one.algbw_Bps / 1e9),
                       format_number(one.busbw_Bps / 1e9), one.bottleneck});
    text += "\n" + collectives.str();
  }
  return text + simulated_text(run) + outcome_text(run);
}

} // namespace lightloom
