#pragma once
// Does a training job fit its GPUs: weights, gradients, optimizer state and activations of the fullest pipeline stage.
// Activations as Korthikanti et al. count them ("Reducing Activation Recomputation in Large Transformer Models", 2022,
// section 4), extended to gated MLPs, grouped-query and latent attention and experts. Leaves out: the CUDA context,
// communication buffers, fragmentation, temporary tensors; so a job that fits by a hair here does not in life.

#include "collectives/training/training_spec.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// Bytes per GPU.
struct JobMemory {
  Bytes weights{};     ///< 2 B per parameter held
  Bytes gradients{};   ///< gradient_bytes per parameter held
  Bytes optimizer{};   ///< Adam: fp32 weight and two moments, 12 B per parameter; ÷ data ranks with ZeRO-1
  Bytes activations{}; ///< of all micro-batches in flight
  Bytes total{};
  Bytes capacity{};        ///< the GPU's memory; 0 when unknown
  std::uint32_t stage = 0; ///< the fullest pipeline stage
  bool fits() const { return capacity.value == 0 || total <= capacity; }
};

/// Bytes of activations that layer `layer` keeps for the backward pass of one micro-batch on one GPU. For GPT shapes
/// without flash attention s b h (34 + 5 a s / h): 10 of the 34 whole at each tensor rank, all ÷ tensor with sequence
/// parallelism, no scores with selective recomputation, 2 s b h with full.
double layer_activations(const TrainingSpec &spec, std::uint32_t layer);

/// Memory of pipeline stage `stage`. The spec must have passed check_training.
JobMemory stage_memory(const TrainingSpec &spec, std::uint32_t stage);
/// Memory of the fullest stage.
JobMemory job_memory(const TrainingSpec &spec);
/// "weights 5.5 GB + gradients 5.5 GB + optimizer state 32.7 GB + activations 5.1 GB = 48.8 GB"
std::string describe(const JobMemory &memory);
/// Throws Error with the figures and what would help when the job does not fit.
void check_memory(const TrainingSpec &spec);

} // namespace lightloom
