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

/// One line of the tables: what is measured, how it is written. Lines without a value in any run are left out.
struct Measure {
  const char *title;
  std::function<double(const RunSummary &)> value;
  std::string (*text)(double);
};

std::string rate_text(double per_s) { return format_number(per_s) + " /s"; }
std::string watts_text(double watts) {
  return std::isfinite(watts) && watts >= 1e4 ? format_number(watts / 1e3) + " kW" : format_number(watts) + " W";
}
std::string dollars_text(double usd) {
  return std::isfinite(usd) && usd >= 1e6 ? "$ " + format_number(usd / 1e6) + " M"
                                          : "$ " + format_number(usd / 1e3) + " k";
}
std::string bit_rate_text(double bps) { return format_number(bps / 1e9) + " Gb/s"; }
std::string byte_rate_text(double bytes) { return format_number(bytes / 1e9) + " GB/s"; }
std::string count_text(double count) { return fmt::format("{:.0f}", count); }
std::string energy_text(double pj) { return format_number(pj) + " pJ/bit"; }

const std::vector<Measure> &measures() {
  static const std::vector<Measure> list{
      {"step time", [](const RunSummary &run) { return run.step_time_s; }, format_seconds},
      {"  computing", [](const RunSummary &run) { return run.compute_s; }, format_seconds},
      {"  exposed communication", [](const RunSummary &run) { return run.exposed_comm_s; }, format_seconds},
      {"tokens", [](const RunSummary &run) { return run.tokens_per_s; }, rate_text},
      {"model FLOPs utilisation", [](const RunSummary &run) { return run.mfu; }, format_percent},
      {"GPU idle", [](const RunSummary &run) { return run.gpu_idle_share; }, format_percent},
      {"  waiting for scale-up", [](const RunSummary &run) { return run.waits.scale_up; }, format_percent},
      {"  waiting for the network", [](const RunSummary &run) { return run.waits.network; }, format_percent},
      {"  waiting for slower ranks", [](const RunSummary &run) { return run.waits.other; }, format_percent},
      {"flow completion, median", [](const RunSummary &run) { return run.flows.fct_p50_s; }, format_seconds},
      {"flow completion, 99 %", [](const RunSummary &run) { return run.flows.fct_p99_s; }, format_seconds},
      {"flow completion, longest", [](const RunSummary &run) { return run.flows.fct_max_s; }, format_seconds},
      {"  lower bound of it", [](const RunSummary &run) { return run.flow_bound.lower_bound_s; }, format_seconds},
      {"goodput", [](const RunSummary &run) { return run.flows.goodput_bps; }, bit_rate_text},
      {"  per receiving host", [](const RunSummary &run) { return run.goodput_per_receiver_bps; }, bit_rate_text},
      {"optics, module ends",
       [](const RunSummary &run) {
         return std::isnan(run.optics.power_W) ? not_known : static_cast<double>(run.optics.modules);
       },
       count_text},
      {"optics, power", [](const RunSummary &run) { return run.optics.power_W; }, watts_text},
      {"optics, energy", [](const RunSummary &run) { return run.optics.pj_per_bit; }, energy_text},
      {"optics, cost", [](const RunSummary &run) { return run.optics.cost_usd; }, dollars_text},
  };
  return list;
}

std::string cell(double value, std::string (*text)(double)) { return std::isfinite(value) ? text(value) : "–"; }

std::string size_text(std::int64_t bytes) {
  constexpr std::pair<std::int64_t, const char *> units[] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}};
  for (const auto &[size, unit] : units)
    if (bytes >= size)
      return bytes % size == 0 ? fmt::format("{} {}", bytes / size, unit)
                               : format_number(static_cast<double>(bytes) / static_cast<double>(size), 6) + " " + unit;
  return std::to_string(bytes) + " B";
}

std::string label(const CollectiveSummary &collective) {
  return fmt::format("{} {}, {} × {}{}", collective.op, collective.algorithm, collective.ranks,
                     size_text(collective.bytes), collective.scale_up ? ", scale-up" : "");
}

bool same_collective(const CollectiveSummary &a, const CollectiveSummary &b) {
  return a.op == b.op && a.algorithm == b.algorithm && a.bytes == b.bytes && a.ranks == b.ranks &&
         a.scale_up == b.scale_up;
}

/// Rows of one measure over all runs, with ratios after each run but the first.
void add_row(Table &table, const std::string &title, const std::vector<double> &values, std::string (*text)(double)) {
  if (std::none_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }))
    return;
  std::vector<std::string> cells{title};
  for (std::size_t i = 0; i < values.size(); ++i) {
    cells.push_back(cell(values[i], text));
    if (i > 0)
      cells.push_back(format_ratio(values.front() != 0 ? values[i] / values.front() : not_known));
  }
  table.add(std::move(cells));
}

/// A row of bus bandwidth per collective of the first run: the `most` that took the longest together.
void add_collectives(Table &table, const std::vector<RunSummary> &runs) {
  constexpr std::size_t most = 6;
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
    add_row(table, "busbw, " + label(wanted), values, byte_rate_text);
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
    text += fmt::format("Simulated: {}{} link-hops.\n", fabric,
                        run.link_hops < 1'000'000
                            ? std::to_string(run.link_hops)
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
  for (const Measure &measure : measures()) {
    std::vector<double> values;
    for (const RunSummary &run : comparison.runs)
      values.push_back(measure.value(run));
    add_row(table, measure.title, values, measure.text);
  }
  add_collectives(table, comparison.runs);
  add_differences(table, comparison.basis);
  std::string text = table.str() + "\n" + basis_text(comparison.basis);
  for (const RunSummary &run : comparison.runs)
    text += outcome_text(run);
  return text + comparison.verdict + "\n";
}

std::string to_text(const RunSummary &run) {
  Table table({{"", "", Table::Align::left}, {run.name, "", Table::Align::right}});
  for (const Measure &measure : measures())
    add_row(table, measure.title, {measure.value(run)}, measure.text);
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
                       size_text(one.bytes), std::to_string(one.count), format_seconds(one.time_s),
                       format_seconds(one.lower_bound_s), format_number(one.algbw_Bps / 1e9),
                       format_number(one.busbw_Bps / 1e9), one.bottleneck});
    text += "\n" + collectives.str();
  }
  return text + simulated_text(run) + outcome_text(run);
}

} // namespace lightloom
