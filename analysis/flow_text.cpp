// Flows by size, in one small table.

#include "analysis/text_parts.hpp"

#include <fmt/format.h>

namespace lightloom {

std::string flows_text(const RunSummary &run) {
  std::string text;
  if (run.flows_by_size.size() > 1) {
    Table table({{"flows by size", "", Table::Align::left},
                 {"flows", ""},
                 {"completion", "median"},
                 {"", "99 %"},
                 {"slowdown", "median"},
                 {"", "99 %"}});
    for (const FlowDecade &row : run.flows_by_size) {
      const std::string range = row.from_bytes == 0 ? "0 B"
                                                    : fmt::format("{:g} … {:g} B", static_cast<double>(row.from_bytes),
                                                                  static_cast<double>(row.from_bytes) * 10);
      table.add({range, std::to_string(row.count), format_seconds(row.fct_p50_s), format_seconds(row.fct_p99_s),
                 format_number(row.slowdown_p50), format_number(row.slowdown_p99)});
    }
    text += table.str();
  }
  if (run.flows.left_out > 0)
    text += fmt::format("Left out of these figures: {} flows that start during the warm-up.\n", run.flows.left_out);
  if (run.flows.percentile_error > 0)
    text += fmt::format("Percentiles are read from a histogram: off by {:.1f} % at most.\n",
                        100 * run.flows.percentile_error);
  return text.empty() ? text : "\n" + text;
}

} // namespace lightloom
