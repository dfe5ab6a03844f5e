#pragma once
// What one directed link counted.

#include "sim/core/quantity.hpp"

#include <cstdint>

namespace lightloom {

/// Counters of one directed link.
struct LinkResult {
  std::uint64_t tx_frames = 0;
  std::uint64_t tx_trains = 0;        ///< trains and single frames: what the simulator moved
  std::uint64_t tx_bytes = 0;         ///< on the wire, gaps included
  Duration busy{};                    ///< time spent sending
  std::uint64_t corrupted_frames = 0; ///< that met an uncorrectable codeword
  std::uint64_t dropped_frames = 0;   ///< lost because the link was down, or given up by link-level retry
  std::uint64_t retried_frames = 0;   ///< sent again by link-level retry
  std::uint64_t buffer_drops = 0;     ///< data frames for this link that found no room in the switch
  std::uint64_t trimmed_frames = 0;   ///< … and left as a header instead
  std::uint64_t ecn_marked = 0;       ///< marked by the switch that sends on this link
  std::uint64_t pauses = 0;           ///< pauses that this link's sender obeyed
  Duration paused{};                  ///< time this link's sender was paused, any priority
  std::uint64_t max_queue_bytes = 0;  ///< greatest backlog of its egress port, wire bytes
  std::uint64_t waiting_byte_ns = 0;  ///< bytes waiting at its egress port × time; ÷ the run = mean queue
  // Of the whole run, busy or idle, while the link is up; without FEC each octet is a codeword (codeword_clock.hpp).
  std::uint64_t codewords = 0;               ///< that passed
  std::uint64_t uncorrectable_codewords = 0; ///< of these
};

} // namespace lightloom
