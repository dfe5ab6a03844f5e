// Sums by name, sorted.

#include "analysis/waiting.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <map>

namespace lightloom {
namespace {

using Sums = std::map<std::string, CauseTimes>; ///< by name

/// Sums → rows, the greatest first, equals by name. `whole_ps`: what a share of one would be; `parts`: what idle_s is
/// per.
void append(RunResults &results, const std::string &kind, const Sums &sums, double whole_ps, double parts) {
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const auto &[name, times] : sums)
    if (times.total() > 0)
      order.emplace_back(-times.total(), name);
  std::sort(order.begin(), order.end());
  for (const auto &[minus_ps, name] : order) {
    const auto &parts_of = sums.at(name).ps;
    const auto most = static_cast<std::size_t>(std::max_element(parts_of.begin(), parts_of.end()) - parts_of.begin());
    const auto ps = -static_cast<double>(minus_ps);
    results.waiting.push_back({kind, name, ps / whole_ps, ps / parts * 1e-12, cause_names[most]});
  }
}

/// What the rows of one kind are measured against.
struct Whole {
  double duration_ps = 0; ///< of the counted steps
  double steps = 0;
};

Whole whole_of(const RunResults &results, std::size_t first_step) {
  EXPECTS(first_step < results.steps.size());
  Whole whole;
  for (std::size_t step = first_step; step < results.steps.size(); ++step)
    whole.duration_ps += static_cast<double>(results.steps[step].duration_ps);
  whole.steps = static_cast<double>(results.steps.size() - first_step);
  return whole;
}

} // namespace

void add_waiting(RunResults &results, const std::string &kind, const std::vector<Waited> &waited,
                 std::size_t first_step) {
  const Whole whole = whole_of(results, first_step);
  Sums sums;
  for (const Waited &one : waited)
    sums[one.name] += one.ps;
  const double gpus = kind == "critical path" ? 1 : static_cast<double>(results.gpus.gpus);
  append(results, kind, sums, whole.duration_ps * gpus, whole.steps * gpus);
}

void add_link_waiting(RunResults &results, const std::vector<std::pair<std::size_t, CauseTimes>> &links,
                      std::size_t first_step) {
  const Whole whole = whole_of(results, first_step);
  Sums by_link, by_module;
  for (const auto &[link, times] : links) {
    EXPECTS(link < results.links.size());
    by_link[results.links[link].name] += times;
    by_module[results.links[link].module] += times;
  }
  const double gpus = static_cast<double>(results.gpus.gpus);
  append(results, "link", by_link, whole.duration_ps * gpus, whole.steps * gpus);
  append(results, "module", by_module, whole.duration_ps * gpus, whole.steps * gpus);
}

} // namespace lightloom
