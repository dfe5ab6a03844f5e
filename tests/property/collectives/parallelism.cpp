// Laws of jobs in all dimensions, by running all ranks without time: nothing stalls, everything sent is taken, and each
// rank sends for each purpose what the formula by hand says.

#include "collectives/training/training.hpp"
#include "sim/core/error.hpp"
#include "tests/property/collectives/interpreter.hpp"
#include "tests/property/collectives/timing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {

TrainingSpec job(const char *model, std::uint32_t layers, std::uint32_t tensor, std::uint32_t pipeline,
                 std::uint32_t data) {
  TrainingSpec spec;
  spec.model = find_model(model);
  spec.model.layers = layers;
  spec.gpu = find_gpu("H200-SXM");
  spec.gpus = tensor * pipeline * data;
  spec.tensor = tensor;
  spec.pipeline = pipeline;
  spec.data = data;
  spec.global_batch = data * pipeline * 2;
  spec.scale_up = {8, 3'600_Gbps, 300ns};
  spec.check_memory = false;
  return spec;
}

std::uint16_t label(const JobPlan &plan, const std::string &name) {
  return static_cast<std::uint16_t>(std::find(plan.labels.begin(), plan.labels.end(), name) - plan.labels.begin());
}

/// Payload that `rank` sends for a purpose.
std::int64_t sent(const JobPlan &plan, const test::Interpretation &run, std::uint32_t rank, const std::string &name) {
  const auto &by_label = run.sent_for[rank];
  const auto found = by_label.find(label(plan, name));
  return found == by_label.end() ? 0 : found->second.value;
}

void must_hold(const TrainingSpec &spec) {
  CAPTURE(spec.model.name);
  CAPTURE(spec.tensor);
  CAPTURE(spec.pipeline);
  CAPTURE(spec.data);
  CAPTURE(spec.expert);
  CAPTURE(spec.interleave);
  CAPTURE(spec.zero);
  const JobPlan plan = plan_training(spec);
  const auto result = interpret(plan, spec.pipeline);
  CHECK_MESSAGE(result.problems.empty(), problems_of(result));
  CHECK(test::time_without_network(plan).finished);
}

} // namespace

TEST_CASE("a step neither stalls nor loses a message, for pipelines of many shapes, orders and schedules") {
  for (const std::uint32_t tensor : {1u, 2u, 16u})
    for (const std::uint32_t pipeline : {1u, 2u, 4u})
      for (const std::uint32_t data : {1u, 3u})
        for (const std::uint32_t interleave : {1u, 2u})
          for (const RankOrder order : {RankOrder::tp_dp_pp, RankOrder::tp_pp_dp}) {
            if (interleave > 1 && pipeline == 1)
              continue;
            TrainingSpec spec = job(pipeline == 2 ? "gpt3-175b" : "llama3-8b", 8, tensor, pipeline, data);
            spec.steps = 2;
            spec.order = order;
            spec.interleave = interleave;
            spec.schedule = interleave > 1 ? Schedule::interleaved : Schedule::one_f_one_b;
            spec.sequence_parallel = tensor == 2;
            spec.scatter_gather = data == 3;
            spec.zero = data == 3 ? 1 : 0;
            spec.recompute = interleave == 2 ? Recompute::full : Recompute::selective;
            spec.overlap_gradients = order == RankOrder::tp_dp_pp;
            must_hold(spec);
          }
}

TEST_CASE("a step with experts neither stalls nor loses a message, however the experts are grouped") {
  for (const std::uint32_t tensor : {1u, 2u, 4u})
    for (const std::uint32_t pipeline : {1u, 2u})
      for (const std::uint32_t expert : {1u, 2u, 4u, 8u})
        for (const bool whole : {false, true}) {
          TrainingSpec spec = job("mixtral-8x7b", 4, tensor, pipeline, 8);
          spec.sequence_parallel = true;
          spec.expert = expert;
          spec.expert_tensor = whole ? 1 : 0;
          spec.zero = pipeline - 1;
          must_hold(spec);
          spec.order = RankOrder::tp_pp_dp;
          if (!whole || expert == tensor)
            must_hold(spec);
        }
  TrainingSpec deep = job("deepseek-v3", 8, 1, 2, 16);
  deep.expert = 16;
  must_hold(deep);
}

