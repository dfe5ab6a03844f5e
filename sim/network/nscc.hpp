#pragma once
// NSCC: window control of Ultra Ethernet senders by ECN and delay (UEC Specification 1.0, §3.6.13, "Network Signaled
// Congestion Control"). One object per send queue.

#include "sim/core/quantity.hpp"

#include <cstdint>

namespace lightloom {

struct NsccSpec {
  double target_share = 0.75; ///< queueing delay aimed at, × the base round trip
};

class Nscc {
public:
  Nscc() = default;
  /// `spec` outlives the object. `base_rtt`: of the longest path, unloaded; `line`: of the sender's port.
  Nscc(const NsccSpec &spec, Duration base_rtt, BitRate line, std::int64_t full_frame);
  /// An acknowledgement for `bytes` that were in flight; `marked`: its frame carried a congestion mark; `rtt`: from the
  /// departure of the frame that caused it to now.
  void acknowledged(SimTime now, std::int64_t bytes, bool marked, Duration rtt);
  /// A frame of `bytes` came trimmed, or was found lost.
  void lost(SimTime now, std::int64_t bytes);
  /// Nothing was heard for a retransmission time-out.
  void timed_out(SimTime now);
  /// Bytes that may be in flight.
  std::int64_t window() const { return window_; }

private:
  const NsccSpec *spec_ = nullptr;
  std::int64_t window_ = 0;
};

} // namespace lightloom
