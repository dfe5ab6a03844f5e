#pragma once
// A training step as programs: layer by layer, tensor parallelism inside the scale-up domain, data parallelism over the
// network with gradient reduction overlapped with the backward pass, as Megatron-LM and PyTorch DDP do it. Leaves out:
// pipeline, context, expert and sequence parallelism, ZeRO, activation recomputation, data loading, checkpoints.
// Source: Shoeybi et al., Megatron-LM (2019); Narayanan et al., SC 2021; Li et al., PyTorch Distributed (VLDB 2020).

#include "collectives/gpu.hpp"
#include "collectives/job_plan.hpp"
#include "collectives/model.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// A [job] with a model.
struct TrainingSpec {
  ModelShape model;
  GpuSpec gpu;
  std::uint32_t gpus = 1; ///< of the job; = tensor × pipeline × data × context
  std::uint32_t tensor = 1;
  std::uint32_t pipeline = 1; ///< only 1
  std::uint32_t data = 1;
  std::uint32_t context = 1;      ///< only 1
  std::uint32_t expert = 1;       ///< only 1
  std::uint32_t micro_batch = 1;  ///< sequences per replica and micro-batch
  std::uint32_t global_batch = 1; ///< sequences per step; a multiple of data × micro_batch
  std::uint32_t steps = 1;
  ScaleUpDomain scale_up;
  std::string data_algorithm = "ring"; ///< gradient all-reduce
  std::uint32_t gradient_bytes = 2;    ///< per parameter; bf16
  std::uint32_t bucket_layers = 1;     ///< layers per gradient bucket
  Bytes bucket_size{};                 ///< > 0: instead, a bucket closes once it holds at least this much
  /// Memory traffic of Adam: reads fp32 weight and two moments (12 B) and the gradient (2 B), writes the three and the
  /// bf16 weight (14 B).
  double optimizer_bytes_per_parameter = 28;
};

/// Rank = replica × tensor + t. The tensor group of a rank is the `tensor` ranks of its replica; the data group are
/// the ranks with equal t. Stream 0 computes and runs tensor-parallel collectives: scale-up operations when tensor ≤
/// scale_up.gpus and divides it, else rings over the network. Stream 1 (data > 1) reduces gradients: bucket by bucket
/// as the last micro-batch's backward finishes them. Throws Error: a factorisation that does not match, a batch that
/// does not divide, what this version does not have.
JobPlan plan_training(const TrainingSpec &spec);

} // namespace lightloom
