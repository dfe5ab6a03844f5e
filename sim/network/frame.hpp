#pragma once
// What travels: frames and trains of frames on links, credits on the reverse fibre, meetings inside a scale-up domain.
// Plain values.

#include "sim/core/contract.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/wire_size.hpp"

#include <cstdint>

namespace lightloom {

/// A train: `count` frames of one message that travel as one unit (decision 0008); 1 = a frame by itself. In a queue:
/// a train and when it may leave. 32 bytes, and 8 that measure its waiting.
struct Frame {
  enum class Kind : std::uint8_t {
    data,
    acknowledgement,          ///< `sequence`: the next one expected; uec: see transport/uec.hpp
    negative_acknowledgement, ///< what is missing from `sequence` on
    congestion_notification,  ///< rocev2: CNP
    pause,                    ///< between neighbours: `lane` stops (count 1) or goes on (count 0)
    credit_request,           ///< uec, RCCC: the sender wanted bitmap() bytes of payload so far
    credit_grant              ///< uec, RCCC: the receiver allowed bitmap() bytes of payload so far
  };
  SimTime time{};                ///< on a channel: arrival at the consumer (ArrivalAt); in a queue: earliest departure
  std::uint32_t destination = 0; ///< endpoint
  std::uint32_t queue_pair = 0;  ///< index in the destination's table (receive queue for data, send queue for the rest)
  std::uint32_t sequence = 0;    ///< data: number of the first frame; acknowledgement: the next one expected
  std::uint32_t size = 0;        ///< of all frames on the wire, headers and gaps included [B]
  std::uint32_t queueing = 0;    ///< waited in switches for others so far; stays at its greatest value [ps]
  std::uint32_t flow_control = 0; ///< waited in switches for credit, first at an idle port; the same [ps]
  std::uint16_t count = 1;        ///< frames; negative acknowledgement under selective recovery: missing ones
  std::uint16_t entropy = 0;      ///< chooses among equal paths
  std::uint16_t in_port = 0;      ///< at a switch: where it came in
  Kind kind : 3 = Kind::data;
  std::uint8_t lane : 2 = 0;       ///< virtual lane or priority
  bool last : 1 = false;           ///< holds the last frame of its message
  bool corrupt : 1 = false;        ///< holds an uncorrectable codeword; only single frames
  bool marked : 1 = false;         ///< data: met congestion (CE); acknowledgement: what it answers had
  bool trimmed : 1 = false;        ///< the header of a data frame that found no room
  std::uint8_t path_use : 2 = 0;   ///< PathUse of its flow: what trains may overdraw
  std::uint8_t turn_shift : 4 = 0; ///< spraying: a new path every 2^turn_shift frames
  bool wants_answer : 1 = false;   ///< uec: the sender can send no more until this frame is answered

  /// Control frames carry 64 bits where data measures its waiting.
  std::uint64_t bitmap() const { return std::uint64_t{flow_control} << 32 | queueing; }
  void set_bitmap(std::uint64_t bits) {
    queueing = static_cast<std::uint32_t>(bits);
    flow_control = static_cast<std::uint32_t>(bits >> 32);
  }
  std::uint32_t frames() const { return kind == Kind::data ? count : 1; }
};
static_assert(sizeof(Frame) == 40);
inline SimTime time_of(const Frame &frame) { return frame.time; }

/// What a digest folds of a frame that arrives for `whom`: its queue pair at a host, its destination at a switch.
inline std::uint64_t digest_word(const Frame &frame, std::uint32_t whom) {
  return static_cast<std::uint64_t>(picoseconds(frame.time)) ^ static_cast<std::uint64_t>(whom) << 40 ^
         static_cast<std::uint64_t>(frame.sequence) << 8 ^ static_cast<std::uint64_t>(frame.kind) << 1 ^
         static_cast<std::uint64_t>(frame.corrupt) ^ static_cast<std::uint64_t>(frame.frames() - 1) << 48;
}

/// Adds to a counter of waiting, up to its greatest value.
inline void add_waiting(std::uint32_t &counter, Duration waited) {
  const std::uint64_t sum = counter + static_cast<std::uint64_t>(waited.count());
  counter = sum > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(sum);
}

/// Room for `bytes` more on the lane this channel belongs to. Packed into a word: a fabric holds as many credits as
/// frames. Holds either bytes or full frames.
class Credit {
public:
  Credit() = default;
  /// time below 2^47 ps (140 s: far beyond what is simulated frame by frame), bytes below 2^16.
  Credit(SimTime time, std::int64_t bytes) : Credit(time, static_cast<std::uint64_t>(bytes), 0) {}
  static Credit of_full_frames(SimTime time, std::uint32_t frames) { return {time, frames, 1u << 16}; }
  SimTime time() const { return at_picoseconds(static_cast<std::int64_t>(word_ >> 17)); }
  std::int64_t bytes(std::int64_t full_frame) const {
    const auto amount = static_cast<std::int64_t>(word_ & 0xffff);
    return (word_ & 1u << 16) != 0 ? amount * full_frame : amount;
  }

private:
  Credit(SimTime time, std::uint64_t amount, std::uint64_t flag)
      : word_(static_cast<std::uint64_t>(picoseconds(time)) << 17 | flag | amount) {
    ASSERT_THAT(picoseconds(time) < std::int64_t{1} << 47);
  }
  std::uint64_t word_;
};
inline SimTime time_of(const Credit &credit) { return credit.time(); }

/// Host → group: a rank is here; group → host: all were, and the operation is done at `time`.
struct Meeting {
  SimTime time{};
  Duration duration{};           ///< closed-form time after the last rank is here
  std::uint32_t stream = 0;      ///< of the member
  std::uint32_t last_rank = 0;   ///< group → host: who came last …
  std::uint32_t last_stream = 0; ///< … and on which of its streams
};
inline SimTime time_of(const Meeting &meeting) { return meeting.time; }

} // namespace lightloom
