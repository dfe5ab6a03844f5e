#pragma once
// The most that can flow through a fabric.

#include "topology/fabric.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// A capacity that enters (or leaves) the fabric at a switch.
struct FlowEnd {
  SwitchId at;
  std::int64_t bits_per_second = 0;
};

/// The most that can flow from sources to sinks over switch-to-switch cables (Boykov-Kolmogorov). [bit/s]
std::int64_t max_flow(const Fabric &fabric, const std::vector<FlowEnd> &sources, const std::vector<FlowEnd> &sinks);

} // namespace lightloom
