#pragma once
// What a frame weighs on the wire beside its own bytes, and how much it may weigh (decision 0005). Apart from the frame
// itself, whose layout only the network needs to know.

#include <cstdint>

namespace lightloom {

/// Preamble and start delimiter (8) and minimum gap (12), IEEE 802.3. [B]
inline constexpr std::int32_t frame_gap_bytes = 20;
/// Greatest wire size of a frame: sizes are 16 bits. [B]
inline constexpr std::int64_t greatest_frame_bytes = 65535;

} // namespace lightloom
