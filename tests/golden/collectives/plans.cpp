// The main jobs' plans (GPT-13B on 128 GPUs, GPT-3 175B on 1,024) in numbers, with the arithmetic, and small programs
// written out.

#include "collectives/plain.hpp"
#include "collectives/training/training.hpp"

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

TEST_CASE("GPT-3 175B on 1,024 GPUs, tensor 8 x pipeline 8 x data 16: what the network carries in a step") {
  TrainingSpec spec;
  spec.model = find_model("gpt3-175b");
  spec.gpu = find_gpu("A100-SXM");
  spec.gpus = 1024;
  spec.tensor = 8;
  spec.pipeline = 8;
  spec.data = 16;
  spec.micro_batch = 1;
  spec.global_batch = 768;
  spec.scale_up = {8, 2'400_Gbps, 300ns};
  spec.recompute = Recompute::full;
  const JobPlan plan = plan_training(spec);

  const std::int64_t h = 12'288;
  const std::int64_t layer = (4 * h * h + 3 * h) / 8 + 3 * h + (8 * h * h + 4 * h) / 8 + 3 * h;
  CHECK(layer == 226'576'896);
  // The embedding matrix is held twice, at the first and the last stage; positions at the first, final norm at the
  // last.
  const std::int64_t matrix = 51'200 * h / 8;
  const std::int64_t held = 96 * layer + 2 * matrix + 2048 * h + 2 * h;
  const std::int64_t gradients = 8 * 30 * 2 * held; // 8 tensor ranks, 2 (16 - 1) times around, 2 B
  // 48 micro-batches forward and backward over 7 boundaries, at 128 ranks each an eighth of 2,048 x h x 2 B.
  const std::int64_t activations = 48 * 2 * 7 * 128 * (2048 * h * 2 / 8);
  const std::int64_t copies = 128 * 2 * 2 * matrix; // 128 pairs
  CHECK(plan.network_bytes.value == gradients + activations + copies);
  // 8 stages x 12 buckets; 28,416 tensor collectives are too many to list.
  CHECK(plan.collectives.size() == 96);
  CHECK(plan.tokens_per_step == 768 * 2048);
}

namespace {

/// The operations of stream 0, repeated ones counted.
std::string written(const JobPlan &plan, std::uint32_t rank) {
  const auto program = plan.program(rank);
  std::string text;
  for (Operation op = program->next(0); op.kind != Operation::Kind::finish; op = program->next(0))
    switch (op.kind) {
    case Operation::Kind::compute:
      text += plan.labels[op.label] + "; ";
      break;
    case Operation::Kind::send:
      text += "send to " + std::to_string(op.peer) + " on " + std::to_string(op.channel) + "; ";
      break;
    case Operation::Kind::receive:
      text += "receive from " + std::to_string(op.peer) + " on " + std::to_string(op.channel) + "; ";
      break;
    case Operation::Kind::begin_step:
      text += "begin; ";
      break;
    case Operation::Kind::end_step:
      text += "end";
      break;
    default:
      text += "?";
      break;
    }
  return text;
}

} // namespace

TEST_CASE("a pipeline of two stages with a layer each and two micro-batches, written out") {
  TrainingSpec spec;
  spec.model = find_model("llama3-8b");
  spec.model.layers = 2;
  spec.gpu = find_gpu("H100-SXM");
  spec.gpus = spec.pipeline = 2;
  spec.global_batch = 2;
  const JobPlan plan = plan_training(spec);
  // A forward pass: embedding or head, attention, MLP. Activations go on channel 2, their gradients on 3.
  CHECK(written(plan, 0) == "begin; "
                            "forward; forward; forward; send to 1 on 2; "
                            "forward; forward; forward; send to 1 on 2; "
                            "receive from 1 on 3; backward; backward; backward; "
                            "receive from 1 on 3; backward; backward; backward; "
                            "optimizer; end");
  CHECK(written(plan, 1) == "begin; "
                            "receive from 0 on 2; forward; forward; forward; "
                            "backward; backward; backward; send to 0 on 3; "
                            "receive from 0 on 2; forward; forward; forward; "
                            "backward; backward; backward; send to 0 on 3; "
                            "optimizer; end");
}

TEST_CASE("neighbouring stages are tensor x data ranks apart, or tensor ranks when ordered tp-pp-dp") {
  TrainingSpec spec;
  spec.model = find_model("llama3-8b");
  spec.model.layers = 4;
  spec.gpu = find_gpu("H200-SXM");
  spec.gpus = 32;
  spec.tensor = 2;
  spec.pipeline = 4;
  spec.data = 4;
  spec.global_batch = 4;
  spec.sequence_parallel = true;
  const auto peers = [&](std::uint32_t rank) {
    std::string text;
    for (const Peer &peer : plan_training(spec).program(rank)->sends_to())
      text += std::to_string(peer.channel) + ":" + std::to_string(peer.rank) + " ";
    return text;
  };
  // Rank 11 = t 1, d 1, p 1: tensor ring with 10, data ring to 13, activations to 19, gradients to 3.
  CHECK(peers(11) == "0:10 1:13 2:19 3:3 ");
  spec.order = RankOrder::tp_pp_dp;
  // Rank 11 = t 1, p 1, d 1: data ring to 19, activations to 13, gradients to 9.
  CHECK(peers(11) == "0:10 1:19 2:13 3:9 ");
}
