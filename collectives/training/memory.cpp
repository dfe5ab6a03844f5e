#include "collectives/training/memory.hpp"

#include "collectives/training/pipeline_schedule.hpp"
#include "collectives/training/stage.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightloom {
namespace {

/// Bytes per token that every tensor rank holds without sequence parallelism, and those split among them in any case.
struct TokenBytes {
  double whole = 0;
  double split = 0;
  TokenBytes &operator+=(const TokenBytes &o) {
    whole += o.whole;
    split += o.split;
    return *this;
  }
};

/// GPT-2 and GPT-3 train with dropout, whose masks take a byte; the models without biases here without.
bool has_dropout(const ModelShape &m) { return m.biases; }

/// Values of two bytes: inputs of norm and projections, queries, keys, values, scores, input of the output projection.
TokenBytes attention_bytes(const ModelShape &m, bool scores) {
  const double h = m.hidden;
  TokenBytes b{2 * h + 2 * h + (has_dropout(m) ? h : 0), 0};
  if (m.key_value_rank > 0) {
    b.whole += 2.0 * (m.query_rank + m.key_value_rank + m.rotary_width);
    const double queries = static_cast<double>(m.heads) * (m.query_head_width + m.rotary_width);
    b.split = 2 * (2 * queries + 2.0 * m.heads * m.value_head_width);
  } else {
    b.split = 2 * (h + 2 * h / m.heads * m.kv_heads + h);
  }
  // Softmax; with dropout its mask and what it leaves.
  b.split += scores ? (has_dropout(m) ? 5.0 : 2.0) * m.heads * m.sequence : 0;
  return b;
}

/// Inside an MLP of this width: what the activation function takes and what the second matrix takes.
double mlp_inside(const ModelShape &m, double width) { return 2 * (m.gated ? 3 : 2) * width; }

TokenBytes mlp_bytes(const ModelShape &m) {
  const double h = m.hidden;
  return {2 * h + 2 * h + (has_dropout(m) ? h : 0), mlp_inside(m, m.ffn_hidden)};
}

/// Each token is held once per active expert, in and out.
TokenBytes expert_bytes(const ModelShape &m) {
  const double h = m.hidden;
  const double inside = mlp_inside(m, m.expert_ffn_hidden);
  return {2 * h + 2 * h, m.active_experts * (2 * h + inside + 2 * h) + m.shared_experts * inside};
}

double micro_batch_tokens(const TrainingSpec &s) { return static_cast<double>(s.micro_batch) * s.model.sequence; }

double on_one_rank(const TrainingSpec &s, const TokenBytes &b) {
  const double t = s.tensor;
  return micro_batch_tokens(s) * (s.sequence_parallel ? (b.whole + b.split) / t : b.whole + b.split / t);
}

/// All a layer keeps when it is not recomputed as a whole.
double kept_by_layer(const TrainingSpec &s, std::uint32_t layer) {
  const bool scores = !s.flash_attention && s.recompute != Recompute::selective;
  TokenBytes b = attention_bytes(s.model, scores);
  b += is_expert_layer(s.model, layer) ? expert_bytes(s.model) : mlp_bytes(s.model);
  return on_one_rank(s, b);
}

/// Activations of the layers of a stage, all micro-batches in flight.
double in_flight(const TrainingSpec &s, std::uint32_t stage) {
  double layers = 0;
  double largest = 0;
  for (std::uint32_t c = 0; c < s.interleave; ++c) {
    const StageChunk chunk = stage_chunk(s, stage, c);
    for (std::uint32_t l = chunk.first_layer; l < chunk.first_layer + chunk.layers; ++l) {
      layers += layer_activations(s, l);
      largest = std::max(largest, kept_by_layer(s, l));
    }
  }
  const double passes = static_cast<double>(passes_in_flight(pipeline_shape(s), stage));
  // Full recomputation brings back one layer at a time.
  return passes * layers / s.interleave + (s.recompute == Recompute::full ? largest : 0);
}

double embedding_and_head(const TrainingSpec &s, std::uint32_t stage) {
  const ModelShape &m = s.model;
  double bytes = 0;
  if (stage == 0 && has_dropout(m))
    bytes += on_one_rank(s, {static_cast<double>(m.hidden), 0}) *
             static_cast<double>(passes_in_flight(pipeline_shape(s), stage)) / s.interleave;
  // Input of the norm and of the head, and the logits in fp32; one micro-batch at a time.
  if (stage + 1 == s.pipeline)
    bytes += on_one_rank(s, {4.0 * m.hidden, 4.0 * m.vocabulary});
  return bytes;
}

double gigabytes(Bytes b) { return static_cast<double>(b.value) * 1e-9; }

/// "61.2 GB"; below 0.1 GB "3.4 MB".
std::string shown(Bytes b) {
  return b.value < 100'000'000 ? fmt::format("{:.1f} MB", 1000 * gigabytes(b)) : fmt::format("{:.1f} GB", gigabytes(b));
}
Bytes whole(double bytes) { return Bytes(static_cast<std::int64_t>(std::min(bytes, 9e18))); }

/// What would make the job smaller, the cheapest first.
std::string remedies(const TrainingSpec &s, const JobMemory &memory) {
  std::string text;
  const auto add = [&](const std::string &remedy) { text += (text.empty() ? "Try " : ", or ") + remedy; };
  const bool activations = memory.activations > memory.weights + memory.gradients;
  if (s.zero == 0 && s.data > 1)
    add("zero = 1");
  if (activations && s.tensor > 1 && !s.sequence_parallel)
    add("sequence_parallel = true");
  if (activations && s.recompute != Recompute::full)
    add("recompute = \"full\"");
  if (activations && s.micro_batch > 1)
    add("a smaller micro_batch");
  add(fmt::format("more tensor or pipeline parallelism than {} x {}", s.tensor, s.pipeline));
  return text + ".";
}

} // namespace

