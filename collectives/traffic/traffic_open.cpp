// Open loops: each sending rank has a Poisson process of its own. Arrivals are drawn as the run goes, from a Philox
// stream per rank, and kept nowhere; planning draws them once before to know how many each rank is to hear.

#include "collectives/traffic/traffic_open.hpp"

#include "collectives/traffic/traffic_pattern.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// One record is posted, delivered and reported: about 100 B of memory.
constexpr double most_recorded = 2e7;
/// Planning draws every one.
constexpr double most_flows = 2e9;
} // namespace

PoissonArrivals::PoissonArrivals(std::shared_ptr<const PoissonTraffic> traffic, std::uint32_t rank)
    : traffic_(std::move(traffic)), random_(traffic_->seed, Purpose::traffic, traffic_->id.entity(rank)),
      at_(traffic_->start), rank_(rank), sends_(traffic_->pattern == nullptr || traffic_->pattern->sends(rank) > 0),
      destination_(sends_ && traffic_->pattern != nullptr ? traffic_->pattern->to(rank, 0, 0) : 0) {}

std::optional<FlowArrival> PoissonArrivals::next() {
  if (!sends_)
    return std::nullopt;
  const double gap = random_.exponential() * traffic_->mean_gap_ps;
  if (gap >= static_cast<double>((traffic_->end - at_).count())) {
    sends_ = false;
    return std::nullopt;
  }
  at_ += Duration(static_cast<std::int64_t>(gap + 0.5));
  if (at_ >= traffic_->end) {
    sends_ = false;
    return std::nullopt;
  }
  FlowArrival arrival{at_, destination_, {}};
  if (traffic_->pattern == nullptr)
    arrival.destination = draw_other(random_, rank_, traffic_->ranks);
  arrival.bytes = traffic_->sizes.draw(random_);
  return arrival;
}

namespace {

class OpenProgram final : public RankProgram {
public:
  OpenProgram(const std::shared_ptr<const PoissonTraffic> &traffic, std::uint32_t rank)
      : traffic_(traffic), rank_(rank), arrivals_(traffic, rank), awaited_(traffic->awaited[rank]) {}
  std::uint32_t streams() const override { return 1; }

  Operation next(std::uint32_t) override {
    Operation op;
    if (pending_) {
      op.kind = Operation::Kind::send;
      op.peer = pending_->destination;
      op.bytes = pending_->bytes;
      pending_.reset();
    } else if ((pending_ = arrivals_.next())) {
      op.kind = Operation::Kind::wait_until;
      op.duration = pending_->at;
    } else if (awaited_ > 0) {
      op.kind = Operation::Kind::arrivals;
      op.count = std::exchange(awaited_, 0u);
    }
    return op;
  }

  std::vector<Peer> sends_to() const override {
    std::vector<Peer> peers;
    PoissonArrivals arrivals(traffic_, rank_);
    if (traffic_->pattern != nullptr) {
      if (const auto first = arrivals.next())
        peers.push_back({0, first->destination});
      return peers;
    }
    std::vector<bool> seen(traffic_->ranks);
    while (peers.size() + 1 < traffic_->ranks) {
      const auto arrival = arrivals.next();
      if (!arrival)
        break;
      if (!seen[arrival->destination])
        peers.push_back({0, arrival->destination});
      seen[arrival->destination] = true;
    }
    return peers;
  }

  bool counts(std::uint32_t) const override { return true; }

private:
  std::shared_ptr<const PoissonTraffic> traffic_;
  std::uint32_t rank_;
  PoissonArrivals arrivals_;
  std::optional<FlowArrival> pending_;
  std::uint32_t awaited_;
};

void check_amount(const TrafficSpec &spec, TableId id, double flows) {
  const auto refuse = [&](double most, const char *why, const std::string &advice) {
    if (flows > most)
      throw Error(fmt::format("{} = {}", id.key("duration"), format_duration(spec.open->duration)),
                  fmt::format("about {:.3g} flows would arrive, at most {:.3g} {}", flows, most, why), advice);
  };
  if (spec.record)
    refuse(most_recorded, "can be recorded one by one", "Try record = false, or a shorter duration.");
  refuse(most_flows, "are simulated", "Try a shorter duration.");
}

} // namespace

std::shared_ptr<const PoissonTraffic> poisson_traffic(const TrafficSpec &spec, TableId id, std::uint32_t ranks) {
  EXPECTS(spec.open.has_value());
  const OpenLoop &open = *spec.open;
  if (!(open.load > 0))
    throw Error(fmt::format("{} = {:g}", id.key("load"), open.load), "must be above 0");
  if (open.duration <= Duration{} || open.line_rate.bits_per_second <= 0)
    throw Error(id.key("duration") + " = " + format_duration(open.duration), "must be above 0");
  if (spec.pattern == "all-to-all" || spec.pattern == "file")
    throw Error(id.key("pattern") + " = \"" + spec.pattern + "\"", "has no open loop",
                spec.pattern == "file" ? "Its start times say when flows arrive." : "Use \"uniform\".");
  auto traffic = std::make_shared<PoissonTraffic>();
  if (spec.pattern != "uniform")
    traffic->pattern = make_pattern(spec, id, ranks);
  traffic->id = id;
  traffic->seed = spec.seed;
  traffic->ranks = ranks;
  traffic->start = spec.start;
  traffic->end = spec.start + open.duration;
  traffic->sizes = open.sizes;
  const double sharers = spec.pattern == "incast" ? spec.fan_in : 1;
  traffic->mean_gap_ps =
      open.sizes.mean() * 8e12 * sharers / (open.load * static_cast<double>(open.line_rate.bits_per_second));
  const double senders = spec.pattern == "incast" ? spec.fan_in : ranks;
  check_amount(spec, id, senders * static_cast<double>(open.duration.count()) / traffic->mean_gap_ps);

  traffic->awaited.resize(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    PoissonArrivals arrivals(traffic, rank);
    while (const auto arrival = arrivals.next()) {
      ++traffic->awaited[arrival->destination];
      traffic->bytes += arrival->bytes;
      ++traffic->flows;
    }
  }
  return traffic;
}

TablePlan plan_open_loop(const TrafficSpec &spec, TableId id, std::uint32_t ranks) {
  const auto traffic = poisson_traffic(spec, id, ranks);
  if (traffic->flows == 0)
    throw Error(fmt::format("{} = {}", id.key("duration"), format_duration(spec.open->duration)),
                fmt::format("no flow arrives: one is expected every {} per sender",
                            format_duration(Duration(static_cast<std::int64_t>(traffic->mean_gap_ps)))),
                "Try a longer duration.");
  TablePlan plan;
  plan.network_bytes = traffic->bytes;
  plan.notes.push_back(fmt::format("traffic.{}: {} flows of {:.4g} B on average arrive in {}", id.index, traffic->flows,
                                   static_cast<double>(traffic->bytes.value) / static_cast<double>(traffic->flows),
                                   format_duration(spec.open->duration)));
  plan.program = [traffic](std::uint32_t rank) { return std::make_unique<OpenProgram>(traffic, rank); };
  return plan;
}

} // namespace lightloom
