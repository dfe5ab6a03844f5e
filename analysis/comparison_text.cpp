// Runs side by side for the terminal: the basis, the table, what differs and what was held equal, the verdict.

#include "analysis/compare.hpp"
#include "analysis/table.hpp"
#include "analysis/text_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lightloom {
namespace {

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
  std::vector<std::string> facts;
  for (const FactRow &fact : basis.equal)
    facts.push_back(fmt::format(" {} = {}", fact.key, fact.value));
  return facts.empty() ? std::string() : wrapped("Held equal:", facts, ";");
}

/// The seeds behind the intervals; empty with single runs.
std::string seeds_text(const std::vector<RunIntervals> &intervals) {
  const std::size_t seeds = intervals.empty() ? 0 : intervals.front().seeds.size();
  return seeds < 2 ? std::string()
                   : fmt::format("Means over {} seeds ± 95 % confidence (Student t); ratios are taken seed by seed.\n",
                                 seeds);
}

/// What trains of frames may be wrong by, where any run used them.
std::string all_trains_text(const std::vector<RunSummary> &runs) {
  std::string text;
  for (const RunSummary &run : runs)
    if (run.granularity.payload_in_trains > 0)
      text += run.name + ": " + trains_text(run.granularity) + "\n";
  return text;
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
  add_measures(table, comparison.runs, comparison.intervals);
  add_collectives(table, comparison.runs);
  add_differences(table, comparison.basis);
  std::string text = comparison.basis.sentence.empty() ? "" : comparison.basis.sentence + "\n\n";
  text += table.str() + "\n" + seeds_text(comparison.intervals) + basis_text(comparison.basis);
  text += all_trains_text(comparison.runs);
  for (const RunSummary &run : comparison.runs)
    text += outcome_text(run);
  return text + comparison.verdict + "\n";
}

} // namespace lightloom