double layer_activations(const TrainingSpec &s, std::uint32_t layer) {
  if (s.recompute == Recompute::full)
    return on_one_rank(s, {2.0 * s.model.hidden, 0});
  return kept_by_layer(s, layer);
}

JobMemory stage_memory(const TrainingSpec &s, std::uint32_t stage) {
  const HeldParameters held = stage_held(s, stage);
  const std::uint32_t holders = experts_apart(s) ? experts_shared_by(s) : s.data;
  const double optimized =
      s.zero == 0 ? static_cast<double>(held.total())
                  : static_cast<double>(held.shared) / s.data + static_cast<double>(held.experts) / holders;
  JobMemory memory;
  memory.stage = stage;
  memory.weights = Bytes(held.total() * 2);
  memory.gradients = Bytes(held.total() * s.gradient_bytes);
  memory.optimizer = whole(12 * optimized);
  memory.activations = whole(in_flight(s, stage) + embedding_and_head(s, stage));
  memory.total = memory.weights + memory.gradients + memory.optimizer + memory.activations;
  memory.capacity = s.gpu.memory;
  return memory;
}

JobMemory job_memory(const TrainingSpec &s) {
  JobMemory fullest = stage_memory(s, 0);
  for (std::uint32_t stage = 1; stage < s.pipeline; ++stage)
    if (const JobMemory memory = stage_memory(s, stage); memory.total > fullest.total)
      fullest = memory;
  return fullest;
}

std::string describe(const JobMemory &m) {
  return fmt::format("weights {} + gradients {} + optimizer state {} + activations {} = {}", shown(m.weights),
                     shown(m.gradients), shown(m.optimizer), shown(m.activations), shown(m.total));
}

void check_memory(const TrainingSpec &s) {
  const JobMemory memory = job_memory(s);
  if (memory.fits())
    return;
  const std::string capacity = memory.capacity.value < 1'000'000'000
                                   ? shown(memory.capacity)
                                   : fmt::format("{:.0f} GB", gigabytes(memory.capacity));
  throw Error(fmt::format("job.model = \"{}\" needs {} per GPU", s.model.name, shown(memory.total)),
              fmt::format("{} has {}; {}{}", s.gpu.name.empty() ? "the GPU" : s.gpu.name, capacity,
                          s.pipeline > 1 ? fmt::format("stage {}: ", memory.stage) : "", describe(memory)),
              remedies(s, memory));
}

} // namespace lightloom
