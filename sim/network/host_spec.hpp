#pragma once
// What a host is, as parameters: its NIC ports, its GPU, and how much of a message moves as one unit.

#include "sim/core/quantity.hpp"

#include <cstdint>

namespace lightloom {

/// The NIC ports of a host, all alike.
struct HostSpec {
  /// From a frame that came in until the acknowledgement or the data it calls for may leave. At most nic_latency; 0 in
  /// a network with credits.
  Duration reaction{};
  Duration nic_latency{700ns}; ///< memory → wire and wire → memory, each way
  Duration message_overhead{}; ///< added once per message before its first frame (launch, doorbell)
  BitRate pcie;                ///< what the host bus feeds one port and takes from it, wire bytes; 0 = no limit
};

/// How much of a message moves as one unit (decision 0008).
struct TrainSpec {
  std::uint32_t most_frames = 1; ///< frames per train; 1 = every frame by itself
  double error = 0;              ///< > 0: of each message's time; trains are cut shorter to keep it (train_rule.hpp)
  double least_error = 0;        ///< predicted whatever the message: what trains do not follow at all
};

/// How GPUs differ from their nominal speed. Drawn from the seed.
struct ComputeSpec {
  double speed_spread = 0; ///< standard deviation of a GPU's speed around 1, constant in the run
  double jitter = 0;       ///< standard deviation of each computation's duration around its own
};

/// The network between the GPUs of a node.
struct ScaleUpSpec {
  Duration latency{300ns}; ///< one way, GPU to GPU; ≥ 1 ps
};

} // namespace lightloom
