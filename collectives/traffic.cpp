#include "collectives/traffic.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

#include <memory>
#include <numeric>
#include <utility>

namespace lightloom {
namespace {

/// Who a rank sends to and hears from; incast receivers hear from many.
struct Flows {
  Bytes bytes{};
  std::vector<std::vector<std::uint32_t>> to;   ///< one entry per rank
  std::vector<std::vector<std::uint32_t>> from; ///< one entry per rank
};

/// Posts all sends, then takes all receives; messages travel side by side whatever the order of the receives.
class FlowProgram final : public RankProgram {
public:
  FlowProgram(std::shared_ptr<const Flows> flows, std::uint32_t rank) : flows_(std::move(flows)), rank_(rank) {}
  std::uint32_t streams() const override { return 1; }

  Operation next(std::uint32_t) override {
    const auto &to = flows_->to[rank_];
    const auto &from = flows_->from[rank_];
    Operation op;
    op.bytes = flows_->bytes;
    if (done_ < to.size()) {
      op.kind = Operation::Kind::send;
      op.peer = to[done_];
    } else if (done_ < to.size() + from.size()) {
      op.kind = Operation::Kind::receive;
      op.peer = from[done_ - to.size()];
    } else {
      return {};
    }
    ++done_;
    return op;
  }

  std::vector<Peer> sends_to() const override {
    std::vector<Peer> peers;
    for (const std::uint32_t rank : flows_->to[rank_])
      peers.push_back({0, rank});
    return peers;
  }

private:
  std::shared_ptr<const Flows> flows_;
  std::uint32_t rank_;
  std::size_t done_ = 0;
};

void connect(Flows &flows, std::uint32_t source, std::uint32_t destination) {
  flows.to[source].push_back(destination);
  flows.from[destination].push_back(source);
}

void add_incast(Flows &flows, std::uint32_t fan_in, std::uint32_t ranks) {
  if (fan_in < 1 || fan_in >= ranks)
    throw Error("traffic.fan_in = " + std::to_string(fan_in),
                "must be 1 to " + std::to_string(ranks - 1) + ", the other ranks");
  // Evenly spread over ranks 1 … n − 1; distinct since fan_in ≤ n − 1.
  for (std::uint32_t i = 0; i < fan_in; ++i)
    connect(flows, 1 + static_cast<std::uint32_t>(static_cast<std::uint64_t>(i) * (ranks - 1) / fan_in), 0);
}

} // namespace

std::vector<std::uint32_t> derangement(std::uint32_t n, std::uint64_t seed, std::uint32_t table) {
  EXPECTS(n >= 2);
  RandomStream random(seed, Purpose::traffic, table << 24);
  std::vector<std::uint32_t> to(n);
  for (;;) { // Fisher–Yates, rejected when a point stays: each try succeeds with probability about 1/e
    std::iota(to.begin(), to.end(), 0u);
    bool fixed = false;
    for (std::uint32_t i = n - 1; i > 0 && !fixed; --i) {
      std::swap(to[i], to[random.below(i + 1ull)]);
      fixed = to[i] == i;
    }
    if (!fixed && to[0] != 0)
      return to;
  }
}

JobPlan plan_traffic(const TrafficSpec &spec, std::uint32_t ranks) {
  if (ranks < 2)
    throw Error("traffic between " + std::to_string(ranks) + " rank", "it takes at least 2", "Raise cluster.gpus.");
  if (spec.bytes.value < 0)
    throw Error("traffic.size = " + std::to_string(spec.bytes.value) + " B", "must not be negative");
  auto flows = std::make_shared<Flows>();
  flows->bytes = spec.bytes;
  flows->to.resize(ranks);
  flows->from.resize(ranks);
  if (spec.pattern == "permutation") {
    const auto to = derangement(ranks, spec.seed);
    for (std::uint32_t r = 0; r < ranks; ++r)
      connect(*flows, r, to[r]);
  } else if (spec.pattern == "incast") {
    add_incast(*flows, spec.fan_in, ranks);
  } else {
    const std::string near = nearest_word(spec.pattern, {"permutation", "incast"});
    throw Error("traffic.pattern = \"" + spec.pattern + "\"", "this version has permutation and incast",
                near.empty() ? "" : "Did you mean \"" + near + "\"?");
  }
  JobPlan plan;
  plan.ranks = ranks;
  plan.record_flows = true;
  for (const auto &to : flows->to)
    plan.network_bytes += spec.bytes * static_cast<std::int64_t>(to.size());
  std::shared_ptr<const Flows> shared = std::move(flows);
  plan.program = [shared](std::uint32_t rank) { return std::make_unique<FlowProgram>(shared, rank); };
  return plan;
}

} // namespace lightloom
