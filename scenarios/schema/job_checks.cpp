// A job against itself and its cluster: factors, batches, layers, experts. All of it at once; what remains (memory) is
// told by the planner of jobs.

#include "scenarios/build/job_spec.hpp"
#include "scenarios/schema/checks.hpp"

#include <numeric>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Forward passes of a stage in one step, micro-batches × virtual stages: every one of them is in its program.
constexpr std::uint64_t max_passes = 1'000'000;
/// Of all stages: some 100 B each.
constexpr std::uint64_t max_passes_of_job = 10'000'000;

void check_workload_job(Checks &c) {
  for (const char *key : {"model",
                          "tensor",
                          "pipeline",
                          "data",
                          "expert",
                          "expert_tensor",
                          "sequence_parallel",
                          "sequence",
                          "micro_batch",
                          "global_batch",
                          "placement",
                          "schedule",
                          "interleave",
                          "first_stage_layers",
                          "last_stage_layers",
                          "zero",
                          "overlap",
                          "recompute",
                          "flash_attention",
                          "gradient_bytes",
                          "bucket",
                          "data_algorithm"})
    c.needless(std::string("job.0.") + key, "the workload file says it");
  c.needless("model", "the workload file says it");
}

/// The first of these keys that the user wrote.
std::string first_given(const Scenario &s, std::initializer_list<const char *> keys, const char *otherwise) {
  for (const char *key : keys)
    if (s.given(key))
      return key;
  return otherwise;
}

/// False when the factors do not give the GPUs: then nothing else makes sense.
bool check_factors(Checks &c) {
  const auto &s = c.s();
  const auto &j = *s.job;
  const std::uint64_t model_ranks = std::uint64_t(j.tensor) * j.pipeline;
  const std::uint64_t ranks = model_ranks * j.data;
  if (ranks == s.cluster.gpus)
    return true;
  const std::uint32_t gpus = s.cluster.gpus;
  const std::uint64_t others = std::uint64_t(j.tensor) * j.data;
  const std::string suggestion =
      gpus % model_ranks == 0 ? fmt::format("Try data = {}.", gpus / model_ranks)
      : gpus % others == 0    ? fmt::format("Try pipeline = {}.", gpus / others)
      : gpus % j.tensor == 0  ? fmt::format("Try pipeline = {}.", largest_divisor_up_to(gpus / j.tensor, j.pipeline))
                              : fmt::format("Try tensor = {}.", largest_divisor_up_to(gpus, j.tensor));
  c.add(first_given(s, {"job.0.data", "job.0.pipeline", "job.0.tensor"}, "cluster.gpus"),
        fmt::format("job.tensor × pipeline × data × context = {} × {} × {} × 1 = {}", j.tensor, j.pipeline, j.data,
                    ranks),
        fmt::format("must be the {} GPUs of the cluster", gpus), suggestion);
  return false;
}

void check_batches(Checks &c) {
  const auto &s = c.s();
  const auto &j = *s.job;
  const std::uint64_t at_once = std::uint64_t(j.micro_batch) * j.data;
  const std::string key = first_given(s, {"job.0.global_batch", "job.0.micro_batch"}, "job.0");
  if (j.global_batch % at_once != 0) {
    c.add(key, fmt::format("job.global_batch = {}", j.global_batch),
          fmt::format("must be a multiple of micro_batch × data = {}", at_once),
          fmt::format("Try {}.", std::max<std::uint64_t>(1, j.global_batch / at_once) * at_once));
    return;
  }
  const std::uint64_t batches = j.global_batch / at_once;
  if (j.interleaved && batches % j.pipeline != 0)
    c.add(key, fmt::format("job.global_batch = {}: {} micro-batches per replica", j.global_batch, batches),
          fmt::format("the interleaved schedule needs a multiple of pipeline = {}", j.pipeline),
          fmt::format("Try {}.", std::max<std::uint64_t>(1, batches / j.pipeline) * j.pipeline * at_once));
  const std::uint64_t passes = batches * j.interleave;
  const std::uint64_t most = std::min(max_passes, max_passes_of_job / j.pipeline);
  if (passes > most)
    c.add(key, fmt::format("job.global_batch = {}: {} micro-batches per replica", j.global_batch, batches),
          fmt::format("with interleave = {} a stage has {} passes per step, at most {} fit in memory", j.interleave,
                      passes, most),
          "Use a smaller global_batch or a larger micro_batch.");
}

