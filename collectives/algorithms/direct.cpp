// One message from the root to the next member; the others have nothing to do.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"

namespace lightloom::algorithms {
namespace {

class DirectCursor final : public CollectiveCursor {
public:
  explicit DirectCursor(const CollectiveShape &shape) : shape_(shape) {}

  CollectiveStep next() override {
    const std::uint32_t destination = (shape_.root + 1) % shape_.ranks;
    const bool source = shape_.index == shape_.root;
    if (done_ || shape_.ranks == 1 || (!source && shape_.index != destination))
      return {};
    done_ = true;
    CollectiveStep step;
    step.kind = source ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = source ? destination : shape_.root;
    step.bytes = shape_.bytes;
    return step;
  }

private:
  CollectiveShape shape_;
  bool done_ = false;
};

std::unique_ptr<CollectiveCursor> make(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && shape.root < shape.ranks);
  return std::make_unique<DirectCursor>(shape);
}

std::vector<std::uint32_t> from_the_root(const CollectiveShape &shape) {
  return shape.index == shape.root ? next_member(shape) : std::vector<std::uint32_t>{};
}

std::uint64_t one_block(const CollectiveShape &) { return 1; }

double alpha_beta(const CollectiveShape &s, const AlphaBeta &message, const AlphaBeta &) {
  return s.ranks == 1 ? 0 : message.seconds(static_cast<double>(s.bytes.value));
}

Duration homogeneous_time(const CollectiveShape &s, const HomogeneousPath &path) {
  return s.ranks == 1 ? Duration{} : message_time(s.bytes, path);
}

} // namespace

AlgorithmTable direct() {
  return {{.op = CollectiveOp::send,
           .name = "direct",
           .make = make,
           .sends_to = from_the_root,
           .blocks = one_block,
           .alpha_beta = alpha_beta,
           .homogeneous_time = homogeneous_time}};
}

} // namespace lightloom::algorithms
