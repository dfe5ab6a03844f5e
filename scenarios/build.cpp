#include "scenarios/build.hpp"

#include "scenarios/build/host_bus.hpp"
#include "scenarios/build/job_spec.hpp"
#include "scenarios/build/parts.hpp"
#include "scenarios/located.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/builder.hpp"
#include "topology/routes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
FabricSpec fabric_spec(const Scenario &s) {
  const auto &f = s.fabric;
  FabricSpec spec;
  spec.topology = f.topology;
  spec.hosts = s.cluster.gpus;
  spec.radix = f.radix;
  if (f.switch_capacity && !s.given("fabric.radix")) // given both, they say the same
    spec.switch_capacity = *f.switch_capacity;
  spec.rates = {f.host_rate, f.leaf_rate, f.spine_rate, f.global_rate};
  spec.nics_per_gpu = f.nics_per_gpu;
  spec.planes = f.planes;
  spec.gpus_per_node = s.cluster.gpus_per_node;
  spec.rails = f.rails;
  spec.oversubscription = f.oversubscription;
  spec.spine_oversubscription = f.spine_oversubscription;
  spec.shape = f.shape;
  return spec;
}

LinkReport tier_report(const Scenario &s, Tier tier) {
  const auto &part = s.optics.tiers[tier];
  LinkReport report = link_report(tier_link(s, tier));
  if (part.latency) {
    report.latency = *part.latency;
    report.latency_source = "set by the scenario";
  }
  return report;
}

/// Trains that a queue cannot hold are dropped or trimmed whole, which their frames would not be.
void warn_of_trains(const Scenario &s, const NetworkSpec &n, std::vector<std::string> &warnings) {
  const Bytes limit = n.switches.queue_limit;
  if (s.granularity.kind == GranularityPart::Kind::size && limit.value > 0 &&
      4 * s.granularity.size.value > limit.value)
    warnings.push_back(
        fmt::format("scenario.granularity = {}: a queue holds {} (fabric.switch.queue_limit), so that few "
                    "trains meet in one before they are trimmed or dropped, which frames would not be",
                    format_bytes(s.granularity.size), format_bytes(limit)));
}

/// A bus slower than its ports makes the NIC's rate a number on paper: allowed, and said.
void warn_of_bus(const Scenario &s, const NetworkSpec &n, std::vector<std::string> &warnings) {
  if (n.hosts.pcie.bits_per_second == 0 || n.hosts.pcie.bits_per_second >= s.fabric.host_rate.bits_per_second)
    return;
  warnings.push_back(fmt::format("fabric.nic.pcie = \"{}\" carries {} of payload, less than the {} of {}: the bus sets "
                                 "the pace",
                                 s.fabric.pcie, format_bit_rate(usable_rate(s.fabric.pcie)),
                                 format_bit_rate(BitRate(s.fabric.host_rate.bits_per_second * s.fabric.planes)),
                                 s.fabric.planes > 1 ? fmt::format("a NIC's {} ports", s.fabric.planes) : "its NIC"));
}

std::vector<JobMemory> memory_of(const Scenario &s) {
  std::vector<JobMemory> stages;
  if (s.job && s.job->workload.empty()) {
    const TrainingSpec spec = training_spec(s);
    for (std::uint32_t stage = 0; stage < spec.pipeline; ++stage)
      stages.push_back(stage_memory(spec, stage));
  }
  return stages;
}

/// Programs, and where they run.
void place_programs(NetworkSpec &n, const JobPlan &plan) {
  n.collectives = static_cast<std::uint32_t>(plan.collectives.size());
  n.steps = plan.steps;
  n.record_flows = plan.record_flows;
  n.signals = plan.signals;
  for (std::uint32_t rank = 0; rank < plan.ranks; ++rank) {
    n.placement.emplace_back(plan.host_of_rank.empty() ? rank : plan.host_of_rank[rank]);
    n.programs.push_back(plan.program(rank));
  }
}

/// One sentence per stretch of time in which the routes are not minimal for lack of a safe detour.
std::vector<std::string> route_fallbacks(const std::vector<RouteEpoch> &epochs, const std::vector<RouteKind> &kinds) {
  std::vector<std::string> sentences;
  for (std::size_t e = 0; e < epochs.size(); ++e) {
    if (kinds[e] != RouteKind::rooted || (e > 0 && kinds[e - 1] == RouteKind::rooted))
      continue;
    std::size_t end = e;
    while (end < epochs.size() && kinds[end] == RouteKind::rooted)
      ++end;
    sentences.push_back(
        fmt::format("from {} {} all routes are up*/down* from a root, on few links: detours around the "
                    "failures could have deadlocked",
                    format_duration(epochs[e].from.time_since_epoch()),
                    end < epochs.size() ? "to " + format_duration(epochs[end].from.time_since_epoch()) : "on"));
  }
  return sentences;
}
} // namespace

LinkOptics tier_link(const Scenario &s, Tier tier) {
  const auto &part = s.optics.tiers[tier];
  LinkOptics link;
  link.module = part.module;
  link.modules = s.optics.modules;
  link.length = Metres(part.length_m);
  link.connectors = static_cast<int>(part.connectors);
  link.fec = s.optics.fec;
  link.latency_basis = s.optics.vendor_latency ? LatencyBasis::vendor : LatencyBasis::split;
  link.case_temperature = s.optics.case_temperature_c;
  link.pre_fec_ber = part.pre_fec_ber;
  link.bursts = s.optics.bursts;
  return link;
}

