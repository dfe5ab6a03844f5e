#pragma once
// What a training job is asked to do: the model, the GPUs, how they are divided among tensor, sequence, pipeline, data
// and expert parallelism, the batch, and the schedule. Checked by check_training, which names the key to change.
// Leaves out: context parallelism, ZeRO stages 2 and 3, load imbalance among experts, data loading, checkpoints.

#include "collectives/algorithm.hpp"
#include "collectives/job_plan.hpp"
#include "collectives/training/gpu.hpp"
#include "collectives/training/model.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// Order of the pipeline's passes, as Megatron-LM runs them (Narayanan et al., SC 2021, section 2.2).
enum class Schedule : std::uint8_t { one_f_one_b, interleaved };
/// Activations computed again in the backward pass: nothing; the attention scores (Korthikanti et al. 2022); each
/// layer.
enum class Recompute : std::uint8_t { none, selective, full };
/// Which ranks are neighbours. The first varies fastest; ranks sit on hosts in order.
enum class RankOrder : std::uint8_t {
  tp_dp_pp, ///< rank = t + tensor × (d + data × p); Megatron-LM's default
  tp_pp_dp  ///< rank = t + tensor × (p + pipeline × d)
};

/// A [job] with a model.
struct TrainingSpec {
  ModelShape model;
  GpuSpec gpu;
  std::uint32_t sequence = 0; ///< tokens per sequence; 0 = the model's

  std::uint32_t gpus = 1; ///< of the job; = tensor × pipeline × data
  std::uint32_t tensor = 1;
  std::uint32_t pipeline = 1;
  std::uint32_t data = 1;
  /// Ranks of one pipeline stage that hold different experts, as Megatron-LM groups them: neighbours among the data
  /// ranks (divides data), or with expert_tensor = 1 among the tensor × data ranks, tensor fastest (divides their
  /// product). Experts' gradients are reduced among the ranks that hold the same ones.
  std::uint32_t expert = 1;
  /// Ranks that split the matrices of one expert: `tensor`, or 1 for whole experts. 0 = tensor, Megatron-LM's default.
  std::uint32_t expert_tensor = 0;
  bool sequence_parallel = false; ///< all-gather and reduce-scatter in place of all-reduce in tensor groups
  bool scatter_gather = true; ///< each tensor rank sends 1/tensor of the activations to the next stage (SC 2021, 4.1)

  std::uint32_t micro_batch = 1;  ///< sequences per replica and micro-batch
  std::uint32_t global_batch = 1; ///< sequences per step; a multiple of data × micro_batch
  std::uint32_t steps = 1;

  Schedule schedule = Schedule::one_f_one_b;
  std::uint32_t interleave = 1;         ///< virtual stages per pipeline stage; > 1 only with Schedule::interleaved
  std::uint32_t first_stage_layers = 0; ///< layers of the first stage; 0 = as many as the others
  std::uint32_t last_stage_layers = 0;  ///< layers of the last stage; 0 = as many as the others
  Recompute recompute = Recompute::none;
  bool flash_attention = true; ///< attention scores are never held in memory

  std::uint32_t zero = 0;              ///< 0; 1 = optimizer state, and with it the update, is split over data ranks
  std::string data_algorithm = "ring"; ///< of gradient all-reduce, or reduce-scatter and all-gather
  AlgorithmTable algorithms = collective_algorithms(); ///< what all collectives of the job are found in
  bool overlap_gradients = true;    ///< reduce buckets during the last micro-batch's backward, else after it
  std::uint32_t gradient_bytes = 2; ///< per parameter, 2 or 4
  std::uint32_t bucket_layers = 1;  ///< layers per gradient bucket
  Bytes bucket_size{};              ///< > 0: instead, a bucket closes once it holds at least this much

  RankOrder order = RankOrder::tp_dp_pp;
  ScaleUpDomain scale_up;
  bool check_memory = true; ///< refuse a job that does not fit the GPU's memory
};

/// How gradients are reduced over data ranks: each rank keeps the whole, or with ZeRO its share.
constexpr CollectiveOp gradient_reduction(const TrainingSpec &spec) {
  return spec.zero > 0 ? CollectiveOp::reduce_scatter : CollectiveOp::all_reduce;
}

/// The spec with its defaults filled in (sequence, expert_tensor). Throws Error that names the first key that cannot
/// be: factors, batch, layers, experts, schedule, algorithm. Memory is checked apart (training/memory.hpp).
TrainingSpec check_training(const TrainingSpec &spec);

} // namespace lightloom
