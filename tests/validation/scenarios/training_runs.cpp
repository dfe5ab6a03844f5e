// Published steps of GPT 175B on A100: Jiang et al. (MegaScale), NSDI 2024, Table 2, and the scenario files that repeat
// them. A whole step is 192 micro-batches per replica on 256 GPUs; here it is run with 8 and with 16, which gives what
// one more micro-batch takes and what a step takes beside them. Both have a closed form, and together the whole step.

#include "analysis/summary.hpp"
#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

struct Stack {
  std::string file;
  double efficiency;
  bool scores_again; ///< attention scores computed again in the backward pass
  bool overlap;      ///< gradients go out beside the backward pass
};
const Stack megatron{"a100-175b-megatron", 0.5771, true, false};
const Stack megascale{"a100-175b-megascale", 0.7477, false, true};

double step_time(const Stack &stack, int gpus, int micro_batches) {
  const int data = gpus / 64; // tensor 8 × pipeline 8
  const auto scenario = load_scenario(std::string(LIGHTLOOM_SCENARIO_FILES) + "/" + stack.file + ".toml",
                                      {"cluster.gpus=" + std::to_string(gpus), "job.data=" + std::to_string(data),
                                       "job.global_batch=" + std::to_string(data * micro_batches)});
  const auto outcome = run_built(scenario, build_run(scenario), RunRequest{});
  REQUIRE(outcome.code == ExitCode::done);
  return summary(outcome.results).step_time_s;
}

/// A step is per_micro_batch × micro-batches + rest, seconds.
struct Line {
  double per_micro_batch;
  double rest;
  double at(int micro_batches) const { return per_micro_batch * micro_batches + rest; }
};

Line measure(const Stack &stack, int gpus) {
  const double eight = step_time(stack, gpus, 8), sixteen = step_time(stack, gpus, 16);
  const double per = (sixteen - eight) / 8;
  return {per, eight - 8 * per};
}

// The shape of Table 1, and the machine.
constexpr double hidden = 12288, sequence = 2048, vocabulary = 64000, tensor = 8, stages = 8, interleave = 6;
constexpr double layers_of_stage = 12;
constexpr double network = 200e9 / 8, scale_up = 2.4e12 / 8; // B/s per GPU and direction

double matrix_time(const Stack &stack, double flops_per_token) {
  return flops_per_token * sequence / tensor / (312e12 * stack.efficiency);
}

/// A ring all-gather or reduce-scatter of a layer's activations among 8 GPUs of a node.
double tensor_exchange() { return 7 * (300e-9 + sequence * hidden * 2 / 8 / scale_up); }

/// Forward and backward of one micro-batch through the twelve layers of a stage: 24 h² + 4 s h per token and layer
/// forward, twice that backward, four exchanges each way (Korthikanti et al. 2022, section 4.2.2).
double layers_time(const Stack &stack) {
  const double scores = 4 * sequence * hidden;
  const double forward = matrix_time(stack, 24 * hidden * hidden + scores);
  const double again = stack.scores_again ? matrix_time(stack, scores) : 0;
  return layers_of_stage * (3 * forward + again + 8 * tensor_exchange());
}

/// The last stage, the slowest, also has the output head.
double slowest_stage(const Stack &stack) {
  return layers_time(stack) + 3 * matrix_time(stack, 2 * hidden * vocabulary) + 2 * tensor_exchange();
}

/// One reduce-scatter or all-gather of what a GPU of the first stage holds, 2 B per parameter: the layers, the token
/// embedding and the positions.
double data_exchange(double data) {
  const double parameters =
      layers_of_stage * 12 * hidden * hidden / tensor + vocabulary * hidden / tensor + sequence * hidden;
  return parameters * 2 * (data - 1) / data / network;
}

/// Filling and draining, (p − 1)/v passes through a stage; the weights, gathered in the open; and the gradients, where
/// nothing hides them. What overlaps is hidden whole.
double rest_at_least(const Stack &stack, double data) {
  return (stages - 1) / interleave * layers_time(stack) + (stack.overlap ? 1 : 2) * data_exchange(data);
}

} // namespace

TEST_CASE("one more micro-batch takes a step of MegaScale's Table 2 as much longer as its slowest stage computes") {
  for (const Stack &stack : {megatron, megascale}) {
    CAPTURE(stack.file);
    CHECK(measure(stack, 256).per_micro_batch == doctest::Approx(slowest_stage(stack)).epsilon(1e-6));
  }
}

// docs/validation/training-runs.md: the efficiency is fitted on 512 GPUs. MegaScale's 256 GPUs come within 3 %,
// Megatron-LM's do not: 4.1 % too slow, a miss that the page explains and this holds in place.
TEST_CASE("steps of MegaScale's Table 2 on 256 and 512 GPUs, and their rest is bubble and data exchange within 0.1 s") {
  const auto run = [](const Stack &stack, int gpus) {
    CAPTURE(stack.file);
    CAPTURE(gpus);
    const Line line = measure(stack, gpus);
    const double least = rest_at_least(stack, gpus / 64);
    CHECK(line.rest >= least);
    CHECK(line.rest <= least + 0.1);
    return line.at(192 * 256 / gpus); // batch 768
  };
  CHECK(run(megatron, 512) == doctest::Approx(21.2).epsilon(0.001));
  CHECK(run(megascale, 512) == doctest::Approx(16.5).epsilon(0.001));
  CHECK(run(megascale, 256) == doctest::Approx(32.0).epsilon(0.03));
  const double miss = run(megatron, 256) / 40.0 - 1;
  CHECK(miss > 0.03);
  CHECK(miss < 0.05);
}
