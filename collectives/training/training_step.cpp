#include "collectives/training/training_step.hpp"

#include "sim/core/contract.hpp"

namespace lightloom {
namespace {

constexpr std::uint32_t gradients_ready = 0; // event: stream 0 has finished a bucket's gradients
constexpr std::uint32_t bucket_reduced = 1;  // event: stream 1 has reduced a bucket
// Channels of messages between stages, beside those of the collectives of stream 0 and 1. With two stages the previous
// one is the next one too, so the directions must not share a queue pair.
constexpr std::uint32_t forward_channel = 2;
constexpr std::uint32_t backward_channel = 3;
/// Memory traffic of Adam per parameter [B]: reads fp32 weight and two moments (12) and the gradient (2), writes the
/// three and the bf16 weight (14).
constexpr double optimizer_bytes = 28;

void append(std::vector<Section> &sections, const Section &next) {
  if (!sections.empty() && sections.back().block == next.block)
    ++sections.back().repeat;
  else
    sections.push_back(next);
}

} // namespace

StageStep::StageStep(const TrainingSpec &spec, const Script &script, const TrainingGroups &groups, Marking marking,
                     std::uint32_t stage)
    : spec_(spec), script_(script), groups_(groups), layers_(spec, script, groups, marking), stage_(stage) {}

Role StageStep::build() {
  const PipelineShape shape = pipeline_shape(spec_);
  Blocks forward_blocks, last_forward_blocks, backward_blocks, last_backward_blocks(shape.interleave);
  for (std::uint32_t c = 0; c < shape.interleave; ++c) {
    forward_blocks.push_back(section(forward(c, false)));
    last_forward_blocks.push_back(section(forward(c, true)));
    backward_blocks.push_back(section(backward(c, false)));
  }
  for (std::uint32_t c = shape.interleave; c-- > 0;) // buckets in the order in which they are finished
    last_backward_blocks[c] = section(backward(c, true));
  std::vector<Section> main{section({begin_step()})};
  for (const Pass &pass : pipeline_passes(shape, stage_)) {
    const bool last = pass.micro_batch + 1 == shape.micro_batches;
    const Blocks &blocks =
        pass.forward ? (last ? last_forward_blocks : forward_blocks) : (last ? last_backward_blocks : backward_blocks);
    append(main, blocks[pass.chunk]);
  }
  main.push_back(section(end()));
  Role role{{std::move(main)}};
  if (reduces())
    role.streams.push_back({section(reductions())});
  return role;
}

void StageStep::receive(Block &to, bool forward, bool wanted) const {
  if (!wanted)
    return;
  const bool shares = spec_.tensor > 1 && (spec_.sequence_parallel || spec_.scatter_gather);
  const std::int64_t whole =
      static_cast<std::int64_t>(spec_.micro_batch) * spec_.model.sequence * spec_.model.hidden * 2;
  const Bytes bytes(shares ? (whole + spec_.tensor - 1) / spec_.tensor : whole);
  to.push_back(receive_from(*groups_.pipeline, forward ? -1 : 1, forward ? forward_channel : backward_channel, bytes,
                            label::pipeline));
  if (shares && !spec_.sequence_parallel)
    layers_.gather_received(to);
}

void StageStep::send(Block &to, bool forward, bool wanted) const {
  if (!wanted)
    return;
  Block mirror;
  receive(mirror, forward, true); // the same message, seen from the other end
  Instruction message = mirror.front();
  message.kind = Instruction::Kind::send;
  message.shift = -message.shift;
  for (const Instruction &before : to)
    if (before.kind == Instruction::Kind::compute)
      message.duration += before.duration; // no chain of such messages is without it
  to.push_back(message);
}

Block StageStep::forward(std::uint32_t c, bool last) {
  const StageChunk chunk = stage_chunk(spec_, stage_, c);
  layers_.set_last(last);
  Block steps;
  receive(steps, true, !chunk.embedding);
  if (chunk.embedding)
    layers_.embedding_forward(steps);
  for (std::uint32_t l = 0; l < chunk.layers; ++l)
    layers_.layer_forward(steps, chunk.first_layer + l, label::forward);
  if (chunk.head)
    layers_.head_forward(steps);
  send(steps, true, !chunk.head);
  return steps;
}

/// A bucket is ready once its last weight gradient is computed, before the exchange of the input gradient, which does
/// not touch it.
Block StageStep::backward(std::uint32_t c, bool last) {
  const StageChunk chunk = stage_chunk(spec_, stage_, c);
  layers_.set_last(last);
  Block steps;
  Bucket pending;
  std::uint32_t pending_layers = 0;
  receive(steps, false, !chunk.head);
  if (chunk.head) {
    pending += head_held(spec_);
    layers_.head_backward(steps);
  }
  for (std::uint32_t l = chunk.layers; l-- > 0;) {
    layers_.layer_backward(steps, chunk.first_layer + l);
    pending += layer_held(spec_, chunk.first_layer + l);
    ++pending_layers;
    const bool final = l == 0;
    if (last && (final ? !chunk.embedding : bucket_full(pending, pending_layers))) {
      close_bucket(steps, pending);
      pending_layers = 0;
    }
    layers_.layer_backward_end(steps);
  }
  if (chunk.embedding) {
    layers_.embedding_backward(steps);
    pending += embedding_held(spec_); // a tied matrix is complete only now
    if (last)
      close_bucket(steps, pending);
  }
  send(steps, false, !chunk.embedding);
  return steps;
}

bool StageStep::reduces() const { return groups_.data || groups_.expert_data || groups_.embedding; }

bool StageStep::bucket_full(const Bucket &pending, std::uint32_t layers) const {
  return spec_.bucket_size.value > 0 ? pending.total() * spec_.gradient_bytes >= spec_.bucket_size.value
                                     : layers >= spec_.bucket_layers;
}

void StageStep::close_bucket(Block &to, Bucket &pending) {
  buckets_.push_back(pending);
  pending = {};
  if (reduces() && spec_.overlap_gradients)
    to.push_back(signal_event(gradients_ready));
}

Block StageStep::end() const {
  Block steps;
  const auto buckets = static_cast<std::uint32_t>(buckets_.size());
  if (reduces()) {
    for (std::uint32_t b = 0; b < buckets && !spec_.overlap_gradients; ++b)
      steps.push_back(signal_event(gradients_ready));
    steps.push_back(wait_event(bucket_reduced, buckets));
  }
  steps.push_back(compute(update(), label::optimizer));
  if (spec_.zero > 0)
    add_gathers(steps);
  steps.push_back(end_step());
  return steps;
}

void StageStep::add_reduction(Block &to, std::uint32_t communicator, std::int64_t parameters) const {
  if (parameters > 0)
    to.push_back(collective(script_, communicator, gradient_reduction(spec_), Bytes(parameters * spec_.gradient_bytes),
                            spec_.data_algorithm, label::gradients));
}

Block StageStep::reductions() const {
  Block steps;
  const bool end_of_pipeline = stage_ == 0 || stage_ + 1 == spec_.pipeline;
  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    steps.push_back(wait_event(gradients_ready, static_cast<std::uint32_t>(b + 1)));
    const bool apart = experts_apart(spec_);
    if (groups_.data)
      add_reduction(steps, *groups_.data, apart ? buckets_[b].shared : buckets_[b].total());
    if (groups_.expert_data)
      add_reduction(steps, *groups_.expert_data, buckets_[b].experts);
    if (groups_.embedding && end_of_pipeline && b + 1 == buckets_.size()) {
      ModelShape matrix = spec_.model;
      matrix.learned_positions = false;
      const std::int64_t parameters = embedding_parameters_per_rank(matrix, spec_.tensor);
      steps.push_back(collective(script_, *groups_.embedding, CollectiveOp::all_reduce,
                                 Bytes(parameters * spec_.gradient_bytes), "auto", label::embedding));
      steps.back().marked = false; // its two ends are different roles, and would have an id each
    }
    steps.push_back(signal_event(bucket_reduced));
  }
  return steps;
}

/// Updated weights come back bucket by bucket, in the order of the reductions.
void StageStep::add_gathers(Block &to) const {
  const bool apart = experts_apart(spec_);
  const auto gather = [&](std::optional<std::uint32_t> group, std::int64_t parameters) {
    if (group && parameters > 0)
      to.push_back(collective(script_, *group, CollectiveOp::all_gather, Bytes(parameters * 2), spec_.data_algorithm,
                              label::weights));
  };
  for (const Bucket &bucket : buckets_) {
    gather(groups_.data, apart ? bucket.shared : bucket.total());
    gather(groups_.expert_data, bucket.experts);
  }
}

Duration StageStep::update() const {
  const HeldParameters held = stage_held(spec_, stage_);
  double updated = static_cast<double>(held.total());
  if (spec_.zero > 0)
    updated = static_cast<double>(held.shared) / spec_.data +
              static_cast<double>(held.experts) / (experts_apart(spec_) ? experts_shared_by(spec_) : spec_.data);
  return memory_time(updated * optimizer_bytes, spec_.gpu);
}

} // namespace lightloom
