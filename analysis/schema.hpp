#pragma once
// Names, units and descriptions of every column of a results file: one list per kind of row (docs/CONTRACT.md).

#include "analysis/results.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lightloom {

/// A member of a row that a column holds.
template <class Row>
using Member = std::variant<std::int64_t Row::*, std::uint64_t Row::*, std::uint32_t Row::*, bool Row::*, double Row::*,
                            std::string Row::*>;

/// One column: its dataset is group/name.
template <class Row> struct Column {
  const char *name;
  const char *unit; ///< "1" for ratios and counts of nothing in particular, "text" for strings
  const char *description;
  Member<Row> member;
};

/// A [step, gpu] column.
struct GpuColumn {
  const char *name;
  const char *description;
  std::vector<std::int64_t> GpuTimes::*member;
};

/// Columns of the datasets of rows, each list in the order of the file; the group is named after the kind of row.
const std::vector<Column<StepRow>> &step_columns();
const std::vector<GpuColumn> &gpu_columns();
const std::vector<Column<CollectiveRow>> &collective_columns();
const std::vector<Column<LinkRow>> &link_columns();
const std::vector<Column<FlowRow>> &flow_columns();
const std::vector<Column<BillRow>> &bill_columns();
const std::vector<Column<FailureRow>> &failure_columns();
const std::vector<Column<FactRow>> &fact_columns();
const std::vector<Column<WaitRow>> &wait_columns();
const std::vector<Column<MemoryRow>> &memory_columns();
/// Attributes of "/" beside schema_version.
const std::vector<Column<RunIdentity>> &identity_columns();
/// Attributes of "/granularity".
const std::vector<Column<GranularityRow>> &granularity_columns();
/// Attributes of "/run".
const std::vector<Column<RunFacts>> &run_columns();
const std::vector<Column<FlowDecade>> &flow_decade_columns();
/// Attributes of "/flows/histogram".
const std::vector<Column<FlowFigures>> &flow_figure_columns();
/// Attributes of "/flows".
const std::vector<Column<FlowBound>> &flow_bound_columns();

} // namespace lightloom
