#include "scenarios/cross_checks.hpp"

#include "collectives/algorithm.hpp"
#include "optics/catalogue.hpp"
#include "scenarios/checks.hpp"
#include "scenarios/host_bus.hpp"
#include "sim/core/parse_quantity.hpp"

#include <bit>
#include <string>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Rows of per-rank and per-step results: beyond this a run would not fit in memory.
constexpr std::uint64_t max_rank_steps = 50'000'000;
/// An all-to-all keeps a queue pair per pair of ranks.
constexpr std::uint32_t max_all_to_all_ranks = 4096;
/// The network keeps the size of a frame in 16 bits. [B]
constexpr std::int64_t max_frame = 65535;
/// Preamble and gap of Ethernet. [B]
constexpr std::int64_t frame_gap = 20;

void check_cluster(Checks &c) {
  const auto &k = c.s().cluster;
  if (k.gpus % k.gpus_per_node != 0)
    c.add(c.s().given("cluster.gpus_per_node") ? "cluster.gpus_per_node" : "cluster.gpus",
          fmt::format("cluster.gpus_per_node = {}", k.gpus_per_node),
          fmt::format("must divide the {} GPUs of the cluster", k.gpus),
          fmt::format("Try {}.", largest_divisor_up_to(k.gpus, k.gpus_per_node)));
  if (k.scale_up && k.scale_up_domain != k.gpus_per_node)
    c.add("cluster.scale_up.domain", fmt::format("cluster.scale_up.domain = {}", k.scale_up_domain),
          "a domain other than a node is not in this version", fmt::format("Use {}.", k.gpus_per_node));
}

void check_traffic(Checks &c) {
  const auto &s = c.s();
  if (s.steps > 1)
    c.add("scenario.steps", fmt::format("scenario.steps = {}", s.steps), "plain traffic has one step", "Use 1.");
  if (s.cluster.gpus < 2)
    c.add("cluster.gpus", "cluster.gpus = 1", "traffic needs two hosts", "Try 2.");
  if (s.traffic.size() > 1)
    c.add("traffic.1", "[[traffic]] more than once", "one pattern at a time in this version", "Keep one.");
  for (std::size_t i = 0; i < s.traffic.size(); ++i) {
    const auto &t = s.traffic[i];
    const std::string at = fmt::format("traffic.{}", i);
    if (t.pattern != "incast")
      c.needless(at + ".fan_in", "only for pattern = \"incast\"");
    if (t.pattern == "incast" && t.fan_in >= s.cluster.gpus)
      c.add(at + ".fan_in", fmt::format("{}.fan_in = {}", at, t.fan_in),
            fmt::format("must be below the {} GPUs", s.cluster.gpus), fmt::format("Try {}.", s.cluster.gpus - 1));
  }
}

void check_collectives(Checks &c) {
  const auto &s = c.s();
  if (s.cluster.gpus < 2)
    c.add("cluster.gpus", "cluster.gpus = 1", "a collective needs two ranks", "Try 2.");
  for (std::size_t i = 0; i < s.collectives.size(); ++i) {
    const auto &k = s.collectives[i];
    const std::string at = fmt::format("collective.{}", i);
    const bool all_to_all = k.op == "all-to-all";
    try {
      find_algorithm(parse_collective_op(k.op), k.algorithm);
    } catch (const Error &e) {
      const auto &p = e.problems().front();
      c.add(at + ".algorithm", p.what, p.why, p.suggestion);
    }
    if (all_to_all && s.cluster.gpus > max_all_to_all_ranks)
      c.add("cluster.gpus", fmt::format("cluster.gpus = {}", s.cluster.gpus),
            fmt::format("an all-to-all keeps a queue pair per pair of ranks; at most {} ranks", max_all_to_all_ranks));
  }
}

void check_dragonfly_keys(Checks &c) {
  const auto &s = c.s();
  if (s.fabric.dragonfly_plus) {
    c.needless("fabric.levels", "only for a fat-tree");
    c.needless("fabric.spines", "only for a fat-tree");
    if (s.fabric.oversubscription != 1 || s.fabric.spine_oversubscription != 1)
      c.needless("fabric.oversubscription", "only for a fat-tree");
    if (s.fabric.rails > 1)
      c.needless("fabric.rails", "only for a fat-tree");
    c.needless("fabric.rates.spine", "a dragonfly-plus has no cores; its spines use rates.leaf and rates.global");
  } else {
    for (const char *key :
         {"groups", "leaves_per_group", "spines_per_group", "hosts_per_leaf", "global_links_per_spine", "rates.global"})
      c.needless(std::string("fabric.") + key, "only for topology = \"dragonfly-plus\"");
    if (s.fabric.levels == 2)
      c.needless("fabric.oversubscription.spine", "a fat-tree of two levels has no cores");
    if (s.routing.policy == "minimal")
      c.add("routing.policy", "routing.policy = \"minimal\"", "every path of a fat-tree is minimal",
            "Use \"spray\" or \"ecmp\".");
  }
}