void check_schedule(Checks &c) {
  const auto &s = c.s();
  const auto &j = *s.job;
  const bool said = s.given("job.0.schedule");
  if (j.pipeline == 1) {
    if (j.interleave > 1)
      c.needless("job.0.interleave", "there is one pipeline stage");
    c.needless("job.0.first_stage_layers", "there is one pipeline stage");
    c.needless("job.0.last_stage_layers", "there is one pipeline stage");
    if (j.placement != "tp-dp-pp")
      c.needless("job.0.placement", "there is one pipeline stage");
    return;
  }
  if (j.no_schedule)
    c.add("job.0.schedule", "job.schedule = \"none\"", fmt::format("there are {} pipeline stages", j.pipeline),
          "Use \"1f1b\".");
  if (said && j.interleaved && j.interleave == 1)
    c.add("job.0.schedule", "job.schedule = \"interleaved-1f1b\"", "needs at least two virtual stages per rank",
          "Try interleave = 2.");
  if (said && !j.interleaved && j.interleave > 1)
    c.add("job.0.interleave", fmt::format("job.interleave = {}", j.interleave), "the schedule has no virtual stages",
          "Use schedule = \"interleaved-1f1b\".");
}

/// Keys that change nothing about the layers of this job.
void check_layers(Checks &c) {
  const auto &j = *c.s().job;
  if (j.sequence_parallel && j.tensor == 1)
    c.needless("job.0.sequence_parallel", "there is one tensor rank, tensor = 1");
  if (j.recompute == "selective" && j.flash_attention)
    c.add("job.0.recompute", "job.recompute = \"selective\" has no effect",
          "flash attention already recomputes the attention scores", "Leave it out, or set flash_attention = false.");
}

void check_stages(Checks &c, const ModelShape &model) {
  const auto &s = c.s();
  const auto &j = *s.job;
  if (j.pipeline > model.layers) {
    c.add("job.0.pipeline", fmt::format("job.pipeline = {}", j.pipeline),
          fmt::format("more stages than the {} layers of {}", model.layers, model.name),
          fmt::format("Try {}.", largest_divisor_up_to(model.layers, j.pipeline)));
    return;
  }
  const std::uint64_t stages = std::uint64_t(j.pipeline) * j.interleave;
  if (stages > model.layers) {
    c.add("job.0.interleave", fmt::format("job.pipeline × interleave = {} × {} = {}", j.pipeline, j.interleave, stages),
          fmt::format("more stages than the {} layers of {}", model.layers, model.name),
          fmt::format("Try interleave = {}.",
                      largest_divisor_up_to(std::max(1u, model.layers / j.pipeline), j.interleave)));
    return;
  }
  if (j.first_stage_layers == 0 && j.last_stage_layers == 0 && model.layers % stages != 0)
    c.add(first_given(s, {j.interleave > 1 ? "job.0.interleave" : "job.0.pipeline", "job.0.pipeline"}, "job.0"),
          fmt::format("job.pipeline × interleave = {} × {} = {}", j.pipeline, j.interleave, stages),
          fmt::format("must divide the {} layers of {}", model.layers, model.name),
          j.interleave > 1 ? "" : "Give first_stage_layers or last_stage_layers, or another pipeline.");
}

void check_experts(Checks &c, const ModelShape &model) {
  const auto &s = c.s();
  const auto &j = *s.job;
  if (model.experts == 0) {
    if (j.expert > 1)
      c.add("job.0.expert", fmt::format("job.expert = {}", j.expert), model.name + " has no experts", "Use 1.");
    c.needless("job.0.expert_tensor", model.name + " has no experts");
    for (const char *key : {"active_experts", "shared_experts", "expert_feed_forward", "dense_layers"})
      c.needless(std::string("model.") + key, "without model.experts there are none");
    return;
  }
  const std::uint32_t expert_tensor = j.expert_tensor == 0 ? j.tensor : j.expert_tensor;
  if (expert_tensor != j.tensor && expert_tensor != 1) {
    c.add("job.0.expert_tensor", fmt::format("job.expert_tensor = {}", expert_tensor),
          fmt::format("must be tensor = {}, or 1", j.tensor), "Use 1.");
    return;
  }
  const std::uint32_t places = j.tensor * j.data / expert_tensor;
  const std::string suggestion =
      fmt::format("Try {}.", largest_divisor_up_to(std::gcd(model.experts, places), j.expert));
  if (model.experts % j.expert != 0)
    c.add("job.0.expert", fmt::format("job.expert = {}", j.expert),
          fmt::format("must divide the {} experts of {}", model.experts, model.name), suggestion);
  else if (places % j.expert != 0)
    c.add("job.0.expert", fmt::format("job.expert = {}", j.expert),
          fmt::format("must divide tensor × data ÷ expert_tensor = {}", places), suggestion);
}
} // namespace

void check_job(Checks &c) {
  const auto &s = c.s();
  const auto &j = *s.job;
  if (s.model && s.given("job.0.model"))
    c.add("job.0.model", "job.model beside [model]", "two models for one job", "Keep one of them.");
  if (!j.workload.empty())
    return check_workload_job(c);
  if (j.gradient_bytes == 3)
    c.add("job.0.gradient_bytes", "job.gradient_bytes = 3", "must be 2 or 4", "Use 2.");
  check_schedule(c);
  check_layers(c);
  if (check_factors(c))
    check_batches(c);
  try {
    const ModelShape model = model_shape(s);
    check_stages(c, model);
    check_experts(c, model);
  } catch (const Error &e) { c.add(e.problems()); }
}

} // namespace lightloom
