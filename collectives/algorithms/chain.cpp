// Broadcast as a pipelined chain: the root posts its pieces one after another to the next member; each member passes a
// piece on as soon as it has it; the last one only receives. Nearly bandwidth-optimal for long vectors: one vector time
// plus one piece time per further hop. Source: Thakur et al. (2005), pipelined chain; NCCL's ring broadcast.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {
namespace {

class ChainCursor final : public CollectiveCursor {
public:
  explicit ChainCursor(const CollectiveShape &shape)
      : ranks_(shape.ranks), index_(shape.index), bytes_(shape.bytes), pieces_(chain_pieces(shape.bytes)),
        position_((shape.index + shape.ranks - shape.root) % shape.ranks), sending_(position_ == 0) {}

  CollectiveStep next() override {
    if (piece_ == pieces_ || ranks_ == 1)
      return {};
    CollectiveStep step;
    step.kind = sending_ ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = sending_ ? (index_ + 1) % ranks_ : (index_ + ranks_ - 1) % ranks_;
    step.block = piece_;
    step.bytes = chunk_bytes(bytes_, pieces_, piece_);
    const bool first = position_ == 0;
    const bool last = position_ + 1 == ranks_;
    if (sending_ || last)
      ++piece_;
    if (!first && !last)
      sending_ = !sending_;
    return step;
  }

private:
  std::uint32_t ranks_;
  std::uint32_t index_;
  Bytes bytes_;
  std::uint32_t pieces_;
  std::uint32_t position_; ///< along the chain; 0 = root
  std::uint32_t piece_ = 0;
  bool sending_;
};

} // namespace

std::uint32_t chain_pieces(Bytes bytes) {
  constexpr std::int64_t piece = 512 << 10;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(bytes.value / piece + (bytes.value % piece != 0 ? 1 : 0), 1, 4096));
}

std::unique_ptr<CollectiveCursor> make_chain_cursor(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && shape.root < shape.ranks);
  EXPECTS(shape.op == CollectiveOp::broadcast);
  return std::make_unique<ChainCursor>(shape);
}

} // namespace lightloom