/// The rates of tiers that the fabric can have.
std::vector<BitRate> rates_in_use(const Scenario &s) {
  const auto &f = s.fabric;
  return {f.host_rate, f.leaf_rate, f.dragonfly_plus ? f.global_rate : f.levels == 2 ? f.leaf_rate : f.spine_rate};
}

/// Radix and capacity say the same when every port at the fastest rate in use fits, and nothing is left.
void check_capacity(Checks &c) {
  const auto &s = c.s();
  if (!s.fabric.switch_capacity)
    return;
  const auto rates = rates_in_use(s);
  const BitRate fastest = *std::max_element(rates.begin(), rates.end());
  const BitRate capacity = *s.fabric.switch_capacity;
  if (!s.given("fabric.radix")) {
    if (capacity.bits_per_second < 2 * fastest.bits_per_second)
      c.add("fabric.switch.capacity", "fabric.switch.capacity = " + format_bit_rate(capacity),
            "a switch needs two ports of " + format_bit_rate(fastest), "");
    return;
  }
  const BitRate stated(fastest.bits_per_second * s.fabric.radix);
  if (stated.bits_per_second != capacity.bits_per_second)
    c.add("fabric.switch.capacity", "fabric.switch.capacity = " + format_bit_rate(capacity),
          fmt::format("fabric.radix = {} ports of {} are {}", s.fabric.radix, format_bit_rate(fastest),
                      format_bit_rate(stated)),
          "Keep one of them: the radix follows from the capacity.");
}

void check_rails(Checks &c) {
  const auto &s = c.s();
  const auto &f = s.fabric;
  const std::uint32_t nics = s.cluster.gpus_per_node * f.nics_per_gpu;
  if (!f.dragonfly_plus && f.rails > 1 && nics % f.rails != 0)
    c.add("fabric.rails", fmt::format("fabric.rails = {}", f.rails),
          fmt::format("must divide the {} NICs of a node, gpus_per_node × nic.per_gpu", nics),
          fmt::format("Try {}.", largest_divisor_up_to(nics, f.rails)));
}

void check_transport(Checks &c) {
  const auto &s = c.s();
  const auto &t = s.transport;
  if (!std::has_single_bit(t.window_frames))
    c.add("transport.window_frames", fmt::format("transport.window_frames = {}", t.window_frames),
          "must be a power of two", fmt::format("Try {}.", std::min(65536u, std::bit_ceil(t.window_frames))));
  if (t.ack_every > t.window_frames / 2 && std::has_single_bit(t.window_frames))
    c.add(s.given("transport.ack_every") ? "transport.ack_every" : "transport.window_frames",
          fmt::format("transport.ack_every = {}", t.ack_every),
          fmt::format("the sender stops after window_frames = {} frames without an acknowledgement", t.window_frames),
          fmt::format("Try {} or less.", t.window_frames / 2));
  if (const auto frame = t.mtu.value + t.header.value + frame_gap; frame > max_frame)
    c.add(s.given("transport.mtu") ? "transport.mtu" : "transport.header",
          fmt::format("transport.mtu = {}", t.mtu.value),
          fmt::format("with a header of {} B and {} B of preamble and gap a frame takes {} B, at most {} B fit",
                      t.header.value, frame_gap, frame, max_frame),
          fmt::format("Try {}.", max_frame - t.header.value - frame_gap));
  if (t.go_back_n && s.routing.spray)
    c.add("transport.recovery", "transport.recovery = \"go-back-n\"", "sprayed frames arrive out of order",
          "Use \"selective\", or routing.policy = \"ecmp\".");
  if (t.ideal)
    c.needless("transport.credits", "kind = \"ideal\" has unlimited buffers");
  else if (const Bytes frame = t.mtu + t.header + Bytes(20); t.credits && *t.credits < frame)
    c.add("transport.credits", "transport.credits = " + format_bytes(*t.credits),
          fmt::format("a receiver must hold one full frame of {} B", frame.value), "Try \"auto\".");
}

