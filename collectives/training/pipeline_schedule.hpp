#pragma once
// The order in which a pipeline stage runs its passes: warm-up, one forward one backward, cool-down, as Megatron-LM's
// schedules.py orders them. Interleaved: a stage holds `interleave` chunks of layers, and micro-batches go through a
// chunk in groups of `stages`. Source: Narayanan et al., SC 2021, section 2.2 and figure 4.

#include "collectives/training/training_spec.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// A pipeline and its micro-batches.
struct PipelineShape {
  std::uint32_t stages = 1;
  std::uint32_t interleave = 1; ///< chunks per stage; > 1: the interleaved schedule
  std::uint32_t micro_batches = 1;
};
PipelineShape pipeline_shape(const TrainingSpec &spec);

/// One micro-batch through one chunk of a stage.
struct Pass {
  bool forward = true;
  std::uint32_t chunk = 0; ///< 0 … interleave − 1
  std::uint32_t micro_batch = 0;
};

/// Forward passes before the first backward one. 1F1B: stages − 1 − stage; interleaved: 2 (stages − 1 − stage) +
/// (interleave − 1) × stages; never more than there are.
std::uint64_t warm_up_passes(const PipelineShape &shape, std::uint32_t stage);
/// Forward passes whose activations are held at once, at most: one more than the warm-up, or all.
std::uint64_t passes_in_flight(const PipelineShape &shape, std::uint32_t stage);
/// All passes of a stage in order; 2 × interleave × micro_batches of them.
std::vector<Pass> pipeline_passes(const PipelineShape &shape, std::uint32_t stage);
/// Share of an ideal step that is added by filling and draining, when all passes take the same and messages nothing:
/// (stages − 1) ÷ (interleave × micro_batches).
double bubble_fraction(const PipelineShape &shape);

} // namespace lightloom
