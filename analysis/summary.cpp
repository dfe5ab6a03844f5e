// Means, shares and percentiles of one run. Nothing here decides an event, so doubles and libm are fine.

#include "analysis/summary.hpp"

#include "analysis/flow_tally.hpp"
#include "sim/core/contract.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

namespace lightloom {
namespace {

constexpr double seconds_per_ps = 1e-12;

/// Sum over the counted steps and all GPUs of a [step, gpu] column.
double gpu_sum(const RunResults &results, const std::vector<std::int64_t> &column) {
  const auto first = static_cast<std::ptrdiff_t>(first_counted_step(results) * results.gpus.gpus);
  return std::accumulate(column.begin() + first, column.end(), 0.0,
                         [](double sum, std::int64_t value) { return sum + static_cast<double>(value); });
}

/// Idle time that is not another GPU's computing or a checkpoint.
std::int64_t communication(const CauseTimes &idle) {
  return idle.total() - idle[Cause::pipeline_bubble] - idle[Cause::imbalance] - idle[Cause::checkpoint];
}

/// Shares of `all` GPU time by cause, and the mean critical path, over the counted steps.
void summarise_causes(const RunResults &results, RunSummary &run, double all) {
  const std::size_t first = first_counted_step(results);
  CauseTimes idle, path;
  for (std::size_t i = first * results.gpus.gpus; i < results.gpus.idle_by_cause_ps.size(); ++i)
    idle += results.gpus.idle_by_cause_ps[i];
  for (std::size_t step = first; step < results.steps.size(); ++step)
    path += results.steps[step].critical_path;
  const auto counted = static_cast<double>(results.steps.size() - first);
  for (std::size_t cause = 0; cause < cause_count; ++cause) {
    run.idle_by_cause.push_back(static_cast<double>(idle.ps[cause]) / all);
    run.critical_path_s.push_back(static_cast<double>(path.ps[cause]) / counted * seconds_per_ps);
  }
}

void summarise_steps(const RunResults &results, RunSummary &run) {
  run.steps = results.steps.size();
  run.steps_reused = static_cast<std::uint64_t>(
      std::count_if(results.steps.begin(), results.steps.end(), [](const StepRow &step) { return step.reused; }));
  run.gpus = results.gpus.gpus;
  if (results.steps.empty())
    return;
  double duration = 0, compute = 0, exposed = 0;
  const std::size_t first = first_counted_step(results);
  for (std::size_t i = first; i < results.steps.size(); ++i) {
    duration += static_cast<double>(results.steps[i].duration_ps);
    compute += static_cast<double>(results.steps[i].compute_ps);
    exposed += static_cast<double>(results.steps[i].exposed_comm_ps);
  }
  const auto counted = static_cast<double>(results.steps.size() - first);
  run.step_time_s = duration / counted * seconds_per_ps;
  run.compute_s = compute / counted * seconds_per_ps;
  run.exposed_comm_s = exposed / counted * seconds_per_ps;
  if (run.step_time_s > 0) {
    const double gpus = static_cast<double>(run.gpus);
    run.tokens_per_s = results.identity.tokens_per_step / run.step_time_s;
    run.time_to_train_s = results.identity.campaign_tokens / run.tokens_per_s;
    run.mfu = results.identity.flops_per_step / (run.step_time_s * gpus * results.identity.peak_flops_per_gpu);
  }
  const double all = duration * static_cast<double>(run.gpus);
  if (all > 0) {
    run.gpu_idle_share = gpu_sum(results, results.gpus.idle_ps) / all;
    run.waits.scale_up = gpu_sum(results, results.gpus.wait_scale_up_ps) / all;
    run.waits.network = gpu_sum(results, results.gpus.wait_network_ps) / all;
    run.waits.other = std::max(0.0, run.gpu_idle_share - run.waits.scale_up - run.waits.network);
    if (has_causes(results))
      summarise_causes(results, run, all);
  }
}

/// Sums of one group of equal collectives.
struct CollectiveSums {
  std::size_t index = 0;
  double time_s = 0;
  double bound_s = 0;
  std::uint64_t bounds = 0;
  double factor = not_known;
};

void add(const CollectiveRow &row, CollectiveSummary &out, CollectiveSums &sums) {
  const double time_s = static_cast<double>(row.end_ps - row.start_ps) * seconds_per_ps;
  ++out.count;
  sums.time_s += time_s;
  out.time_max_s = std::isnan(out.time_max_s) ? time_s : std::max(out.time_max_s, time_s);
  if (!std::isnan(row.lower_bound_s)) {
    sums.bound_s += row.lower_bound_s;
    ++sums.bounds;
  }
  if (out.bottleneck.empty())
    out.bottleneck = row.bottleneck;
  if (row.algbw_Bps > 0 && std::isnan(sums.factor))
    sums.factor = row.busbw_Bps / row.algbw_Bps;
}

std::vector<CollectiveSummary> summarise_collectives(const RunResults &results) {
  using Key = std::tuple<std::string, std::string, std::int64_t, std::uint32_t, bool>;
  std::vector<CollectiveSummary> out;
  std::map<Key, CollectiveSums> sums;
  const std::size_t first = first_counted_step(results);
  for (const CollectiveRow &row : results.collectives) {
    if (row.step < first)
      continue;
    const auto [place, is_new] = sums.try_emplace(Key{row.op, row.algorithm, row.bytes, row.ranks, row.scale_up});
    if (is_new) {
      place->second.index = out.size();
      CollectiveSummary fresh;
      fresh.op = row.op;
      fresh.algorithm = row.algorithm;
      fresh.bytes = row.bytes;
      fresh.ranks = row.ranks;
      fresh.scale_up = row.scale_up;
      out.push_back(fresh);
    }
    add(row, out[place->second.index], place->second);
  }
  for (const auto &[key, sum] : sums) {
    CollectiveSummary &collective = out[sum.index];
    collective.time_s = sum.time_s / static_cast<double>(collective.count);
    if (collective.time_s > 0)
      collective.algbw_Bps = static_cast<double>(collective.bytes) / collective.time_s;
    collective.busbw_Bps = collective.algbw_Bps * sum.factor;
    if (sum.bounds > 0)
      collective.lower_bound_s = sum.bound_s / static_cast<double>(sum.bounds);
  }
  return out;
}

void summarise_flows(const Flows &flows, RunSummary &run) {
  if (flows.histogram) {
    run.flows = flows.histogram->figures;
    run.flows_by_size = flows.histogram->by_size;
    return;
  }
  const FlowTally tally = tally_of(flows);
  run.flows = tally.figures();
  run.flows_by_size = tally.by_size();
}

OpticsSummary summarise_optics(const FabricRow &fabric) {
  OpticsSummary optics;
  optics.pj_per_bit = fabric.pj_per_bit;
  bool any = false;
  for (const BillRow &row : fabric.bill) {
    if (!row.optics)
      continue;
    if (!any)
      optics.power_W = optics.cost_usd = 0;
    any = true;
    optics.modules += row.count;
    optics.power_W += row.power_W;
    optics.cost_usd += row.cost_usd;
  }
  if (optics.power_W > 0 && optics.pj_per_bit > 0) // power ÷ energy per bit = Σ rate of the ends
    optics.usd_per_gbps = optics.cost_usd / (optics.power_W / optics.pj_per_bit * 1e3);
  return optics;
}

/// Energy and cost per unit of work, from the whole cluster at typical power.
void summarise_efficiency(RunSummary &run) {
  run.energy_per_step_J = run.cluster.power_W * run.step_time_s;
  if (run.tokens_per_step > 0)
    run.energy_per_token_J = run.energy_per_step_J / run.tokens_per_step;
  if (run.tokens_per_s > 0)
    run.cost_per_token_rate = run.cluster.cost_usd / run.tokens_per_s;
}

} // namespace

std::size_t first_counted_step(const RunResults &results) {
  std::size_t steps = results.steps.size();
  for (const CollectiveRow &row : results.collectives) // plain collectives have repetitions and no steps
    steps = std::max<std::size_t>(steps, results.steps.empty() ? row.step + 1u : 0u);
  return steps == 0 ? 0 : std::min<std::size_t>(results.identity.warmup_steps, steps - 1);
}

namespace {
LinkSummary summarise_links(const std::vector<LinkRow> &rows) {
  LinkSummary sum;
  sum.directed = rows.size();
  const auto worse = [](double a, double b, bool lower) { // of those that are known
    return std::isnan(a) || (lower ? b < a : b > a) ? b : a;
  };
  for (const LinkRow &row : rows) {
    sum.worst_pre_fec_ber = worse(sum.worst_pre_fec_ber, row.pre_fec_ber, false);
    if (std::isnan(row.margin_dB))
      continue;
    ++sum.by_light;
    sum.below_margin += row.margin_dB < 0 ? 1 : 0;
    sum.worst_margin_dB = worse(sum.worst_margin_dB, row.margin_dB, true);
  }
  return sum;
}
} // namespace

RunSummary summary(const RunResults &results) {
  RunSummary run;
  run.name = results.identity.name;
  run.seed = results.identity.seed;
  run.tokens_per_step = results.identity.tokens_per_step;
  run.flops_per_step = results.identity.flops_per_step;
  run.digest = results.identity.digest;
  run.complete = results.identity.complete;
  run.outcome = results.identity.outcome;
  summarise_steps(results, run);
  run.collectives = summarise_collectives(results);
  summarise_flows(results.flows, run);
  run.network = network_summary(results);
  run.links = summarise_links(results.links);
  run.flow_bound = results.flows.bound;
  if (run.flows.receivers > 0)
    run.goodput_per_receiver_bps = run.flows.goodput_bps / static_cast<double>(run.flows.receivers);
  run.optics = summarise_optics(results.fabric);
  run.cluster = cluster_summary(results.fabric.bill);
  summarise_efficiency(run);
  run.waiting = results.waiting;
  run.granularity = results.granularity;
  run.memory = results.memory;
  run.missing = results.missing;
  run.facts = results.facts;
  run.counters = results.counters;
  run.link_hops = results.run.frame_hops;
  if (results.run.lookahead_ps > 0)
    run.lookahead_s = static_cast<double>(results.run.lookahead_ps) * seconds_per_ps;
  run.lookahead_link = results.run.lookahead_link;
  return run;
}

void derive_steps(RunResults &results) {
  const GpuTimes &gpus = results.gpus;
  EXPECTS(gpus.busy_ps.size() == results.steps.size() * gpus.gpus);
  EXPECTS(!has_causes(results) || gpus.idle_by_cause_ps.size() == gpus.busy_ps.size());
  if (gpus.gpus == 0)
    return;
  for (std::size_t step = 0; step < results.steps.size(); ++step) {
    std::int64_t busy = 0, waited = 0;
    for (std::size_t i = step * gpus.gpus; i < (step + 1) * gpus.gpus; ++i) {
      busy += gpus.busy_ps[i];
      waited += has_causes(results) ? communication(gpus.idle_by_cause_ps[i])
                                    : gpus.wait_scale_up_ps[i] + gpus.wait_network_ps[i];
    }
    results.steps[step].compute_ps = busy / gpus.gpus;
    results.steps[step].exposed_comm_ps = waited / gpus.gpus;
  }
}

std::string fact_of(const RunSummary &run, const std::string &key) {
  for (const FactRow &row : run.facts)
    if (row.key == key)
      return row.value;
  return {};
}

void compact_flows(RunResults &results, std::size_t limit) {
  if (results.flows.histogram || results.flows.rows.size() <= limit)
    return;
  FlowTally tally(false, results.flows.warmup_ps);
  for (const FlowRow &row : results.flows.rows)
    tally.add(row);
  results.flows.histogram = tally.histogram();
  results.flows.rows = {};
}

} // namespace lightloom
