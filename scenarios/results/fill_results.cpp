#include "scenarios/results/fill_results.hpp"

#include "analysis/flow_tally.hpp"
#include "collectives/op.hpp"
#include "collectives/training/gpu.hpp"
#include "scenarios/build/job_spec.hpp"
#include "scenarios/results/fill_links.hpp"
#include "scenarios/results/fill_waiting.hpp"
#include "scenarios/version.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
void fill_collectives(RunResults &r, const Scenario &s, const JobPlan &plan, const Bounds &bounds,
                      const NetworkResult &n) {
  for (std::size_t i = 0; i < plan.collectives.size() && i < n.collectives.size(); ++i) {
    const auto &info = plan.collectives[i];
    const auto &mark = n.collectives[i];
    if (mark.begin == never || mark.end < mark.begin || (mark.end == SimTime{} && !n.finished()))
      continue; // it never began, or no rank came to its end
    CollectiveRow row;
    // Plain collectives fill consecutive ids with their repetitions.
    row.step = s.collectives.empty() ? info.step : static_cast<std::uint32_t>(i % s.steps);
    row.op = info.op;
    row.algorithm = info.algorithm;
    row.bytes = info.bytes.value;
    row.ranks = info.ranks;
    row.scale_up = info.scale_up;
    row.start_ps = picoseconds(mark.begin);
    row.end_ps = picoseconds(mark.end);
    if (const double time = seconds(mark.end - mark.begin); time > 0) {
      row.algbw_Bps = static_cast<double>(info.bytes.value) / time;
      row.busbw_Bps = row.algbw_Bps * busbw_factor(parse_collective_op(info.op), info.ranks);
    }
    row.lower_bound_s = seconds(bounds.collective(info));
    row.bottleneck = bounds.bottleneck(info);
    r.collectives.push_back(std::move(row));
  }
}

FlowRow flow_row(const FlowResult &f, const Bounds &bounds, const JobPlan &plan) {
  const bool ended = f.end >= f.start && f.end != never;
  const Duration ideal = bounds.ideal(host_of(plan, f.source), host_of(plan, f.destination), f.size);
  return {f.source,
          f.destination,
          f.size.value,
          picoseconds(f.start),
          ended ? picoseconds(f.end) : not_ended,
          static_cast<double>(ideal.count())};
}

/// Rows, or a histogram where they are too many to keep beside what the network recorded.
void fill_flows(RunResults &r, const Scenario &s, const Bounds &bounds, const NetworkResult &n, const BuiltRun &built) {
  if (!built.plan.record_flows)
    return;
  for (const TrafficPart &t : s.traffic) // the longest counts for all tables
    if (t.warmup > Duration{})
      r.flows.warmup_ps = std::max(r.flows.warmup_ps, (t.start + t.warmup).count());
  r.flows.bound = bounds.flows(n.flows, built.hardware.fabric);
  if (n.flows.size() > most_flow_rows) {
    FlowTally tally(false, r.flows.warmup_ps);
    for (const auto &f : n.flows)
      tally.add(flow_row(f, bounds, built.plan));
    r.flows.histogram = tally.histogram();
    return;
  }
  r.flows.rows.reserve(n.flows.size());
  for (const auto &f : n.flows)
    r.flows.rows.push_back(flow_row(f, bounds, built.plan));
}

void fill_fabric(RunResults &r, const BuiltRun &built) {
  const auto &fabric = built.hardware.fabric;
  for (std::uint32_t node = 0; node < fabric.plan().nodes(); ++node)
    r.fabric.nodes.push_back(fabric.name(NodeId(node)));
  for (const auto &line : built.hardware.cluster.lines) {
    BillRow row;
    row.component = line.name;
    row.count = line.count;
    row.power_W = line.power_W > 0 ? line.power_W : not_known; // 0: ClusterBill::missing
    row.cost_usd = line.cost_usd > 0 ? line.cost_usd : not_known;
    row.optics = line.kind == EquipmentKind::optics;
    row.category = to_string(line.kind);
    r.fabric.bill.push_back(std::move(row));
  }
  r.fabric.pj_per_bit = built.hardware.bill.pj_per_bit;
}

void fill_memory(RunResults &r, const BuiltRun &built) {
  for (const auto &stage : built.memory)
    r.memory.push_back({stage.weights.value, stage.gradients.value, stage.optimizer.value, stage.activations.value,
                        stage.capacity.value});
}

