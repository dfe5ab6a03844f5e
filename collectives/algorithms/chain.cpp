// Broadcast as a pipelined chain: the root posts its pieces one after another to the next member; each member passes a
// piece on as soon as it has it; the last one only receives. Nearly bandwidth-optimal for long vectors: one vector time
// plus one piece time per further hop. Source: Thakur et al. (2005), pipelined chain; NCCL's ring broadcast.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"

namespace lightloom::algorithms {
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
    step.bytes = even_share(bytes_, pieces_, piece_);
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

std::unique_ptr<CollectiveCursor> make(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && shape.root < shape.ranks);
  return std::make_unique<ChainCursor>(shape);
}

std::vector<std::uint32_t> down_the_chain(const CollectiveShape &shape) {
  const std::vector<std::uint32_t> next = next_member(shape);
  return next == std::vector{shape.root} ? std::vector<std::uint32_t>{} : next;
}

std::uint64_t one_block_per_piece(const CollectiveShape &shape) { return chain_pieces(shape.bytes); }

double alpha_beta(const CollectiveShape &s, const AlphaBeta &message, const AlphaBeta &) {
  const double pieces = chain_pieces(s.bytes);
  return s.ranks == 1 ? 0 : (s.ranks - 2 + pieces) * message.seconds(static_cast<double>(s.bytes.value) / pieces);
}

/// n − 1 hops of the first piece; the others follow it closely.
Duration homogeneous_time(const CollectiveShape &s, const HomogeneousPath &path) {
  if (s.ranks == 1)
    return {};
  const std::int64_t pieces = chain_pieces(s.bytes);
  const Bytes piece = even_share(s.bytes, chain_pieces(s.bytes), 0);
  return (s.ranks - 1) * message_time(piece, path) +
         transmission_time((pieces - 1) * wire_bytes(piece, path.framing), path.rate);
}

} // namespace

AlgorithmTable chain() {
  return {{.op = CollectiveOp::broadcast,
           .name = "chain",
           .make = make,
           .sends_to = down_the_chain,
           .blocks = one_block_per_piece,
           .alpha_beta = alpha_beta,
           .homogeneous_time = homogeneous_time}};
}

} // namespace lightloom::algorithms
