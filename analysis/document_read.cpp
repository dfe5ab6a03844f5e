// Document → RunResults, driven by the column lists of schema.hpp. A document is a stranger's: every type, shape and
// range is checked.

#include "analysis/document.hpp"

#include "analysis/schema.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>

namespace lightloom {
namespace {

[[noreturn]] void damaged(const std::string &file, const std::string &path, const std::string &why) {
  throw Error(Problem{{file}, path, why, "The file is damaged, or was changed by another program."});
}

/// Looks datasets and attributes up by path.
class Lookup {
public:
  Lookup(const Document &document, std::string file) : file_(std::move(file)) {
    for (const Dataset &dataset : document.datasets)
      datasets_.emplace(dataset.path, &dataset);
    for (const Attribute &attribute : document.attributes)
      attributes_.emplace(attribute.group + "\n" + attribute.name, &attribute);
  }
  const Dataset *dataset(const std::string &path) const {
    const auto found = datasets_.find(path);
    return found == datasets_.end() ? nullptr : found->second;
  }
  const Attribute *attribute(const std::string &group, const std::string &name) const {
    const auto found = attributes_.find(group + "\n" + name);
    return found == attributes_.end() ? nullptr : found->second;
  }
  const std::string &file() const { return file_; }

private:
  std::string file_;
  std::map<std::string, const Dataset *> datasets_;
  std::map<std::string, const Attribute *> attributes_;
};

/// A stored value → a member, with its range. Signed and unsigned stand in for each other where the value fits.
template <class T, class S> bool restore(const S &stored, T &member) {
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<S, std::string>) {
    if constexpr (std::is_same_v<T, S>) {
      member = stored;
      return true;
    }
    return false;
  } else if constexpr (std::is_same_v<T, double>) {
    member = static_cast<double>(stored);
    return true;
  } else if constexpr (std::is_same_v<S, double>) {
    return false;
  } else {
    if constexpr (std::is_same_v<T, bool>) {
      if (stored > 1)
        return false;
      member = stored != 0;
    } else {
      if (!std::in_range<T>(stored))
        return false;
      member = static_cast<T>(stored);
    }
    return true;
  }
}

template <class Row>
std::vector<Row> get_table(const Lookup &lookup, const std::string &group, const std::vector<Column<Row>> &columns) {
  std::vector<Row> rows;
  bool sized = false;
  for (const Column<Row> &column : columns) {
    const std::string path = group + "/" + column.name;
    const Dataset *dataset = lookup.dataset(path);
    if (!dataset)
      continue;
    if (dataset->shape.size() != 1)
      damaged(lookup.file(), path, "must have one dimension");
    if (!sized)
      rows.resize(dataset->shape[0]);
    sized = true;
    if (rows.size() != dataset->shape[0])
      damaged(lookup.file(), path, "must be as long as its neighbours");
    const auto fill = [&](auto member, const auto &values) {
      if (values.size() != rows.size())
        damaged(lookup.file(), path, "is of a type this version does not read");
      for (std::size_t i = 0; i < rows.size(); ++i)
        if (!restore(values[i], rows[i].*member))
          damaged(lookup.file(), path, "holds a value of the wrong type or out of range");
    };
    std::visit(fill, column.member, dataset->data);
  }
  return rows;
}

template <class Row>
void get_attributes(const Lookup &lookup, const std::string &group, const std::vector<Column<Row>> &columns, Row &row) {
  for (const Column<Row> &column : columns) {
    const Attribute *attribute = lookup.attribute(group, column.name);
    const auto fill = [&](auto member, const auto &value) {
      if (!restore(value, row.*member))
        damaged(lookup.file(), "attribute " + group + " " + column.name, "is of the wrong type or out of range");
    };
    if (attribute)
      std::visit(fill, column.member, attribute->value);
  }
}

GpuTimes get_gpus(const Lookup &lookup, std::size_t steps) {
  GpuTimes gpus;
  bool sized = false;
  for (const GpuColumn &column : gpu_columns()) {
    const std::string path = std::string("/gpus/") + column.name;
    const Dataset *dataset = lookup.dataset(path);
    const auto *values = dataset ? std::get_if<std::vector<std::int64_t>>(&dataset->data) : nullptr;
    if (!values || dataset->shape.size() != 2 || dataset->shape[0] != steps ||
        values->size() != steps * dataset->shape[1])
      damaged(lookup.file(), path, dataset ? "must hold one signed integer per step and GPU" : "is missing");
    const std::uint64_t count = dataset->shape[1];
    if ((sized && count != gpus.gpus) || !std::in_range<std::uint32_t>(count))
      damaged(lookup.file(), path, "must have as many GPUs as its neighbours");
    gpus.gpus = static_cast<std::uint32_t>(count);
    sized = true;
    gpus.*column.member = *values;
  }
  return gpus;
}

/// Values of a [.., cause] dataset as rows, by the file's own order of causes. Empty when it is missing or has no rows.
std::vector<CauseTimes> get_cause_rows(const Lookup &lookup, const std::string &path, std::size_t rows,
                                       const std::vector<std::size_t> &causes) {
  const Dataset *dataset = lookup.dataset(path);
  if (!dataset || dataset->shape.empty() || dataset->shape.front() == 0)
    return {};
  const auto *values = std::get_if<std::vector<std::int64_t>>(&dataset->data);
  if (!values || dataset->shape.back() != causes.size() || values->size() != rows * causes.size())
    damaged(lookup.file(), path, "must hold one signed integer per cause for each of its neighbours' entries");
  std::vector<CauseTimes> out(rows);
  for (std::size_t i = 0; i < values->size(); ++i)
    out[i / causes.size()].ps[causes[i % causes.size()]] = (*values)[i];
  return out;
}

/// A column that stands alone; empty when it is missing.
template <class T> std::vector<T> get_column(const Lookup &lookup, const std::string &path) {
  const Dataset *dataset = lookup.dataset(path);
  if (!dataset)
    return {};
  const auto *values = std::get_if<std::vector<T>>(&dataset->data);
  if (!values || dataset->shape.size() != 1 || values->size() != dataset->shape[0])
    damaged(lookup.file(), path, "is of the wrong type or shape");
  return *values;
}

/// An attribute that stands alone; 0 when it is missing or of another type.
template <class T> T get_number(const Lookup &lookup, const std::string &group, const std::string &name) {
  const Attribute *attribute = lookup.attribute(group, name);
  const T *value = attribute ? std::get_if<T>(&attribute->value) : nullptr;
  return value ? *value : T{};
}

/// Idle time by cause and critical paths; a file of before there were causes has none.
void get_causes(const Lookup &lookup, RunResults &results) {
  std::vector<std::size_t> causes;
  for (const std::string &name : get_column<std::string>(lookup, "/causes")) {
    const auto known = std::find(cause_names.begin(), cause_names.end(), name);
    if (known == cause_names.end())
      damaged(lookup.file(), "/causes", "names a cause that this version does not know: " + name);
    causes.push_back(static_cast<std::size_t>(known - cause_names.begin()));
  }
  const std::size_t steps = results.steps.size();
  results.gpus.idle_by_cause_ps = get_cause_rows(lookup, "/gpus/idle_by_cause_ps", steps * results.gpus.gpus, causes);
  if (!has_causes(results))
    return;
  const std::vector<CauseTimes> paths = get_cause_rows(lookup, "/steps/critical_path_ps", steps, causes);
  if (paths.size() != steps)
    damaged(lookup.file(), "/steps/critical_path_ps", "must have one row per step where idle time has causes");
  for (std::size_t step = 0; step < steps; ++step)
    results.steps[step].critical_path = paths[step];
}

FlowBins get_bins(const Lookup &lookup, const std::string &edges, const std::string &counts, const std::string &end) {
  const std::string group = "/flows/histogram";
  FlowBins bins;
  bins.upper = get_number<double>(lookup, group, end);
  bins.lower = get_column<double>(lookup, group + "/" + edges);
  bins.count = get_column<std::uint64_t>(lookup, group + "/" + counts);
  if (bins.lower.size() != bins.count.size())
    damaged(lookup.file(), group + "/" + counts, "must have one entry per bin");
  return bins;
}

Flows get_flows(const Lookup &lookup) {
  Flows flows;
  get_attributes(lookup, "/flows", flow_bound_columns(), flows.bound);
  flows.warmup_ps = get_number<std::int64_t>(lookup, "/flows", "warmup_ps");
  if (!lookup.dataset("/flows/histogram/lower_s")) {
    flows.rows = get_table(lookup, "/flows", flow_columns());
    return flows;
  }
  FlowHistogram &histogram = flows.histogram.emplace();
  get_attributes(lookup, "/flows/histogram", flow_figure_columns(), histogram.figures);
  histogram.fct = get_bins(lookup, "lower_s", "count", "upper_s");
  histogram.slowdown = get_bins(lookup, "slowdown_lower", "slowdown_count", "slowdown_upper");
  histogram.by_size = get_table(lookup, "/flows/by_size", flow_decade_columns());
  return flows;
}

/// A [time, link] column; when it is missing, not_known, or zeros of whole numbers.
template <class T>
std::vector<T> get_series(const Lookup &lookup, const std::string &path, std::size_t times, std::size_t links) {
  const Dataset *dataset = lookup.dataset(path);
  if (!dataset) {
    if constexpr (std::is_floating_point_v<T>)
      return std::vector<T>(times * links, not_known);
    return std::vector<T>(times * links);
  }
  const auto *values = std::get_if<std::vector<T>>(&dataset->data);
  if (!values || dataset->shape != std::vector<std::uint64_t>{times, links} || values->size() != times * links)
    damaged(lookup.file(), path, "must hold one number per time and link");
  return *values;
}

Telemetry get_telemetry(const Lookup &lookup) {
  Telemetry telemetry;
  telemetry.links = get_column<std::string>(lookup, "/telemetry/link");
  telemetry.time_ps = get_column<std::int64_t>(lookup, "/telemetry/time_ps");
  const std::size_t times = telemetry.time_ps.size(), links = telemetry.links.size();
  telemetry.utilization = get_series<double>(lookup, "/telemetry/utilization", times, links);
  telemetry.queue_bytes = get_series<std::uint64_t>(lookup, "/telemetry/queue_bytes", times, links);
  telemetry.rx_power_dBm = get_series<double>(lookup, "/telemetry/rx_power_dBm", times, links);
  telemetry.pre_fec_ber = get_series<double>(lookup, "/telemetry/pre_fec_ber", times, links);
  telemetry.temperature_C = get_series<double>(lookup, "/telemetry/temperature_C", times, links);
  return telemetry;
}

std::vector<CounterRow> get_counters(const Document &document) {
  const std::string group = "/counters/";
  std::vector<CounterRow> counters;
  for (const Dataset &dataset : document.datasets)
    if (const auto *values = std::get_if<std::vector<std::uint64_t>>(&dataset.data);
        values && values->size() == 1 && dataset.path.starts_with(group))
      counters.push_back({dataset.path.substr(group.size()), values->front(), dataset.unit, dataset.description});
  return counters;
}

} // namespace

