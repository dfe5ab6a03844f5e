#pragma once
// A step of one pipeline stage as a role of a script: its passes in the order of the schedule, gradient buckets, and
// the update. Private to training.cpp and training/training_step.cpp; layers are in training/training_layers.hpp.

#include "collectives/script.hpp"
#include "collectives/training/pipeline_schedule.hpp"
#include "collectives/training/stage.hpp"
#include "collectives/training/training_layers.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// A gradient bucket: parameters of one rank.
using Bucket = HeldParameters;

/// Writes the role of one pipeline stage.
class StageStep {
public:
  /// `spec` checked; communicators are in `script` already.
  StageStep(const TrainingSpec &spec, const Script &script, const TrainingGroups &groups, Marking marking,
            std::uint32_t stage);
  /// Stream 0 computes, exchanges and updates; stream 1, if anything is reduced, reduces gradients.
  Role build();
  std::size_t buckets() const { return buckets_.size(); }

private:
  using Blocks = std::vector<Section>; ///< one entry per chunk

  Block forward(std::uint32_t chunk, bool last);
  Block backward(std::uint32_t chunk, bool last);
  void receive(Block &to, bool forward, bool wanted) const;
  void send(Block &to, bool forward, bool wanted) const;
  void close_bucket(Block &to, Bucket &pending);
  bool bucket_full(const Bucket &pending, std::uint32_t layers) const;
  bool reduces() const;
  Block end() const;
  Block reductions() const;
  void add_reduction(Block &to, std::uint32_t communicator, std::int64_t parameters) const;
  void add_gathers(Block &to) const;
  Duration update() const;

  const TrainingSpec &spec_;
  const Script &script_;
  const TrainingGroups &groups_;
  LayerWriter layers_;
  std::uint32_t stage_;
  std::vector<Bucket> buckets_; ///< in the order in which the backward pass finishes them
};

} // namespace lightloom
