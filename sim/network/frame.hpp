#pragma once
// What travels: frames on links, credits on the reverse fibre, meetings inside a scale-up domain. Plain values; a frame
// is 32 bytes.

#include "sim/core/contract.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>

namespace lightloom {

/// Preamble and start delimiter (8) and minimum gap (12), IEEE 802.3. [B]
inline constexpr std::int32_t frame_gap_bytes = 20;
/// Greatest wire size of a frame: sizes are 16 bits. [B]
inline constexpr std::int64_t greatest_frame_bytes = 65535;

/// A frame, or in a queue: a frame and when it may leave.
struct Frame {
  enum class Kind : std::uint8_t { data, acknowledgement, negative_acknowledgement };
  SimTime time{};                ///< on a channel: head or tail arrival at the consumer; in a queue: earliest departure
  std::uint32_t destination = 0; ///< host
  std::uint32_t queue_pair = 0;  ///< index in the destination's table (receive queue for data, send queue for the rest)
  std::uint32_t sequence = 0;    ///< data: packet sequence number; acknowledgement: the next one expected
  std::uint16_t size = 0;        ///< on the wire, header and gap included [B]
  std::uint16_t entropy = 0;     ///< chooses among equal paths
  std::uint16_t in_port = 0;     ///< at a switch: where it came in
  Kind kind = Kind::data;
  std::uint8_t lane = 0;     ///< virtual lane
  bool last = false;         ///< last frame of its message
  bool corrupt = false;      ///< holds an uncorrectable codeword
  std::uint16_t missing = 0; ///< negative acknowledgement under selective recovery: frames from `sequence` on
};
static_assert(sizeof(Frame) == 32);
inline SimTime time_of(const Frame &frame) { return frame.time; }

/// Room for `bytes` more on the lane this channel belongs to. Packed into a word: a fabric holds as many credits as
/// frames.
class Credit {
public:
  Credit() = default;
  /// time below 2^47 ps (140 s: far beyond what is simulated frame by frame), bytes below 2^16.
  Credit(SimTime time, std::int64_t bytes)
      : word_(static_cast<std::uint64_t>(picoseconds(time)) << 16 | static_cast<std::uint64_t>(bytes)) {
    ASSERT_THAT(picoseconds(time) < std::int64_t{1} << 47);
  }
  SimTime time() const { return at_picoseconds(static_cast<std::int64_t>(word_ >> 16)); }
  std::int64_t bytes() const { return static_cast<std::int64_t>(word_ & 0xffff); }

private:
  std::uint64_t word_;
};
inline SimTime time_of(const Credit &credit) { return credit.time(); }

/// Host → domain: a rank is here; domain → host: all were, and the operation is done at `time`.
struct Meeting {
  SimTime time{};
  Duration duration{}; ///< closed-form time after the last rank is here
  std::uint32_t stream = 0;
};
inline SimTime time_of(const Meeting &meeting) { return meeting.time; }

} // namespace lightloom
