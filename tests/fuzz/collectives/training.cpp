// Random jobs: each is either refused with an Error, or planned so that all ranks run it to the end.

#include "collectives/training/training.hpp"
#include "collectives/training/memory.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace lightloom;

namespace {

TrainingSpec random_job(RandomStream &random) {
  const auto pick = [&](const std::vector<std::uint32_t> &values) { return values[random.below(values.size())]; };
  const auto coin = [&] { return random.below(2) == 1; };
  TrainingSpec s;
  s.model = models()[random.below(models().size())];
  s.model.layers = pick({1, 2, 4, 6, 8, 12});
  s.model.dense_layers = pick({0, 0, 1, 3});
  s.gpu = gpus()[random.below(gpus().size())];
  s.sequence = pick({0, 1, 7, 512, 4096});
  s.tensor = pick({1, 1, 2, 4, 8});
  s.pipeline = pick({1, 1, 2, 3, 4});
  s.data = pick({1, 2, 4, 6});
  s.gpus = s.tensor * s.pipeline * s.data;
  s.expert = pick({1, 1, 2, 4, 8});
  s.expert_tensor = pick({0, 0, 1, 2});
  s.sequence_parallel = coin();
  s.scatter_gather = coin();
  s.micro_batch = pick({1, 1, 2, 3});
  s.global_batch = s.data * s.micro_batch * pick({1, 2, 4, 6, 8});
  s.steps = pick({1, 2});
  s.schedule = coin() ? Schedule::interleaved : Schedule::one_f_one_b;
  s.interleave = s.schedule == Schedule::interleaved ? pick({2, 2, 3}) : 1;
  s.last_stage_layers = pick({0, 0, 0, 1, 2});
  s.recompute = static_cast<Recompute>(random.below(3));
  s.flash_attention = coin();
  s.zero = pick({0, 1});
  s.data_algorithm = std::vector<std::string>{"ring", "ring", "halving-doubling", "hierarchical"}[random.below(4)];
  s.overlap_gradients = coin();
  s.gradient_bytes = pick({2, 4});
  s.bucket_layers = pick({1, 2, 100});
  s.bucket_size = Bytes(pick({0, 0, 1, 100'000'000}));
  s.order = coin() ? RankOrder::tp_dp_pp : RankOrder::tp_pp_dp;
  s.scale_up = {pick({1, 4, 8, 72}), 3'600_Gbps, 300ns};
  s.check_memory = coin();
  return s;
}

} // namespace

TEST_CASE("a random job is refused in words, or runs to its end with every message taken") {
  RandomStream random(7, Purpose::test, 0);
  int planned = 0;
  for (int i = 0; i < 20'000; ++i) {
    const TrainingSpec spec = random_job(random);
    CAPTURE(i);
    try {
      const JobPlan plan = plan_training(spec);
      ++planned;
      if (plan.ranks > 24)
        continue; // planned without a broken contract; running the small ones is enough
      const auto run = test::interpret(plan, spec.pipeline);
      CHECK_MESSAGE(run.problems.empty(), test::problems_of(run));
    } catch (const Error &e) {
      CHECK(e.problems().size() == 1);
      CHECK(!e.problems().front().why.empty());
    }
  }
  CHECK(planned > 1000);
}