TEST_CASE("pipeline: each rank sends the activations of each micro-batch once, and their gradients once") {
  TrainingSpec spec = job("llama3-8b", 8, 4, 4, 2);
  const std::int64_t whole = 8192 * 4096 * 2; // sequence x hidden x 2 B
  const auto by_rank = [&](std::uint32_t rank) {
    const JobPlan plan = plan_training(spec);
    return sent(plan, interpret(plan, 4), rank, "pipeline activations");
  };
  // 8 micro-batches; ranks 0-7 are the first stage, 24-31 the last; the middle ones send both ways.
  CHECK(by_rank(0) == 8 * whole / 4);
  CHECK(by_rank(8) == 2 * 8 * whole / 4);
  CHECK(by_rank(31) == 8 * whole / 4);
  spec.scatter_gather = false;
  CHECK(by_rank(0) == 8 * whole);
  spec.sequence_parallel = true;
  CHECK(by_rank(0) == 8 * whole / 4);
  // Two chunks: the last stage hands on to the first, so that each of 8 virtual stages but the ends sends both ways.
  spec.schedule = Schedule::interleaved;
  spec.interleave = 2;
  CHECK(by_rank(0) == 8 * 3 * whole / 4);
  CHECK(by_rank(8) == 8 * 4 * whole / 4);
  CHECK(by_rank(31) == 8 * 3 * whole / 4);
}

TEST_CASE("data: a ring moves 2 (d - 1) / d of the gradients per rank, ZeRO-1 half of it as gradients and half as "
          "weights") {
  TrainingSpec spec = job("llama3-8b", 8, 8, 2, 4);
  const ModelShape &m = spec.model;
  const std::int64_t layers = 4 * (attention_parameters_per_rank(m, 8) + mlp_parameters_per_rank(m, 8));
  const std::int64_t first = layers + embedding_parameters_per_rank(m, 8);
  const std::int64_t last = layers + head_parameters_per_rank(m, 8);
  for (const std::uint32_t gradient_bytes : {2u, 4u}) {
    spec.gradient_bytes = gradient_bytes;
    spec.zero = 0;
    const JobPlan plan = plan_training(spec);
    const auto run = interpret(plan, 2);
    CHECK(sent(plan, run, 0, "gradients") == 2 * 3 * first / 4 * gradient_bytes);
    CHECK(sent(plan, run, 63, "gradients") == 2 * 3 * last / 4 * gradient_bytes);
    spec.zero = 1;
    const JobPlan sharded = plan_training(spec);
    const auto sharded_run = interpret(sharded, 2);
    CHECK(sent(sharded, sharded_run, 0, "gradients") == 3 * first / 4 * gradient_bytes);
    CHECK(sent(sharded, sharded_run, 0, "weights (ZeRO-1)") == 3 * first / 4 * 2);
  }
}

TEST_CASE("experts: dispatch and combine move (e - 1) / e of tokens x hidden x active experts, four times a layer and "
          "micro-batch") {
  TrainingSpec spec = job("mixtral-8x7b", 4, 1, 1, 16);
  spec.expert = 8;
  spec.scale_up.gpus = 1;
  spec.global_batch = 32; // 2 micro-batches
  JobPlan plan = plan_training(spec);
  const std::int64_t one = 4096LL * 4096 * 2 * 2; // sequence x hidden x 2 active x 2 B
  CHECK(sent(plan, interpret(plan), 0, "expert dispatch and combine") == 2 * 4 * 4 * one / 8 * 7);
  spec.recompute = Recompute::full; // the forward pass of each layer again
  plan = plan_training(spec);
  CHECK(sent(plan, interpret(plan), 0, "expert dispatch and combine") == 2 * 4 * 6 * one / 8 * 7);
  // In the scale-up domain nothing of it uses the network.
  spec.scale_up.gpus = 8;
  plan = plan_training(spec);
  CHECK(sent(plan, interpret(plan), 0, "expert dispatch and combine") == 0);
  // With tensor parallelism each rank dispatches its share of the sequence.
  spec.scale_up.gpus = 1;
  spec.recompute = Recompute::none;
  spec.tensor = 2;
  spec.data = 8;
  spec.sequence_parallel = true;
  spec.global_batch = 16;
  plan = plan_training(spec);
  CHECK(sent(plan, interpret(plan), 0, "expert dispatch and combine") == 2 * 4 * 4 * one / 2 / 8 * 7);
}

