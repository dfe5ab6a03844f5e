#include "scenarios/fill_results.hpp"

#include "analysis/summary.hpp"
#include "collectives/gpu.hpp"
#include "collectives/op.hpp"
#include "scenarios/version.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Steps tile the run: each lasts from the end of the one before to its own end, over all ranks. A rank that is early
/// works in the next step already; counted from its first rank's begin, a step would book the others idle twice.
void fill_steps(RunResults &r, const NetworkResult &n, std::uint32_t ranks) {
  r.gpus.gpus = n.steps.empty() ? 0 : ranks;
  SimTime begin = n.steps.empty() ? SimTime{} : n.steps.front().begin;
  for (std::size_t step = 0; step < n.steps.size(); ++step) {
    const auto &mark = n.steps[step];
    const auto &ranks_of_step = n.rank_steps[step];
    const bool ended = std::all_of(ranks_of_step.begin(), ranks_of_step.end(),
                                   [](const RankStep &one) { return one.end > one.begin; });
    if (mark.begin == never || (!ended && !finished(n)))
      break; // a run that was stopped: this step never ended
    const Duration duration = mark.end - begin;
    r.steps.push_back({picoseconds(begin), duration.count(), 0, 0});
    begin = mark.end;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const auto &times = n.rank_steps[step][rank];
      const auto busy = std::min(times.busy, duration);
      const auto idle = duration - busy;
      const auto scale_up = std::min(times.wait_scale_up, idle);
      r.gpus.busy_ps.push_back(busy.count());
      r.gpus.idle_ps.push_back(idle.count());
      r.gpus.wait_scale_up_ps.push_back(scale_up.count());
      r.gpus.wait_network_ps.push_back(std::min(times.wait_network, idle - scale_up).count());
    }
  }
  derive_steps(r);
}

