// Tables of traffic side by side: each has channels and event counters of its own, and its streams follow those of the
// tables before it.

#include "collectives/traffic/traffic.hpp"

#include "collectives/traffic/traffic_table.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lightloom {
namespace {

/// Tables that TableId can tell apart.
constexpr std::size_t most_tables = 256;

/// Where the channels and events of a table begin.
struct Place {
  std::uint32_t channel = 0;
  std::uint32_t event = 0;
};

class SideBySide final : public RankProgram {
public:
  SideBySide(std::vector<std::unique_ptr<RankProgram>> programs, std::shared_ptr<const std::vector<Place>> places)
      : programs_(std::move(programs)), places_(std::move(places)) {
    for (std::uint32_t table = 0; table < programs_.size(); ++table)
      for (std::uint32_t s = 0; s < programs_[table]->streams(); ++s)
        streams_.push_back({table, s});
  }

  std::uint32_t streams() const override { return static_cast<std::uint32_t>(streams_.size()); }

  Operation next(std::uint32_t stream) override {
    const auto [table, own] = streams_[stream];
    Operation op = programs_[table]->next(own);
    using Kind = Operation::Kind;
    if (op.kind == Kind::signal || op.kind == Kind::wait)
      op.id += (*places_)[table].event;
    else
      op.channel += (*places_)[table].channel;
    return op;
  }

  std::vector<Peer> sends_to() const override {
    std::vector<Peer> all;
    for (std::size_t table = 0; table < programs_.size(); ++table)
      for (const Peer &peer : programs_[table]->sends_to())
        all.push_back({peer.channel + (*places_)[table].channel, peer.rank});
    return all;
  }

  bool counts(std::uint32_t channel) const override {
    std::size_t table = programs_.size() - 1;
    while (channel < (*places_)[table].channel)
      --table;
    return programs_[table]->counts(channel - (*places_)[table].channel);
  }

private:
  struct Stream {
    std::uint32_t table = 0;
    std::uint32_t own = 0;
  };
  std::vector<std::unique_ptr<RankProgram>> programs_; ///< one entry per table
  std::shared_ptr<const std::vector<Place>> places_;   ///< one entry per table
  std::vector<Stream> streams_;
};

TablePlan plan_table(const TrafficSpec &spec, TableId id, std::uint32_t ranks) {
  if (spec.bytes.value < 0)
    throw Error(fmt::format("{} = {} B", id.key("size"), spec.bytes.value), "must not be negative");
  if (spec.start < Duration{})
    throw Error(id.key("start"), "must not be negative");
  if (spec.open)
    return plan_open_loop(spec, id, ranks);
  return spec.pattern == "file" ? plan_matrix(spec, id, ranks) : plan_closed_loop(spec, id, ranks);
}

} // namespace

JobPlan plan_traffic(const std::vector<TrafficSpec> &tables, std::uint32_t ranks) {
  if (ranks < 2)
    throw Error(fmt::format("traffic between {} rank", ranks), "it takes at least 2", "Raise cluster.gpus.");
  if (tables.empty() || tables.size() > most_tables)
    throw Error(fmt::format("{} tables of traffic", tables.size()), fmt::format("must be 1 to {}", most_tables));
  JobPlan plan;
  plan.ranks = ranks;
  auto places = std::make_shared<std::vector<Place>>();
  auto plans = std::make_shared<std::vector<TablePlan>>();
  Place place;
  for (std::uint32_t i = 0; i < tables.size(); ++i) {
    TablePlan table = plan_table(tables[i], {i}, ranks);
    places->push_back(place);
    place.channel += table.channels;
    place.event += table.events;
    plan.network_bytes += table.network_bytes;
    plan.record_flows = plan.record_flows || tables[i].record;
    plan.signals = plan.signals || table.signals;
    plan.notes.insert(plan.notes.end(), table.notes.begin(), table.notes.end());
    plans->push_back(std::move(table));
  }
  if (tables.size() == 1)
    plan.program = plans->front().program;
  else
    plan.program = [plans, places](std::uint32_t rank) -> std::unique_ptr<RankProgram> {
      std::vector<std::unique_ptr<RankProgram>> programs;
      for (const TablePlan &table : *plans)
        programs.push_back(table.program(rank));
      return std::make_unique<SideBySide>(std::move(programs), places);
    };
  return plan;
}

JobPlan plan_traffic(const TrafficSpec &spec, std::uint32_t ranks) { return plan_traffic(std::vector{spec}, ranks); }

Bytes largest_flow(const TrafficSpec &spec) {
  if (spec.open)
    return spec.open->sizes.largest();
  if (spec.matrix == nullptr)
    return spec.bytes;
  Bytes largest{};
  for (const HtsimConnection &c : spec.matrix->connections)
    largest = std::max(largest, c.size);
  return largest;
}

} // namespace lightloom