BitRate host_bus_rate(const Scenario &s) {
  const BitRate bus = usable_rate(s.fabric.pcie);
  const auto &t = s.transport;
  const auto wire = t.full_frame().value;
  return BitRate(bus.bits_per_second / s.fabric.planes / t.mtu.value * wire);
}

BuiltFabric build_fabric_of(const Scenario &s) {
  const auto families = families_with(s.extensions.topologies);
  BuiltFabric b{located(s, "fabric", [&] { return build_fabric(fabric_spec(s), families); }), {}, {}, {}, {}};
  std::vector<LinkCount> counts;
  for (const Tier tier : all_tiers) {
    const auto cables = b.fabric.count(tier);
    if (cables == 0)
      continue;
    const std::string key = std::string("optics.") + to_string(tier);
    b.optics[tier] = located(s, key, [&] { return tier_report(s, tier); });
    counts.push_back({s.optics.tiers[tier].module, cables});
    if (s.optics.tiers[tier].module_chosen)
      b.notes.push_back(fmt::format("{}: {} over {:g} m, chosen for the link rate", key, s.optics.tiers[tier].module,
                                    s.optics.tiers[tier].length_m));
  }
  b.bill = optics_bill(counts, s.optics.modules);
  std::vector<ClusterLine> optics;
  for (const auto &line : b.bill.lines)
    optics.push_back({EquipmentKind::optics, line.module, line.ends, line.power_W, line.cost_usd, "module catalogue"});
  b.cluster = cluster_bill(b.fabric, s.cluster.gpu, s.cluster.gpus, optics);
  return b;
}

namespace {
/// What `work` makes; its problems are added to the list instead of thrown, so that others are found too.
template <class Work> auto collect(std::vector<Problem> &problems, ExitCode &code, Work &&work) {
  std::optional<decltype(work())> made;
  try {
    made.emplace(work());
  } catch (const Error &e) {
    problems.insert(problems.end(), e.problems().begin(), e.problems().end());
    code = e.code();
  }
  return made;
}
} // namespace

BuiltRun build_run(const Scenario &s) {
  std::vector<Problem> problems;
  ExitCode code = ExitCode::bad_input;
  auto hardware = collect(problems, code, [&] { return build_fabric_of(s); });
  auto plan = collect(problems, code, [&] { return plan_load(s); });
  if (!problems.empty())
    throw Error(std::move(problems), code);
  BuiltRun run{std::move(*hardware), {}, std::move(*plan), {}, {}, {}, {}, {}, {}, {}};
  run.memory = memory_of(s);
  run.notes = run.hardware.notes;
  run.notes.insert(run.notes.end(), run.plan.notes.begin(), run.plan.notes.end());
  const BuiltFabric &b = run.hardware;
  run.faults = plan_faults(s, b);
  run.drawn = draw_links(s, b);
  run.faults.insert(run.faults.end(), run.drawn.faults.begin(), run.drawn.faults.end());
  if (s.optics.population.drawn)
    run.notes.push_back("optics.population: " + run.drawn.summary);

  NetworkSpec &n = run.network;
  n.fabric = b.fabric.plan();
  n.links = link_healths(s, b, run.faults, run.drawn);
  for (std::size_t c = 0; c < n.fabric.cables.size(); ++c)
    run.cable_latency.push_back(n.links[2 * c].segments.front().latency);
  std::vector<RouteKind> kinds;
  n.routes = located(s, "inject", [&] {
    return route_epochs(b.fabric, outages_of(run.faults), s.routing.detection, s.routing.reroute, &kinds);
  });
  run.route_fallbacks = route_fallbacks(n.routes, kinds);
  const Duration base_rtt = base_round_trip(s, b);
  BuildRemarks remarks{run.notes, run.warnings};
  n.switches = switch_spec(s, b, n.links, base_rtt, remarks);
  n.telemetry = telemetry_spec(s, b);
  n.hosts.nic_latency = s.fabric.nic_latency;
  n.hosts.message_overhead = s.fabric.nic_overhead;
  n.hosts.reaction = s.fabric.nic_reaction;
  n.hosts.pcie = host_bus_rate(s);
  warn_of_bus(s, n, run.warnings);
  warn_of_trains(s, n, run.warnings);
  n.transport = transport_spec(s, b, n.switches, base_rtt, run.notes);
  check_timeout(s, b, n.transport.retransmit_timeout);
  n.link_retry = s.optics.llr;
  n.scale_up = {s.cluster.scale_up_latency};
  n.trains = train_spec(s);
  n.compute = {s.cluster.speed_spread, s.cluster.jitter};
  n.explain_waiting = s.explain && run.plan.steps > 0;
  n.explain_from = std::min(s.warmup_steps, run.plan.steps > 0 ? run.plan.steps - 1 : 0);
  n.paths = s.routing.paths;
  n.seed = s.seed;
  n.tie_seed = s.tie_seed;
  n.ties_by_id = s.ties_by_id;
  place_programs(n, run.plan);
  return run;
}

} // namespace lightloom
