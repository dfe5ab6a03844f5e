// Laws of pipelines: passes in Megatron-LM's order, bubbles by their closed form, messages that match, for many shapes.

#include "collectives/training/pipeline_schedule.hpp"
#include "collectives/training/training.hpp"
#include "tests/property/collectives/interpreter.hpp"
#include "tests/property/collectives/timing.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <tuple>

using namespace lightloom;

namespace {

/// Layers that all cost the same and nothing else: memory that is never waited for, and GPUs so fast that a head of one
/// word takes less than half a picosecond.
TrainingSpec even_pipeline(std::uint32_t pipeline, std::uint32_t interleave, std::uint32_t micro_batches) {
  TrainingSpec spec;
  spec.model = find_model("llama-7b");
  spec.model.layers = pipeline * interleave * 2;
  spec.model.vocabulary = 1;
  spec.gpu = find_gpu("H100-SXM");
  spec.gpu.memory_bandwidth = 1e30;
  spec.gpu.peak_flops *= 1e5;
  spec.gpus = spec.pipeline = pipeline;
  spec.interleave = interleave;
  spec.schedule = interleave > 1 ? Schedule::interleaved : Schedule::one_f_one_b;
  spec.global_batch = micro_batches;
  spec.check_memory = false;
  return spec;
}

std::string written(const PipelineShape &shape, std::uint32_t stage) {
  std::string text;
  for (const Pass &p : pipeline_passes(shape, stage))
    text += (p.forward ? "F" : "B") + std::to_string(p.micro_batch) +
            (shape.interleave > 1 ? std::string(1, static_cast<char>('a' + p.chunk)) : "") + " ";
  return text;
}

} // namespace

TEST_CASE("1F1B over 4 stages and 8 micro-batches is figure 4 of SC 2021, stage by stage") {
  CHECK(written({4, 1, 8}, 0) == "F0 F1 F2 F3 B0 F4 B1 F5 B2 F6 B3 F7 B4 B5 B6 B7 ");
  CHECK(written({4, 1, 8}, 2) == "F0 F1 B0 F2 B1 F3 B2 F4 B3 F5 B4 F6 B5 F7 B6 B7 ");
  CHECK(written({4, 1, 8}, 3) == "F0 B0 F1 B1 F2 B2 F3 B3 F4 B4 F5 B5 F6 B6 F7 B7 ");
  CHECK(written({4, 1, 2}, 0) == "F0 F1 B0 B1 "); // fewer micro-batches than stages
}

TEST_CASE("interleaved 1F1B over 4 stages with 2 chunks and 8 micro-batches is figure 4 of SC 2021") {
  // Warm-up of the first device: 2 x 3 + 4 = 10 forward passes: 0-3 of chunk a, 0-3 of chunk b, 4 and 5 of a.
  CHECK(written({4, 2, 8}, 0) ==
        "F0a F1a F2a F3a F0b F1b F2b F3b F4a F5a F6a B0b F7a B1b F4b B2b F5b B3b F6b B0a F7b B1a "
        "B2a B3a B4b B5b B6b B7b B4a B5a B6a B7a ");
  CHECK(written({4, 2, 8}, 3).substr(0, 36) == "F0a F1a F2a F3a F0b B0b F1b B1b F2b ");
}

TEST_CASE("every stage runs each micro-batch through each chunk once forward, and later once backward") {
  for (const std::uint32_t stages : {1u, 2u, 3u, 4u, 8u})
    for (const std::uint32_t interleave : {1u, 2u, 5u})
      for (const std::uint32_t rounds : {1u, 2u, 7u}) {
        if (stages == 1 && interleave > 1)
          continue;
        const PipelineShape shape{stages, interleave, stages * rounds};
        for (std::uint32_t stage = 0; stage < stages; ++stage) {
          std::set<std::tuple<bool, std::uint32_t, std::uint32_t>> seen;
          std::uint64_t in_flight = 0, most = 0;
          for (const Pass &p : pipeline_passes(shape, stage)) {
            CHECK(seen.insert({p.forward, p.chunk, p.micro_batch}).second);
            if (!p.forward)
              CHECK(seen.count({true, p.chunk, p.micro_batch}) == 1);
            in_flight += p.forward ? 1 : std::uint64_t(-1);
            most = std::max(most, in_flight);
          }
          CHECK(seen.size() == 2ull * interleave * shape.micro_batches);
          CHECK(most == passes_in_flight(shape, stage));
        }
      }
}

TEST_CASE("without a network the bubble is (p - 1) / m with 1F1B, to the picosecond") {
  for (const std::uint32_t p : {1u, 2u, 3u, 4u, 8u})
    for (const std::uint32_t m : {1u, 2u, 5u, 8u, 32u}) {
      const JobPlan plan = plan_training(even_pipeline(p, 1, m));
      const auto timing = test::time_without_network(plan);
      CHECK(timing.finished);
      const Duration busy = timing.computing[0]; // m micro-batches
      CHECK(timing.end * m == busy * (m + p - 1));
      CHECK(bubble_fraction({p, 1, m}) == doctest::Approx((p - 1.0) / m));
    }
}

TEST_CASE("without a network the bubble is (p - 1) / (v m) when interleaved, to the picosecond") {
  for (const std::uint32_t p : {2u, 3u, 4u, 8u})
    for (const std::uint32_t v : {2u, 3u, 6u})
      for (const std::uint32_t rounds : {1u, 2u, 6u}) {
        const std::uint32_t m = p * rounds;
        CAPTURE(p);
        CAPTURE(v);
        CAPTURE(m);
        const auto timing = test::time_without_network(plan_training(even_pipeline(p, v, m)));
        CHECK(timing.finished);
        CHECK(timing.end * (v * m) == timing.computing[0] * (v * m + p - 1));
      }
}

TEST_CASE("steps follow each other: two take twice as long as one") {
  TrainingSpec spec = even_pipeline(4, 2, 8);
  const Duration one = test::time_without_network(plan_training(spec)).end;
  spec.steps = 2;
  const auto two = test::time_without_network(plan_training(spec));
  CHECK(two.step_end[0] == one);
  CHECK(two.step_end[1] == 2 * one);
}

TEST_CASE("a stage of other size is the pipeline's beat: the last of 3 has 1 of 7 layers") {
  TrainingSpec spec = even_pipeline(3, 1, 6);
  spec.model.layers = 7;
  spec.last_stage_layers = 1;
  const auto timing = test::time_without_network(plan_training(spec));
  const Duration layer = timing.computing[2] / 6;
  CHECK(timing.computing[0] == 6 * 3 * layer);
  // Not before the first stage has done its work, and no later than one micro-batch alone and 5 more beats.
  CHECK(timing.end > 6 * 3 * layer);
  CHECK(timing.end <= 7 * layer + 5 * 3 * layer);
}
