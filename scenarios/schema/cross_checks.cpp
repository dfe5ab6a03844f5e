#include "scenarios/schema/cross_checks.hpp"

#include "collectives/algorithm.hpp"
#include "optics/catalogue.hpp"
#include "scenarios/build/host_bus.hpp"
#include "scenarios/schema/checks.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/builder.hpp"

#include <string>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Rows of per-rank and per-step results: beyond this a run would not fit in memory.
constexpr std::uint64_t max_rank_steps = 50'000'000;

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

void check_collectives(Checks &c) {
  const auto &s = c.s();
  if (s.cluster.gpus < 2)
    c.add("cluster.gpus", "cluster.gpus = 1", "a collective needs two ranks", "Try 2.");
  const AlgorithmTable algorithms = algorithms_with(s.extensions.collective_algorithms);
  for (std::size_t i = 0; i < s.collectives.size(); ++i) {
    const auto &k = s.collectives[i];
    const std::string at = fmt::format("collective.{}", i);
    const bool all_to_all = k.op == "all-to-all";
    try {
      find_algorithm(parse_collective_op(k.op), k.algorithm, algorithms);
    } catch (const Error &e) {
      const auto &p = e.problems().front();
      c.add(at + ".algorithm", p.what, p.why, p.suggestion);
    }
    if (all_to_all && s.cluster.gpus > max_all_to_all_ranks)
      c.add("cluster.gpus", fmt::format("cluster.gpus = {}", s.cluster.gpus),
            fmt::format("an all-to-all keeps a queue pair per pair of ranks; at most {} ranks", max_all_to_all_ranks));
  }
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
  if (s.telemetry == Duration{})
    c.needless("scenario.telemetry_links", "without scenario.telemetry nothing is sampled");
  else if (s.reuse_steps)
    c.add("scenario.telemetry", "scenario.telemetry with scenario.reuse_steps", "a step that is reused has no samples",
          "Leave one out.");
  if (!s.job) {
    c.needless("cluster.speed_spread", "without a [job] no GPU computes");
    c.needless("cluster.jitter", "without a [job] no GPU computes");
    c.needless("campaign.tokens", "without a [job] no tokens are trained");
  } else if (!s.job->workload.empty()) {
    c.needless("campaign.tokens", "a workload file does not say how many tokens a step has");
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

namespace {
/// Bursts are counted in symbols, which not every code has.
void check_tier_bursts(Checks &c, const Module &module, const std::string &at) {
  const auto &optics = c.s().optics;
  const FecCode *code = find_fec(optics.fec == "auto" ? module.fec : optics.fec);
  if (optics.bursts.any() && code != nullptr && code->n == 0)
    c.add(optics.bursts.precoding ? "optics.precoding" : "optics.burst",
          fmt::format("{} with fec = \"{}\" at {}", optics.bursts.precoding ? "optics.precoding" : "optics.burst",
                      code->name, at),
          "bursts are counted in symbols of a Reed-Solomon code", "Leave it out, or use kp4, kr4, ll or kp4+hamming.");
}
} // namespace

void check_modules(const Scenario &s, std::vector<Problem> &problems) {
  Checks c(s, problems);
  check_population(c);
  check_fleet(c);
  const std::vector<Tier> possible = find_family(s.fabric.topology, families_with(s.extensions.topologies)).tiers({});
  for (const Tier tier : all_tiers) {
    const std::string at = std::string("optics.") + to_string(tier);
    const BitRate rate = s.fabric.rate(tier);
    // Tiers that the fabric cannot have are looked at only where the user wrote them.
    if (std::ranges::find(possible, tier) == possible.end() && !s.given(at))
      continue;
    const OpticsTierPart &part = s.optics.tiers[tier];
    const Module *module = s.optics.modules.find(part.module);
    if (module == nullptr) {
      const auto near = nearest_word(part.module, s.optics.modules.names());
      c.add(at + ".module", at + ".module = \"" + part.module + "\"", "no such module in the catalogue",
            near.empty() ? "See lightloom optics --catalogue." : "Did you mean \"" + near + "\"?");
      continue;
    }
    if (const auto problem = s.optics.modules.check_fits(*module, rate, Metres(part.length_m))) {
      const bool rate_wrong = module->rate < rate;
      c.add(s.given(at + ".length") && !rate_wrong ? at + ".length" : at + ".module", at + ": " + problem->what,
            problem->why, problem->suggestion);
    }
    check_tier_bursts(c, *module, at);
    if (module->is_cable())
      if (part.connectors != 0)
        c.add(at + ".connectors", fmt::format("{}.connectors = {}", at, part.connectors),
              part.module + " is a cable with fixed ends", "Use 0.");
  }
}

} // namespace lightloom
