// Pairwise all-to-all: in step k = 1 … n − 1 member i sends its block for i + k and receives from i − k, so
// that every member sends to and receives from exactly one other at a time. A step ends with its receive, which paces
// the senders. Source: Thakur, Rabenseifner, Gropp (2005), long-message all-to-all.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"

namespace lightloom {
namespace {

class PairwiseCursor final : public CollectiveCursor {
public:
  explicit PairwiseCursor(const CollectiveShape &shape)
      : ranks_(shape.ranks), index_(shape.index), bytes_(shape.bytes) {}

  CollectiveStep next() override {
    if (step_ >= ranks_)
      return {};
    CollectiveStep step;
    step.kind = sending_ ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = sending_ ? (index_ + step_) % ranks_ : (index_ + ranks_ - step_) % ranks_;
    const std::uint32_t source = sending_ ? index_ : step.peer;
    const std::uint32_t destination = sending_ ? step.peer : index_;
    step.block = static_cast<std::uint64_t>(source) * ranks_ + destination;
    step.bytes = chunk_bytes(bytes_, ranks_, destination);
    if (!sending_)
      ++step_;
    sending_ = !sending_;
    return step;
  }

private:
  std::uint32_t ranks_;
  std::uint32_t index_;
  Bytes bytes_;
  std::uint32_t step_ = 1;
  bool sending_ = true;
};

} // namespace

std::unique_ptr<CollectiveCursor> make_pairwise_cursor(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks);
  EXPECTS(shape.op == CollectiveOp::all_to_all);
  return std::make_unique<PairwiseCursor>(shape);
}

} // namespace lightloom