void fill_collectives(RunResults &r, const Scenario &s, const JobPlan &plan, const Bounds &bounds,
                      const NetworkResult &n) {
  for (std::size_t i = 0; i < plan.collectives.size() && i < n.collectives.size(); ++i) {
    const auto &info = plan.collectives[i];
    const auto &mark = n.collectives[i];
    if (mark.begin == never || mark.end < mark.begin || (mark.end == SimTime{} && !finished(n)))
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

void fill_links(RunResults &r, const Scenario &s, const BuiltRun &built, const NetworkResult &n) {
  const auto &fabric = built.hardware.fabric;
  const auto &cables = fabric.plan().cables;
  for (std::size_t l = 0; l < n.links.size(); ++l) {
    const LinkId id(l);
    const Cable &cable = cables[l / 2];
    const auto &optics = *built.hardware.optics[static_cast<std::size_t>(cable.tier)];
    const auto &counters = n.links[l];
    LinkRow row;
    row.source = fabric.name(fabric.source(id));
    row.target = fabric.name(fabric.target(id));
    row.name = fabric.name(CableId(l / 2)) + (l % 2 == 0 ? "" : " back");
    row.tier = to_string(cable.tier);
    row.module = optics.module->name;
    row.rate_bps = cable.rate.bits_per_second;
    row.latency_ps = optics.latency.count();
    row.pre_fec_ber = optics.pre_fec_ber;
    row.frame_loss_ratio = frame_loss_ratio(codeword_shape(*optics.fec, cable.rate), optics.codeword_error_ratio,
                                            s.transport.mtu + s.transport.header);
    row.tx_bytes = counters.tx_bytes;
    row.tx_frames = counters.tx_frames;
    row.corrupted_frames = counters.corrupted_frames;
    row.dropped_frames = counters.dropped_frames;
    row.busy_ps = counters.busy.count();
    row.max_queue_bytes = counters.max_queue_bytes;
    r.links.push_back(std::move(row));
  }
}

void fill_flows(RunResults &r, const Bounds &bounds, const NetworkResult &n, const BuiltRun &built) {
  if (!built.plan.record_flows)
    return;
  r.flows.bound = bounds.flows(n.flows, built.hardware.fabric);
  for (const auto &f : n.flows) {
    const HostId from(f.source), to(f.destination); // rank r runs on host r
    const bool ended = f.end >= f.start && f.end != never;
    r.flows.rows.push_back({f.source, f.destination, f.size.value, picoseconds(f.start),
                            ended ? picoseconds(f.end) : not_ended,
                            static_cast<double>(bounds.ideal(from, to, f.size).count())});
  }
}

void fill_fabric(RunResults &r, const BuiltRun &built) {
  const auto &fabric = built.hardware.fabric;
  for (std::uint32_t node = 0; node < fabric.plan().nodes(); ++node)
    r.fabric.nodes.push_back(fabric.name(NodeId(node)));
  for (const auto &line : built.hardware.bill.lines)
    r.fabric.bill.push_back({line.module, line.ends, line.power_W, line.cost_usd, true});
  for (const auto kind : {NodeKind::leaf, NodeKind::spine, NodeKind::core})
    if (fabric.count(kind) > 0)
      r.fabric.bill.push_back(
          {std::string("switch:") + to_string(kind), fabric.count(kind), not_known, not_known, false});
  r.fabric.pj_per_bit = built.hardware.bill.pj_per_bit;
}

void fill_failures(RunResults &r, const BuiltRun &built, const NetworkResult &n) {
  for (const auto &f : built.faults) {
    FailureRow row;
    row.time_s = seconds(f.from.time_since_epoch());
    row.component = built.hardware.fabric.name(f.cable);
    row.kind = f.down ? "down" : "ber";
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

bool finished(const NetworkResult &n) { return !n.stopped_early && !n.failed && n.blocked.empty(); }

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
  if (s.cluster.peak_flops)
    id.peak_flops_per_gpu = *s.cluster.peak_flops;
  else
    id.peak_flops_per_gpu = find_gpu(s.cluster.gpu).peak_flops;
  return id;
}

namespace {
/// Facts of one kind have one unit, so that runs side by side can be read against each other.
std::string in_unit(BitRate rate, double unit, const char *name) {
  return fmt::format("{:g} {}", static_cast<double>(rate.bits_per_second) / unit, name);
}
} // namespace

std::vector<FactRow> facts_of(const Scenario &s, const BuiltFabric &built) {
  const auto &f = s.fabric;
  const auto &fabric = built.fabric;
  std::vector<FactRow> facts = {
      {"cluster.gpus", std::to_string(s.cluster.gpus)},
      {"cluster.gpu", s.cluster.gpu},
      {"cluster.gpus_per_node", std::to_string(s.cluster.gpus_per_node)},
      {"scale-up bandwidth per GPU", s.cluster.scale_up ? in_unit(s.cluster.scale_up_bandwidth, 1e12, "Tb/s") : "none"},
      {"fabric.topology",
       fmt::format("{}, {} level{}", fabric.topology(), fabric.levels(), fabric.levels() == 1 ? "" : "s")},
      {"fabric.radix", std::to_string(fabric.radix())},
      {"switches",
       fmt::format("{} leaf + {} spine{}", fabric.count(NodeKind::leaf), fabric.count(NodeKind::spine),
                   fabric.count(NodeKind::core) > 0 ? fmt::format(" + {} core", fabric.count(NodeKind::core)) : "")},
      {"cables", std::to_string(fabric.plan().cables.size())},
      {"link rate of a host", in_unit(f.host_rate, 1e9, "Gb/s")},
      {"switch capacity", in_unit(BitRate(f.leaf_rate.bits_per_second * fabric.radix()), 1e12, "Tb/s")},
      {"fabric.switch.latency", format_duration(f.switch_latency)},
      {"routing.policy", s.routing.policy},
      {"transport.kind", s.transport.ideal ? "ideal" : "infiniband"},
  };
  for (std::size_t tier = 0; tier < 4; ++tier)
    if (built.optics[tier])
      facts.push_back({std::string("optics.") + to_string(static_cast<Tier>(tier)),
                       fmt::format("{}, {:g} m", s.optics.tiers[tier].module, s.optics.tiers[tier].length_m)});
  if (s.job)
    facts.push_back({"job", !s.job->workload.empty() ? "workload file"
                                                     : fmt::format("{}, tensor {}, data {}, global batch {}",
                                                                   s.model ? "[model]" : s.job->model, s.job->tensor,
                                                                   s.job->data, s.job->global_batch)});
  return facts;
}

RunResults fill_results(const Scenario &s, const BuiltRun &built, const Bounds &bounds, const NetworkResult &n,
                        const std::string &command) {
  RunResults r;
  r.identity = identity_of(s, built.plan, command);
  r.identity.outcome = "";
  r.identity.digest = to_hex(n.digest);
  fill_steps(r, n, built.plan.ranks);
  fill_collectives(r, s, built.plan, bounds, n);
  fill_links(r, s, built, n);
  fill_flows(r, bounds, n, built);
  fill_fabric(r, built);
  fill_failures(r, built, n);
  fill_counters(r, n);
  r.facts = facts_of(s, built.hardware);
  for (const auto &sentence : built.route_fallbacks)
    r.facts.push_back({"routing finding", sentence});
  return r;
}

} // namespace lightloom