void fill_failures(RunResults &r, const BuiltRun &built, const NetworkResult &n) {
  for (const auto &f : built.faults) {
    FailureRow row;
    row.time_s = seconds(f.from.time_since_epoch());
    row.component = built.hardware.fabric.name(f.cable);
    row.kind = to_string(f.kind);
    row.repair_s = f.until == never ? not_known : seconds(f.until.time_since_epoch());
    std::uint64_t lost = 0;
    for (const LinkId l : {link_forward(f.cable), link_backward(f.cable)})
      lost += f.down ? n.links[l.index()].dropped_frames : n.links[l.index()].corrupted_frames;
    row.effect = fmt::format("{} frames, acknowledgements among them, {} on this cable in the whole run", lost,
                             f.down ? "lost" : "corrupted");
    r.failures.push_back(std::move(row));
  }
}

void fill_counters(RunResults &r, const NetworkResult &n) {
  r.counters = {
      {"frames_injected", n.frames_injected, "frames", "data frames sent, resent ones included"},
      {"frames_delivered", n.frames_delivered, "frames", "data frames accepted by the receiver"},
      {"frames_discarded", n.frames_discarded, "frames", "arrived, but duplicate or out of order"},
      {"frames_corrupted", n.frames_corrupted, "frames", "dropped for an uncorrectable codeword"},
      {"frames_lost", n.frames_lost, "frames", "on a dead link"},
      {"frames_unroutable", n.frames_unroutable, "frames", "no route to their destination"},
      {"frames_resent", n.frames_resent, "frames", "sent again"},
      {"control_frames_injected", n.control_frames_injected, "frames", "acknowledgements sent"},
      {"control_frames_delivered", n.control_frames_delivered, "frames", "acknowledgements delivered"},
      {"control_frames_lost", n.control_frames_lost, "frames", "acknowledgements lost"},
      {"bytes_sent", n.bytes_sent, "B", "payload of posted messages"},
      {"bytes_delivered", n.bytes_delivered, "B", "payload of delivered messages"},
      {"link_hops", n.link_hops, "frames", "frames times links crossed, acknowledgements included"},
  };
}
} // namespace

HostId host_of(const JobPlan &plan, std::uint32_t rank) {
  return HostId(plan.host_of_rank.empty() ? rank : plan.host_of_rank[rank]);
}

RunIdentity identity_of(const Scenario &s, const JobPlan &plan, const std::string &command) {
  RunIdentity id;
  id.lightloom_version = version;
  id.command = command;
  id.scenario_toml = s.text;
  id.name = s.name;
  id.seed = s.seed;
  id.outcome = "the run has not ended";
  id.digest = "";
  id.warmup_steps = s.warmup_steps;
  if (plan.tokens_per_step > 0)
    id.tokens_per_step = plan.tokens_per_step;
  if (plan.flops_per_step > 0)
    id.flops_per_step = plan.flops_per_step;
  if (s.campaign_tokens)
    id.campaign_tokens = *s.campaign_tokens;
  if (s.cluster.peak_flops)
    id.peak_flops_per_gpu = *s.cluster.peak_flops;
  else
    id.peak_flops_per_gpu = find_gpu(s.cluster.gpu).peak_flops;
  return id;
}

RunResults fill_results(const Scenario &s, const BuiltRun &built, const Bounds &bounds, const NetworkResult &n,
                        const std::string &command) {
  RunResults r;
  r.identity = identity_of(s, built.plan, command);
  r.identity.outcome = "";
  r.identity.digest = to_hex(n.digest);
  fill_steps(r, n, built.plan.ranks, n.finished());
  fill_collectives(r, s, built.plan, bounds, n);
  fill_links(r, s, built, n);
  fill_waiting(r, built, n);
  r.granularity = granularity_of(s, n);
  fill_memory(r, built);
  fill_flows(r, s, bounds, n, built);
  fill_telemetry(r, built, n);
  fill_fabric(r, built);
  fill_failures(r, built, n);
  fill_counters(r, n);
  r.facts = facts_of(s, built.hardware);
  for (const auto &sentence : built.route_fallbacks)
    r.facts.push_back({"routing finding", sentence});
  if (s.optics.population.drawn)
    r.facts.push_back({"link finding", built.drawn.summary});
  return r;
}

} // namespace lightloom
