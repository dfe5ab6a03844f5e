#pragma once
// NSCC: window control of Ultra Ethernet senders by ECN and delay (UEC Specification 1.0, §3.6.13, "Network Signaled
// Congestion Control"). One object per send queue. The law is written from the published description and from what the
// open htsim implementation does; docs/validation/congestion-control.md has both, parameter by parameter.
// Leaves out: the receiver's penalty on the window, and the choice of paths, which is the transport's.

#include "sim/core/quantity.hpp"
#include "sim/network/congestion/congestion_control.hpp"

#include <cstdint>

namespace lightloom {

/// Increments are for the reference network, 100 Gb/s × 12 us; others scale them by BDP ÷ 150,000 B.
struct NsccSpec {
  double target_share = 0.75;   ///< queueing delay aimed at, × the base round trip (with trimming; without: 1)
  double initial_share = 1.5;   ///< first window, × BDP
  double most_share = 1.5;      ///< greatest window, × BDP
  Bytes reference_bdp{150'000}; ///< 100 Gb/s × 12 us
  Duration reference_rtt{12'000'000};
  double proportional = 4; ///< frames per round trip at no delay, × target ÷ reference_rtt; less towards the target
  double fair = 5;         ///< frames per round trip: delayed beyond the target, yet not marked
  double steady = 0.15;    ///< frames per round trip, always
  double fast = 0.25;      ///< fast increase: × bytes acknowledged
  double fast_share = 1.0 / 12; ///< fast increase below this delay, × base round trip (1 us of 12)
  double decrease = 0.8;        ///< gain of the decrease by (delay − target) ÷ delay
  double least_factor = 0.5;    ///< one decrease leaves at least so much
  double average_gain = 0.0125; ///< of the average of the delay, per acknowledgement
  double unmarked_share = 0.25; ///< an unmarked delay beyond the target counts as so many base round trips
  double adapt_targets = 4;     ///< quick adapt: delay beyond so many targets, or a loss, and …
  double adapt_share = 0.125;   ///< … less than so much of the greatest window arrived in a round trip and a target
  std::uint32_t adjust_frames = 8; ///< increments are gathered over so many frames, a round trip at most
};

/// Ranges and meanings (sim/core/parameters.hpp).
template <class Visit> void visit_parameters(NsccSpec &n, Visit &&visit) {
  visit("target_share", n.target_share, 0.01, 100.0, "queueing delay aimed at, × the base round trip");
  visit("initial_share", n.initial_share, 0.01, 100.0, "first window, × bandwidth-delay product");
  visit("most_share", n.most_share, 0.01, 100.0, "greatest window, × bandwidth-delay product");
  visit("reference_bdp", n.reference_bdp, 1.0, 1e12, "bandwidth-delay product that the increments are given for");
  visit("reference_rtt", n.reference_rtt, 1e-9, 1.0, "round trip that the increments are given for");
  visit("proportional", n.proportional, 0.0, 1e4,
        "frames per round trip at no delay, × target ÷ reference_rtt; less towards the target");
  visit("fair", n.fair, 0.0, 1e4, "frames per round trip: delayed beyond the target, yet not marked");
  visit("steady", n.steady, 0.0, 1e4, "frames per round trip, always");
  visit("fast", n.fast, 0.0, 100.0, "fast increase, × bytes acknowledged");
  visit("fast_share", n.fast_share, 0.0, 100.0, "fast increase below this delay, × the base round trip");
  visit("decrease", n.decrease, 0.0, 1.0, "gain of the decrease by (delay − target) ÷ delay");
  visit("least_factor", n.least_factor, 0.0, 1.0, "one decrease leaves at least so much");
  visit("average_gain", n.average_gain, 1e-6, 1.0, "gain of the average of the delay, per acknowledgement");
  visit("unmarked_share", n.unmarked_share, 0.0, 100.0,
        "an unmarked delay beyond the target counts as so many base round trips");
  visit("adapt_targets", n.adapt_targets, 0.0, 1e4, "quick adapt: delay beyond so many targets, or a loss, and");
  visit("adapt_share", n.adapt_share, 0.0, 1.0,
        "quick adapt: less than so much of the greatest window arrived in a round trip and a target");
  visit("adjust_frames", n.adjust_frames, 1.0, 65536.0, "increments are gathered over so many frames");
}

/// As a transport takes it.
CongestionLaw nscc_law(const NsccSpec &spec = {});

/// The window of one send queue.
class Nscc {
public:
  Nscc() = default;
  /// `spec` outlives the object. `base_rtt`: of the longest path, unloaded; `line`: of the sender's port; `full_frame`:
  /// bytes of a full frame, counted as those of acknowledged() and lost() are.
  Nscc(const NsccSpec &spec, Duration base_rtt, BitRate line, std::int64_t full_frame);
  /// An acknowledgement for `bytes` that were in flight; `marked`: its frame carried a congestion mark; `rtt`: from the
  /// departure of the frame that caused it to now.
  void acknowledged(SimTime now, std::int64_t bytes, bool marked, Duration rtt);
  /// A frame of `bytes` came trimmed, or was found lost.
  void lost(SimTime now, std::int64_t bytes);
  /// Nothing was heard for a retransmission time-out.
  void timed_out(SimTime now);
  /// Bytes that may be in flight.
  std::int64_t window() const { return static_cast<std::int64_t>(window_); }
  /// Queueing delay aimed at.
  Duration target() const { return target_; }
  /// Average queueing delay.
  Duration delay() const { return Duration(static_cast<std::int64_t>(average_)); }

private:
  double scale() const { return bdp_ / static_cast<double>(spec_->reference_bdp.value); }
  double most() const;
  void learn_base(Duration rtt);
  void average(Duration delay, bool marked);
  bool adapt(SimTime now, Duration delay, bool marked, bool loss);
  bool increase_fast(double bytes, Duration delay);
  void decrease(SimTime now);
  void adjust(SimTime now);
  void bound();

  const NsccSpec *spec_ = nullptr;
  Duration base_{}; ///< the least round trip measured, at first that of the longest path
  Duration target_{};
  double bdp_ = 0;      ///< of the longest path [B]
  double window_ = 0;   ///< [B]
  double average_ = 0;  ///< queueing delay [ps]
  double increase_ = 0; ///< gathered increments × window [B²]
  double gathered_ = 0; ///< bytes acknowledged since increments were applied
  double achieved_ = 0; ///< bytes acknowledged since adapt_end_ was set
  double ignore_ = 0;   ///< bytes in flight when quick adapt acted: their marks say nothing new
  double quick_ = 0;    ///< bytes acknowledged in a row without delay
  SimTime adapt_end_{}; ///< quick adapt judges then; 0: not begun
  SimTime last_adjust_{};
  SimTime last_decrease_{};
  std::int32_t frame_ = 0;
  bool fast_ = false;
  bool loss_ = false;
};

} // namespace lightloom
