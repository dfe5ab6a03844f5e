#pragma once
// Poisson arrivals of flows at one rank, drawn one after another.

#include "collectives/traffic/traffic_table.hpp"
#include "sim/core/random.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace lightloom {

class TrafficPattern;

/// What all ranks of an open loop share.
struct PoissonTraffic {
  std::shared_ptr<const TrafficPattern> pattern; ///< null: each flow goes to another rank, drawn uniformly
  TableId id;
  std::uint64_t seed = 1;
  std::uint32_t ranks = 0;
  Duration start{};
  Duration end{};
  double mean_gap_ps = 0; ///< between flows of one sender [ps]
  FlowSizes sizes;
  // Sums over all ranks and the whole duration.
  std::vector<std::uint32_t> awaited; ///< [rank] flows to it
  Bytes bytes{};
  std::uint64_t flows = 0;
};

/// A flow that begins.
struct FlowArrival {
  Duration at{}; ///< since the start of the run
  std::uint32_t destination = 0;
  Bytes bytes{};
};

/// The flows of one rank in order. Gaps are exponential, rounded to picoseconds; per flow the stream gives the gap,
/// then the destination if it is drawn, then the size if it is drawn.
class PoissonArrivals {
public:
  PoissonArrivals(std::shared_ptr<const PoissonTraffic> traffic, std::uint32_t rank);
  /// Nothing when the duration is over, or when this rank sends nothing.
  std::optional<FlowArrival> next();

private:
  std::shared_ptr<const PoissonTraffic> traffic_;
  RandomStream random_;
  Duration at_;
  std::uint32_t rank_;
  bool sends_;
  std::uint32_t destination_;
};

/// Throws Error: no load, no duration, a pattern without an open loop, more flows than can be handled.
std::shared_ptr<const PoissonTraffic> poisson_traffic(const TrafficSpec &spec, TableId id, std::uint32_t ranks);

} // namespace lightloom