TEST_CASE("experts: their gradients are reduced among those who hold the same ones, the others among all data ranks") {
  TrainingSpec spec = job("mixtral-8x7b", 4, 1, 1, 16);
  spec.expert = 8;
  const ModelShape &m = spec.model;
  const std::int64_t shared =
      4 * (attention_parameters(m) + router_and_shared_parameters(m)) + embedding_parameters(m) + head_parameters(m);
  const std::int64_t experts = 4 * expert_parameters(m); // one of 8 per layer
  const JobPlan plan = plan_training(spec);
  const auto run = interpret(plan);
  // Rings of 16 and of 2; chunks of a ring differ by a byte.
  const std::int64_t expected = 2 * 15 * shared * 2 / 16 + 2 * 1 * experts * 2 / 2;
  CHECK(std::abs(sent(plan, run, 0, "gradients") - expected) <= 30 * 8);
}

TEST_CASE("tensor: sequence parallelism moves the same bytes, gathered before and scattered after") {
  TrainingSpec spec = job("llama3-8b", 4, 16, 1, 1); // does not fit the domain of 8: over the network
  const JobPlan plan = plan_training(spec);
  const std::int64_t all_reduce = sent(plan, interpret(plan), 0, "tensor-parallel");
  // 2 micro-batches x (4 layers x 4 + 2) all-reduces of 2 x 15/16 of sequence x hidden x 2 B
  CHECK(all_reduce == 2 * (4 * 4 + 2) * 2 * 15 * (8192LL * 4096 * 2 / 16));
  spec.sequence_parallel = true;
  const JobPlan split = plan_training(spec);
  CHECK(sent(split, interpret(split), 0, "tensor-parallel") == all_reduce);
}

TEST_CASE("tied embeddings: first and last stage reduce their copies together") {
  const TrainingSpec spec = job("gpt-13b", 8, 2, 4, 2);
  const JobPlan plan = plan_training(spec);
  const auto run = interpret(plan, 4);
  const std::int64_t matrix = 50'304LL * 5120 / 2 * 2; // a tensor rank's half, 2 B
  // A ring of two: half, then half.
  CHECK(sent(plan, run, 0, "embedding gradients") == matrix);
  CHECK(sent(plan, run, 4, "embedding gradients") == 0);
  CHECK(sent(plan, run, 12, "embedding gradients") == matrix);
}

TEST_CASE("hierarchical gradients: the network carries each share once around the domains") {
  TrainingSpec spec = job("llama3-8b", 4, 2, 1, 16); // domains of 8: 4 data ranks each, 4 domains
  const JobPlan ring = plan_training(spec);
  spec.data_algorithm = "hierarchical";
  const JobPlan plan = plan_training(spec);
  const auto run = interpret(plan);
  CHECK_MESSAGE(run.problems.empty(), problems_of(run));
  // 2 (M - 1) S instead of 2 (n - 1) S per group
  CHECK(plan.network_bytes.value * 15 == ring.network_bytes.value * 3);
}