RunResults from_document(const Document &document, const std::string &file) {
  const Lookup lookup(document, file);
  RunResults results;
  get_attributes(lookup, "/", identity_columns(), results.identity);
  results.steps = get_table(lookup, "/steps", step_columns());
  results.gpus = get_gpus(lookup, results.steps.size());
  get_causes(lookup, results);
  results.waiting = get_table(lookup, "/waiting", wait_columns());
  results.memory = get_table(lookup, "/job/memory", memory_columns());
  get_attributes(lookup, "/granularity", granularity_columns(), results.granularity);
  results.missing = missing_datasets(document);
  results.collectives = get_table(lookup, "/collectives", collective_columns());
  results.links = get_table(lookup, "/links", link_columns());
  results.flows = get_flows(lookup);
  results.telemetry = get_telemetry(lookup);
  results.fabric.nodes = get_column<std::string>(lookup, "/fabric/nodes");
  results.fabric.bill = get_table(lookup, "/fabric", bill_columns());
  const Attribute *pj_per_bit = lookup.attribute("/fabric", "pj_per_bit");
  if (pj_per_bit && std::holds_alternative<double>(pj_per_bit->value))
    results.fabric.pj_per_bit = std::get<double>(pj_per_bit->value);
  results.failures = get_table(lookup, "/failures", failure_columns());
  results.counters = get_counters(document);
  results.facts = get_table(lookup, "/facts", fact_columns());
  get_attributes(lookup, "/run", run_columns(), results.run);
  return results;
}

} // namespace lightloom
