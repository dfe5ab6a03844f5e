// Plain means, number by number.

#include "analysis/seeds.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace lightloom {
namespace {

/// `number` picks a double of a summary by reference.
template <class Number> void average(RunSummary &mean, const std::vector<RunSummary> &seeds, Number number) {
  double sum = 0;
  for (const RunSummary &seed : seeds)
    sum += number(seed);
  number(mean) = sum / static_cast<double>(seeds.size());
}

void average_numbers(RunSummary &mean, const std::vector<RunSummary> &seeds) {
  constexpr std::array numbers{&RunSummary::step_time_s,
                               &RunSummary::compute_s,
                               &RunSummary::exposed_comm_s,
                               &RunSummary::tokens_per_s,
                               &RunSummary::mfu,
                               &RunSummary::gpu_idle_share,
                               &RunSummary::goodput_per_receiver_bps,
                               &RunSummary::energy_per_step_J,
                               &RunSummary::energy_per_token_J,
                               &RunSummary::cost_per_token_rate};
  for (const auto member : numbers)
    average(
        mean, seeds, [&](auto &run) -> auto & { return run.*member; });
  for (const auto member : {&WaitShares::scale_up, &WaitShares::network, &WaitShares::other})
    average(
        mean, seeds, [&](auto &run) -> auto & { return run.waits.*member; });
  for (const auto member :
       {&FlowFigures::fct_p50_s, &FlowFigures::fct_p99_s, &FlowFigures::fct_max_s, &FlowFigures::fct_mean_s,
        &FlowFigures::slowdown_mean, &FlowFigures::slowdown_p50, &FlowFigures::slowdown_p99, &FlowFigures::slowdown_max,
        &FlowFigures::goodput_bps, &FlowFigures::jain})
    average(
        mean, seeds, [&](auto &run) -> auto & { return run.flows.*member; });
}

void average_network(RunSummary &mean, const std::vector<RunSummary> &seeds) {
  for (const auto member :
       {&NetworkSummary::dropped_frames, &NetworkSummary::corrupted_frames, &NetworkSummary::buffer_drops,
        &NetworkSummary::trimmed_frames, &NetworkSummary::ecn_marked, &NetworkSummary::pauses,
        &NetworkSummary::paused_s, &NetworkSummary::resent_frames, &NetworkSummary::retried_frames})
    average(
        mean, seeds, [&](auto &run) -> auto & { return run.network.*member; });
  for (const RunSummary &seed : seeds) { // of queues the greatest of all seeds
    NetworkSummary &most = mean.network;
    if (seed.network.max_queue_bytes > most.max_queue_bytes) {
      most.max_queue_bytes = seed.network.max_queue_bytes;
      most.max_queue_link = seed.network.max_queue_link;
      most.max_queue_mean_bytes = seed.network.max_queue_mean_bytes;
    }
    if (seed.network.mean_queue_bytes > most.mean_queue_bytes) {
      most.mean_queue_bytes = seed.network.mean_queue_bytes;
      most.mean_queue_link = seed.network.mean_queue_link;
    }
  }
}

/// Columns by cause stay only when every seed has them.
void average_causes(RunSummary &mean, const std::vector<RunSummary> &seeds) {
  for (const auto member : {&RunSummary::idle_by_cause, &RunSummary::critical_path_s}) {
    if (std::any_of(seeds.begin(), seeds.end(), [&](const RunSummary &seed) { return (seed.*member).empty(); }))
      (mean.*member).clear();
    for (std::size_t cause = 0; cause < (mean.*member).size(); ++cause)
      average(
          mean, seeds, [&](auto &run) -> auto & { return (run.*member)[cause]; });
  }
}

void average_waiting(RunSummary &mean, const std::vector<RunSummary> &seeds) {
  std::vector<std::string> kinds;
  std::map<std::pair<std::string, std::string>, WaitRow> sums;
  for (const RunSummary &seed : seeds)
    for (const WaitRow &row : seed.waiting) {
      if (std::find(kinds.begin(), kinds.end(), row.kind) == kinds.end())
        kinds.push_back(row.kind);
      const auto [place, is_new] = sums.try_emplace({row.kind, row.name}, row);
      if (!is_new) {
        place->second.idle_share += row.idle_share;
        place->second.idle_s += row.idle_s;
      }
    }
  mean.waiting.clear();
  for (const std::string &kind : kinds) {
    const auto begin = static_cast<std::ptrdiff_t>(mean.waiting.size());
    for (auto &[key, row] : sums)
      if (key.first == kind) {
        row.idle_share /= static_cast<double>(seeds.size());
        row.idle_s /= static_cast<double>(seeds.size());
        mean.waiting.push_back(row);
      }
    std::stable_sort(mean.waiting.begin() + begin, mean.waiting.end(),
                     [](const WaitRow &a, const WaitRow &b) { return a.idle_share > b.idle_share; });
  }
}

void average_collectives(RunSummary &mean, const std::vector<RunSummary> &seeds) {
  const auto key = [](const CollectiveSummary &one) {
    return std::tie(one.op, one.algorithm, one.bytes, one.ranks, one.scale_up);
  };
  for (CollectiveSummary &collective : mean.collectives) {
    double time = 0, algbw = 0, busbw = 0, found = 0;
    for (const RunSummary &seed : seeds)
      for (const CollectiveSummary &one : seed.collectives)
        if (key(one) == key(collective)) {
          time += one.time_s;
          algbw += one.algbw_Bps;
          busbw += one.busbw_Bps;
          collective.time_max_s = std::max(collective.time_max_s, one.time_max_s);
          ++found;
        }
    collective.time_s = time / found;
    collective.algbw_Bps = algbw / found;
    collective.busbw_Bps = busbw / found;
  }
}

} // namespace

RunSummary mean_of(const std::vector<RunSummary> &seeds) {
  EXPECTS(!seeds.empty());
  RunSummary mean = seeds.front();
  if (seeds.size() == 1)
    return mean;
  average_numbers(mean, seeds);
  average_network(mean, seeds);
  mean.flows_by_size.clear(); // the seeds' flows differ in size
  average_causes(mean, seeds);
  average_waiting(mean, seeds);
  average_collectives(mean, seeds);
  for (const RunSummary &seed : seeds) {
    if (mean.complete && !seed.complete)
      mean.outcome = seed.outcome;
    mean.complete = mean.complete && seed.complete;
    if (!(seed.granularity.predicted_error <= mean.granularity.predicted_error)) // NaN is the greatest
      mean.granularity.predicted_error = seed.granularity.predicted_error;
  }
  return mean;
}

} // namespace lightloom
