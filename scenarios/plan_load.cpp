// The load of a scenario as programs: a training step, a foreign workload file, plain collectives or plain traffic.

#include "collectives/plain.hpp"
#include "collectives/simai.hpp"
#include "collectives/traffic.hpp"
#include "collectives/training.hpp"
#include "scenarios/build.hpp"
#include "scenarios/located.hpp"

namespace lightloom {

namespace {
ScaleUpDomain scale_up_domain(const Scenario &s) {
  if (!s.cluster.scale_up)
    return {};
  return {s.cluster.gpus_per_node, s.cluster.scale_up_bandwidth, s.cluster.scale_up_latency};
}

GpuSpec gpu_spec(const Scenario &s) {
  GpuSpec gpu = located(s, "cluster.gpu", [&] { return find_gpu(s.cluster.gpu); });
  const auto set = [](auto &field, const auto &value) {
    if (value)
      field = *value;
  };
  set(gpu.peak_flops, s.cluster.peak_flops);
  set(gpu.efficiency, s.cluster.efficiency);
  set(gpu.memory, s.cluster.memory);
  if (s.cluster.memory_bandwidth)
    gpu.memory_bandwidth = static_cast<double>(s.cluster.memory_bandwidth->bits_per_second) / 8;
  return gpu;
}

ModelShape model_shape(const Scenario &s) {
  if (!s.model)
    return located(s, "job.0.model", [&] { return find_model(s.job->model); });
  const auto &m = *s.model;
  ModelShape shape;
  shape.name = "[model]";
  shape.layers = m.layers;
  shape.hidden = m.hidden;
  shape.heads = m.heads;
  shape.kv_heads = m.heads;
  shape.ffn_hidden = m.feed_forward != 0 ? m.feed_forward : 4 * m.hidden;
  shape.sequence = m.sequence;
  shape.vocabulary = m.vocabulary;
  shape.source = s.file;
  located(s, "model", [&] { check_model(shape); });
  return shape;
}

JobPlan plan_model(const Scenario &s) {
  const JobPart &j = *s.job;
  TrainingSpec t;
  t.model = model_shape(s);
  t.gpu = gpu_spec(s);
  t.gpus = s.cluster.gpus;
  t.tensor = j.tensor;
  t.data = j.data;
  t.micro_batch = j.micro_batch;
  t.global_batch = j.global_batch;
  t.steps = s.steps;
  t.scale_up = scale_up_domain(s);
  t.bucket_size = j.bucket.value_or(Bytes(0));
  return located(s, "job.0", [&] { return plan_training(t); });
}

JobPlan plan_workload(const Scenario &s) {
  const auto workload = located(s, "job.0.workload", [&] { return load_simai(s.job->workload); });
  SimaiRun run;
  run.gpus = s.cluster.gpus;
  run.scale_up = scale_up_domain(s);
  run.steps = s.steps;
  auto plan = located(s, "job.0.workload", [&] { return plan_simai(workload, run); });
  plan.notes.insert(plan.notes.end(), workload.warnings.begin(), workload.warnings.end());
  return plan;
}
} // namespace

JobPlan plan_load(const Scenario &s) {
  if (s.job)
    return s.job->workload.empty() ? plan_model(s) : plan_workload(s);
  if (!s.collectives.empty()) {
    std::vector<PlainCollective> list;
    for (const auto &c : s.collectives)
      list.push_back({parse_collective_op(c.op), c.algorithm, c.size, s.steps});
    return located(s, "collective.0", [&] { return plan_collectives(list, s.cluster.gpus); });
  }
  if (!s.traffic.empty()) {
    const auto &t = s.traffic.front();
    return located(s, "traffic.0", [&] { return plan_traffic({t.pattern, t.size, t.fan_in, s.seed}, s.cluster.gpus); });
  }
  throw Error(Problem{{s.file, 0, 0},
                      "nothing to run",
                      "no [job], [[collective]] or [[traffic]]",
                      "Add one, or use lightloom topology."});
}

} // namespace lightloom
