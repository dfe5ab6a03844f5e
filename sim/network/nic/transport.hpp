#pragma once
// A transport inside a NIC: what may leave, what an arriving frame means, what silence means. The NIC (nic/nic.hpp) has
// what all transports share: messages, the round of queues, departures, gaps in what arrives, history. One object per
// NIC port; it keeps what it needs per queue, by the queue's index.

#include "sim/network/frame.hpp"
#include "sim/network/nic/queue_pair.hpp"
#include "sim/network/nic/transport_spec.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

class Nic;
struct NicEvent;

/// What the NIC itself asks of a transport for every frame; drawn from the TransportSpec once.
struct TransportRules {
  explicit TransportRules(const TransportSpec &spec)
      : overhead(spec.overhead().value), full_frame(spec.full_frame().value), control_size(spec.control_frame().value),
        payload(spec.mtu.value), lanes(spec.virtual_lanes), window(spec.window_frames),
        receive_window(spec.window_frames), window_frames(spec.window_frames), ack_every(spec.ack_every),
        selective(spec.recovery == TransportSpec::Recovery::selective) {}
  std::int64_t overhead;        ///< of a data frame: header, preamble and gap [B]
  std::int64_t full_frame;      ///< of a data frame, payload included [B]
  std::int64_t control_size;    ///< of acknowledgements and the like, on the wire [B]
  std::int64_t payload;         ///< of a full frame [B]
  std::uint32_t lanes;          ///< virtual lanes or priorities
  std::uint32_t window;         ///< frames a sender may have unacknowledged
  std::uint32_t receive_window; ///< frames that a receiver keeps out of turn; a power of two
  std::uint32_t window_frames;  ///< TransportSpec::window_frames, which acknowledgements must not wait for
  std::uint32_t ack_every;      ///< frames
  std::uint32_t trains_per_answer = 4;
  std::uint32_t least_gap = 0; ///< where frames overtake each other: a gap is a loss once so many frames follow it
  bool selective;              ///< only what is missing is sent again
  bool ends_only = false;      ///< a sender hears of a message's end only
  bool sprays = false;         ///< frames of a queue take different paths by their entropy
  bool echoes = false;         ///< acknowledgements of marked frames are marked
  bool paces = false;          ///< pace() says when a queue's next frame may leave
  bool follows = false;        ///< wants to know of every departure of a burst
};

/// An acknowledgement or the like that waits for the port.
struct PendingControl {
  std::uint64_t bitmap = 0;
  std::uint32_t queue = 0;    ///< receive queue that it is from; of a credit request: send queue
  std::uint32_t sequence = 0; ///< as it was when the acknowledgement was due, not when it leaves
  std::uint16_t count = 1;
  std::uint16_t detour = 0; ///< added to the entropy of an answer to a duplicate: its first answer may have died
  Frame::Kind kind = Frame::Kind::acknowledgement;
  bool last = false;
  bool marked = false;
  bool trimmed = false;
};

/// Of one NIC port. Queues are named by their index in Nic::send_queues or, where said, receive_queues.
class Transport {
public:
  Transport(Nic &nic, const TransportSpec &spec) : rules(spec), nic_(nic) {}
  Transport(const Transport &) = delete;
  Transport &operator=(const Transport &) = delete;
  virtual ~Transport() = default;

  TransportRules rules;  ///< constant once made
  SimTime timer = never; ///< timer_expired() has something to do then

  /// Once, after the NIC's queues are made and its link is configured; `setting`: what a law of congestion control
  /// needs.
  virtual void prepare(const CongestionControl::Setting &setting) = 0;
  /// A message of `payload` bytes is ready; `idle`: its queue had nothing else to send.
  virtual void ready(std::uint32_t /*queue*/, std::int64_t /*payload*/, bool /*idle*/) {}

  // What leaves.

  /// Whether the queue has a frame that may leave, its pace apart.
  virtual bool has_work(std::uint32_t queue) = 0;
  /// Frames never sent that may leave in a row, from SendQueue::next on; at least 1 where has_work() lets one of them
  /// go, and not one that is to be sent again.
  virtual std::uint32_t frames_allowed(std::uint32_t queue) = 0;
  /// The same when nobody looks at them one by one; 0: the next must be looked at.
  virtual std::uint32_t burst_allowed(std::uint32_t queue) { return frames_allowed(queue); }
  /// Whether a frame that was to be sent again has arrived after all.
  virtual bool is_answered(std::uint32_t /*queue*/, std::uint32_t /*sequence*/) const { return false; }
  /// Entropy of the queue's next frame.
  virtual std::uint16_t entropy(std::uint32_t queue) const = 0;
  /// Data is about to leave at `d`: gives it its entropy. `again`: it was sent before.
  virtual void departs(std::uint32_t queue, Frame &frame, SimTime d, bool again) = 0;
  /// With rules.follows or paces: a train of a burst has left; sets the next one's entropy and earliest departure.
  virtual void burst_departed(std::uint32_t queue, Frame &train, SimTime d) = 0;
  /// The sender wants the frame answered at once. `more`: the queue may send on.
  virtual bool wants_answer(std::uint32_t /*queue*/, bool /*more*/) const { return false; }
  /// With rules.paces: when the queue's next frame may leave, after `bytes` on the wire at `d`.
  virtual SimTime pace(std::uint32_t /*queue*/, SimTime d, std::int64_t /*bytes*/) { return d; }
  /// Address, entropy and contents of a control frame that leaves.
  virtual void address(const PendingControl &pending, Frame &frame) = 0;
  /// The queue's turn is near.
  virtual void prefetch(std::uint32_t /*queue*/) const {}

  // What arrives; never a corrupt frame.

  /// Data; `in`: when memory has it.
  virtual void receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events) = 0;
  /// Any control frame but a pause. What comes now has taken effect.
  virtual void receive_control(const Frame &frame, std::vector<NicEvent> &events) = 0;

  // Time.

  /// The queue heard nothing for its time-out. Returns whether its peer owes an answer; else its clock starts again.
  virtual bool time_out(std::uint32_t queue, SimTime now) = 0;
  /// … and has not given up: sends again.
  virtual void send_again(std::uint32_t /*queue*/) {}
  /// `timer` has come; sets it anew.
  virtual void timer_expired(SimTime /*now*/) {}
  /// Frames that a train may have, the window of a sender with frames of this duration considered.
  virtual std::uint32_t most_train(Duration /*frame*/) const { return rules.window; }

protected:
  Nic &nic_;
};

} // namespace lightloom
