#pragma once
// A training step as programs: layer by layer, with tensor, sequence, pipeline, data and expert parallelism, as
// Megatron-LM and PyTorch DDP run it. Leaves out: what training/training_spec.hpp leaves out, and the all-reduce of a
// few bytes for the gradient norm. Source: Shoeybi et al., Megatron-LM (2019); Narayanan et al., SC 2021; Korthikanti
// et al. (2022); Li et al., PyTorch Distributed (VLDB 2020); Rajbhandari et al., ZeRO (SC 2020).

#include "collectives/job_plan.hpp"
#include "collectives/training/training_spec.hpp"

namespace lightloom {

/// The programs of a job. Stream 0 computes, exchanges activations with the neighbouring stages, and runs tensor and
/// expert collectives; stream 1 reduces gradients. A group whose members share a scale-up domain runs there by closed
/// form, others over the network. Throws Error that names the key: a factorisation that does not match, a batch or
/// layers that do not divide, a job that does not fit the memory, what this version does not have.
JobPlan plan_training(const TrainingSpec &spec);

} // namespace lightloom