void check_injections(Checks &c) {
  const auto &s = c.s();
  for (std::size_t i = 0; i < s.inject.size(); ++i) {
    const auto &p = s.inject[i];
    const std::string at = fmt::format("inject.{}", i);
    const int targets = int(!p.link.empty()) + int(!p.switch_name.empty()) + int(!p.nic.empty());
    if (targets != 1)
      c.add(at, fmt::format("{} has {} targets", at, targets), "exactly one of link, switch and nic",
            "Try link = \"leaf:0/spine:0\".");
    if (p.ber_step && !s.given(at + ".ber"))
      c.add(at, at + ".ber is missing", "kind = \"ber\" needs the new bit error ratio", "Try ber = 1e-4.");
    if (!p.ber_step)
      c.needless(at + ".ber", "only for kind = \"ber\"");
  }
  if (s.routing.detection > s.routing.reroute)
    c.add("routing.detection", "routing.detection = " + format_duration(s.routing.detection),
          "must not exceed routing.reroute = " + format_duration(s.routing.reroute));
}
void check_granularity(Checks &c) {
  const auto &s = c.s();
  const auto &g = s.granularity;
  if (g.kind != GranularityPart::Kind::automatic)
    c.needless("scenario.granularity_error", "only for granularity = \"auto\"");
  if (g.kind == GranularityPart::Kind::size && g.size < s.transport.mtu)
    c.add("scenario.granularity", "scenario.granularity = " + format_bytes(g.size),
          fmt::format("a train holds whole frames of transport.mtu = {} B", s.transport.mtu.value),
          "Use \"frame\", or a larger size.");
  if (!s.job && s.explain)
    c.add("scenario.explain", "scenario.explain = true", "without a [job] no GPU computes, so none is idle",
          "Leave it out.");
  if (!s.job && s.reuse_steps)
    c.needless("scenario.reuse_steps", "only for a [job]");
  if (!s.job) {
    c.needless("cluster.speed_spread", "without a [job] no GPU computes");
    c.needless("cluster.jitter", "without a [job] no GPU computes");
  }
}
} // namespace

void check_loads(const Scenario &s, std::vector<Problem> &problems) {
  Checks c(s, problems);
  check_cluster(c);
  const int kinds = int(s.job.has_value()) + int(!s.collectives.empty()) + int(!s.traffic.empty());
  if (kinds > 1)
    c.add(s.job ? "job.0" : "traffic.0", "more than one of [job], [[collective]] and [[traffic]]",
          "a scenario has one kind of load in this version", "Keep one.");
  if (s.model && !s.job)
    c.add("model", "[model] has no effect", "there is no [job]", "Add [job].");
  if (s.job)
    check_job(c);
  if (!s.traffic.empty())
    check_traffic(c);
  if (!s.collectives.empty())
    check_collectives(c);
  check_granularity(c);
  if (s.ties_by_id)
    c.needless("scenario.tie_seed", "ties = \"id\" draws nothing");
  if (s.warmup_steps >= s.steps)
    c.add("scenario.warmup_steps", fmt::format("scenario.warmup_steps = {}", s.warmup_steps),
          fmt::format("must be below scenario.steps = {}", s.steps));
  if (const std::uint64_t rows = std::uint64_t(s.steps) * s.cluster.gpus; rows > max_rank_steps)
    c.add("scenario.steps", fmt::format("scenario.steps × cluster.gpus = {}", rows),
          fmt::format("at most {} rows of results fit in memory", max_rank_steps),
          fmt::format("Try steps = {}.", max_rank_steps / s.cluster.gpus));
}

void check_network(const Scenario &s, std::vector<Problem> &problems) {
  Checks c(s, problems);
  check_capacity(c);
  check_rails(c);
  check_dragonfly_keys(c);
  check_transport(c);
  check_injections(c);
}

void check_modules(const Scenario &s, std::vector<Problem> &problems) {
  Checks c(s, problems);
  const char *names[] = {"host", "leaf", "spine", "global"};
  const BitRate rates[] = {s.fabric.host_rate, s.fabric.leaf_rate, s.fabric.spine_rate, s.fabric.global_rate};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string at = std::string("optics.") + names[i];
    // Tiers that the fabric cannot have are looked at only where the user wrote them.
    const bool used = i == 3 ? s.fabric.dragonfly_plus : i != 2 || !s.fabric.dragonfly_plus;
    if (!used && !s.given(at))
      continue;
    const auto &tier = s.optics.tiers[i];
    const Module *module = find_module(tier.module);
    if (module == nullptr) {
      const auto near = nearest_word(tier.module, module_names());
      c.add(at + ".module", at + ".module = \"" + tier.module + "\"", "no such module in the catalogue",
            near.empty() ? "See lightloom optics --catalogue." : "Did you mean \"" + near + "\"?");
      continue;
    }
    if (const auto problem = check_fits(*module, rates[i], Metres(tier.length_m))) {
      const bool rate_wrong = module->rate < rates[i];
      c.add(s.given(at + ".length") && !rate_wrong ? at + ".length" : at + ".module", at + ": " + problem->what,
            problem->why, problem->suggestion);
    }
    if (module->is_cable())
      if (tier.connectors != 0)
        c.add(at + ".connectors", fmt::format("{}.connectors = {}", at, tier.connectors),
              tier.module + " is a cable with fixed ends", "Use 0.");
  }
}

} // namespace lightloom
