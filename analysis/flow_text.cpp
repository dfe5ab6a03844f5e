// Flows by size, in one small table.

#include "analysis/text_parts.hpp"

#include <fmt/format.h>

#include <utility>

namespace lightloom {
namespace {

/// A power of ten: "100 B", "1 kB".
std::string decimal(double bytes) {
  for (const auto &[size, unit] : {std::pair(1e9, "GB"), std::pair(1e6, "MB"), std::pair(1e3, "kB")})
    if (bytes >= size)
      return fmt::format("{:g} {}", bytes / size, unit);
  return fmt::format("{:g} B", bytes);
}

} // namespace

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
      const auto from = static_cast<double>(row.from_bytes);
      const std::string range = row.from_bytes == 0 ? "0 B" : decimal(from) + " … " + decimal(10 * from);
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
