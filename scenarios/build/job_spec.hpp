#pragma once
// [job], [model] and [gpu] of a scenario as the job planner takes them.

#include "collectives/job_plan.hpp"
#include "collectives/training/gpu.hpp"
#include "collectives/training/model.hpp"
#include "collectives/training/training_spec.hpp"
#include "scenarios/scenario.hpp"

namespace lightloom {

/// The node as a scale-up domain; of one GPU without a scale-up network.
ScaleUpDomain scale_up_domain(const Scenario &scenario);
/// The catalogue's GPU with what [gpu] overrides. Throws a located Error.
GpuSpec gpu_spec(const Scenario &scenario);
/// The catalogue's model or [model]. Throws located Errors. Requires a job with a model.
ModelShape model_shape(const Scenario &scenario);
/// All of it. Throws located Errors. Requires a job with a model.
TrainingSpec training_spec(const Scenario &scenario);

} // namespace lightloom
