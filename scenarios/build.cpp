#include "scenarios/build.hpp"

#include "optics/health.hpp"
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
  spec.rates = {f.host_rate, f.leaf_rate, f.spine_rate, f.global_rate};
  if (f.dragonfly_plus) {
    spec.groups = f.groups;
    spec.leaves_per_group = f.leaves_per_group;
    spec.spines_per_group = f.spines_per_group;
    spec.hosts_per_leaf = f.hosts_per_leaf;
    spec.global_links_per_spine = f.global_links_per_spine;
  } else {
    spec.levels = f.levels;
    spec.spines = f.spines;
    spec.oversubscription = f.oversubscription;
  }
  return spec;
}

LinkReport tier_report(const Scenario &s, std::size_t tier) {
  const auto &part = s.optics.tiers[tier];
  LinkOptics link;
  link.module = part.module;
  link.length = Metres(part.length_m);
  link.connectors = static_cast<int>(part.connectors);
  link.fec = s.optics.fec;
  link.latency_basis = s.optics.vendor_latency ? LatencyBasis::vendor : LatencyBasis::split;
  link.case_temperature = s.optics.case_temperature_c;
  link.pre_fec_ber = part.pre_fec_ber;
  LinkReport report = link_report(link);
  if (part.latency) {
    report.latency = *part.latency;
    report.latency_source = "set by the scenario";
  }
  return report;
}

std::vector<CableId> cables_of(const BuiltFabric &b, const InjectPart &p, RandomStream &draw) {
  if (!p.link.empty())
    return {b.fabric.find_cable(p.link, draw)};
  if (!p.nic.empty())
    return {b.fabric.find_nic(p.nic)};
  std::vector<CableId> cables;
  for (const auto &port : b.fabric.ports(b.fabric.find_switch(p.switch_name)))
    cables.push_back(port.cable);
  return cables;
}

std::vector<PlannedFault> plan_faults(const Scenario &s, const BuiltFabric &b) {
  std::vector<PlannedFault> faults;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < s.inject.size(); ++i) {
    const auto &p = s.inject[i];
    const std::string key = fmt::format("inject.{}", i);
    const std::string target = key + (!p.link.empty() ? ".link" : !p.nic.empty() ? ".nic" : ".switch");
    RandomStream draw(s.seed, Purpose::failure, static_cast<std::uint32_t>(i));
    try {
      const SimTime from{p.at};
      const SimTime until = p.lasts && *p.lasts < never - from ? from + *p.lasts : never;
      for (const CableId cable : located(s, target, [&] { return cables_of(b, p, draw); }))
        faults.push_back({cable, from, until, !p.ber_step, p.ber, key});
    } catch (const Error &e) { problems.insert(problems.end(), e.problems().begin(), e.problems().end()); }
  }
  if (!problems.empty())
    throw Error(std::move(problems));
  return faults;
}

std::vector<LinkHealth> link_healths(const BuiltFabric &b, const std::vector<PlannedFault> &planned) {
  const auto &cables = b.fabric.plan().cables;
  std::vector<std::vector<LinkFault>> faults(cables.size());
  for (const auto &f : planned)
    faults[f.cable.index()].push_back(f.down ? LinkFault::make_down(f.from, f.until)
                                             : LinkFault::make_ber(f.from, f.until, f.ber));
  std::vector<LinkHealth> links;
  links.reserve(2 * cables.size());
  for (std::size_t c = 0; c < cables.size(); ++c) {
    const LinkReport &optics = *b.optics[static_cast<std::size_t>(cables[c].tier)];
    LinkHealth health = link_health(optics, cables[c].rate, faults[c]);
    const auto is_up = [](const LinkHealthSegment &segment) { return segment.rate.bits_per_second > 0; };
    if (std::none_of(health.segments.begin(), health.segments.end(), is_up)) {
      // The network takes the rate of a link from when it is up. One that never is goes down after 1 ps: no bit
      // arrives before.
      LinkHealthSegment down = health.segments.front();
      down.from = SimTime(Duration(1));
      health.segments = {link_health(optics, cables[c].rate, {}).segments.front(), down};
    }
    links.push_back(health); // both directions are alike in this version
    links.push_back(health);
  }
  return links;
}

/// Wire bytes that keep the busiest link full: what is in flight during the credit's round trip. A slot is taken when
/// the frame leaves the sender, freed when it has left the switch, and the credit travels back.
Bytes credits_for(const Scenario &s, const BuiltFabric &b, Bytes frame) {
  Bytes most{};
  for (std::size_t tier = 0; tier < 4; ++tier)
    if (b.optics[tier] && b.fabric.count(static_cast<Tier>(tier)) > 0) {
      const BitRate rate = tier == 0   ? s.fabric.host_rate
                           : tier == 1 ? s.fabric.leaf_rate
                           : tier == 2 ? s.fabric.spine_rate
                                       : s.fabric.global_rate;
      const double round_trip = seconds(2 * b.optics[tier]->latency + s.fabric.switch_latency);
      most =
          std::max(most, Bytes(static_cast<std::int64_t>(round_trip * static_cast<double>(rate.bits_per_second) / 8)));
    }
  const std::int64_t frames = (most.value + frame.value - 1) / frame.value + 4;
  return frame * frames;
}

