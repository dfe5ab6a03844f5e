#pragma once
// Transport `uec`: Ultra Ethernet packet delivery, mode RUD (reliable, unordered; Ultra Ethernet Specification 1.0,
// §3.5 packet delivery sublayer, §3.6 congestion management). [K]
//
// Frames of a queue pair are sprayed by the sender: each carries the next of `entropies` values, round robin from a
// seeded start. The receiver places them in any order and acknowledges every ack_every frames, and at once a marked
// frame, one that its sender waits for, a message's last frame, a completed message, a duplicate. A frame that was
// trimmed on its way is asked for at once. An acknowledgement holds
//   sequence  everything before has arrived
//   count     number of the frame that caused it, less `sequence`, as a signed 16-bit number, clamped
//   bitmap()  which of the 64 consecutive frames around that one (its number rounded down to 64) have arrived;
//             `last` set: the frame began a train, and the bitmap is the train's length instead
//   marked    that frame had met congestion
// The sender keeps what is in flight frame by frame, each with its departure, so that a frame is resent alone and round
// trips are exact. A negative acknowledgement asks for count − 1 frames from `sequence` on; with `trimmed` they are
// known not to have arrived, else it is a gap, told once: frames that were already sent again are then left to the
// time-out. A time-out resends what left longer ago than that.
// Window: NSCC (congestion/nscc.hpp) and window_frames; both count wire bytes of frames that left and neither arrived
// nor are known lost. Credits: RCCC (congestion/rccc.hpp); when a message finds its queue idle, one base_rtt × line
// rate of payload goes unsolicited, the rest is asked for; what is resent is asked for again. Requests and grants carry
// sums since the start, so a lost one is mended by the next, and by the time-out.
//
// Leaves out: other modes (ROD, RUDI, UUD); establishment of contexts (they exist); congestion control contexts shared
// by several contexts of a pair; path scores from marks (entropies rotate, whatever they meet); out-of-order counts at
// the sender (the receiver tells wide gaps); probes; encryption.

#include "sim/network/nic/transport.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// What a sender keeps beyond SendQueue: its frames in flight, its window, its credit.
class UecSender {
public:
  std::int64_t in_flight = 0;      ///< wire bytes that left and are neither acknowledged nor known lost
  std::int64_t most_in_flight = 0; ///< greatest so far
  // RCCC, payload bytes since the start.
  std::uint64_t wanted = 0;  ///< asked for
  std::uint64_t granted = 0; ///< by the receiver, and unsolicited ones
  std::uint64_t unsolicited = 0;
  std::uint64_t used = 0;
  std::int64_t window = CongestionControl::no_window; ///< wire bytes that may be in flight
  std::uint16_t turn = 0;                             ///< of the next frame's entropy
  bool request_waiting = false;                       ///< a credit request is on its way to the port

  /// Frames [first, first + count) of `size` wire bytes together leave at d; all but the last take `full` bytes.
  void sent(const SendQueue &queue, std::uint32_t first, std::uint32_t count, std::int64_t size, std::int64_t full,
            SimTime d);
  void sent_again(std::uint32_t sequence, SimTime d);

  struct Acknowledged {
    std::int64_t bytes = 0; ///< that were not acknowledged before
    Duration round_trip{};  ///< of the frame that caused it
    bool timed = false;     ///< … is known
  };
  /// Takes in an acknowledgement; queue.acknowledged is still the old one.
  Acknowledged acknowledge(const SendQueue &queue, const Frame &frame, SimTime now);
  /// Takes frame `sequence` for lost; 0 when it is not in flight, or was resent before and that is not `certain`.
  /// Returns its wire bytes.
  std::int64_t lose(const SendQueue &queue, std::uint32_t sequence, bool certain);
  bool is_acknowledged(std::uint32_t sequence) const {
    return (known_[sequence / 64 & word_mask_] >> (sequence % 64) & 1u) != 0;
  }
  /// When the frame last left, rounded down to 1,024 ps; may lie ahead of now (HostSpec::reaction).
  SimTime departure(std::uint32_t sequence, SimTime now) const {
    const auto ago = static_cast<std::int32_t>(stamp(now) - at(sequence).departure);
    return at_picoseconds(((picoseconds(now) >> 10) - ago) * 1024);
  }
  bool in_resend(std::uint32_t sequence) const { return at(sequence).waits; }
  std::int64_t size_of(std::uint32_t sequence) const { return at(sequence).size; }

private:
  struct Sent {
    std::uint32_t departure; ///< [1,024 ps]; known for 2.2 s
    std::uint16_t size;      ///< on the wire [B]
    bool waits;              ///< known lost, to be sent again
    bool again;              ///< was sent more than once
  };
  static std::uint32_t stamp(SimTime t) { return static_cast<std::uint32_t>(picoseconds(t) >> 10); }
  Sent &at(std::uint32_t sequence) { return sent_[sequence & mask_]; }
  const Sent &at(std::uint32_t sequence) const { return sent_[sequence & mask_]; }
  /// Marks as arrived; returns the bytes that is news of.
  std::int64_t know(std::uint32_t sequence);
  void grow(const SendQueue &queue, std::uint32_t frames);

