#include "sim/network/switch/pfc_headroom.hpp"

#include "sim/core/contract.hpp"

namespace lightloom {

// Let the frame that crosses xoff be counted at 0. Its pause leaves after a frame under way on the reverse link and its
// own time, travels, and stops the peer at
//     T = full_frame / rate + pause_frame / rate + latency + reaction.
// The peer sends without a gap; what left it from −latency to T comes in after 0, and a frame begun at T as a whole:
// rate × (T + latency) + full_frame. Where heads are counted, that includes the crossing frame; where tails are, the
// crossing frame comes on top.
Bytes pfc_headroom(BitRate rate, Duration latency, Duration reaction, Bytes full_frame, Bytes pause_frame,
                   Forwarding forwarding) {
  EXPECTS(rate.bits_per_second > 0 && latency.count() >= 0 && reaction.count() >= 0);
  EXPECTS(full_frame.value > 0 && pause_frame.value >= 0);
  using wide = unsigned __int128;
  const wide bits_per_byte_ps = wide{8} * 1'000'000'000'000u;
  const auto flight = static_cast<wide>((2 * latency + reaction).count());
  const wide sent = (flight * static_cast<wide>(rate.bits_per_second) + bits_per_byte_ps - 1) / bits_per_byte_ps;
  const std::int64_t frames = forwarding == Forwarding::cut_through ? 2 : 3;
  return Bytes(static_cast<std::int64_t>(sent)) + pause_frame + frames * full_frame;
}

} // namespace lightloom