TransportSpec transport_spec(const Scenario &s, const BuiltFabric &b, std::vector<std::string> &notes) {
  const auto &t = s.transport;
  TransportSpec spec;
  spec.kind = t.ideal ? TransportSpec::Kind::ideal : TransportSpec::Kind::infiniband;
  spec.recovery = t.go_back_n ? TransportSpec::Recovery::go_back_n : TransportSpec::Recovery::selective;
  spec.mtu = t.mtu;
  spec.header = t.header;
  spec.virtual_lanes = t.virtual_lanes;
  spec.ack_every = t.ack_every;
  spec.window_frames = t.window_frames;
  spec.retransmit_timeout = t.retransmit_timeout;
  spec.retry_count = t.retry_count;
  if (t.ideal)
    return spec;
  const Bytes frame = t.mtu + t.header + Bytes(20);
  spec.credits = t.credits ? *t.credits : credits_for(s, b, frame);
  if (!t.credits)
    notes.push_back(fmt::format("transport.credits: {} per lane and link, the longest round trip × rate + 4 frames",
                                format_bytes(spec.credits)));
  const Bytes needed = spec.credits * s.fabric.radix * t.virtual_lanes;
  if (s.fabric.switch_buffer && needed > *s.fabric.switch_buffer)
    throw Error(Problem{s.place("fabric.switch.buffer"),
                        "fabric.switch.buffer = " + format_bytes(*s.fabric.switch_buffer),
                        fmt::format("{} ports × {} lanes × {} of credits need {}", s.fabric.radix, t.virtual_lanes,
                                    format_bytes(spec.credits), format_bytes(needed)),
                        "Raise it, or lower transport.credits."});
  return spec;
}
/// There and back on the longest path of the fabric, no transmission time counted: up and down each tier, one global
/// link.
Duration longest_round_trip(const Scenario &s, const BuiltFabric &b) {
  Duration one_way = 2 * s.fabric.nic_latency;
  int links = 0;
  for (std::size_t tier = 0; tier < 4; ++tier)
    if (b.optics[tier]) {
      const int crossed = static_cast<Tier>(tier) == Tier::global ? 1 : 2;
      one_way += crossed * b.optics[tier]->latency;
      links += crossed;
    }
  return 2 * (one_way + (links - 1) * s.fabric.switch_latency);
}

/// A sender that gives up before an answer can come back calls a healthy network unreachable.
void check_timeout(const Scenario &s, const BuiltFabric &b) {
  const Duration round_trip = longest_round_trip(s, b);
  if (s.transport.ideal || s.transport.retransmit_timeout > round_trip)
    return;
  throw Error(Problem{s.place("transport.retransmit_timeout"),
                      "transport.retransmit_timeout = " + format_duration(s.transport.retransmit_timeout),
                      "an acknowledgement on the longest path takes " + format_duration(round_trip) +
                          " there and back even on an idle network",
                      "Try \"" + format_duration(10 * round_trip) + "\"."});
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

BuiltFabric build_fabric_of(const Scenario &s) {
  BuiltFabric b{located(s, "fabric", [&] { return build_fabric(fabric_spec(s)); }), {}, {}, {}};
  const char *names[] = {"host", "leaf", "spine", "global"};
  std::vector<LinkCount> counts;
  for (std::size_t tier = 0; tier < 4; ++tier) {
    const auto cables = b.fabric.count(static_cast<Tier>(tier));
    if (cables == 0)
      continue;
    const std::string key = std::string("optics.") + names[tier];
    b.optics[tier] = located(s, key, [&] { return tier_report(s, tier); });
    counts.push_back({s.optics.tiers[tier].module, cables});
    if (s.optics.tiers[tier].module_chosen)
      b.notes.push_back(fmt::format("{}: {} over {:g} m, chosen for the link rate", key, s.optics.tiers[tier].module,
                                    s.optics.tiers[tier].length_m));
  }
  b.bill = optics_bill(counts);
  return b;
}

BuiltRun build_run(const Scenario &s) {
  BuiltRun run{build_fabric_of(s), {}, plan_load(s), {}, {}, {}};
  run.notes = run.hardware.notes;
  run.notes.insert(run.notes.end(), run.plan.notes.begin(), run.plan.notes.end());
  const BuiltFabric &b = run.hardware;
  run.faults = plan_faults(s, b);
  std::vector<Outage> outages;
  for (const auto &f : run.faults)
    if (f.down)
      outages.push_back({f.cable, f.from, f.until});

  NetworkSpec &n = run.network;
  n.fabric = b.fabric.plan();
  n.links = link_healths(b, run.faults);
  std::vector<RouteKind> kinds;
  n.routes = located(s, "inject",
                     [&] { return route_epochs(b.fabric, outages, s.routing.detection, s.routing.reroute, &kinds); });
  run.route_fallbacks = route_fallbacks(n.routes, kinds);
  n.switches = {s.fabric.switch_latency,
                s.fabric.store_and_forward ? Forwarding::store_and_forward : Forwarding::cut_through};
  n.hosts.nic_latency = s.fabric.nic_latency;
  n.hosts.message_overhead = s.fabric.nic_overhead;
  n.transport = transport_spec(s, b, run.notes);
  check_timeout(s, b);
  n.scale_up = {s.cluster.scale_up_latency};
  n.paths = s.routing.spray ? PathChoice::spray : PathChoice::ecmp;
  n.seed = s.seed;
  n.tie_seed = s.tie_seed;
  n.ties_by_id = s.ties_by_id;
  n.collectives = static_cast<std::uint32_t>(run.plan.collectives.size());
  n.steps = run.plan.steps;
  n.record_flows = run.plan.record_flows;
  for (std::uint32_t rank = 0; rank < run.plan.ranks; ++rank) {
    n.placement.emplace_back(rank);
    n.programs.push_back(run.plan.program(rank));
  }
  return run;
}

} // namespace lightloom
