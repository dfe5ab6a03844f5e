#pragma once
// What one [[traffic]] table comes to, before the tables are put side by side. Channels and event counters count from 0
// in each.

#include "collectives/traffic/traffic_spec.hpp"
#include "sim/network/plain/rank_program.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lightloom {

/// The programs of one table, which know no other.
struct TablePlan {
  std::function<std::unique_ptr<RankProgram>(std::uint32_t rank)> program; ///< a fresh one
  Bytes network_bytes{};                                                   ///< payload that all ranks send, exactly
  std::uint32_t channels = 1;                                              ///< its channels are below this
  std::uint32_t events = 0;                                                ///< ids of signal and wait are below this
  bool signals = false; ///< messages of 0 B are signals between ranks, not flows
  std::vector<std::string> notes;
};

/// Where a table's keys stand, for messages, and its streams of random numbers.
struct TableId {
  std::uint32_t index = 0; ///< below 256
  std::string key(const std::string &name) const { return "traffic." + std::to_string(index) + "." + name; }
  /// Purpose::traffic of this table as a whole, and of one of its ranks.
  std::uint32_t entity() const { return index << 24; }
  std::uint32_t entity(std::uint32_t rank) const { return (index << 24) + 1 + rank; }
};

/// Each rank posts its flows of a round at once, and the next round when those were acknowledged.
TablePlan plan_closed_loop(const TrafficSpec &spec, TableId id, std::uint32_t ranks);
/// Each sending rank posts flows at the times of a Poisson process.
TablePlan plan_open_loop(const TrafficSpec &spec, TableId id, std::uint32_t ranks);
/// Flows of a connection matrix, with their triggers.
TablePlan plan_matrix(const TrafficSpec &spec, TableId id, std::uint32_t ranks);

} // namespace lightloom
