// What a comparison states as equal or different: a scenario and its fabric as a list of keys and values.

#include "analysis/compare.hpp"
#include "scenarios/build/job_spec.hpp"
#include "scenarios/build/parts.hpp"
#include "scenarios/build/plan_traffic.hpp"
#include "scenarios/results/fill_results.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Facts of one kind have one unit, so that runs side by side can be read against each other.
std::string in_unit(std::int64_t bits_per_second, double unit, const char *name) {
  return fmt::format("{:g} {}", static_cast<double>(bits_per_second) / unit, name);
}

std::string describe_granularity(const GranularityPart &g) {
  switch (g.kind) {
  case GranularityPart::Kind::frame:
    return "frame";
  case GranularityPart::Kind::size:
    return format_bytes(g.size);
  case GranularityPart::Kind::automatic:
    return fmt::format("auto, {:g} %", 100 * g.error);
  }
  return "";
}

/// Model, batch and sequence: what is trained. How it is divided is another fact.
std::string describe_job(const Scenario &s) {
  const auto &j = *s.job;
  if (!j.workload.empty())
    return "workload file " + std::filesystem::path(j.workload).filename().string();
  const ModelShape m = model_shape(s);
  const std::string shape =
      s.model ? fmt::format("[model] of {} layers, {} wide, {} experts", m.layers, m.hidden, m.experts) : j.model;
  return fmt::format("{}, sequence {}, global batch {}", shape, j.sequence != 0 ? j.sequence : m.sequence,
                     j.global_batch);
}

std::string describe_parallelism(const JobPart &j) {
  std::string text = fmt::format("tensor {}, pipeline {}, data {}", j.tensor, j.pipeline, j.data);
  if (j.expert > 1)
    text += fmt::format(", expert {}", j.expert);
  if (j.pipeline > 1)
    text += j.interleaved ? fmt::format(", interleaved 1F1B × {}", j.interleave) : ", 1F1B";
  return text + fmt::format(", micro-batch {}{}{}", j.micro_batch, j.sequence_parallel ? ", sequence parallel" : "",
                            j.zero > 0 ? ", ZeRO-1" : "");
}

void add_load(std::vector<FactRow> &facts, const Scenario &s) {
  if (s.job) {
    facts.push_back({"job", describe_job(s)});
    if (s.job->workload.empty())
      facts.push_back({"parallelism", describe_parallelism(*s.job)});
  }
  const auto joined = [](const auto &list, auto &&describe) {
    std::string text;
    for (const auto &one : list)
      text += (text.empty() ? "" : ", ") + describe(one);
    return text;
  };
  if (!s.collectives.empty())
    facts.push_back({"collective", joined(s.collectives, [](const CollectivePart &c) {
                       return fmt::format("{} of {}", c.op, format_bytes(c.size));
                     })});
  if (!s.traffic.empty())
    facts.push_back({"traffic", joined(s.traffic, describe_traffic)});
}

void add_fabric(std::vector<FactRow> &facts, const Scenario &s, const Fabric &fabric) {
  const auto &f = s.fabric;
  const std::int64_t host = f.host_rate.bits_per_second;
  const std::vector<FactRow> rows = {
      {"fabric.topology",
       fmt::format("{}, {} level{}", fabric.topology(), fabric.levels(), fabric.levels() == 1 ? "" : "s")},
      {fact_radix, std::to_string(fabric.radix())},
      {fact_silicon, in_unit(switch_capacity(fabric).bits_per_second, 1e12, "Tb/s")},
      {fact_gpu_bandwidth, in_unit(host * fabric.ports_per_host(), 1e9, "Gb/s")},
      {"link rate of a host", in_unit(host, 1e9, "Gb/s")},
      {"NICs per GPU", std::to_string(f.nics_per_gpu)},
      {"fabric.planes", std::to_string(f.planes)},
      {"fabric.rails", std::to_string(f.rails)},
      {"switches",
       fmt::format("{} leaf + {} spine{}", fabric.count(NodeKind::leaf), fabric.count(NodeKind::spine),
                   fabric.count(NodeKind::core) > 0 ? fmt::format(" + {} core", fabric.count(NodeKind::core)) : "")},
      {"cables", std::to_string(fabric.plan().cables.size())},
      {"host bus", f.pcie},
      {"fabric.switch.latency", format_duration(f.switch_latency)},
  };
  facts.insert(facts.end(), rows.begin(), rows.end());
}
} // namespace

std::vector<FactRow> facts_of(const Scenario &s, const BuiltFabric &built) {
  std::vector<FactRow> facts = {
      {"cluster.gpus", std::to_string(s.cluster.gpus)},
      {"cluster.gpu", s.cluster.gpu},
      {"cluster.gpus_per_node", std::to_string(s.cluster.gpus_per_node)},
      {"scale-up bandwidth per GPU",
       s.cluster.scale_up ? in_unit(s.cluster.scale_up_bandwidth.bits_per_second, 1e12, "Tb/s") : "none"},
  };
  add_fabric(facts, s, built.fabric);
  facts.push_back({"routing.policy", s.routing.policy});
  facts.push_back({"transport.kind", s.transport.kind->name});
  for (const Tier tier : all_tiers)
    if (built.optics[tier])
      facts.push_back({std::string("optics.") + to_string(tier),
                       fmt::format("{}, {:g} m", s.optics.tiers[tier].module, s.optics.tiers[tier].length_m)});
  if (s.optics.latency_spread > 0)
    facts.push_back({"optics.latency_spread", fmt::format("± {:g} %", 100 * s.optics.latency_spread)});
  if (s.cluster.speed_spread > 0 || s.cluster.jitter > 0)
    facts.push_back({"stragglers", fmt::format("speed spread {:g} %, jitter {:g} %", 100 * s.cluster.speed_spread,
                                               100 * s.cluster.jitter)});
  facts.push_back({"granularity", describe_granularity(s.granularity)});
  add_load(facts, s);
  return facts;
}

} // namespace lightloom
