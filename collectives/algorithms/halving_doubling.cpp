// Recursive halving and doubling, for n = 2^k members: k steps in place of the ring's n − 1, the same bytes.
//   reduce-scatter, distance n/2, n/4, … 1: send the partner's half of what one is still responsible for, add what
//                   arrives to one's own half; chunk i ends at member i
//   all-gather, distance 1, 2, … n/2: exchange all one has with the partner
//   all-reduce: the first, then the second
// The partner at distance d is i xor d, so distances of n/2 cross the fabric with half the vector: few steps, far ones.
// Source: Thakur, Rabenseifner, Gropp (2005); Rabenseifner (2004).

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"

#include <algorithm>
#include <bit>

namespace lightloom {
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

} // namespace

std::unique_ptr<CollectiveCursor> make_halving_doubling_cursor(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && std::has_single_bit(shape.ranks));
  EXPECTS(shape.op == CollectiveOp::all_reduce || shape.op == CollectiveOp::reduce_scatter ||
          shape.op == CollectiveOp::all_gather);
  return std::make_unique<HalvingDoublingCursor>(shape);
}

} // namespace lightloom
