// Why GPUs were idle, for people: causes, activities, links and modules, the critical path; trains and memory.

#include "analysis/text_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lightloom {
namespace {

/// Smaller shares are not printed.
constexpr double least_share = 0.0005;

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// One section of the ranking: a line with its title, then at most `most` rows; how many more there are is said.
void add_kind(Table &table, const RunSummary &run, const char *kind, const char *title, std::size_t most) {
  std::vector<const WaitRow *> rows;
  std::size_t all = 0;
  for (const WaitRow &row : run.waiting)
    if (row.kind == kind) {
      ++all;
      if (row.idle_share >= least_share && rows.size() < most)
        rows.push_back(&row);
    }
  if (rows.empty())
    return;
  const std::size_t more = all - rows.size();
  table.add({more > 0 ? fmt::format("{}, {} more with less", title, more) : std::string(title)});
  for (const WaitRow *row : rows)
    table.add({"  " + row->name, format_percent(row->idle_share), format_seconds(row->idle_s),
               row->mostly.empty() ? row->mostly : "mostly " + words(row->mostly)});
}

/// Causes by share, the greatest first.
std::vector<std::pair<double, std::size_t>> ranked(const std::vector<double> &by_cause) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t cause = 0; cause < by_cause.size(); ++cause)
    order.emplace_back(by_cause[cause], cause);
  std::stable_sort(order.begin(), order.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
  return order;
}

std::string critical_path_text(const RunSummary &run) {
  std::vector<std::string> parts;
  for (const auto &[time_s, cause] : ranked(run.critical_path_s))
    if (time_s >= least_share * run.step_time_s)
      parts.push_back(fmt::format(" {} {} ({})", cause_title(cause), format_seconds(time_s),
                                  format_percent(time_s / run.step_time_s)));
  std::string text = wrapped(fmt::format("Critical path of {}:", format_seconds(run.step_time_s)), parts);
  parts.clear();
  constexpr std::size_t most = 6;
  for (const WaitRow &row : run.waiting)
    if (row.kind == "critical path" && row.idle_share >= least_share && parts.size() < most)
      parts.push_back(fmt::format(" {} {}", row.name, format_percent(row.idle_share)));
  return parts.empty() ? text : text + wrapped("It goes through:", parts);
}

} // namespace

std::string cause_title(std::size_t cause) { return words(cause_names[cause]); }

std::string waiting_text(const RunSummary &run) {
  if (run.idle_by_cause.empty())
    return {};
  Table table(
      {{fmt::format("GPU idle {} of the time, because of", format_percent(run.gpu_idle_share)), "", Table::Align::left},
       {"of GPU time", ""},
       {"per step", ""},
       {"", "", Table::Align::left}});
  std::size_t small = 0;
  for (const auto &[share, cause] : ranked(run.idle_by_cause))
    if (share >= least_share)
      table.add({"  " + cause_title(cause), format_percent(share), format_seconds(share * run.step_time_s)});
    else
      small += share > 0 ? 1 : 0;
  if (small > 0)
    table.add({fmt::format("  {} more, below 0.05 % each", small)});
  add_kind(table, run, "activity", "by activity", 5);
  add_kind(table, run, "link", "by link", 5);
  add_kind(table, run, "module", "by module", 3);
  return "\n" + table.str() + "\n" + critical_path_text(run);
}

std::string trains_text(const GranularityRow &granularity) {
  if (!(granularity.payload_in_trains > 0))
    return {};
  std::string text =
      fmt::format("trains ({}) carry {} of the payload, {} frames each", granularity.setting,
                  format_percent(granularity.payload_in_trains), format_number(granularity.frames_per_train_mean, 3));
  if (std::isfinite(granularity.predicted_error))
    text += fmt::format("; predicted error {:.2g} %", 100 * granularity.predicted_error);
  if (std::isfinite(granularity.stated_error))
    text += fmt::format(", kept below {:.2g} %", 100 * granularity.stated_error);
  return text + ".";
}

std::string granularity_text(const GranularityRow &granularity) {
  if (granularity.setting.empty())
    return {};
  const std::string trains = trains_text(granularity);
  std::string text = "Granularity: " + (trains.empty() ? granularity.setting + ", every frame alone." : trains) + "\n";
  return granularity.frames_where.empty() ? text : text + "Frames are used for " + granularity.frames_where + ".\n";
}

std::string memory_text(const std::vector<MemoryRow> &stages) {
  if (stages.empty())
    return {};
  const auto sum = [](const MemoryRow &row) {
    return row.weights_bytes + row.gradients_bytes + row.optimizer_bytes + row.activations_bytes;
  };
  const auto fullest = std::max_element(stages.begin(), stages.end(),
                                        [&](const MemoryRow &a, const MemoryRow &b) { return sum(a) < sum(b); });
  const bool small = sum(*fullest) > 0 && sum(*fullest) < 100'000'000;
  const auto part = [&](std::int64_t bytes) {
    return fmt::format("{:.1f}", static_cast<double>(bytes) * (small ? 1e-6 : 1e-9));
  };
  const std::string where = stages.size() > 1 ? fmt::format(" of stage {}", fullest - stages.begin()) : "";
  return fmt::format(
      "Memory of a GPU{}: weights {} + gradients {} + optimizer {} + activations {} = {}{} of {:.1f} GB.\n", where,
      part(fullest->weights_bytes), part(fullest->gradients_bytes), part(fullest->optimizer_bytes),
      part(fullest->activations_bytes), part(sum(*fullest)), small ? " MB" : "",
      static_cast<double>(fullest->capacity_bytes) * 1e-9);
}

} // namespace lightloom
