#pragma once
// The choice among equal-cost ports, made for each frame. Pure functions of the frame and the switch.

#include "sim/network/frame.hpp"
#include "sim/network/network.hpp"

#include <cstdint>

namespace lightloom {

/// Hash of a flow at a switch: multiply–xorshift of destination, queue pair, entropy and switch. Flows collide as
/// hashes do.
inline std::uint32_t flow_hash(const Frame &frame, std::uint32_t switch_id) {
  std::uint64_t h = (static_cast<std::uint64_t>(frame.destination) << 32 | frame.queue_pair) * 0x9E3779B97F4A7C15ull;
  h ^= (static_cast<std::uint64_t>(frame.entropy) << 32 | switch_id) * 0xC2B2AE3D27D4EB4Full;
  h ^= h >> 29;
  h *= 0xBF58476D1CE4E5B9ull;
  return static_cast<std::uint32_t>(h >> 32);
}

/// Index of the port inside a group of `group.count` equal ports.
inline std::uint32_t choose(const PortGroup &group, const Frame &frame, PathChoice paths, std::uint32_t switch_id) {
  if (group.count == 1)
    return 0;
  if (paths == PathChoice::ecmp) // multiply-shift: the hash's high bits, without a division
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(flow_hash(frame, switch_id)) * group.count >> 32);
  const std::uint32_t train = frame.sequence >> frame.turn_shift;
  const std::uint32_t turn = group.stride == 1 ? train : train / group.stride;
  return (turn + frame.entropy) % group.count;
}

} // namespace lightloom
