#pragma once
// Quantities with a type: time in picoseconds and, on the long clock, in nanoseconds, bytes, bit rates, decibels.
// Mixing them up does not compile (tests/compile_fail). Leaves out: units parsing (parse_quantity.hpp).

#include <chrono>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <ratio>

namespace lightloom {

/// A span of simulated time. [ps], 64 bit: 106 days.
using Duration = std::chrono::duration<std::int64_t, std::pico>;

/// The simulated clock; its epoch is the start of the run.
struct SimClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<SimClock, Duration>;
  static constexpr bool is_steady = true;
};

/// An instant of simulated time. [ps]
using SimTime = SimClock::time_point;

/// Later than anything that can happen.
inline constexpr SimTime never = SimTime::max();

/// Picoseconds since the start of the run.
constexpr std::int64_t picoseconds(SimTime t) { return t.time_since_epoch().count(); }
constexpr std::int64_t picoseconds(Duration d) { return d.count(); }
constexpr SimTime at_picoseconds(std::int64_t ps) { return SimTime(Duration(ps)); }
/// Seconds as a double, for printing and for results; never for deciding an event.
constexpr double seconds(Duration d) { return static_cast<double>(d.count()) * 1e-12; }

/// A span of the long clock, on which fleets age and campaigns run. [ns], 64 bit: 292 years.
using CampaignDuration = std::chrono::nanoseconds;

/// The long clock; its epoch is when the fleet was new, or the campaign began.
struct CampaignClock {
  using duration = CampaignDuration;
  using rep = CampaignDuration::rep;
  using period = CampaignDuration::period;
  using time_point = std::chrono::time_point<CampaignClock, CampaignDuration>;
  static constexpr bool is_steady = true;
};

/// An instant of the long clock. [ns]
using CampaignTime = CampaignClock::time_point;

/// A count of bytes.
struct Bytes {
  std::int64_t value = 0;
  constexpr Bytes() = default;
  explicit constexpr Bytes(std::int64_t v) : value(v) {}
  constexpr auto operator<=>(const Bytes &) const = default;
  constexpr Bytes &operator+=(Bytes o) {
    value += o.value;
    return *this;
  }
  constexpr Bytes &operator-=(Bytes o) {
    value -= o.value;
    return *this;
  }
};
constexpr Bytes operator+(Bytes a, Bytes b) { return Bytes(a.value + b.value); }
constexpr Bytes operator-(Bytes a, Bytes b) { return Bytes(a.value - b.value); }
constexpr Bytes operator*(Bytes a, std::int64_t n) { return Bytes(a.value * n); }
constexpr Bytes operator*(std::int64_t n, Bytes a) { return Bytes(a.value * n); }

/// A bit rate. [bit/s], decimal: 800 Gb/s is 800e9.
struct BitRate {
  std::int64_t bits_per_second = 0;
  constexpr BitRate() = default;
  explicit constexpr BitRate(std::int64_t bps) : bits_per_second(bps) {}
  constexpr auto operator<=>(const BitRate &) const = default;
};

/// Transmission time of `size` at `rate`, rounded up to whole picoseconds. For closed forms and bounds; a port carries
/// the remainder (sim/network/link.hpp). Requires rate > 0 and size below 2 PB.
constexpr Duration transmission_time(Bytes size, BitRate rate) {
  using wide = unsigned __int128;
  const wide bits_ps = static_cast<wide>(size.value) * 8u * 1'000'000'000'000u;
  const wide r = static_cast<wide>(rate.bits_per_second);
  return Duration(static_cast<std::int64_t>((bits_ps + r - 1) / r));
}

/// A power ratio. [dB]
struct Decibel {
  double value = 0;
  constexpr Decibel() = default;
  explicit constexpr Decibel(double v) : value(v) {}
  constexpr auto operator<=>(const Decibel &) const = default;
};
constexpr Decibel operator+(Decibel a, Decibel b) { return Decibel(a.value + b.value); }
constexpr Decibel operator-(Decibel a, Decibel b) { return Decibel(a.value - b.value); }
constexpr Decibel operator-(Decibel a) { return Decibel(-a.value); }
constexpr Decibel operator*(Decibel a, double n) { return Decibel(a.value * n); }

/// An optical power. [dBm]
struct DecibelMilliwatt {
  double value = 0;
  constexpr DecibelMilliwatt() = default;
  explicit constexpr DecibelMilliwatt(double v) : value(v) {}
  constexpr auto operator<=>(const DecibelMilliwatt &) const = default;
};
constexpr DecibelMilliwatt operator+(DecibelMilliwatt p, Decibel g) { return DecibelMilliwatt(p.value + g.value); }
constexpr DecibelMilliwatt operator-(DecibelMilliwatt p, Decibel g) { return DecibelMilliwatt(p.value - g.value); }
constexpr Decibel operator-(DecibelMilliwatt a, DecibelMilliwatt b) { return Decibel(a.value - b.value); }

/// A length of fibre or cable. [m]
struct Metres {
  double value = 0;
  constexpr Metres() = default;
  explicit constexpr Metres(double v) : value(v) {}
  constexpr auto operator<=>(const Metres &) const = default;
};

inline namespace literals {
using namespace std::chrono_literals; // 500ns, 3ms
constexpr Duration operator""_ps(unsigned long long v) { return Duration(static_cast<std::int64_t>(v)); }
constexpr Bytes operator""_B(unsigned long long v) { return Bytes(static_cast<std::int64_t>(v)); }
constexpr Bytes operator""_KiB(unsigned long long v) { return Bytes(static_cast<std::int64_t>(v) << 10); }
constexpr Bytes operator""_MiB(unsigned long long v) { return Bytes(static_cast<std::int64_t>(v) << 20); }
constexpr Bytes operator""_GiB(unsigned long long v) { return Bytes(static_cast<std::int64_t>(v) << 30); }
constexpr Bytes operator""_MB(unsigned long long v) { return Bytes(static_cast<std::int64_t>(v) * 1'000'000); }
constexpr BitRate operator""_Gbps(unsigned long long v) {
  return BitRate(static_cast<std::int64_t>(v) * 1'000'000'000);
}
constexpr BitRate operator""_Tbps(unsigned long long v) {
  return BitRate(static_cast<std::int64_t>(v) * 1'000'000'000'000);
}
constexpr Decibel operator""_dB(long double v) { return Decibel(static_cast<double>(v)); }
constexpr DecibelMilliwatt operator""_dBm(long double v) { return DecibelMilliwatt(static_cast<double>(v)); }
constexpr Metres operator""_m(unsigned long long v) { return Metres(static_cast<double>(v)); }
} // namespace literals

} // namespace lightloom
