#include "collectives/training/stage.hpp"

#include "collectives/training/model.hpp"
#include "sim/core/contract.hpp"

namespace lightloom {
namespace {

/// First layer and number of layers of a stage, without interleaving.
StageChunk uneven_stage(const TrainingSpec &s, std::uint32_t stage) {
  const std::uint32_t first = s.first_stage_layers;
  const std::uint32_t last = s.last_stage_layers;
  const std::uint32_t others = s.pipeline - (first > 0 ? 1 : 0) - (last > 0 ? 1 : 0);
  const std::uint32_t each = others == 0 ? 0 : (s.model.layers - first - last) / others;
  StageChunk chunk;
  chunk.layers = stage == 0 && first > 0 ? first : stage + 1 == s.pipeline && last > 0 ? last : each;
  const std::uint32_t before = first > 0 ? first : each;
  chunk.first_layer = stage == 0 ? 0 : before + (stage - 1) * each;
  return chunk;
}

} // namespace

StageChunk stage_chunk(const TrainingSpec &s, std::uint32_t stage, std::uint32_t chunk) {
  EXPECTS(stage < s.pipeline && chunk < s.interleave);
  StageChunk result;
  if (s.first_stage_layers > 0 || s.last_stage_layers > 0) {
    result = uneven_stage(s, stage);
  } else {
    result.layers = s.model.layers / (s.pipeline * s.interleave);
    result.first_layer = (chunk * s.pipeline + stage) * result.layers;
  }
  result.embedding = stage == 0 && chunk == 0;
  result.head = stage + 1 == s.pipeline && chunk + 1 == s.interleave;
  return result;
}

HeldParameters layer_held(const TrainingSpec &s, std::uint32_t layer) {
  const ModelShape &m = s.model;
  HeldParameters held;
  held.shared = attention_parameters_per_rank(m, s.tensor);
  if (!is_expert_layer(m, layer)) {
    held.shared += mlp_parameters_per_rank(m, s.tensor);
    return held;
  }
  held.shared += router_and_shared_parameters_per_rank(m, s.tensor);
  held.experts = m.experts / s.expert * expert_parameters_per_rank(m, s.expert_tensor);
  return held;
}

HeldParameters embedding_held(const TrainingSpec &s) { return {embedding_parameters_per_rank(s.model, s.tensor), 0}; }

HeldParameters head_held(const TrainingSpec &s) {
  HeldParameters held{head_parameters_per_rank(s.model, s.tensor), 0};
  if (embedding_copied(s)) {
    ModelShape tied = s.model;
    tied.learned_positions = false;
    held.shared += embedding_parameters_per_rank(tied, s.tensor);
  }
  return held;
}

HeldParameters stage_held(const TrainingSpec &s, std::uint32_t stage) {
  HeldParameters held;
  for (std::uint32_t c = 0; c < s.interleave; ++c) {
    const StageChunk chunk = stage_chunk(s, stage, c);
    for (std::uint32_t l = 0; l < chunk.layers; ++l)
      held += layer_held(s, chunk.first_layer + l);
    if (chunk.embedding)
      held += embedding_held(s);
    if (chunk.head)
      held += head_held(s);
  }
  return held;
}

std::uint32_t experts_shared_by(const TrainingSpec &s) { return s.tensor * s.data / (s.expert_tensor * s.expert); }
bool experts_apart(const TrainingSpec &s) {
  return s.model.experts > 0 && (s.expert > 1 || s.expert_tensor != s.tensor);
}
bool embedding_copied(const TrainingSpec &s) { return s.model.tied_embeddings && s.pipeline > 1; }

} // namespace lightloom
