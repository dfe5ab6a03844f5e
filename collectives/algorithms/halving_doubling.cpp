// Recursive halving and doubling, for n = 2^k members: k steps in place of the ring's n − 1, the same bytes.
//   reduce-scatter, distance n/2, n/4, … 1: send the partner's half of what one is still responsible for, add what
//                   arrives to one's own half; chunk i ends at member i
//   all-gather, distance 1, 2, … n/2: exchange all one has with the partner
//   all-reduce: the first, then the second
// The partner at distance d is i xor d, so distances of n/2 cross the fabric with half the vector: few steps, far ones.
// Source: Thakur, Rabenseifner, Gropp (2005); Rabenseifner (2004).

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"

#include <algorithm>
#include <bit>

namespace lightloom::algorithms {
namespace {

class HalvingDoublingCursor final : public CollectiveCursor {
public:
  explicit HalvingDoublingCursor(const CollectiveShape &shape)
      : ranks_(shape.ranks), index_(shape.index), bytes_(shape.bytes),
        gathers_(shape.op != CollectiveOp::reduce_scatter), halving_(shape.op != CollectiveOp::all_gather),
        distance_(halving_ ? shape.ranks / 2 : 1) {}

  CollectiveStep next() override {
    if (halving_ && distance_ == 0) {
      halving_ = false;
      distance_ = 1;
      if (!gathers_)
        distance_ = ranks_;
    }
    if (!halving_ && distance_ >= ranks_)
      return {};
    // Own and partner's share of the chunks at this distance: aligned runs of `distance_` chunks.
    const std::uint32_t own = index_ / distance_ * distance_;
    const std::uint32_t partners = own ^ distance_;
    CollectiveStep step;
    step.kind = sending_ ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = index_ ^ distance_;
    step.block = sending_ == halving_ ? partners : own;
    step.blocks = distance_;
    step.reduce = halving_ && !sending_;
    step.bytes = run_bytes(static_cast<std::uint32_t>(step.block), distance_);
    if (!sending_)
      distance_ = halving_ ? distance_ / 2 : distance_ * 2;
    sending_ = !sending_;
    return step;
  }

private:
  /// Bytes of `count` chunks from `first` on.
  Bytes run_bytes(std::uint32_t first, std::uint32_t count) const {
    const std::int64_t quotient = bytes_.value / ranks_;
    const std::int64_t remainder = bytes_.value % ranks_;
    const std::int64_t longer = std::clamp<std::int64_t>(remainder - first, 0, count);
    return Bytes(quotient * count + longer);
  }

  std::uint32_t ranks_;
  std::uint32_t index_;
  Bytes bytes_;
  bool gathers_;
  bool halving_;
  std::uint32_t distance_;
  bool sending_ = true;
};

std::unique_ptr<CollectiveCursor> make(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && std::has_single_bit(shape.ranks));
  return std::make_unique<HalvingDoublingCursor>(shape);
}

std::vector<std::uint32_t> partners(const CollectiveShape &shape) {
  std::vector<std::uint32_t> peers;
  for (std::uint32_t distance = 1; distance < shape.ranks; distance *= 2)
    peers.push_back(shape.index ^ distance);
  return peers;
}

std::string unless_power_of_two(const CollectiveShape &shape) {
  return std::has_single_bit(shape.ranks) ? "" : "it needs a power of two";
}

std::uint32_t phases(const CollectiveShape &shape) { return shape.op == CollectiveOp::all_reduce ? 2 : 1; }

/// α log2 n + β (n−1)/n S per phase.
double alpha_beta(const CollectiveShape &s, const AlphaBeta &message, const AlphaBeta &) {
  const double transfer = static_cast<double>(s.bytes.value) * (s.ranks - 1) / s.ranks;
  return phases(s) * (std::countr_zero(s.ranks) * message.alpha_s + transfer * message.beta_s);
}

/// One message of 1, 2, … n ÷ 2 chunks per phase.
Duration homogeneous_time(const CollectiveShape &s, const HomogeneousPath &path) {
  Duration phase{};
  for (std::uint32_t chunks = 1; chunks < s.ranks; chunks *= 2)
    phase += message_time(even_share(s.bytes, s.ranks, 0) * chunks, path);
  return phases(s) * phase;
}

} // namespace

AlgorithmTable halving_doubling() {
  AlgorithmTable rows;
  for (const CollectiveOp op : {CollectiveOp::all_reduce, CollectiveOp::all_gather, CollectiveOp::reduce_scatter})
    rows.push_back({.op = op,
                    .name = "halving-doubling",
                    .make = make,
                    .sends_to = partners,
                    .why_not = unless_power_of_two,
                    .crossing = true,
                    .alpha_beta = alpha_beta,
                    .homogeneous_time = homogeneous_time});
  return rows;
}

} // namespace lightloom::algorithms
