#pragma once
// Layers as instructions: what one rank computes and exchanges inside its tensor and expert groups for one micro-batch.
//
// Tensor groups all-reduce activations after each half of a layer; with sequence parallelism they all-gather before it
// and reduce-scatter after it, the same bytes (Korthikanti et al. 2022; the second gather of inputs in the backward
// pass is taken as hidden behind compute, as there). Experts: router, dispatch, experts, combine, one after another.
// Leaves out: overlap of expert exchange with compute, tokens dropped, load imbalance, several experts of one token on
// one GPU or node sent once.

#include "collectives/script.hpp"
#include "collectives/training/training_spec.hpp"

#include <cstdint>
#include <optional>

namespace lightloom {

/// What operations are for: indexes of JobPlan::labels.
namespace label {
constexpr std::uint16_t other = 0, forward = 1, backward = 2, recomputation = 3, optimizer = 4, tensor = 5, experts = 6,
                        pipeline = 7, gradients = 8, weights = 9, embedding = 10;
}
/// Their names, in that order.
std::vector<std::string> training_labels();

/// Communicators of the script by use; none where the group would have one member.
struct TrainingGroups {
  std::optional<std::uint32_t> tensor;
  std::optional<std::uint32_t> pipeline;
  std::optional<std::uint32_t> data;
  std::optional<std::uint32_t> expert;
  std::optional<std::uint32_t> expert_tensor; ///< ranks that split an expert, when `expert` ranks share the others
  std::optional<std::uint32_t> expert_data;   ///< ranks that hold the same experts, when they are not the data ranks
  std::optional<std::uint32_t> embedding;     ///< first and last stage
};
/// Adds the communicators of a job to the script.
TrainingGroups add_groups(Script &script, const TrainingSpec &spec);

/// Which collectives inside groups get an id of their own in results; the rest is seen by label.
enum class Marking : std::uint8_t {
  all,
  experts,      ///< not the tensor groups'
  last_experts, ///< of the experts', only those of the last micro-batch
};

/// Appends the instructions of layers to blocks, for one micro-batch of the ranks of a stage.
class LayerWriter {
public:
  LayerWriter(const TrainingSpec &spec, const Script &script, const TrainingGroups &groups, Marking marking)
      : spec_(spec), script_(script), groups_(groups), marking_(marking) {}
  /// Whether what follows belongs to the last micro-batch.
  void set_last(bool last) { last_ = last; }

  void embedding_forward(Block &to) const;
  void embedding_backward(Block &to) const;
  void head_forward(Block &to) const;
  void head_backward(Block &to) const;
  void layer_forward(Block &to, std::uint32_t layer, std::uint16_t label) const;
  /// The backward pass of a layer up to its last weight gradient, recomputation first; then the rest.
  void layer_backward(Block &to, std::uint32_t layer) const;
  void layer_backward_end(Block &to) const;
  /// Received activations of which each tensor rank has a share: gathers them.
  void gather_received(Block &to) const;

private:
  /// Time of `flops_per_token` over one micro-batch, shared by the tensor group.
  Duration over_tokens(double flops_per_token) const;
  /// Reading and writing the activations of a micro-batch once (bf16).
  Duration touch() const;
  /// The activations of a micro-batch, bf16, whole.
  Bytes activations() const;
  void enter(Block &to) const; ///< into a tensor-parallel part
  void leave(Block &to) const; ///< and out of it
  void in_tensor_group(Block &to, CollectiveOp op, Bytes bytes) const;
  void exchange(Block &to) const; ///< dispatch or combine
  void in_expert_tensor_group(Block &to, CollectiveOp op) const;
  /// Shared experts and router, then routed experts; `passes` 1 forward, 2 backward.
  void expert_part(Block &to, std::uint32_t passes, std::uint16_t label) const;
  void routed(Block &to, std::uint32_t passes, std::uint16_t label) const;
  void shared(Block &to, std::uint32_t passes, std::uint16_t label) const;

  const TrainingSpec &spec_;
  const Script &script_;
  const TrainingGroups &groups_;
  Marking marking_;
  bool last_ = false;
};

} // namespace lightloom
