// The table of a sweep, for people and for programs.

#include "analysis/sweep.hpp"

#include "analysis/table.hpp"
#include "analysis/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace lightloom {
namespace {

using Json = nlohmann::ordered_json;

/// What the main figure is called in the head of the table.
std::string title_of(std::size_t metric) {
  const std::string &name = sweep_metrics()[metric].name;
  return name == "step_time_s" ? "step time" : name == "collective_time_s" ? "collective" : "longest flow";
}

Json interval_json(const MeanInterval &interval) { return {{"mean", interval.mean}, {"ci95", interval.ci95}}; }

/// Every figure that some complete run of this combination has.
Json figures_json(const SweepResults &sweep, std::size_t combination) {
  Json figures = Json::object();
  const auto &metrics = sweep_metrics();
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const SweepComparison c = compare_combination(sweep, combination, m);
    if (c.mean.mean == c.mean.mean)
      figures[metrics[m].name] = {{"mean", c.mean.mean},
                                  {"ci95", c.mean.ci95},
                                  {"ratio", interval_json(c.ratio)},
                                  {"difference", interval_json(c.difference)}};
  }
  return figures;
}

Json values_json(const SweepResults &sweep, std::size_t combination) {
  Json values = Json::object();
  for (const SweepParameter &p : sweep.parameters)
    values[p.key] = p.texts[combination];
  return values;
}

Json run_json(const SweepResults &sweep, std::size_t run) {
  const SweepRow &row = sweep.rows[run];
  Json json = {{"run", run},
               {"combination", run / sweep.replicas},
               {"replica", run % sweep.replicas},
               {"seed", row.seed},
               {"done", row.done},
               {"exit_code", row.exit_code},
               {"complete", row.complete},
               {"digest", row.digest},
               {"outcome", row.outcome}};
  const auto &metrics = sweep_metrics();
  for (std::size_t m = 0; m < row.figures.size(); ++m)
    json[metrics[m].name] = row.figures[m];
  return json;
}

/// Under the table: what the intervals are, and what did not end well.
std::string notes(const SweepResults &sweep) {
  std::string text;
  if (sweep.replicas > 1)
    text +=
        fmt::format("± is a 95 % confidence interval over {} seeds ({} to {}), the same in every combination; ratios "
                    "are paired by seed.\n",
                    sweep.replicas, sweep.seed, sweep.seed + sweep.replicas - 1);
  const std::size_t done = sweep.done();
  if (done < sweep.rows.size())
    text += fmt::format("{} of {} runs are done.\n", done, sweep.rows.size());
  const auto failed = static_cast<std::size_t>(
      std::count_if(sweep.rows.begin(), sweep.rows.end(), [](const SweepRow &r) { return r.done && !r.complete; }));
  if (failed > 0)
    text += fmt::format("{} {} not end well and {} in no mean.\n", failed, failed == 1 ? "run did" : "runs did",
                        failed == 1 ? "is" : "are");
  if (!sweep.digest().empty())
    text += fmt::format("digest of all {} {}: {}\n", sweep.rows.size(), sweep.rows.size() == 1 ? "run" : "runs",
                        sweep.digest());
  return text;
}

} // namespace

namespace {
/// A figure with a column of its own: its mean over the seeds in each combination.
struct Column {
  std::string title;
  std::vector<SweepComparison> rows; ///< [combination]
  Unit unit;
  bool known = false; ///< in any combination

  Column(const SweepResults &sweep, std::string name, std::size_t metric, const Units &units) : title(std::move(name)) {
    std::vector<double> means;
    for (std::size_t c = 0; c < sweep.combinations(); ++c) {
      rows.push_back(compare_combination(sweep, c, metric));
      means.push_back(rows.back().mean.mean);
      known = known || means.back() == means.back();
    }
    unit = unit_of(units, means);
  }
  std::string mean(std::size_t c) const { return cell(rows[c].mean.mean, unit, rows[c].mean.ci95); }
};
} // namespace

std::string to_text(const SweepResults &sweep) {
  using Align = Table::Align;
  const Column main(sweep, title_of(main_metric(sweep)), main_metric(sweep), seconds_units);
  std::vector<Column> more = {{sweep, "GPU idle", sweep_metric("gpu_idle_share"), shares},
                              {sweep, "time to train", sweep_metric("time_to_train_s"), long_times}};
  std::erase_if(more, [](const Column &column) { return !column.known; });
  const bool any_failed = std::ranges::any_of(main.rows, [](const SweepComparison &row) { return row.failed > 0; });

  std::vector<Table::Column> columns;
  for (const SweepParameter &p : sweep.parameters)
    columns.push_back({p.key, "", Align::right});
  columns.push_back({"runs", "", Align::right});
  if (any_failed)
    columns.push_back({"failed", "", Align::right});
  columns.push_back({main.title, "", Align::right});
  columns.push_back({"ratio", "", Align::right});
  for (const Column &column : more)
    columns.push_back({column.title, "", Align::right});
  columns.push_back({"digest", "", Align::left});
  Table table(columns);
  const Unit factor = unit_of(plain, {});
  for (std::size_t c = 0; c < main.rows.size(); ++c) {
    const SweepComparison &row = main.rows[c];
    std::vector<std::string> cells;
    for (const SweepParameter &p : sweep.parameters)
      cells.push_back(p.texts[c]);
    cells.push_back(std::to_string(row.runs));
    if (any_failed)
      cells.push_back(std::to_string(row.failed));
    cells.push_back(main.mean(c));
    cells.push_back(c == 0 && row.runs > 0 ? "1" : cell(row.ratio.mean, factor, row.ratio.ci95));
    for (const Column &column : more)
      cells.push_back(column.mean(c));
    cells.push_back(sweep.digest(c));
    table.add(cells);
  }
  return table.str() + notes(sweep);
}

std::string to_json(const SweepResults &sweep) {
  Json json;
  json["name"] = sweep.name;
  json["combinations"] = sweep.combinations();
  json["replicas"] = sweep.replicas;
  json["seed"] = sweep.seed;
  json["main"] = sweep_metrics()[main_metric(sweep)].name;
  json["rows"] = Json::array();
  for (std::size_t c = 0; c < sweep.combinations(); ++c) {
    const SweepComparison main = compare_combination(sweep, c, main_metric(sweep));
    json["rows"].push_back({{"values", values_json(sweep, c)},
                            {"runs", main.runs},
                            {"failed", main.failed},
                            {"digest", sweep.digest(c)},
                            {"figures", figures_json(sweep, c)}});
  }
  json["runs"] = Json::array();
  for (std::size_t run = 0; run < sweep.rows.size(); ++run)
    json["runs"].push_back(run_json(sweep, run));
  json["digest"] = sweep.digest();
  json["complete"] = sweep.complete();
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace lightloom