TEST_CASE("groups that share a scale-up domain run there, whatever they are for") {
  TrainingSpec spec = job("mixtral-8x7b", 4, 1, 2, 8);
  spec.expert = 8;
  const JobPlan plan = plan_training(spec);
  const auto run = interpret(plan, 2);
  // Data and expert groups are the 8 ranks of a node: only activations between stages are left.
  for (std::uint32_t rank = 0; rank < 16; ++rank)
    CHECK(run.sent_by[rank].value == sent(plan, run, rank, "pipeline activations"));
  CHECK(run.sent.value > 0);
}

TEST_CASE(
    "recomputation adds a forward pass of the layers, not of the head, and leaves the model's FLOPs as they are") {
  TrainingSpec spec = job("gpt-13b", 8, 1, 1, 1);
  spec.global_batch = 1;
  const JobPlan plain = plan_training(spec);
  spec.recompute = Recompute::full;
  const JobPlan again = plan_training(spec);
  CHECK(plain.flops_per_step == again.flops_per_step);
  const ModelShape &m = spec.model;
  const double layers = 8 * (attention_flops_per_token(m) + mlp_flops_per_token(m)) * 2048;
  const double more = seconds(interpret(again).computed[0]) - seconds(interpret(plain).computed[0]);
  CHECK(more == doctest::Approx(layers / (spec.gpu.peak_flops * spec.gpu.efficiency)).epsilon(1e-6));
  spec.recompute = Recompute::selective;
  spec.flash_attention = false;
  const double scores = 8 * 4.0 * 2048 * 5120 * 2048; // 4 s h per token and layer
  const double selective = seconds(interpret(plan_training(spec)).computed[0]) - seconds(interpret(plain).computed[0]);
  CHECK(selective == doctest::Approx(scores / (spec.gpu.peak_flops * spec.gpu.efficiency)).epsilon(1e-5));
}

TEST_CASE("ZeRO-1 splits the update's memory traffic among the data ranks") {
  TrainingSpec spec = job("llama3-8b", 4, 1, 1, 4);
  const double whole = seconds(interpret(plan_training(spec)).computed[0]);
  spec.zero = 1;
  const double split = seconds(interpret(plan_training(spec)).computed[0]);
  const double held = static_cast<double>(parameters(spec.model));
  CHECK(whole - split == doctest::Approx(held * 28 * 3 / 4 / spec.gpu.memory_bandwidth).epsilon(1e-6));
}

