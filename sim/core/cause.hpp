#pragma once
// Why a GPU is idle, or what a stretch of the critical path is: the causes of decision 0009, in the order of the
// results file. Numbers are part of the file format.

#include <array>
#include <cstddef>
#include <cstdint>

namespace lightloom {

/// What a stretch of time of a rank, or of the critical path, is charged to.
enum class Cause : std::uint8_t {
  compute,            ///< critical path only: the GPU works
  serialization,      ///< the message's own bytes ÷ rate
  propagation,        ///< light and signals in fibre and copper
  optics,             ///< modules and FEC
  switching,          ///< switches' forwarding latency
  scale_up,           ///< collectives inside the scale-up domain
  queueing,           ///< other flows' bytes at the NIC or in switches
  congestion_control, ///< window or rate limit of the transport
  flow_control,       ///< waiting for credit or out of a pause
  retransmission,     ///< from loss to resend
  reordering,         ///< complete, but held for an earlier message
  host,               ///< launch, copy and NIC
  pipeline_bubble,    ///< another GPU's computing, as long as it nominally takes
  imbalance,          ///< another GPU's computing beyond that
  failure,            ///< changed routes, recovery
  checkpoint          ///< writing or reading state
};
inline constexpr std::size_t cause_count = 16;

/// Names as in /causes of the results file.
inline constexpr std::array<const char *, cause_count> cause_names = {
    "compute",         "serialization",      "propagation",  "optics",         "switching",  "scale_up",
    "queueing",        "congestion_control", "flow_control", "retransmission", "reordering", "host",
    "pipeline_bubble", "imbalance",          "failure",      "checkpoint"};
constexpr const char *to_string(Cause cause) { return cause_names[static_cast<std::size_t>(cause)]; }

/// Picoseconds per cause.
struct CauseTimes {
  std::array<std::int64_t, cause_count> ps{};
  std::int64_t &operator[](Cause cause) { return ps[static_cast<std::size_t>(cause)]; }
  std::int64_t operator[](Cause cause) const { return ps[static_cast<std::size_t>(cause)]; }
  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const auto part : ps)
      sum += part;
    return sum;
  }
  CauseTimes &operator+=(const CauseTimes &other) {
    for (std::size_t c = 0; c < cause_count; ++c)
      ps[c] += other.ps[c];
    return *this;
  }
};

} // namespace lightloom
