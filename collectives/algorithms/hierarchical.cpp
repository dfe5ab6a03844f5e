// Hierarchical all-reduce over M domains of g members (consecutive indexes): the network carries 1/g of the vector per
// member instead of all of it.
//   1. reduce-scatter inside the domain: member j of g ends with share j
//   2. ring all-reduce of share j among the j-th members of all domains
//   3. all-gather inside the domain
// The phases inside run as rings of messages, or by closed form when the domain has a scale-up switch. Blocks are
// numbered share × M + piece of the share. Source: Goyal et al., "Accurate, Large Minibatch SGD" (2017), section 4.

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"

namespace lightloom::algorithms {
namespace {

class HierarchicalCursor final : public CollectiveCursor {
public:
  explicit HierarchicalCursor(const CollectiveShape &shape)
      : shape_(shape), domains_(shape.ranks / shape.domain), domain_(shape.index / shape.domain),
        seat_(shape.index % shape.domain) {
    enter();
  }

  CollectiveStep next() override {
    for (;;) {
      if (phase_ == Phase::end)
        return {};
      if (phase_ != Phase::between && shape_.closed_form) {
        const CollectiveStep step = inside_by_closed_form();
        leave();
        return step;
      }
      CollectiveStep step = ring_->next();
      if (step.kind == CollectiveStep::Kind::done) {
        leave();
        continue;
      }
      if (phase_ == Phase::between) {
        step.peer = step.peer * shape_.domain + seat_;
        step.block += static_cast<std::uint64_t>(seat_) * domains_;
      } else {
        step.peer += domain_ * shape_.domain;
        step.block *= domains_;
        step.blocks = domains_;
      }
      return step;
    }
  }

private:
  enum class Phase : std::uint8_t { scatter, between, gather, end };

  void enter() {
    CollectiveShape part;
    if (phase_ == Phase::between) {
      part = {CollectiveOp::all_reduce, domains_, domain_, even_share(shape_.bytes, shape_.domain, seat_)};
    } else {
      part = {op_inside(), shape_.domain, seat_, shape_.bytes};
      if (shape_.closed_form)
        return;
    }
    ring_ = find_algorithm(part.op, "ring").make(part);
  }
  void leave() {
    phase_ = static_cast<Phase>(static_cast<std::uint8_t>(phase_) + 1);
    if (phase_ != Phase::end)
      enter();
  }
  CollectiveOp op_inside() const {
    return phase_ == Phase::scatter ? CollectiveOp::reduce_scatter : CollectiveOp::all_gather;
  }
  CollectiveStep inside_by_closed_form() const {
    CollectiveStep step;
    step.kind = CollectiveStep::Kind::scale_up;
    step.op = op_inside();
    step.bytes = shape_.bytes;
    return step;
  }

  CollectiveShape shape_;
  std::uint32_t domains_;
  std::uint32_t domain_; ///< this member's
  std::uint32_t seat_;   ///< this member's place in it
  Phase phase_ = Phase::scatter;
  std::unique_ptr<CollectiveCursor> ring_;
};

std::unique_ptr<CollectiveCursor> make(const CollectiveShape &shape) {
  EXPECTS(shape.index < shape.ranks && shape.domain > 1 && shape.ranks % shape.domain == 0);
  return std::make_unique<HierarchicalCursor>(shape);
}

/// To the same seat of the next domain, and around the ring of the own domain.
std::vector<std::uint32_t> across_and_inside(const CollectiveShape &shape) {
  std::vector<std::uint32_t> peers;
  const std::uint32_t first = shape.index / shape.domain * shape.domain;
  if (!shape.closed_form)
    peers.push_back(first + (shape.index - first + 1) % shape.domain);
  if (const std::uint32_t across = (shape.index + shape.domain) % shape.ranks; across != shape.index)
    peers.push_back(across);
  return peers;
}

std::string unless_domains(const CollectiveShape &shape) {
  if (shape.domain < 2)
    return "it needs a scale-up domain that several of them share";
  return shape.ranks % shape.domain == 0
             ? ""
             : "they do not fill scale-up domains of " + std::to_string(shape.domain) + " evenly";
}

/// With inner phases by closed form only the rings between domains are left: 2 (M − 1) times each share.
Bytes traffic(const CollectiveShape &s) {
  return group_traffic(s.op, s.closed_form ? s.ranks / s.domain : s.ranks, s.bytes);
}

std::string note(const CollectiveShape &shape) {
  return "Hierarchical all-reduce: scale-up domains of " + std::to_string(shape.domain) +
         " reduce and gather inside by closed form; only the rings between them use the network.";
}

/// 2(g−1)αᵢ + 2(g−1)/g Sβᵢ + 2(M−1)αₒ + 2(M−1)/M (S/g)βₒ.
double alpha_beta(const CollectiveShape &s, const AlphaBeta &between, const AlphaBeta &inside) {
  const std::uint32_t domains = s.ranks / s.domain;
  const double share = static_cast<double>(s.bytes.value) / s.domain;
  return 2 * (s.domain - 1) * inside.seconds(share) + 2 * (domains - 1) * between.seconds(share / domains);
}

} // namespace

AlgorithmTable hierarchical() {
  return {{.op = CollectiveOp::all_reduce,
           .name = "hierarchical",
           .make = make,
           .sends_to = across_and_inside,
           .why_not = unless_domains,
           .traffic = traffic,
           .inner_phases = true,
           .note = note,
           .alpha_beta = alpha_beta}};
}

} // namespace lightloom::algorithms
