#include "collectives/training/training.hpp"

#include "collectives/training/memory.hpp"
#include "collectives/training/training_step.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightloom {
namespace {

/// Above this many, results list the collectives of tensor groups, and then of experts, no longer one by one.
constexpr std::uint64_t most_marks = 20'000;

struct BuiltStep {
  Script script;
  TrainingGroups groups;
  Marking marking = Marking::all;
  std::size_t buckets = 0; ///< of the first stage
};

BuiltStep build_step(const TrainingSpec &spec, Marking marking) {
  BuiltStep built;
  built.marking = marking;
  Script &script = built.script;
  script.ranks = spec.gpus;
  script.scale_up = spec.scale_up;
  script.algorithms = std::make_shared<const AlgorithmTable>(spec.algorithms);
  script.steps = spec.steps;
  script.role_stride = spec.order == RankOrder::tp_dp_pp ? spec.tensor * spec.data : spec.tensor;
  built.groups = add_groups(script, spec);
  for (std::uint32_t stage = 0; stage < spec.pipeline; ++stage) {
    StageStep step(spec, script, built.groups, marking, stage);
    script.roles.push_back(step.build());
    if (stage == 0)
      built.buckets = step.buckets();
  }
  return built;
}

std::uint64_t marks(const Script &script) {
  std::uint64_t count = 0;
  for (const Role &role : script.roles)
    for (const auto &sections : role.streams)
      for (const Section &s : sections)
        count +=
            s.repeat * static_cast<std::uint64_t>(std::count_if(s.block->begin(), s.block->end(), [](const auto &i) {
              return i.kind == Instruction::Kind::collective && i.marked;
            }));
  return count * script.steps;
}

std::string where(const BuiltStep &built, std::optional<std::uint32_t> group) {
  return group && built.script.communicators[*group].scale_up ? "in the scale-up domain, by closed form"
                                                              : "over the network";
}

std::string sizes(const TrainingSpec &s) {
  std::string text = fmt::format("{} GPUs = tensor {} x ", s.gpus, s.tensor);
  if (s.pipeline > 1)
    text += fmt::format("pipeline {} x ", s.pipeline);
  text += fmt::format("data {}", s.data);
  if (s.expert > 1)
    text += fmt::format(", experts over {}", s.expert);
  return text;
}

void add_model_notes(JobPlan &plan, const TrainingSpec &s) {
  const ModelShape &m = s.model;
  const std::string active =
      m.experts > 0 ? fmt::format(" ({:.2f} billion active)", static_cast<double>(active_parameters(m)) * 1e-9) : "";
  plan.notes.push_back(
      fmt::format("{}: {:.2f} billion parameters{}; {}; {} micro-batches of {} x {} tokens per replica.", m.name,
                  static_cast<double>(parameters(m)) * 1e-9, active, sizes(s), pipeline_shape(s).micro_batches,
                  s.micro_batch, m.sequence));
  plan.notes.push_back(fmt::format("GPUs compute at {:.0f} % of {:.0f} TFLOP/s ({}).", s.gpu.efficiency * 100,
                                   s.gpu.peak_flops * 1e-12,
                                   s.gpu.efficiency_source.empty() ? "as given" : s.gpu.efficiency_source));
  const JobMemory memory = job_memory(s);
  plan.notes.push_back(fmt::format("Memory of {}: {}, of {:.0f} GB.",
                                   s.pipeline > 1 ? fmt::format("stage {}, the fullest", memory.stage) : "a GPU",
                                   describe(memory), static_cast<double>(memory.capacity.value) * 1e-9));
}

void add_group_notes(JobPlan &plan, const TrainingSpec &s, const BuiltStep &built) {
  if (built.groups.tensor)
    plan.notes.emplace_back(built.script.communicators[*built.groups.tensor].scale_up
                                ? "Tensor-parallel collectives run in the scale-up domain, by closed form."
                                : "Tensor-parallel groups do not fit the scale-up domain: their collectives run over "
                                  "the network as rings.");
  if (s.pipeline > 1)
    plan.notes.push_back(
        fmt::format("Pipeline of {} stages, {}: filling and draining adds {:.1f} % to an ideal step.{}", s.pipeline,
                    s.interleave > 1 ? fmt::format("interleaved 1F1B with {} chunks each", s.interleave) : "1F1B",
                    100 * bubble_fraction(pipeline_shape(s)),
                    s.scale_up.gpus > built.script.role_stride
                        ? " Activations go over the network, also between GPUs that share a scale-up domain."
                        : ""));
  if (built.groups.expert)
    plan.notes.push_back(fmt::format(
        "Expert dispatch and combine run {}, {} of {} experts per token, spread evenly, not overlapped with compute.",
        where(built, built.groups.expert), s.model.active_experts, s.model.experts));
}

void add_data_notes(JobPlan &plan, const TrainingSpec &s, const BuiltStep &built) {
  if (!built.groups.data)
    return;
  const bool inside = built.script.communicators[*built.groups.data].scale_up;
  plan.notes.push_back(fmt::format("Gradients are {} in {} buckets of {} B per parameter, {}{}.",
                                   s.zero > 0 ? "reduce-scattered" : "reduced", built.buckets, s.gradient_bytes,
                                   s.overlap_gradients ? "overlapped with the last micro-batch's backward"
                                                       : "after the last micro-batch's backward",
                                   inside ? ", in the scale-up domain, by closed form" : ""));
  if (s.zero > 0)
    plan.notes.emplace_back("ZeRO-1: each data rank updates its share; updated weights are gathered after the update, "
                            "not overlapped with the next step.");
  if (!inside && s.scale_up.gpus > s.tensor &&
      !find_algorithm(gradient_reduction(s), s.data_algorithm, s.algorithms).inner_phases)
    plan.notes.emplace_back(
        "Gradient rings use the network between all replicas, also between those that share a scale-up domain.");
}

void add_notes(JobPlan &plan, const TrainingSpec &s, const BuiltStep &built) {
  add_model_notes(plan, s);
  add_group_notes(plan, s, built);
  add_data_notes(plan, s, built);
  const char *again = s.recompute == Recompute::none        ? "No activation recomputation"
                      : s.recompute == Recompute::selective ? "Attention scores are recomputed"
                                                            : "Every layer is recomputed";
  plan.notes.push_back(fmt::format("{}; attention counts the full square; the loss takes no time.", again));
  if (built.marking != Marking::all)
    plan.notes.push_back(
        fmt::format("Collectives of tensor groups{} are not listed one by one: there are too many.",
                    built.marking == Marking::last_experts ? ", and of experts but for the last micro-batch," : ""));
}

} // namespace

JobPlan plan_training(const TrainingSpec &asked) {
  const TrainingSpec spec = check_training(asked);
  if (spec.check_memory)
    check_memory(spec);
  BuiltStep built = build_step(spec, Marking::all);
  for (const Marking fewer : {Marking::experts, Marking::last_experts})
    if (marks(built.script) > most_marks)
      built = build_step(spec, fewer);
  JobPlan plan = plan_script(built.script);
  plan.steps = spec.steps;
  plan.labels = training_labels();
  plan.tokens_per_step = static_cast<double>(spec.global_batch) * spec.model.sequence;
  plan.flops_per_step = plan.tokens_per_step * training_flops_per_token(spec.model);
  add_notes(plan, spec, built);
  return plan;
}

} // namespace lightloom
