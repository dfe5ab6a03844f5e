#include "collectives/training/training_layers.hpp"

#include "collectives/training/stage.hpp"
#include "sim/core/contract.hpp"

namespace lightloom {

std::vector<std::string> training_labels() {
  return {"other",
          "forward",
          "backward",
          "recomputation",
          "optimizer",
          "tensor-parallel",
          "expert dispatch and combine",
          "pipeline activations",
          "gradients",
          "weights (ZeRO-1)",
          "embedding gradients"};
}

TrainingGroups add_groups(Script &script, const TrainingSpec &s) {
  TrainingGroups groups;
  const auto add = [&](std::optional<std::uint32_t> &group, Communicator c) {
    if (c.size == 1)
      return;
    group = static_cast<std::uint32_t>(script.communicators.size());
    script.communicators.push_back(c);
  };
  const bool data_next = s.order == RankOrder::tp_dp_pp;
  const std::uint32_t data_stride = data_next ? s.tensor : s.tensor * s.pipeline;
  const std::uint32_t stage_stride = data_next ? s.tensor * s.data : s.tensor;
  const bool split = s.expert_tensor == s.tensor;
  add(groups.tensor, place(s.tensor, 1, s.scale_up));
  add(groups.data, place(s.data, data_stride, s.scale_up));
  Communicator stages;
  stages.size = s.pipeline;
  stages.stride = stage_stride;
  add(groups.pipeline, stages);
  if (s.model.experts > 0) {
    const std::uint32_t stride = split ? data_stride : 1;
    add(groups.expert, place(s.expert, stride, s.scale_up));
    if (groups.expert && split)
      groups.expert_tensor = groups.tensor;
    if (experts_apart(
            s)) // whole experts of tensor groups ordered tp-pp-dp are the groups, so their holders a data group
      add(groups.expert_data,
          place(experts_shared_by(s), split || data_next ? stride * s.expert : data_stride, s.scale_up));
  }
  if (embedding_copied(s)) {
    Communicator ends;
    ends.size = 2;
    ends.stride = stage_stride * (s.pipeline - 1);
    ends.period = stage_stride * s.pipeline;
    ends.scale_up = s.scale_up.gpus % ends.period == 0;
    add(groups.embedding, ends);
  }
  return groups;
}

Duration LayerWriter::over_tokens(double flops_per_token) const {
  return compute_time(flops_per_token * spec_.micro_batch * spec_.model.sequence / spec_.tensor, spec_.gpu);
}

Duration LayerWriter::touch() const {
  return memory_time(2.0 * 2.0 * spec_.micro_batch * spec_.model.sequence * spec_.model.hidden, spec_.gpu);
}

Bytes LayerWriter::activations() const {
  return Bytes(static_cast<std::int64_t>(spec_.micro_batch) * spec_.model.sequence * spec_.model.hidden * 2);
}

void LayerWriter::in_tensor_group(Block &to, CollectiveOp op, Bytes bytes) const {
  if (!groups_.tensor)
    return;
  to.push_back(collective(script_, *groups_.tensor, op, bytes, "auto", label::tensor));
  to.back().marked = marking_ == Marking::all;
}

void LayerWriter::enter(Block &to) const {
  if (spec_.sequence_parallel)
    in_tensor_group(to, CollectiveOp::all_gather, activations());
}

void LayerWriter::leave(Block &to) const {
  in_tensor_group(to, spec_.sequence_parallel ? CollectiveOp::reduce_scatter : CollectiveOp::all_reduce, activations());
}

void LayerWriter::gather_received(Block &to) const { in_tensor_group(to, CollectiveOp::all_gather, activations()); }

void LayerWriter::exchange(Block &to) const {
  if (!groups_.expert)
    return;
  // With tensor parallelism each rank has its share of the sequence (check_training).
  const Bytes bytes(activations().value * spec_.model.active_experts / spec_.tensor);
  to.push_back(collective(script_, *groups_.expert, CollectiveOp::all_to_all, bytes, "auto", label::experts));
  to.back().marked = marking_ != Marking::last_experts || last_;
}

/// The tokens of all ranks that split an expert come together before it, and its partial sums part after it.
void LayerWriter::in_expert_tensor_group(Block &to, CollectiveOp op) const {
  if (groups_.expert_tensor)
    in_tensor_group(to, op, activations() * spec_.model.active_experts);
}

void LayerWriter::shared(Block &to, std::uint32_t passes, std::uint16_t label) const {
  const Duration time = passes * over_tokens(router_and_shared_flops_per_token(spec_.model));
  if (spec_.model.shared_experts > 0)
    enter(to);
  to.push_back(compute(time, label));
  if (spec_.model.shared_experts > 0)
    leave(to);
}

void LayerWriter::routed(Block &to, std::uint32_t passes, std::uint16_t label) const {
  // Without expert groups the matrices are split like those of a dense layer, or held whole.
  const bool as_dense = !groups_.expert && spec_.expert_tensor == spec_.tensor;
  if (as_dense)
    enter(to);
  exchange(to);
  in_expert_tensor_group(to, CollectiveOp::all_gather);
  to.push_back(compute(passes * over_tokens(expert_flops_per_token(spec_.model)), label));
  in_expert_tensor_group(to, CollectiveOp::reduce_scatter);
  exchange(to);
  if (as_dense)
    leave(to);
}

void LayerWriter::expert_part(Block &to, std::uint32_t passes, std::uint16_t label) const {
  if (passes == 1) {
    shared(to, passes, label);
    routed(to, passes, label);
  } else {
    routed(to, passes, label);
    shared(to, passes, label);
  }
}

void LayerWriter::embedding_forward(Block &to) const {
  to.push_back(compute(touch(), label::forward));
  leave(to); // the vocabulary is split over the group
}

void LayerWriter::embedding_backward(Block &to) const {
  enter(to);
  to.push_back(compute(touch(), label::backward));
}

void LayerWriter::head_forward(Block &to) const {
  enter(to);
  to.push_back(compute(over_tokens(head_flops_per_token(spec_.model)), label::forward));
}

void LayerWriter::head_backward(Block &to) const {
  to.push_back(compute(2 * over_tokens(head_flops_per_token(spec_.model)), label::backward));
  leave(to);
}

void LayerWriter::layer_forward(Block &to, std::uint32_t layer, std::uint16_t label) const {
  enter(to);
  to.push_back(compute(over_tokens(attention_flops_per_token(spec_.model)), label));
  leave(to);
  if (is_expert_layer(spec_.model, layer)) {
    expert_part(to, 1, label);
    return;
  }
  enter(to);
  to.push_back(compute(over_tokens(mlp_flops_per_token(spec_.model)), label));
  leave(to);
}

/// Backward takes twice the forward: gradients of inputs and of weights.
void LayerWriter::layer_backward(Block &to, std::uint32_t layer) const {
  const ModelShape &m = spec_.model;
  if (spec_.recompute == Recompute::full)
    layer_forward(to, layer, label::recomputation);
  if (is_expert_layer(m, layer)) {
    expert_part(to, 2, label::backward);
  } else {
    enter(to);
    to.push_back(compute(2 * over_tokens(mlp_flops_per_token(m)), label::backward));
    leave(to);
  }
  enter(to);
  // Flash attention computes its scores again in any case: that is part of its efficiency.
  if (spec_.recompute == Recompute::selective && !spec_.flash_attention)
    to.push_back(compute(over_tokens(score_flops_per_token(m)), label::recomputation));
  to.push_back(compute(2 * over_tokens(attention_flops_per_token(m)), label::backward));
}

void LayerWriter::layer_backward_end(Block &to) const { leave(to); }

} // namespace lightloom
