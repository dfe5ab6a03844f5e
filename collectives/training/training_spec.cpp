#include "collectives/training/training_spec.hpp"

#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightloom {
namespace {

using Count = std::uint64_t;

/// Divisors of `of` up to `most`: the largest.
std::uint32_t largest_divisor(std::uint32_t of, std::uint32_t most) {
  for (std::uint32_t d = std::min(of, most); d > 1; --d)
    if (of % d == 0)
      return d;
  return 1;
}

/// Factors of the GPUs that come close to what was asked: the tensor size first, then a pipeline that divides layers.
std::string nearest_factors(const TrainingSpec &s) {
  if (s.gpus < 1)
    return "";
  const std::uint32_t tensor = largest_divisor(s.gpus, std::max(1u, s.tensor));
  std::uint32_t pipeline = std::max(1u, s.pipeline);
  while (s.gpus / tensor % pipeline != 0 || s.model.layers % pipeline != 0)
    --pipeline;
  std::string text;
  const auto say = [&](const char *key, std::uint32_t asked, std::uint32_t value) {
    if (asked != value)
      text += fmt::format("{}{} = {}", text.empty() ? "Try " : ", ", key, value);
  };
  say("tensor", s.tensor, tensor);
  say("pipeline", s.pipeline, pipeline);
  say("data", s.data, s.gpus / tensor / pipeline);
  return text.empty() ? "" : text + ".";
}

void check_factors(const TrainingSpec &s) {
  for (const auto &[key, value] : {std::pair{"tensor", s.tensor}, {"pipeline", s.pipeline}, {"data", s.data}})
    if (value < 1)
      throw Error(fmt::format("job.{} = 0", key), "must be at least 1");
  const double product = static_cast<double>(s.tensor) * s.pipeline * s.data;
  if (product != s.gpus)
    throw Error(fmt::format("job.tensor = {} x job.pipeline = {} x job.data = {} is {:.0f} GPUs", s.tensor, s.pipeline,
                            s.data, product),
                fmt::format("the job has {}", s.gpus), nearest_factors(s));
  if (s.model.heads % s.tensor != 0)
    throw Error(fmt::format("job.tensor = {}", s.tensor),
                fmt::format("does not divide the model's {} attention heads", s.model.heads),
                fmt::format("Try {}.", largest_divisor(s.model.heads, s.tensor)));
}

void check_batch(const TrainingSpec &s) {
  const Count sequences = static_cast<Count>(s.data) * s.micro_batch;
  if (s.micro_batch < 1)
    throw Error("job.micro_batch = 0", "must be at least 1");
  if (s.global_batch < 1 || s.global_batch % sequences != 0)
    throw Error(fmt::format("job.global_batch = {}", s.global_batch),
                fmt::format("is not a multiple of data x micro_batch = {}", sequences),
                fmt::format("Try {}.", (s.global_batch / sequences + 1) * sequences));
  if (2.0 * s.micro_batch * s.model.sequence * s.model.hidden > 1e15)
    throw Error(fmt::format("job.micro_batch = {}", s.micro_batch), "its activations exceed 1 PB per layer");
  if (s.steps < 1)
    throw Error("scenario.steps = 0", "must be at least 1");
}

/// Layers of stages whose number was given; the rest must divide.
void check_uneven_stages(const TrainingSpec &s) {
  if (s.schedule == Schedule::interleaved || s.pipeline == 1)
    throw Error(fmt::format("job.{} = {}", s.first_stage_layers > 0 ? "first_stage_layers" : "last_stage_layers",
                            std::max(s.first_stage_layers, s.last_stage_layers)),
                "stages of other sizes need a pipeline without interleaving");
  const std::uint32_t others = s.pipeline - (s.first_stage_layers > 0 ? 1 : 0) - (s.last_stage_layers > 0 ? 1 : 0);
  const Count given = static_cast<Count>(s.first_stage_layers) + s.last_stage_layers;
  const Count rest = given > s.model.layers ? 0 : s.model.layers - given;
  if ((others == 0 && rest != 0) || (others > 0 && (rest < others || rest % others != 0)) || given > s.model.layers)
    throw Error(fmt::format("job.pipeline = {}", s.pipeline),
                fmt::format("{} layers less {} of the first and last stage do not divide among {} other stages",
                            s.model.layers, given, others));
}

void check_pipeline(const TrainingSpec &s) {
  const std::uint32_t layers = s.model.layers;
  if (s.pipeline > layers)
    throw Error(fmt::format("job.pipeline = {}", s.pipeline), fmt::format("the model has only {} layers", layers),
                fmt::format("Try {}.", largest_divisor(s.gpus / s.tensor, layers)));
  if (s.interleave < 1)
    throw Error("job.interleave = 0", "must be at least 1");
  if (s.schedule != Schedule::interleaved && s.interleave > 1)
    throw Error(fmt::format("job.interleave = {}", s.interleave), "only the interleaved schedule has virtual stages",
                "Set schedule = \"interleaved-1f1b\", or interleave = 1.");
  if (s.first_stage_layers > 0 || s.last_stage_layers > 0)
    return check_uneven_stages(s);
  if (layers % s.pipeline != 0)
    throw Error(
        fmt::format("job.pipeline = {}", s.pipeline),
        fmt::format("{} layers do not divide among {} stages", layers, s.pipeline),
        fmt::format("Try {}, or set first_stage_layers or last_stage_layers.", largest_divisor(layers, s.pipeline)));
  if (s.schedule != Schedule::interleaved)
    return;
  const std::uint32_t per_stage = layers / s.pipeline;
  if (s.pipeline < 2)
    throw Error("job.schedule = \"interleaved-1f1b\"", "a pipeline of 1 stage has nothing to interleave",
                "Use \"1f1b\".");
  if (s.interleave < 2 || per_stage % s.interleave != 0)
    throw Error(fmt::format("job.interleave = {}", s.interleave),
                fmt::format("must be at least 2 and divide the {} layers of a stage", per_stage),
                per_stage < 2 ? "Use schedule = \"1f1b\"."
                              : fmt::format("Try {}.", std::max(2u, largest_divisor(per_stage, s.interleave))));
  const std::uint32_t micro_batches = s.global_batch / (s.data * s.micro_batch);
  if (micro_batches % s.pipeline != 0)
    throw Error(fmt::format("job.global_batch = {}", s.global_batch),
                fmt::format("the interleaved schedule needs micro-batches in multiples of the {} stages, not {}",
                            s.pipeline, micro_batches),
                fmt::format("Try {}.", (micro_batches / s.pipeline + 1) * static_cast<Count>(s.pipeline) * s.data *
                                           s.micro_batch));
}

void check_experts(const TrainingSpec &s) {
  const auto key = fmt::format("job.expert = {}", s.expert);
  if (s.expert < 1)
    throw Error(key, "must be at least 1");
  if (s.model.experts == 0) {
    if (s.expert > 1)
      throw Error(key, fmt::format("{} has no experts", s.model.name), "Use expert = 1.");
    return;
  }
  if (s.model.experts % s.expert != 0)
    throw Error(key, fmt::format("does not divide the model's {} experts", s.model.experts),
                fmt::format("Try {}.", largest_divisor(s.model.experts, s.expert)));
  if (s.expert_tensor != 1 && s.expert_tensor != s.tensor)
    throw Error(fmt::format("job.expert_tensor = {}", s.expert_tensor),
                fmt::format("must be 1 or the tensor size, {}", s.tensor));
  const bool split = s.expert_tensor == s.tensor;
  const Count among = split ? s.data : static_cast<Count>(s.tensor) * s.data;
  if (among % s.expert != 0)
    throw Error(key, fmt::format("does not divide the {} {} ranks", among, split ? "data" : "tensor x data"),
                fmt::format("Try {}.", largest_divisor(static_cast<std::uint32_t>(among), s.expert)));
  if (!split && s.order == RankOrder::tp_pp_dp && s.expert != s.tensor)
    throw Error(key, "with expert_tensor = 1 and ranks ordered tp-pp-dp, expert groups are the tensor groups",
                fmt::format("Try {}, or order tp-dp-pp.", s.tensor));
  if (s.tensor > 1 && !s.sequence_parallel && (s.expert > 1 || !split))
    throw Error("job.sequence_parallel = false", "experts beside tensor parallelism need it, as in Megatron-LM",
                "Set sequence_parallel = true.");
}

/// A collective over the data ranks that exists and runs on that many.
void check_data_algorithm(const TrainingSpec &s) {
  if (s.data == 1)
    return;
  std::vector ops{gradient_reduction(s)};
  if (s.zero > 0)
    ops.push_back(CollectiveOp::all_gather);
  for (const CollectiveOp op : ops)
    try {
      find_algorithm(op, s.data_algorithm, s.algorithms);
    } catch (const Error &e) {
      throw Error(fmt::format("job.data_algorithm = \"{}\"", s.data_algorithm),
                  fmt::format("{} is needed, and {}", to_string(op), e.problems().front().why),
                  e.problems().front().suggestion);
    }
}

void check_rest(const TrainingSpec &s) {
  if (s.zero > 1)
    throw Error(fmt::format("job.zero = {}", s.zero), "this version has ZeRO stages 0 and 1", "Use zero = 1.");
  if (s.gradient_bytes != 2 && s.gradient_bytes != 4)
    throw Error(fmt::format("job.gradient_bytes = {}", s.gradient_bytes), "must be 2 or 4");
  if (s.bucket_layers < 1 && s.bucket_size.value <= 0)
    throw Error("job.bucket_layers = 0", "must be at least 1");
  if (s.sequence_parallel && s.model.sequence % s.tensor != 0)
    throw Error("job.sequence_parallel = true",
                fmt::format("a sequence of {} does not divide among {} tensor ranks", s.model.sequence, s.tensor));
}

} // namespace

TrainingSpec check_training(const TrainingSpec &spec) {
  TrainingSpec s = spec;
  if (s.sequence != 0)
    s.model.sequence = s.sequence;
  s.sequence = s.model.sequence;
  if (s.expert_tensor == 0)
    s.expert_tensor = s.tensor;
  check_model(s.model);
  check_factors(s);
  check_batch(s);
  check_pipeline(s);
  check_experts(s);
  check_data_algorithm(s);
  check_rest(s);
  return s;
}

} // namespace lightloom
