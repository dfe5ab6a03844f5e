#pragma once
// Link-level retry (UEC LLR), as rules of time. The link applies them (Link::replay).
//
//     sender    ██ hit ██▒▒▒▒▒▒ wasted ▒▒▒▒▒▒██ again ██ next ██ …
//                        └ latency ┐       ┌ request: latency ┘
//     receiver               found at its tail; turnaround at each end
//
// A link delivers in order: from the hit frame on everything is sent again (go-back-N on the link). So the link loses
// the time of the try, two latencies and two turnarounds, whoever waits behind; what is under way behind the hit frame
// is thrown away by the receiver. Frames behind are therefore committed only after the replay.
//
// Leaves out: the wasted sends of frames behind the hit one (their time is spent, but they count neither as sent nor as
// retried, and a frame of higher priority that comes meanwhile may overtake them); what a cut-through switch has
// forwarded of a frame before it is found corrupt; loss of the request itself; acknowledgement symbols, which travel
// in gaps; credits on the reverse link, which do not wait behind its replays (pauses do).
// Source: Ultra Ethernet specification 1.0, link-level retry: replay buffer, go-back-N, bounded replays (K).

#include "sim/core/quantity.hpp"

#include <cstdint>

namespace lightloom {

/// Link-level retry (UEC LLR): a corrupt frame and all behind it are sent again.
struct LinkRetrySpec {
  bool enabled = false;
  std::uint32_t most = 7;    ///< tries of one frame before it is given up
  Duration turnaround{50ns}; ///< at each end: to find the loss, and to act on the request
  Bytes buffer{};            ///< unacknowledged bytes a sender can hold; 0: enough for its link
};

/// From the end of a hit try until the frame goes out again.
inline Duration replay_delay(const LinkRetrySpec &retry, Duration latency) {
  return 2 * latency + 2 * retry.turnaround;
}

/// From when a full frame begins to leave until it is acknowledged.
inline Duration replay_round_trip(const LinkRetrySpec &retry, BitRate rate, Duration latency, Bytes full_frame) {
  return transmission_time(full_frame, rate) + replay_delay(retry, latency);
}

/// Whether a replay buffer is smaller than what its link sends in a round trip. Then, on average, `buffer` bytes leave
/// per round trip: a window that full frames do not quite fill leaves up to a frame less.
inline bool replay_buffer_limits(const LinkRetrySpec &retry, BitRate rate, Duration latency, Bytes full_frame) {
  return retry.buffer.value > 0 &&
         transmission_time(retry.buffer, rate) < replay_round_trip(retry, rate, latency, full_frame);
}

} // namespace lightloom