  std::unique_ptr<Sent[]> sent_;           ///< ring over frames [acknowledged, next)
  std::unique_ptr<std::uint64_t[]> known_; ///< … and which of them were acknowledged
  std::uint32_t capacity_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t word_mask_ = 0;
};

/// What a receiver keeps beyond ReceiveQueue: RCCC, payload bytes since the start.
struct UecReceiver {
  std::uint64_t wanted = 0;
  std::uint64_t granted = 0;
};

/// Senders have the window and pace of TransportSpec::law, and the credits of receivers where those grant them.
class Uec final : public Transport {
public:
  Uec(Nic &nic, const TransportSpec &spec);

  void prepare(const CongestionControl::Setting &setting) override;
  void ready(std::uint32_t queue, std::int64_t payload, bool idle) override;
  bool has_work(std::uint32_t queue) override;
  std::uint32_t frames_allowed(std::uint32_t queue) override;
  std::uint32_t burst_allowed(std::uint32_t queue) override;
  bool is_answered(std::uint32_t queue, std::uint32_t sequence) const override;
  std::uint16_t entropy(std::uint32_t queue) const override;
  void departs(std::uint32_t queue, Frame &frame, SimTime d, bool again) override;
  void burst_departed(std::uint32_t queue, Frame &train, SimTime d) override;
  bool wants_answer(std::uint32_t queue, bool more) const override;
  SimTime pace(std::uint32_t queue, SimTime d, std::int64_t bytes) override;
  void address(const PendingControl &pending, Frame &frame) override;
  void prefetch(std::uint32_t queue) const override;
  void receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events) override;
  void receive_control(const Frame &frame, std::vector<NicEvent> &events) override;
  bool time_out(std::uint32_t queue, SimTime now) override;
  void timer_expired(SimTime now) override;
  std::uint32_t most_train(Duration frame) const override;

  const UecSender &sender(std::uint32_t queue) const { return senders_[queue]; }

private:
  bool answers_each_frame(const UecSender &sender) const;
  void turn(UecSender &sender) const;
  std::int64_t credit(const UecSender &sender) const {
    return static_cast<std::int64_t>(sender.granted + sender.unsolicited - sender.used);
  }
  void receive_trimmed(const Frame &frame);
  void acknowledge(const Frame &frame, bool duplicate);
  void lose_frames(std::uint32_t queue, const Frame &request);
  Duration behind_head(const Frame &acknowledgement) const;
  void arm(SendQueue &queue, const UecSender &sender, SimTime now);
  void request_credit(std::uint32_t queue, std::int64_t payload);
  void receive_request(const Frame &frame);
  void send_grant(std::uint32_t receive_queue);
  /// After the law was told of something.
  void follow_window(std::uint32_t queue) { senders_[queue].window = control_->window(queue); }

  const TransportSpec &spec_;
  std::vector<UecSender> senders_; ///< [send queue]
  std::unique_ptr<CongestionControl> control_;
  // RCCC.
  std::vector<UecReceiver> receivers_; ///< [receive queue]
  CreditSource credit_source_;
  std::int64_t unsolicited_ = 0; ///< payload of a message that may go before it is granted [B]
};

} // namespace lightloom
