#pragma once
// How long a switch holds back the head of a train beyond its latency. Pure functions, shared by the switch and by what
// explains its waits.

#include "sim/network/switch/switch_spec.hpp"

#include <algorithm>
#include <cstdint>

namespace lightloom {

/// How much longer `size` bytes take at the slower rate, rounded so that the tail never leaves before it came.
inline Duration ahead_of(std::int64_t size, BitRate in, BitRate out) {
  const Duration leaving = transmission_time(Bytes(size), out); // rounded up; on the wire it may be 1 ps less
  const bool whole =
      leaving.count() * static_cast<__int128>(out.bits_per_second) == static_cast<__int128>(size) * 8'000'000'000'000;
  return transmission_time(Bytes(size), in) - leaving + Duration(whole ? 0 : 1);
}

/// From a slow link to a fast one a train starts late enough never to run dry. Cut-through: its tail leaves no earlier
/// than it came. Store and forward: its first frame is in when it may start; each other frame must be when its turn
/// comes, of which the last full one and the very last are the worst.
inline Duration catch_up_delay(std::int64_t size, std::int64_t full_frame, BitRate in, BitRate out,
                               Forwarding forwarding) {
  if (in >= out)
    return {};
  if (forwarding == Forwarding::cut_through)
    return ahead_of(size, in, out);
  const std::int64_t others = (size - 1) / full_frame * full_frame; // all frames but the last
  if (others <= 0)
    return {};
  const auto late = [&](std::int64_t must_be_in, std::int64_t sent_before) {
    return transmission_time(Bytes(must_be_in), in) - transmission_time(Bytes(full_frame), in) -
           transmission_time(Bytes(sent_before), out);
  };
  const Duration delay = std::max(late(size, others), late(others, others - full_frame));
  return delay > Duration{} ? delay + Duration(1) : Duration{}; // 1 ps for rounding
}

} // namespace lightloom
