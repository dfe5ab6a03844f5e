// Pairwise all-to-all: in step k = 1 … n − 1 member i sends its block for i + k and receives from i − k, so
// that every member sends to and receives from exactly one other at a time. A step ends with its receive, which paces
// the senders. Source: Thakur, Rabenseifner, Gropp (2005), long-message all-to-all.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"

namespace lightloom::algorithms {
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
    step.bytes = even_share(bytes_, ranks_, destination);
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

std::unique_ptr<CollectiveCursor> make(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks);
  return std::make_unique<PairwiseCursor>(shape);
}

std::vector<std::uint32_t> all_others(const CollectiveShape &shape) {
  std::vector<std::uint32_t> peers;
  peers.reserve(shape.ranks - 1);
  for (std::uint32_t k = 1; k < shape.ranks; ++k)
    peers.push_back((shape.index + k) % shape.ranks);
  return peers;
}

std::uint64_t one_block_per_pair(const CollectiveShape &shape) {
  return static_cast<std::uint64_t>(shape.ranks) * shape.ranks;
}

double alpha_beta(const CollectiveShape &s, const AlphaBeta &message, const AlphaBeta &) {
  return (s.ranks - 1) * message.seconds(static_cast<double>(s.bytes.value) / s.ranks);
}

Duration homogeneous_time(const CollectiveShape &s, const HomogeneousPath &path) {
  return (s.ranks - 1) * message_time(even_share(s.bytes, s.ranks, 0), path);
}

} // namespace

AlgorithmTable pairwise() {
  return {{.op = CollectiveOp::all_to_all,
           .name = "pairwise",
           .make = make,
           .sends_to = all_others,
           .blocks = one_block_per_pair,
           .crossing = true,
           .alpha_beta = alpha_beta,
           .homogeneous_time = homogeneous_time}};
}

} // namespace lightloom::algorithms
