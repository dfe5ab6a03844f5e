// The ring: member i talks to i + 1 and listens to i − 1 only; the vector is cut into n chunks.
// Bandwidth-optimal, but every phase has n − 1 latencies.
//   reduce-scatter, step k: send chunk i − 1 − k, add what arrives to chunk i − 2 − k; chunk i ends at member i
//   all-gather, step k:     send chunk i − k, store what arrives as chunk i − 1 − k
//   all-reduce:             the first, then the second
// Source: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations" (2009);
// Thakur, Rabenseifner, Gropp (2005).

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"

namespace lightloom::algorithms {
namespace {

class RingCursor final : public CollectiveCursor {
public:
  explicit RingCursor(const CollectiveShape &shape)
      : ranks_(shape.ranks), index_(shape.index), bytes_(shape.bytes),
        reducing_(shape.op == CollectiveOp::all_reduce || shape.op == CollectiveOp::reduce_scatter),
        phases_(shape.op == CollectiveOp::all_reduce ? 2u : 1u) {}

  CollectiveStep next() override {
    if (phases_ == 0 || ranks_ == 1)
      return {};
    CollectiveStep step;
    const std::uint32_t lag =
        step_ + (reducing_ ? 1 : 0); // the reduced chunk starts one behind, so that chunk i ends at member i
    if (sending_) {
      step.kind = CollectiveStep::Kind::send;
      step.peer = index_ + 1 == ranks_ ? 0 : index_ + 1;
      step.block = behind(lag);
    } else {
      step.kind = CollectiveStep::Kind::receive;
      step.peer = behind(1);
      step.block = behind(lag + 1);
      step.reduce = reducing_;
      advance();
    }
    step.bytes = even_share(bytes_, ranks_, static_cast<std::uint32_t>(step.block));
    sending_ = !sending_;
    return step;
  }

private:
  /// Chunk or member index − k, around the ring; k ≤ ranks.
  std::uint32_t behind(std::uint32_t k) const { return (index_ + ranks_ - k) % ranks_; }
  void advance() {
    if (++step_ < ranks_ - 1)
      return;
    step_ = 0;
    reducing_ = false;
    --phases_;
  }

  std::uint32_t ranks_;
  std::uint32_t index_;
  Bytes bytes_;
  bool reducing_;
  std::uint32_t phases_;
  std::uint32_t step_ = 0;
  bool sending_ = true;
};

std::unique_ptr<CollectiveCursor> make(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks);
  return std::make_unique<RingCursor>(shape);
}

std::uint32_t steps(const CollectiveShape &s) { return (s.op == CollectiveOp::all_reduce ? 2 : 1) * (s.ranks - 1); }

/// (n − 1)(α + β S ÷ n) per phase.
double alpha_beta(const CollectiveShape &s, const AlphaBeta &message, const AlphaBeta &) {
  return steps(s) * message.seconds(static_cast<double>(s.bytes.value) / s.ranks);
}

Duration homogeneous_time(const CollectiveShape &s, const HomogeneousPath &path) {
  return steps(s) * message_time(even_share(s.bytes, s.ranks, 0), path);
}

} // namespace

AlgorithmTable ring() {
  AlgorithmTable rows;
  for (const CollectiveOp op : {CollectiveOp::all_reduce, CollectiveOp::all_gather, CollectiveOp::reduce_scatter})
    rows.push_back({.op = op,
                    .name = "ring",
                    .make = make,
                    .sends_to = next_member,
                    .alpha_beta = alpha_beta,
                    .homogeneous_time = homogeneous_time});
  return rows;
}

} // namespace lightloom::algorithms
