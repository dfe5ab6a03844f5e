// RunResults → Document, driven by the column lists of schema.hpp.

#include "analysis/document.hpp"

#include "analysis/schema.hpp"
#include "sim/core/contract.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <type_traits>
#include <utility>

namespace lightloom {
namespace {

/// One bit pattern for all NaN, so that equal results are equal bytes.
double canonical(double value) { return std::isnan(value) ? not_known : value; }

/// What a member of type T is stored as.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool> || std::is_same_v<T, std::uint32_t>, std::uint64_t, T>;

template <class T> Stored<T> store(const T &value) {
  if constexpr (std::is_same_v<T, double>)
    return canonical(value);
  else
    return static_cast<Stored<T>>(value);
}

template <class Row, class T> ColumnData gather(const std::vector<Row> &rows, T Row::*member) {
  std::vector<Stored<T>> values;
  values.reserve(rows.size());
  for (const Row &row : rows)
    values.push_back(store(row.*member));
  return values;
}

template <class Row>
void put_table(Document &document, const std::string &group, const std::vector<Column<Row>> &columns,
               const std::vector<Row> &rows) {
  for (const Column<Row> &column : columns) {
    ColumnData data = std::visit([&](auto member) { return gather(rows, member); }, column.member);
    document.datasets.push_back(
        {group + "/" + column.name, column.unit, column.description, {rows.size()}, std::move(data)});
  }
}

template <class Row>
void put_attributes(Document &document, const std::string &group, const std::vector<Column<Row>> &columns,
                    const Row &row) {
  for (const Column<Row> &column : columns)
    std::visit(
        [&](auto member) {
          document.attributes.push_back({group, column.name, store(row.*member)});
        },
        column.member);
}

void put_gpus(Document &document, const RunResults &results) {
  const std::uint64_t steps = results.steps.size();
  for (const GpuColumn &column : gpu_columns()) {
    const std::vector<std::int64_t> &values = results.gpus.*column.member;
    EXPECTS(values.size() == steps * results.gpus.gpus);
    document.datasets.push_back(
        {std::string("/gpus/") + column.name, "ps", column.description, {steps, results.gpus.gpus}, values});
  }
}

/// CauseTimes as [.., cause].
std::vector<std::int64_t> flat(const std::vector<CauseTimes> &rows) {
  std::vector<std::int64_t> values;
  values.reserve(rows.size() * cause_count);
  for (const CauseTimes &row : rows)
    values.insert(values.end(), row.ps.begin(), row.ps.end());
  return values;
}

/// The names of causes, and what is split by them; without rows when nothing was.
void put_causes(Document &document, const RunResults &results) {
  const std::vector<std::string> names(cause_names.begin(), cause_names.end());
  document.datasets.push_back(
      {"/causes", "text", "names of the causes, in their order elsewhere", {cause_count}, names});
  const bool known = has_causes(results);
  const std::uint64_t steps = known ? results.steps.size() : 0;
  EXPECTS(results.gpus.idle_by_cause_ps.size() == steps * results.gpus.gpus);
  document.datasets.push_back({"/gpus/idle_by_cause_ps",
                               "ps",
                               "idle_ps by cause, in the order of /causes; no rows when not measured",
                               {steps, results.gpus.gpus, cause_count},
                               flat(results.gpus.idle_by_cause_ps)});
  std::vector<CauseTimes> paths;
  for (std::size_t step = 0; step < steps; ++step)
    paths.push_back(results.steps[step].critical_path);
  document.datasets.push_back({"/steps/critical_path_ps",
                               "ps",
                               "duration_ps along the critical path by cause, in the order of /causes",
                               {steps, cause_count},
                               flat(paths)});
}

void put_flows(Document &document, const Flows &flows) {
  put_attributes(document, "/flows", flow_bound_columns(), flows.bound);
  document.attributes.push_back({"/flows", "warmup_ps", flows.warmup_ps});
  if (!flows.histogram) {
    put_table(document, "/flows", flow_columns(), flows.rows);
    return;
  }
  const FlowHistogram &histogram = *flows.histogram;
  put_attributes(document, "/flows/histogram", flow_figure_columns(), histogram.figures);
  document.attributes.push_back({"/flows/histogram", "upper_s", histogram.fct.upper});
  document.attributes.push_back({"/flows/histogram", "slowdown_upper", histogram.slowdown.upper});
  const auto put = [&](const char *edges, const char *unit, const char *counts, const char *of, const FlowBins &bins) {
    const std::string group = "/flows/histogram/";
    EXPECTS(bins.lower.size() == bins.count.size());
    document.datasets.push_back(
        {group + edges, unit, std::string("lower edge of each bin of ") + of, {bins.lower.size()}, bins.lower});
    document.datasets.push_back(
        {group + counts, "flows", std::string("flows in each bin of ") + of, {bins.count.size()}, bins.count});
  };
  put("lower_s", "s", "count", "flow completion time", histogram.fct);
  put("slowdown_lower", "1", "slowdown_count", "completion time over ideal", histogram.slowdown);
  put_table(document, "/flows/by_size", flow_decade_columns(), histogram.by_size);
}

/// Nothing but the names of datasets, all empty, when nothing was sampled.
void put_telemetry(Document &document, const Telemetry &telemetry) {
  const std::uint64_t times = telemetry.time_ps.size(), links = telemetry.links.size();
  EXPECTS(telemetry.utilization.size() == times * links && telemetry.queue_bytes.size() == times * links);
  document.datasets.push_back({"/telemetry/link", "text", "names of the sampled links", {links}, telemetry.links});
  document.datasets.push_back(
      {"/telemetry/time_ps", "ps", "end of each interval; no rows when not asked for", {times}, telemetry.time_ps});
  document.datasets.push_back({"/telemetry/utilization",
                               "1",
                               "share of the interval before the time that the link was sending",
                               {times, links},
                               telemetry.utilization});
  document.datasets.push_back({"/telemetry/queue_bytes",
                               "B",
                               "waiting at the link's egress queue at the time",
                               {times, links},
                               telemetry.queue_bytes});
  const auto put = [&](const char *path, const char *unit, const char *what, const std::vector<double> &values) {
    EXPECTS(values.size() == times * links);
    document.datasets.push_back({path, unit, what, {times, links}, values});
  };
  put("/telemetry/rx_power_dBm", "dBm", "received OMA per lane at the time; NaN in the dark and in copper",
      telemetry.rx_power_dBm);
  put("/telemetry/pre_fec_ber", "1", "bit error ratio before forward error correction; NaN in the dark",
      telemetry.pre_fec_ber);
  put("/telemetry/temperature_C", "C", "case of the module that sends", telemetry.temperature_C);
}

} // namespace

Document to_document(const RunResults &results) {
  Document document;
  document.attributes.push_back({"/", "schema_version", schema_version});
  put_attributes(document, "/", identity_columns(), results.identity);
  put_table(document, "/steps", step_columns(), results.steps);
  put_gpus(document, results);
  put_causes(document, results);
  put_table(document, "/waiting", wait_columns(), results.waiting);
  put_table(document, "/job/memory", memory_columns(), results.memory);
  put_attributes(document, "/granularity", granularity_columns(), results.granularity);
  put_table(document, "/collectives", collective_columns(), results.collectives);
  put_table(document, "/links", link_columns(), results.links);
  put_flows(document, results.flows);
  put_telemetry(document, results.telemetry);
  const std::vector<std::string> &nodes = results.fabric.nodes;
  document.datasets.push_back({"/fabric/nodes", "text", "names of all nodes, hosts first", {nodes.size()}, nodes});
  put_table(document, "/fabric", bill_columns(), results.fabric.bill);
  document.attributes.push_back({"/fabric", "pj_per_bit", canonical(results.fabric.pj_per_bit)});
  put_table(document, "/failures", failure_columns(), results.failures);
  for (const CounterRow &counter : results.counters)
    document.datasets.push_back({"/counters/" + counter.name,
                                 counter.unit,
                                 counter.description,
                                 {},
                                 std::vector<std::uint64_t>{counter.value}});
  put_table(document, "/facts", fact_columns(), results.facts);
  put_attributes(document, "/run", run_columns(), results.run);
  return document;
}

bool is_fleet(const Document &document) {
  return std::ranges::any_of(document.datasets, [](const Dataset &d) { return d.path == "/fleet/name"; });
}

std::vector<std::string> missing_datasets(const Document &document) {
  std::set<std::string> present;
  for (const Dataset &dataset : document.datasets)
    present.insert(dataset.path);
  std::vector<std::string> missing;
  for (const Dataset &dataset : to_document(RunResults{}).datasets)
    if (!present.contains(dataset.path) &&
        !(dataset.path.starts_with("/flows/") && present.contains("/flows/histogram/lower_s")))
      missing.push_back(dataset.path);
  return missing;
}

} // namespace lightloom
