// [job], [model], [[collective]] and [[traffic]] of a scenario.

#include "collectives/algorithm.hpp"
#include "scenarios/schema/reader.hpp"

#include <algorithm>
#include <filesystem>

namespace lightloom {

namespace {
/// A user's own shape: what has no default must be there.
ModelPart read_model(const Reader &r, std::vector<Problem> &problems) {
  ModelPart m;
  const auto shape = [&](const char *name) {
    const std::string path = std::string("model.") + name;
    if (!r.has_key(path))
      problems.push_back({r.table("model"), path + " is missing", "a [model] table gives the whole shape", ""});
    return r.count_or(path, 0);
  };
  m.layers = shape("layers");
  m.hidden = shape("hidden");
  m.heads = shape("heads");
  m.sequence = shape("sequence");
  m.vocabulary = shape("vocabulary");
  m.feed_forward = r.count_or("model.feed_forward", 0);
  m.kv_heads = r.count_or("model.kv_heads", 0);
  m.gated = r.flag("model.gated");
  m.experts = r.count("model.experts");
  m.active_experts = r.count("model.active_experts");
  m.shared_experts = r.count("model.shared_experts");
  m.expert_feed_forward = r.count_or("model.expert_feed_forward", 0);
  m.dense_layers = r.count("model.dense_layers");
  return m;
}

void read_parallelism(const Reader &r, const Scenario &s, JobPart &j) {
  j.tensor = r.count_or("job.0.tensor", s.cluster.scale_up ? s.cluster.gpus_per_node : 1);
  j.pipeline = r.count("job.0.pipeline");
  const std::uint64_t model_ranks = std::max<std::uint64_t>(1, std::uint64_t(j.tensor) * j.pipeline);
  j.data =
      r.count_or("job.0.data", static_cast<std::uint32_t>(std::max<std::uint64_t>(1, s.cluster.gpus / model_ranks)));
  j.expert = r.count("job.0.expert");
  j.expert_tensor = r.count_or("job.0.expert_tensor", 0);
  j.sequence_parallel = r.flag("job.0.sequence_parallel");
  j.sequence = r.count_or("job.0.sequence", 0);
  j.micro_batch = r.count("job.0.micro_batch");
  const std::uint64_t at_once = std::uint64_t(j.micro_batch) * j.data * j.pipeline;
  j.global_batch =
      r.count_or("job.0.global_batch", static_cast<std::uint32_t>(std::min<std::uint64_t>(1'000'000'000u, at_once)));
  j.placement = r.text("job.0.placement");
}

void read_schedule(const Reader &r, JobPart &j) {
  j.interleave = r.count("job.0.interleave");
  j.interleaved =
      r.given("job.0.schedule") != nullptr ? r.text("job.0.schedule") == "interleaved-1f1b" : j.interleave > 1;
  j.no_schedule = r.given("job.0.schedule") != nullptr && r.text("job.0.schedule") == "none";
  j.first_stage_layers = r.count_or("job.0.first_stage_layers", 0);
  j.last_stage_layers = r.count_or("job.0.last_stage_layers", 0);
  j.zero = r.count("job.0.zero");
  j.overlap = r.flag("job.0.overlap");
  j.recompute = r.text("job.0.recompute");
  j.flash_attention = r.flag("job.0.flash_attention");
  j.gradient_bytes = r.count("job.0.gradient_bytes");
  j.bucket = r.optional_whole<Bytes>("job.0.bucket");
  j.data_algorithm = r.text("job.0.data_algorithm");
}

TrafficPart read_traffic(const Reader &r, const Scenario &s, const std::string &at) {
  const auto beside_scenario = [&](const char *key) {
    const auto *path = r.given(at + key);
    return path != nullptr ? (std::filesystem::path(s.file).parent_path() / path->text).string() : std::string();
  };
  TrafficPart t;
  t.pattern = r.text(at + ".pattern");
  t.size = r.bytes(at + ".size");
  t.replace_zeros = r.given(at + ".size") != nullptr;
  t.fan_in = r.count_or(at + ".fan_in", std::min(64u, s.cluster.gpus > 1 ? s.cluster.gpus - 1 : 1));
  if (const auto *by = r.given(at + ".by")) {
    t.by = by->whole > 0 ? static_cast<std::uint32_t>(by->whole) : 1;
    t.by_unit = by->whole > 0 ? "" : by->text.substr(by->text.find(' ') + 1); // npos + 1 = 0
  }
  t.path = beside_scenario(".path");
  t.start_in_ps = r.text(at + ".start_unit") == "ps";
  t.start = r.duration(at + ".start");
  t.repeat = r.count(at + ".repeat");
  t.poisson = r.text(at + ".arrivals") == "poisson";
  t.load = r.optional_real(at + ".load").value_or(0);
  t.warmup = r.duration(at + ".warmup");
  t.duration = r.optional_whole<Duration>(at + ".duration").value_or(Duration{});
  t.sizes = r.text(at + ".sizes");
  t.sizes_file = beside_scenario(".sizes_file");
  t.record = r.flag(at + ".record");
  return t;
}
} // namespace

void read_job(const Reader &r, Scenario &s, std::vector<Problem> &problems) {
  if (r.has_table("job.1"))
    problems.push_back(
        {r.table("job.1"), "[[job]] more than once", "several jobs are not in this version", "Keep one."});
  if (r.has_table("model"))
    s.model = read_model(r, problems);
  if (!r.has_table("job.0"))
    return;
  JobPart j;
  if (const auto *workload = r.given("job.0.workload"))
    j.workload = (std::filesystem::path(s.file).parent_path() / workload->text).string();
  if (j.workload.empty() && (r.given("job.0.model") != nullptr || !s.model))
    j.model = r.text("job.0.model");
  read_parallelism(r, s, j);
  read_schedule(r, j);
  s.job = j;
}

void read_loads(const Reader &r, Scenario &s) {
  s.campaign_tokens = r.optional_real("campaign.tokens");
  for (std::size_t i = 0; r.has_table("collective." + std::to_string(i)); ++i) {
    const std::string at = "collective." + std::to_string(i);
    CollectivePart c;
    c.op = r.text(at + ".op");
    c.algorithm = r.text(at + ".algorithm");
    if (c.algorithm == "auto")
      c.algorithm = find_algorithm(parse_collective_op(c.op), "auto").name;
    c.size = r.bytes(at + ".size");
    s.collectives.push_back(c);
  }
  for (std::size_t i = 0; r.has_table("traffic." + std::to_string(i)); ++i)
    s.traffic.push_back(read_traffic(r, s, "traffic." + std::to_string(i)));
}

} // namespace lightloom
