#pragma once
// The two ends of a reliable, ordered flow of messages on one channel from one rank to another: what the NIC keeps per
// peer.
//
// Packet sequence numbers run over all messages of the flow. The receiver counts frames in order; under `selective` it
// keeps frames that came early in a bit ring of one window, under `go_back_n` it drops them (InfiniBand
// Architecture 1.5, chapter 9: RC). Messages are delivered in order. Times and wire sizes are nic/nic.hpp's business.

#include "sim/core/quantity.hpp"
#include "sim/network/fifo.hpp"
#include "sim/network/train_rule.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// Sequence numbers wrap; a precedes b when the distance is below half the circle.
constexpr bool precedes(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

/// A message on its way out.
struct OutgoingMessage {
  std::uint32_t train = 1;   ///< frames of its trains: a power of two
  std::uint32_t ordinal = 0; ///< in the history
  std::uint32_t first = 0;   ///< sequence of its first frame
  std::uint32_t frames = 0;
  std::int64_t bytes = 0; ///< payload
};

/// The sending end. A NIC keeps them sorted by (channel, peer rank).
struct SendQueue {
  // Addresses; constant.
  std::uint32_t endpoint = 0; ///< where to
  std::uint32_t remote = 0;   ///< receive queue there
  std::uint32_t channel = 0;
  std::uint32_t peer_rank = 0;
  std::uint16_t entropy = 0;
  // What is to be sent: frames [next, end), and before them `resend`.
  std::uint32_t acknowledged = 0; ///< everything before was
  std::uint32_t next = 0;
  std::uint32_t sent = 0;          ///< everything before was sent at least once
  std::uint32_t end = 0;           ///< frames of messages that are ready to go
  std::uint32_t posted = 0;        ///< frames of messages posted (some still on their way through the NIC)
  bool active = false;             ///< in the NIC's round, or paced
  bool dead = false;               ///< gave up
  std::uint32_t retries = 0;       ///< time-outs since the last progress
  SimTime deadline = never;        ///< of the oldest unacknowledged frame
  Fifo<OutgoingMessage> messages;  ///< posted and not yet wholly acknowledged (ideal: not yet wholly sent)
  Fifo<std::uint32_t> resend;      ///< single frames asked for again
  std::uint32_t cursor = 0;        ///< message of frame `next`, as an index into messages
  PathUse paths = PathUse::single; ///< constant
  // Where its time goes while it has something to send: sums since the start, accounted for up to `mark`.
  struct Ledger {
    Duration sending{};
    Duration queueing{};
    Duration flow_control{};
    Duration congestion_control{};
  };
  Ledger ledger;
  SimTime mark{};
  SimTime eligible{}; ///< its pace allows no departure before

  /// The message that holds frame `sequence`.
  OutgoingMessage &message_of(std::uint32_t sequence);
  /// As message_of(next), remembering where it was.
  OutgoingMessage &message_of_next();
  /// Everything before `sequence` has arrived. Returns whether that is news; adds the number of messages that are whole
  /// by it to `messages_done`.
  bool acknowledge(std::uint32_t sequence, std::uint32_t &messages_done);
  /// Start again from the oldest unacknowledged frame.
  void rewind();
};

/// The receiving end. A NIC keeps them sorted by (channel, peer rank).
struct ReceiveQueue {
  // Addresses; constant.
  std::uint32_t endpoint = 0; ///< where acknowledgements go
  std::uint32_t remote = 0;   ///< send queue there
  std::uint32_t channel = 0;
  std::uint32_t peer_rank = 0;
  std::uint16_t entropy = 0; ///< of the acknowledgements
  // Progress.
  std::uint32_t expected = 0;
  std::uint32_t unacknowledged = 0;         ///< in-order frames since the last acknowledgement; uec: frames
  bool marked = false;                      ///< infiniband: a frame since the last acknowledgement was
  std::uint32_t nak_sent_for = 0xffffffffu; ///< go-back-N: asked for once
  SimTime gap_deadline = never;             ///< selective: when the gaps in sight are old enough to be losses
  std::uint32_t asked = 0;                  ///< selective: gaps before were asked for
  std::uint32_t highest = 0;                ///< one past the highest sequence seen
  std::uint32_t longest_train = 1;          ///< of those that came out of turn
  std::int64_t message_bytes = 0;           ///< payload of the message being received, in order
  std::uint32_t message_first = 0;          ///< its first frame
  struct EarlyFrames {                      ///< of 64 consecutive sequence numbers
    std::uint64_t here = 0;
    std::uint64_t last = 0; ///< … and which of them end a message
  };
  std::vector<EarlyFrames> early; ///< ring over frames that came before their turn; as long as the widest gap was
  struct LastFrame {
    std::uint32_t sequence;
    std::int64_t payload;
  };
  std::vector<LastFrame> early_last_sizes;
  // Messages in memory, in order: sizes not yet consumed by receives.
  Fifo<std::int64_t> delivered;
  std::uint32_t arrived_messages = 0; ///< complete on the wire (some still on their way through the NIC)

  enum class Verdict : std::uint8_t { in_order, early, duplicate, refused };
  /// What came of a train: of how many frames, and how many of them were new.
  struct Taken {
    Verdict verdict = Verdict::in_order;
    std::uint32_t frames = 0;
  };
  /// A message that is whole.
  struct Finished {
    std::int64_t bytes = 0;
    std::uint32_t first = 0; ///< its first frame …
    std::uint32_t last = 0;  ///< … and its last
  };
  /// Frames [sequence, sequence + count) with `payload` bytes together; `last`: the last one ends a message.
  struct Arrival {
    std::uint32_t sequence = 0;
    std::uint32_t count = 1;
    std::int64_t payload = 0;
    bool last = false;
  };
  /// Takes a train. Finished messages are appended. `window`: a power of two.
  Taken take(const Arrival &train, bool selective, std::uint32_t window, std::int64_t full_payload,
             std::vector<Finished> &finished) {
    if (train.sequence != expected || train.last || highest != expected) [[unlikely]]
      return take_any(train, selective, window, full_payload, finished);
    expected += train.count; // in order, in the middle of a message, nothing came early
    highest = expected;
    unacknowledged += train.count;
    message_bytes += train.payload;
    return {Verdict::in_order, train.count};
  }

  /// A run of missing frames.
  struct Gap {
    std::uint32_t first = 0;
    std::uint32_t count = 0; ///< 0: none
  };
  /// Which of the 64 frames from `sequence` rounded down to 64 came before their turn.
  std::uint64_t early_around(std::uint32_t sequence) { return early.empty() ? 0 : early_word(sequence).here; }
  bool has(std::uint32_t sequence) {
    return precedes(sequence, expected) || (precedes(sequence, highest) && is_early(sequence));
  }
  /// The next gap that lies more than `allowed` frames behind the newest frame; each is told once.
  Gap next_gap(std::uint32_t allowed);

private:
  bool is_early(std::uint32_t sequence) {
    return !early.empty() && (early_word(sequence).here >> (sequence % 64) & 1u) != 0;
  }
  Taken take_any(Arrival train, bool selective, std::uint32_t window, std::int64_t full_payload,
                 std::vector<Finished> &finished);
  /// The train's first frame is the expected one: takes it and all that came early behind it.
  void take_in_order(const Arrival &train, std::int64_t full_payload, std::vector<Finished> &finished);
  /// Takes early frames while they follow.
  void take_early(std::int64_t full_payload, std::vector<Finished> &finished);
  void end_message(std::vector<Finished> &finished);
  EarlyFrames &early_word(std::uint32_t sequence) { return early[sequence / 64 & (early.size() - 1)]; }
  /// Remembers a frame that came early; false when it was here already.
  bool keep_early(std::uint32_t sequence, std::int64_t payload, bool last);
};

} // namespace lightloom
