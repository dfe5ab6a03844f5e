// RunResults ↔ Document, driven by the column lists of schema.hpp.

#include "analysis/document.hpp"

#include "analysis/schema.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <cmath>
#include <limits>
#include <map>
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

[[noreturn]] void damaged(const std::string &file, const std::string &path, const std::string &why) {
  throw Error(Problem{{file}, path, why, "The file is damaged, or was changed by another program."});
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

void put_flows(Document &document, const Flows &flows) {
  put_attributes(document, "/flows", flow_bound_columns(), flows.bound);
  if (!flows.histogram) {
    put_table(document, "/flows", flow_columns(), flows.rows);
    return;
  }
  const FlowHistogram &histogram = *flows.histogram;
  EXPECTS(histogram.lower_s.size() == histogram.count.size());
  put_attributes(document, "/flows/histogram", flow_figure_columns(), histogram.figures);
  document.attributes.push_back({"/flows/histogram", "upper_s", histogram.upper_s});
  document.datasets.push_back({"/flows/histogram/lower_s",
                               "s",
                               "lower edge of each bin of flow completion time",
                               {histogram.lower_s.size()},
                               histogram.lower_s});
  document.datasets.push_back(
      {"/flows/histogram/count", "flows", "flows in each bin", {histogram.count.size()}, histogram.count});
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

Flows get_flows(const Lookup &lookup) {
  Flows flows;
  get_attributes(lookup, "/flows", flow_bound_columns(), flows.bound);
  if (!lookup.dataset("/flows/histogram/lower_s")) {
    flows.rows = get_table(lookup, "/flows", flow_columns());
    return flows;
  }
  FlowHistogram &histogram = flows.histogram.emplace();
  get_attributes(lookup, "/flows/histogram", flow_figure_columns(), histogram.figures);
  const Attribute *upper = lookup.attribute("/flows/histogram", "upper_s");
  if (upper && std::holds_alternative<double>(upper->value))
    histogram.upper_s = std::get<double>(upper->value);
  histogram.lower_s = get_column<double>(lookup, "/flows/histogram/lower_s");
  histogram.count = get_column<std::uint64_t>(lookup, "/flows/histogram/count");
  if (histogram.lower_s.size() != histogram.count.size())
    damaged(lookup.file(), "/flows/histogram/count", "must have one entry per bin");
  return flows;
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

Document to_document(const RunResults &results) {
  Document document;
  document.attributes.push_back({"/", "schema_version", schema_version});
  put_attributes(document, "/", identity_columns(), results.identity);
  put_table(document, "/steps", step_columns(), results.steps);
  put_gpus(document, results);
  put_table(document, "/collectives", collective_columns(), results.collectives);
  put_table(document, "/links", link_columns(), results.links);
  put_flows(document, results.flows);
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

RunResults from_document(const Document &document, const std::string &file) {
  const Lookup lookup(document, file);
  RunResults results;
  get_attributes(lookup, "/", identity_columns(), results.identity);
  results.steps = get_table(lookup, "/steps", step_columns());
  results.gpus = get_gpus(lookup, results.steps.size());
  results.collectives = get_table(lookup, "/collectives", collective_columns());
  results.links = get_table(lookup, "/links", link_columns());
  results.flows = get_flows(lookup);
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
