#pragma once
// What a pipeline stage holds: its chunks of layers, and the parameters of one of its ranks.

#include "collectives/training/training_spec.hpp"

#include <cstdint>

namespace lightloom {

/// Consecutive layers of a stage.
struct StageChunk {
  std::uint32_t first_layer = 0;
  std::uint32_t layers = 0;
  bool embedding = false; ///< begins with the embedding
  bool head = false;      ///< ends with the final norm, the output head and the loss
};
/// Chunk `chunk` of stage `stage`: layers are dealt to stages chunk by chunk, in turn.
StageChunk stage_chunk(const TrainingSpec &spec, std::uint32_t stage, std::uint32_t chunk);

/// Parameters one rank holds.
struct HeldParameters {
  std::int64_t shared = 0;  ///< the same at all data ranks
  std::int64_t experts = 0; ///< routed experts: the same at experts_shared_by ranks
  std::int64_t total() const { return shared + experts; }
  HeldParameters &operator+=(const HeldParameters &o) {
    shared += o.shared;
    experts += o.experts;
    return *this;
  }
};
HeldParameters layer_held(const TrainingSpec &spec, std::uint32_t layer);
HeldParameters embedding_held(const TrainingSpec &spec);
/// Final norm and output head; the last of several stages has a copy of a tied embedding matrix.
HeldParameters head_held(const TrainingSpec &spec);
HeldParameters stage_held(const TrainingSpec &spec, std::uint32_t stage);

/// Ranks of a stage that hold the same routed experts: tensor × data ÷ (expert_tensor × expert).
std::uint32_t experts_shared_by(const TrainingSpec &spec);
/// Whether routed experts are reduced over other ranks than the rest.
bool experts_apart(const TrainingSpec &spec);
/// Whether first and last stage both hold the tied embedding matrix.
bool embedding_copied(const TrainingSpec &spec);

} // namespace lightloom