TEST_CASE("at most 20,000 collectives are listed: tensor groups' go first, then experts' but the last micro-batch's") {
  TrainingSpec spec = job("mixtral-8x7b", 8, 2, 1, 16);
  spec.sequence_parallel = true;
  spec.expert = 8;
  const auto listed = [&](std::uint32_t micro_batches, const char *name) {
    spec.global_batch = 16 * micro_batches;
    const JobPlan plan = plan_training(spec);
    CHECK(plan.collectives.size() <= 20'000);
    return std::count_if(plan.collectives.begin(), plan.collectives.end(),
                         [&](const CollectiveInfo &c) { return plan.labels[c.label] == name; });
  };
  CHECK(listed(2, "tensor-parallel") > 0);
  CHECK(listed(2, "expert dispatch and combine") == 2 * 8 * 4);
  CHECK(listed(400, "tensor-parallel") == 0);
  CHECK(listed(400, "expert dispatch and combine") == 400 * 8 * 4);
  CHECK(listed(1000, "expert dispatch and combine") == 8 * 4);
  CHECK(listed(1000, "gradients") == 2 * 8);
  const auto run = interpret(plan_training(spec));
  CHECK_MESSAGE(run.problems.empty(), problems_of(run));
}

TEST_CASE("what cannot be is an error that begins with its key and says what to do") {
  const auto refused = [](const char *problem, const char *rest, auto change) {
    TrainingSpec spec = job("mixtral-8x7b", 32, 2, 4, 8);
    spec.sequence_parallel = true;
    change(spec);
    CAPTURE(std::string(problem));
    try {
      plan_training(spec);
      FAIL_CHECK("no error");
    } catch (const Error &e) {
      CHECK(e.problems().front().what.find(problem) == 0);
      CHECK_MESSAGE(std::string(e.what()).find(rest) != std::string::npos, std::string(e.what()));
    }
  };
  refused("job.tensor = 2 x job.pipeline = 7 x job.data = 8 is 112 GPUs", "(the job has 64). Try pipeline = 4.",
          [](TrainingSpec &s) { s.pipeline = 7; });
  refused("job.tensor = 2 x job.pipeline = 4 x job.data = 4", "Try data = 8.", [](TrainingSpec &s) { s.data = 4; });
  refused("job.pipeline = 64", "the model has only 32 layers",
          [](TrainingSpec &s) { s.pipeline = 64, s.tensor = 1, s.data = 1, s.sequence_parallel = false; });
  refused("job.pipeline = 4", "30 layers do not divide among 4 stages", [](TrainingSpec &s) { s.model.layers = 30; });
  refused("job.pipeline = 4", "do not divide among 3 other stages", [](TrainingSpec &s) { s.last_stage_layers = 1; });
  refused("job.global_batch = 60", "Try 64.", [](TrainingSpec &s) { s.global_batch = 60; });
  refused("job.interleave = 2", "schedule = \"interleaved-1f1b\"", [](TrainingSpec &s) { s.interleave = 2; });
  refused("job.interleave = 3", "divide the 8 layers of a stage",
          [](TrainingSpec &s) { s.interleave = 3, s.schedule = Schedule::interleaved; });
  refused("job.global_batch = 48", "multiples of the 4 stages, not 6). Try 64.",
          [](TrainingSpec &s) { s.interleave = 2, s.schedule = Schedule::interleaved, s.global_batch = 48; });
  refused("job.expert = 3", "does not divide the model's 8 experts", [](TrainingSpec &s) { s.expert = 3; });
  refused("job.expert = 8", "does not divide the 4 data ranks). Try 4.",
          [](TrainingSpec &s) { s.expert = 8, s.data = 4, s.tensor = 4; });
  refused("job.expert = 2", "has no experts", [](TrainingSpec &s) { s.expert = 2, s.model.experts = 0; });
  refused("job.expert_tensor = 3", "must be 1 or the tensor size", [](TrainingSpec &s) { s.expert_tensor = 3; });
  refused("job.sequence_parallel = false", "Megatron-LM",
          [](TrainingSpec &s) { s.sequence_parallel = false, s.expert = 2; });
  refused("job.sequence_parallel = true", "does not divide", [](TrainingSpec &s) { s.sequence = 4095; });
  refused("job.zero = 2", "stages 0 and 1", [](TrainingSpec &s) { s.zero = 2; });
  refused("job.gradient_bytes = 3", "2 or 4", [](TrainingSpec &s) { s.gradient_bytes = 3; });
  refused("job.data_algorithm = \"hierarchical\"", "reduce-scatter is needed",
          [](TrainingSpec &s) { s.data_algorithm = "hierarchical", s.zero = 1; });
  refused("job.model = \"mixtral-8x7b\" needs", "recompute = \"full\"",
          [](TrainingSpec &s) { s.check_memory = true, s.zero = 1, s.micro_batch = 16, s.global_batch = 1024; });
}

TEST_CASE("a program holds a few words whatever the number of micro-batches: what follows is shared") {
  TrainingSpec spec = job("gpt3-175b", 96, 8, 8, 2);
  spec.schedule = Schedule::interleaved;
  spec.interleave = 6;
  spec.global_batch = 96;
  const JobPlan plan = plan_training(spec);
  std::vector<std::unique_ptr<RankProgram>> programs;
  for (std::uint32_t rank = 0; rank < plan.ranks; ++rank)
    programs.push_back(plan.program(rank));
  // 48 micro-batches x 12 layers x 2 halves of forward and backward; embedding and head beside.
  std::uint64_t computations = 0;
  for (Operation op = programs[9]->next(0); op.kind != Operation::Kind::finish; op = programs[9]->next(0))
    computations += op.kind == Operation::Kind::compute ? 1 : 0;
  CHECK(computations == 48 * (12 * 4 + 2) + 1);
}
