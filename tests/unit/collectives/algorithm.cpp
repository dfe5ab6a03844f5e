// An algorithm that a program brings along: recursive doubling, all-reduce in log2 n exchanges of the whole vector.

#include "collectives/algorithm.hpp"

#include "collectives/plain.hpp"
#include "collectives/symbolic.hpp"
#include "collectives/training/training.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

#include <bit>

using namespace lightloom;

namespace {

class DoublingCursor final : public CollectiveCursor {
public:
  explicit DoublingCursor(const CollectiveShape &shape) : shape_(shape) {}
  CollectiveStep next() override {
    if (distance_ >= shape_.ranks)
      return {};
    CollectiveStep step;
    step.kind = sending_ ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = shape_.index ^ distance_;
    step.reduce = true;
    step.bytes = shape_.bytes;
    distance_ *= sending_ ? 1 : 2;
    sending_ = !sending_;
    return step;
  }

private:
  CollectiveShape shape_;
  std::uint32_t distance_ = 1;
  bool sending_ = true;
};

/// Beside the library's own.
AlgorithmTable with_doubling() {
  return algorithms_with(
      {{.op = CollectiveOp::all_reduce,
        .name = "doubling",
        .make = [](const CollectiveShape &s) { return std::make_unique<DoublingCursor>(s); },
        .sends_to = find_algorithm(CollectiveOp::all_reduce, "halving-doubling").sends_to,
        .blocks = [](const CollectiveShape &) { return 1; },
        .why_not = [](const CollectiveShape &s) { return std::has_single_bit(s.ranks) ? "" : "a power of two"; },
        .traffic = [](const CollectiveShape &s) { return s.bytes * (s.ranks * std::countr_zero(s.ranks)); }}});
}

} // namespace

TEST_CASE("an algorithm of one's own is found beside the others, and what auto takes stays") {
  const AlgorithmTable table = with_doubling();
  CHECK(prove(find_algorithm(CollectiveOp::all_reduce, "doubling", table), 16, Bytes(1000)).proven);
  CHECK(find_algorithm(CollectiveOp::all_reduce, "auto", table).name == "ring");
  CHECK(algorithm_names(table).size() == algorithm_names().size() + 1);
  CHECK_THROWS_AS(find_algorithm(CollectiveOp::all_reduce, "doubling"), Error);
}

TEST_CASE("a plan keeps the algorithms that it was made with: n log2 n vectors cross the network") {
  const JobPlan plan =
      plan_collectives({{CollectiveOp::all_reduce, "doubling", Bytes(1000), 3}}, 8, {}, with_doubling());
  CHECK(plan.network_bytes == Bytes(3 * 8 * 3 * 1000));
  CHECK(std::string(plan.collectives.back().algorithm) == "doubling");
  std::int64_t sent = 0;
  const auto program = plan.program(0);
  for (Operation op = program->next(0); op.kind != Operation::Kind::finish; op = program->next(0))
    sent += op.kind == Operation::Kind::send ? op.bytes.value : 0;
  CHECK(sent == 3 * 3 * 1000);
  CHECK_THROWS_WITH_AS(
      plan_collectives({{CollectiveOp::all_reduce, "doubling", Bytes(1000), 1}}, 6, {}, with_doubling()),
      doctest::Contains("a power of two"), Error);
}

TEST_CASE("gradients are reduced by an algorithm of one's own: log2 n times the gradients of each of n ranks") {
  TrainingSpec spec;
  spec.model = find_model("llama3-8b");
  spec.gpu = find_gpu("H200-SXM");
  spec.gpus = spec.data = 4;
  spec.global_batch = 4;
  spec.check_memory = false;
  spec.data_algorithm = "doubling";
  CHECK_THROWS_AS(plan_training(spec), Error);
  spec.algorithms = with_doubling();
  CHECK(plan_training(spec).network_bytes == Bytes(4 * 2 * 2 * parameters(spec.model)));
}
