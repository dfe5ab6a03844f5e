#pragma once
// Congestion control of InfiniBand (IBTA Architecture Specification vol. 1, annex A10): a frame marked with FECN is
// answered with a BECN; each raises the sender's index into a table of delays between frames, and a timer lowers it.
// One object per send queue. Leaves out: control per service level instead of per queue pair, the victim mask and
// marking by credit starvation at switches, the minimum index, the trigger threshold, which only logs.

#include "sim/core/quantity.hpp"
#include "sim/network/congestion/congestion_control.hpp"

#include <cstdint>

namespace lightloom {

/// Parameters, names as in the annex; sources in docs/validation/congestion-control.md.
struct FecnBecnSpec {
  std::uint32_t ccti_increase = 1;            ///< steps up per BECN
  std::uint32_t ccti_limit = 127;             ///< greatest index
  Duration ccti_timer{153'600'000};           ///< a step down in so long: 150 × 1.024 us
  Duration notification_interval{20'000'000}; ///< a receiver sends at most one BECN per flow in so long
};

/// Ranges and meanings (sim/core/parameters.hpp).
template <class Visit> void visit_parameters(FecnBecnSpec &f, Visit &&visit) {
  visit("ccti_increase", f.ccti_increase, 1.0, 127.0, "steps up per BECN");
  visit("ccti_limit", f.ccti_limit, 1.0, 127.0, "greatest index into the table of delays");
  visit("ccti_timer", f.ccti_timer, 1e-9, 1.0, "a step down in so long");
  visit("notification_interval", f.notification_interval, 1e-9, 1.0,
        "a receiver sends at most one BECN per flow in so long");
}

/// As a transport takes it.
CongestionLaw fecn_becn_law(const FecnBecnSpec &spec = {});

/// The delay between frames of one send queue.
class FecnBecn {
public:
  FecnBecn() = default;
  /// `spec` outlives the object; flows start at line rate.
  FecnBecn(const FecnBecnSpec &spec, BitRate line);
  /// A BECN came.
  void notified(SimTime now);
  /// A frame of `wire_bytes` left at `departure`; returns the earliest departure of the next one.
  SimTime sent(SimTime departure, std::int64_t wire_bytes);
  /// Lets the timer expire as often as it did up to `now`; the other functions do so by themselves.
  void catch_up(SimTime now);
  /// Index into the table, as of the last call.
  std::uint32_t ccti() const { return ccti_; }
  /// Rate at that index. [bit/s]
  double rate() const;
  /// The table: delay between frames at index `i`, × the time of a frame, in eighths (CCT_Shift 3, its finest step).
  static constexpr std::uint32_t delay_in_eighths(std::uint32_t i) { return i + i * i / 16; }

private:
  const FecnBecnSpec *spec_ = nullptr;
  std::int64_t line_ = 0;
  SimTime due_ = never; ///< the timer expires then; `never` at index 0
  std::uint32_t ccti_ = 0;
};

} // namespace lightloom
