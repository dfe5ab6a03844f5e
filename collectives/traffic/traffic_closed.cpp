// Closed loops: rounds of flows. A rank posts a round at once, waits until it is acknowledged, and posts the next;
// receives come last, since messages travel whether or not somebody waits for them.

#include "collectives/traffic/traffic_pattern.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <utility>

namespace lightloom {

namespace {

struct ClosedLoop {
  std::shared_ptr<const TrafficPattern> pattern;
  Bytes bytes{};
  Duration start{};
  std::uint32_t rounds = 1;
  bool crossing = false;
};

class ClosedProgram final : public RankProgram {
public:
  ClosedProgram(std::shared_ptr<const ClosedLoop> loop, std::uint32_t rank) : loop_(std::move(loop)), rank_(rank) {
    at_ = loop_->start > Duration{} ? At::start : At::sends;
  }
  std::uint32_t streams() const override { return 1; }

  Operation next(std::uint32_t) override {
    const TrafficPattern &pattern = *loop_->pattern;
    Operation op;
    switch (at_) {
    case At::start:
      at_ = At::sends;
      op.kind = Operation::Kind::wait_until;
      op.duration = loop_->start;
      return op;
    case At::sends:
      if (done_ < pattern.sends(rank_)) {
        op.kind = Operation::Kind::send;
        op.peer = pattern.to(rank_, round_, done_++);
        op.bytes = loop_->bytes;
        op.crossing = loop_->crossing;
        return op;
      }
      done_ = 0;
      if (++round_ < loop_->rounds && pattern.sends(rank_) > 0) {
        op.kind = Operation::Kind::drain;
        return op;
      }
      round_ = 0;
      at_ = At::receives;
      [[fallthrough]];
    case At::receives:
      while (round_ < loop_->rounds && done_ == pattern.receives(rank_, round_)) {
        ++round_;
        done_ = 0;
      }
      if (round_ == loop_->rounds)
        return {};
      op.kind = Operation::Kind::receive;
      op.peer = pattern.from(rank_, round_, done_++);
      op.bytes = loop_->bytes;
      return op;
    }
    return {};
  }

  std::vector<Peer> sends_to() const override {
    std::vector<Peer> peers;
    for (std::uint32_t i = 0; i < loop_->pattern->sends(rank_); ++i)
      for (std::uint32_t round = 0; round < loop_->rounds; ++round)
        peers.push_back({0, loop_->pattern->to(rank_, round, i)});
    // In the order of first use, each once.
    std::vector<std::uint32_t> seen;
    for (const Peer &p : peers)
      seen.push_back(p.rank);
    std::sort(seen.begin(), seen.end());
    std::vector<std::uint8_t> told(seen.size());
    std::erase_if(peers, [&](const Peer &p) {
      const auto at = std::lower_bound(seen.begin(), seen.end(), p.rank) - seen.begin();
      return std::exchange(told[static_cast<std::size_t>(at)], std::uint8_t{1}) != 0;
    });
    return peers;
  }

private:
  enum class At : std::uint8_t { start, sends, receives };
  std::shared_ptr<const ClosedLoop> loop_;
  std::uint32_t rank_;
  std::uint32_t round_ = 0;
  std::uint32_t done_ = 0; ///< of this round
  At at_ = At::sends;
};

} // namespace

TablePlan plan_closed_loop(const TrafficSpec &spec, TableId id, std::uint32_t ranks) {
  EXPECTS(spec.repeat >= 1);
  auto loop = std::make_shared<ClosedLoop>();
  loop->pattern = make_pattern(spec, id, ranks);
  loop->bytes = spec.bytes;
  loop->start = spec.start;
  loop->rounds = spec.repeat;
  loop->crossing = spec.pattern == "all-to-all";
  TablePlan plan;
  for (std::uint32_t rank = 0; rank < ranks; ++rank)
    plan.network_bytes += spec.bytes * (static_cast<std::int64_t>(loop->pattern->sends(rank)) * spec.repeat);
  plan.program = [loop](std::uint32_t rank) {
    return std::make_unique<ClosedProgram>(std::shared_ptr<const ClosedLoop>(loop), rank);
  };
  return plan;
}

} // namespace lightloom
