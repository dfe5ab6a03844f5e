#pragma once
// Time series of links: how busy they were and what waited for them, in equal intervals. Joins and departures may be
// reported in any order of time, as a switch commits its departures later than its arrivals (decision 0002).
// Memory is bounded: when the intervals are too many, pairs of them become one, for all links at the same instants.

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightloom {

/// Which links a run samples, and how often.
struct TelemetrySpec {
  Duration interval{};       ///< between samples, ≥ 1 ns; 0: no samples
  std::vector<LinkId> links; ///< directed links to sample, distinct, in the order of the results
};

/// Intervals × links that a run keeps, 16 bytes each: 64 MiB. Beyond, the interval doubles.
inline constexpr std::size_t most_telemetry_points = std::size_t{1} << 22;
/// Fewer intervals than this are no time series: more links than most_telemetry_points ÷ this are refused.
inline constexpr std::size_t least_telemetry_intervals = 64;

/// The series of all sampled links; [time, link] is row by row, as many columns as TelemetrySpec::links.
struct TelemetryResult {
  std::vector<LinkId> links;
  Duration interval{};                    ///< as kept: the asked one × a power of two
  std::vector<SimTime> time;              ///< end of each interval
  std::vector<double> utilization;        ///< [time, link]: share of the interval before it spent sending
  std::vector<std::uint64_t> queue_bytes; ///< [time, link]: waiting at the egress port at that instant, wire bytes
};

/// One sampled link. Kept by who sends on it.
class LinkTelemetry {
public:
  /// `most` ≥ 2: intervals kept before pairs become one.
  LinkTelemetry(Duration interval, std::size_t most);
  /// A frame joins the egress port's queue.
  void joined(SimTime at, std::int64_t bytes) { slot(at).queue += bytes; }
  /// It leaves the queue and occupies the link from `at` for `sending`; bytes = 0 when it never joined.
  void left(SimTime at, std::int64_t bytes, Duration sending);
  /// It leaves the queue without being sent: dropped or trimmed there.
  void gone(SimTime at, std::int64_t bytes) { slot(at).queue -= bytes; }

  Duration interval() const { return interval_; }
  /// Intervals with an entry.
  std::size_t size() const { return slots_.size(); }
  /// Sending in interval i. [ps]
  Duration busy(std::size_t i) const { return Duration(i < slots_.size() ? slots_[i].busy : 0); }
  /// What interval i added to the queue. [B]
  std::int64_t growth(std::size_t i) const { return i < slots_.size() ? slots_[i].queue : 0; }
  /// Makes pairs of intervals one until an interval is as long as this (a power of two times as long).
  void widen_to(Duration interval);

private:
  struct Slot {
    std::int64_t queue = 0; ///< joined − left [B]
    std::int64_t busy = 0;  ///< [ps]
  };
  Slot &slot(SimTime at);
  void widen();

  Duration interval_;
  std::size_t most_;
  std::vector<Slot> slots_;
};

/// Intervals each link keeps. Throws Error when the links are too many or the interval too short.
std::size_t telemetry_intervals(const TelemetrySpec &spec);

/// Puts the links' series side by side, from 0 to the interval that holds `end`. One entry per link of the spec; they
/// may have widened differently.
TelemetryResult collect(std::vector<LinkTelemetry> links, const TelemetrySpec &spec, SimTime end);

} // namespace lightloom
