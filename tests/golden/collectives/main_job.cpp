// The main job's plan (GPT-13B, tensor 8 x data 16, 128 GPUs) in numbers, with the arithmetic, and a small program
// written out.

#include "collectives/plain.hpp"
#include "collectives/training.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace lightloom;

TEST_CASE("GPT-13B on 128 GPUs: gradients, collectives, tokens and FLOPs of a step") {
  TrainingSpec spec;
  spec.model = find_model("gpt-13b");
  spec.gpu = find_gpu("B200-SXM");
  spec.gpus = 128;
  spec.tensor = 8;
  spec.data = 16;
  spec.micro_batch = 1;
  spec.global_batch = 128;
  spec.scale_up = {8, 7'200_Gbps, 300ns};
  const JobPlan plan = plan_training(spec);

  // A layer at one of 8 ranks: (4 h^2 + 3 h) / 8 + 3 h for attention with its norm, (8 h^2 + 4 h) / 8 + 3 h for the
  // MLP; h = 5120.
  const std::int64_t h = 5120;
  const std::int64_t layer = (4 * h * h + 3 * h) / 8 + 3 * h + (8 * h * h + 4 * h) / 8 + 3 * h;
  CHECK(layer == 39'356'800);
  // Embedding 50,304 x 5,120 / 8, positions 2,048 x 5,120, final norm 2 h.
  const std::int64_t held = 40 * layer + 50'304 * h / 8 + 2048 * h + 2 * h;
  CHECK(held == 1'616'962'560);
  // Each of 8 tensor positions reduces 2 B per parameter over a ring of 16: 2 (16 - 1) x 2 B x held.
  CHECK(plan.network_bytes.value == 8 * 30 * 2 * held);
  // 8 micro-batches x (40 layers x 4 + 2) in the scale-up domain, 40 buckets over the network.
  CHECK(plan.collectives.size() == 8 * 162 + 40);
  CHECK(plan.collectives.back().ranks == 16);
  CHECK(std::string(plan.collectives.back().algorithm) == "ring");
  CHECK(plan.tokens_per_step == 128 * 2048);
  // 72 L h^2 (1 + s/6h + V/12Lh) x tokens = 72 x 40 x 26,214,400 x (1 + 1/15 + 0.02047) x 262,144
  CHECK(plan.flops_per_step == doctest::Approx(2.1517e16).epsilon(1e-3));
}

TEST_CASE("rank 1 of a ring all-reduce of 10 B over 3 ranks, written out") {
  const JobPlan plan = plan_collectives({{CollectiveOp::all_reduce, "ring", Bytes(10), 1}}, 3);
  const auto program = plan.program(1);
  std::string text;
  for (Operation op = program->next(0); op.kind != Operation::Kind::finish; op = program->next(0))
    switch (op.kind) {
    case Operation::Kind::begin_collective:
      text += "begin; ";
      break;
    case Operation::Kind::end_collective:
      text += "end";
      break;
    case Operation::Kind::send:
      text += "send " + std::to_string(op.bytes.value) + " to " + std::to_string(op.peer) + "; ";
      break;
    case Operation::Kind::receive:
      text += "receive " + std::to_string(op.bytes.value) + " from " + std::to_string(op.peer) + "; ";
      break;
    default:
      text += "?";
      break;
    }
  // Chunks of 4, 3 and 3 B. Reduce-scatter sends chunks 0, 2 and adds into 2, 1; all-gather sends 1, 0 and stores 0, 2.
  CHECK(text == "begin; send 4 to 2; receive 3 from 0; send 3 to 2; receive 3 from 0; "
                "send 3 to 2; receive 4 from 0; send 4 to 2; receive 3 from 0; end");
}
