#include "scenarios/build/job_spec.hpp"

#include "scenarios/located.hpp"

namespace lightloom {

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
  const auto or_else = [](std::uint32_t value, std::uint32_t otherwise) { return value != 0 ? value : otherwise; };
  ModelShape shape;
  shape.name = "[model]";
  shape.layers = m.layers;
  shape.hidden = m.hidden;
  shape.heads = m.heads;
  shape.kv_heads = or_else(m.kv_heads, m.heads);
  shape.ffn_hidden = or_else(m.feed_forward, 4 * m.hidden);
  shape.gated = m.gated;
  shape.sequence = m.sequence;
  shape.vocabulary = m.vocabulary;
  if (m.experts > 0) {
    shape.experts = m.experts;
    shape.active_experts = m.active_experts;
    shape.shared_experts = m.shared_experts;
    shape.expert_ffn_hidden = or_else(m.expert_feed_forward, shape.ffn_hidden);
    shape.dense_layers = m.dense_layers;
  }
  shape.source = s.file;
  located(s, "model", [&] { check_model(shape); });
  return shape;
}

TrainingSpec training_spec(const Scenario &s) {
  const JobPart &j = *s.job;
  TrainingSpec t;
  t.model = model_shape(s);
  t.gpu = gpu_spec(s);
  t.sequence = j.sequence;
  t.gpus = s.cluster.gpus;
  t.tensor = j.tensor;
  t.pipeline = j.pipeline;
  t.data = j.data;
  t.expert = j.expert;
  t.expert_tensor = j.expert_tensor != 0 ? j.expert_tensor : j.tensor;
  t.sequence_parallel = j.sequence_parallel;
  t.micro_batch = j.micro_batch;
  t.global_batch = j.global_batch;
  t.steps = s.steps;
  t.schedule = j.interleaved ? Schedule::interleaved : Schedule::one_f_one_b;
  t.interleave = j.interleave;
  t.first_stage_layers = j.first_stage_layers;
  t.last_stage_layers = j.last_stage_layers;
  t.recompute = j.recompute == "full"        ? Recompute::full
                : j.recompute == "selective" ? Recompute::selective
                                             : Recompute::none;
  t.flash_attention = j.flash_attention;
  t.zero = j.zero;
  t.data_algorithm = j.data_algorithm;
  t.algorithms = algorithms_with(s.extensions.collective_algorithms);
  t.overlap_gradients = j.overlap;
  t.gradient_bytes = j.gradient_bytes;
  t.bucket_size = j.bucket.value_or(Bytes(0));
  t.order = j.placement == "tp-pp-dp" ? RankOrder::tp_pp_dp : RankOrder::tp_dp_pp;
  t.scale_up = scale_up_domain(s);
  return t;
}

} // namespace lightloom
