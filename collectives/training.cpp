#include "collectives/training.hpp"

#include "collectives/script.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <optional>

namespace lightloom {
namespace {

constexpr std::uint32_t gradients_ready = 0; // event: stream 0 has finished a bucket's gradients
constexpr std::uint32_t bucket_reduced = 1;  // event: stream 1 has reduced a bucket

void check(const TrainingSpec &s) {
  check_model(s.model);
  const auto only_one = [](const char *what, std::uint32_t value) {
    if (value != 1)
      throw Error(fmt::format("job.{} = {}", what, value), fmt::format("{} parallelism is not in this version", what),
                  fmt::format("Use {} = 1.", what));
  };
  only_one("pipeline", s.pipeline);
  only_one("context", s.context);
  only_one("expert", s.expert);
  const std::uint64_t product = static_cast<std::uint64_t>(s.tensor) * s.data;
  if (s.tensor < 1 || s.data < 1 || product != s.gpus)
    throw Error(fmt::format("tensor {} x pipeline {} x data {} x context {} = {} GPUs", s.tensor, s.pipeline, s.data,
                            s.context, product),
                fmt::format("the job has {}", s.gpus),
                s.tensor >= 1 && s.gpus % s.tensor == 0 ? fmt::format("Try data = {}.", s.gpus / s.tensor) : "");
  if (s.model.heads % s.tensor != 0)
    throw Error(fmt::format("job.tensor = {}", s.tensor),
                fmt::format("does not divide the model's {} attention heads", s.model.heads));
  const std::uint64_t sequences = static_cast<std::uint64_t>(s.data) * s.micro_batch;
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
  if (s.bucket_layers < 1 && s.bucket_size.value <= 0)
    throw Error("job.bucket_layers = 0", "must be at least 1");
}

/// Builds the script of a step.
class StepBuilder {
public:
  explicit StepBuilder(const TrainingSpec &spec) : spec_(spec) {
    script_.ranks = spec.gpus;
    script_.steps = spec.steps;
    add_communicators();
  }

  Script build() {
    const std::uint32_t micro_batches = spec_.global_batch / (spec_.data * spec_.micro_batch);
    Section start{1, {begin_step()}};
    Section body{micro_batches - 1, micro_batch(false)};
    Section last{1, micro_batch(true)};
    Section end{1, {}};
    if (data_)
      end.instructions.push_back(wait_event(bucket_reduced, static_cast<std::uint32_t>(buckets_.size())));
    end.instructions.push_back(compute(optimizer()));
    end.instructions.push_back(end_step());
    script_.streams.push_back({start, body, last, end});
    if (data_)
      script_.streams.push_back({reductions()});
    return script_;
  }

  std::size_t buckets() const { return buckets_.size(); }
  bool tensor_in_scale_up() const { return tensor_ && script_.communicators[*tensor_].scale_up; }
  std::int64_t parameters_per_rank() const {
    const ModelShape &m = spec_.model;
    return m.layers * layer_parameters() + embedding_parameters_per_rank(m, spec_.tensor) +
           head_parameters_per_rank(m, spec_.tensor);
  }

private:
  void add_communicators();
  std::int64_t layer_parameters() const {
    return attention_parameters_per_rank(spec_.model, spec_.tensor) +
           mlp_parameters_per_rank(spec_.model, spec_.tensor);
  }
  /// Time of `flops_per_token` over one micro-batch, shared by the tensor group.
  Duration over_tokens(double flops_per_token) const {
    return compute_time(flops_per_token * spec_.micro_batch * spec_.model.sequence / spec_.tensor, spec_.gpu);
  }
  /// Reading and writing the activations of a micro-batch once (bf16): the embedding look-up.
  Duration embedding() const {
    return memory_time(2.0 * 2.0 * spec_.micro_batch * spec_.model.sequence * spec_.model.hidden, spec_.gpu);
  }
  Duration optimizer() const {
    return memory_time(static_cast<double>(parameters_per_rank()) * spec_.optimizer_bytes_per_parameter, spec_.gpu);
  }
  void add_tensor_all_reduce(std::vector<Instruction> &to) const;
  std::vector<Instruction> micro_batch(bool reduce_gradients);
  void add_backward(std::vector<Instruction> &to, bool reduce_gradients);
  void close_bucket(std::vector<Instruction> &to, std::int64_t parameters);
  bool bucket_full(std::int64_t parameters, std::uint32_t layers) const;
  Section reductions() const;

