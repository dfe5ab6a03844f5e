#pragma once
// What one [[traffic]] table asks for; traffic/traffic.hpp says what comes of it.

#include "collectives/files/htsim_matrix.hpp"
#include "collectives/traffic/flow_sizes.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lightloom {

/// Poisson arrivals.
struct OpenLoop {
  /// Payload that is offered, as a share of `line_rate`: of each sender's own port; incast: of the receiver's port, all
  /// senders together. > 0.
  double load = 0;
  Duration duration{}; ///< flows arrive in [start, start + duration)
  BitRate line_rate{}; ///< of a host: all its ports together
  FlowSizes sizes;     ///< drawn for each flow
};

/// One [[traffic]] table.
struct TrafficSpec {
  std::string pattern = "permutation"; ///< one of traffic_patterns()
  Bytes bytes{};                       ///< per flow, ≥ 0; closed loop
  std::uint32_t fan_in = 0;            ///< incast: senders, 1 … ranks − 1
  std::uint64_t seed = 1;
  std::uint32_t by = 1;     ///< shift: rank r sends to rank r + by modulo the ranks; not a multiple of them
  std::uint32_t repeat = 1; ///< closed loop: rounds, ≥ 1
  Duration start{};         ///< nothing is sent before
  std::optional<OpenLoop> open{};
  std::shared_ptr<const HtsimMatrix> matrix{}; ///< pattern = "file"; its sizes replace `bytes`
  bool record = true;                          ///< keep one FlowResult per flow
};

} // namespace lightloom