  const TrainingSpec &spec_;
  Script script_;
  std::optional<std::uint32_t> tensor_; ///< communicator, when tensor > 1
  std::optional<std::uint32_t> data_;   ///< communicator, when data > 1
  std::vector<Bytes> buckets_;          ///< in the order of the backward pass
};

void StepBuilder::add_communicators() {
  const ScaleUpDomain &domain = spec_.scale_up;
  if (spec_.tensor > 1) {
    Communicator c;
    c.size = spec_.tensor;
    c.scale_up = spec_.tensor <= domain.gpus && domain.gpus % spec_.tensor == 0;
    c.bandwidth = domain.bandwidth;
    c.latency = domain.latency;
    tensor_ = static_cast<std::uint32_t>(script_.communicators.size());
    script_.communicators.push_back(c);
  }
  if (spec_.data > 1) {
    Communicator c;
    c.size = spec_.data;
    c.stride = spec_.tensor;
    data_ = static_cast<std::uint32_t>(script_.communicators.size());
    script_.communicators.push_back(c);
  }
}

/// The activations of a micro-batch, bf16.
void StepBuilder::add_tensor_all_reduce(std::vector<Instruction> &to) const {
  if (!tensor_)
    return;
  const Bytes activations(static_cast<std::int64_t>(spec_.micro_batch) * spec_.model.sequence * spec_.model.hidden * 2);
  to.push_back(collective(script_, *tensor_, CollectiveOp::all_reduce, activations));
}

std::vector<Instruction> StepBuilder::micro_batch(bool reduce_gradients) {
  const ModelShape &m = spec_.model;
  std::vector<Instruction> steps;
  steps.push_back(compute(embedding()));
  add_tensor_all_reduce(steps); // the vocabulary is split over the group
  for (std::uint32_t layer = 0; layer < m.layers; ++layer) {
    steps.push_back(compute(over_tokens(attention_flops_per_token(m))));
    add_tensor_all_reduce(steps);
    steps.push_back(compute(over_tokens(mlp_flops_per_token(m))));
    add_tensor_all_reduce(steps);
  }
  steps.push_back(compute(over_tokens(head_flops_per_token(m))));
  add_backward(steps, reduce_gradients);
  return steps;
}

/// Backward takes twice the forward: gradients of inputs and of weights. A bucket is ready once its last weight
/// gradient is computed, before the all-reduce of the input gradient, which does not touch it.
void StepBuilder::add_backward(std::vector<Instruction> &steps, bool reduce_gradients) {
  const ModelShape &m = spec_.model;
  const bool bucketing = reduce_gradients && data_;
  std::int64_t pending = head_parameters_per_rank(m, spec_.tensor);
  std::uint32_t pending_layers = 0;
  steps.push_back(compute(2 * over_tokens(head_flops_per_token(m))));
  add_tensor_all_reduce(steps);
  for (std::uint32_t layer = m.layers; layer-- > 0;) {
    steps.push_back(compute(2 * over_tokens(mlp_flops_per_token(m))));
    add_tensor_all_reduce(steps);
    steps.push_back(compute(2 * over_tokens(attention_flops_per_token(m))));
    pending += layer_parameters();
    ++pending_layers;
    if (bucketing && layer > 0 && bucket_full(pending, pending_layers)) {
      close_bucket(steps, pending);
      pending = 0;
      pending_layers = 0;
    }
    add_tensor_all_reduce(steps);
  }
  steps.push_back(compute(embedding()));
  pending += embedding_parameters_per_rank(m, spec_.tensor); // a tied matrix is complete only now
  if (bucketing)
    close_bucket(steps, pending);
}

bool StepBuilder::bucket_full(std::int64_t parameters, std::uint32_t layers) const {
  return spec_.bucket_size.value > 0 ? parameters * spec_.gradient_bytes >= spec_.bucket_size.value
                                     : layers >= spec_.bucket_layers;
}

void StepBuilder::close_bucket(std::vector<Instruction> &steps, std::int64_t parameters) {
  buckets_.emplace_back(parameters * spec_.gradient_bytes);
  steps.push_back(signal_event(gradients_ready));
}

Section StepBuilder::reductions() const {
  Section section;
  for (std::size_t b = 0; b < buckets_.size(); ++b) {
    section.instructions.push_back(wait_event(gradients_ready, static_cast<std::uint32_t>(b + 1)));
    section.instructions.push_back(
        collective(script_, *data_, CollectiveOp::all_reduce, buckets_[b], spec_.data_algorithm));
    section.instructions.push_back(signal_event(bucket_reduced));
  }
  return section;
}

void add_notes(JobPlan &plan, const TrainingSpec &s, const StepBuilder &builder) {
  plan.notes.push_back(fmt::format(
      "{}: {:.2f} billion parameters; {} GPUs = tensor {} x data {}; {} micro-batches of {} x {} tokens per replica.",
      s.model.name, static_cast<double>(parameters(s.model)) * 1e-9, s.gpus, s.tensor, s.data,
      s.global_batch / (s.data * s.micro_batch), s.micro_batch, s.model.sequence));
  plan.notes.push_back(fmt::format("GPUs compute at {:.0f} % of {:.0f} TFLOP/s ({}).", s.gpu.efficiency * 100,
                                   s.gpu.peak_flops * 1e-12,
                                   s.gpu.efficiency_source.empty() ? "as given" : s.gpu.efficiency_source));
  if (s.tensor > 1)
    plan.notes.emplace_back(builder.tensor_in_scale_up()
                                ? "Tensor-parallel collectives run in the scale-up domain, by closed form."
                                : "Tensor-parallel groups do not fit the scale-up domain: their all-reduces run over "
                                  "the network as rings.");
  if (s.data > 1)
    plan.notes.push_back(fmt::format(
        "Gradients are reduced in {} buckets of {} B per parameter, overlapped with the last micro-batch's backward.",
        builder.buckets(), s.gradient_bytes));
  if (s.data > 1 && s.scale_up.gpus > s.tensor)
    plan.notes.emplace_back(
        "Gradient rings use the network between all replicas, also between those that share a scale-up domain.");
  plan.notes.emplace_back("No activation recomputation; attention counts the full square; the loss takes no time.");
}

} // namespace

JobPlan plan_training(const TrainingSpec &spec) {
  check(spec);
  StepBuilder builder(spec);
  JobPlan plan = plan_script(builder.build());
  plan.steps = spec.steps;
  plan.tokens_per_step = static_cast<double>(spec.global_batch) * spec.model.sequence;
  plan.flops_per_step = plan.tokens_per_step * training_flops_per_token(spec.model);
  add_notes(plan, spec, builder);
  return plan;
}

} // namespace lightloom
