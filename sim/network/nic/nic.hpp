#pragma once
// The NIC of a host: turns messages into frames and back. It has what all transports share: messages, the round of
// queues, departures, gaps in what arrives, pauses, history. What a transport does is its own (nic/transport.hpp).
//
// Egress is lazy (decision 0002): frames are made when they leave. Acknowledgements and the like go first, then queue
// pairs in turn, a frame or train each; a paced queue joins the round when its own next departure is due. What changes
// eligibility first drains the port up to that instant: what comes at `now` acts from now + HostSpec::reaction on.

#include "sim/engine/channel.hpp"
#include "sim/network/fifo.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/history.hpp"
#include "sim/network/host_spec.hpp"
#include "sim/network/link.hpp"
#include "sim/network/nic/queue_pair.hpp"
#include "sim/network/nic/transport.hpp"
#include "sim/network/nic_counters.hpp"
#include "sim/network/plain/rank_program.hpp"
#include "sim/network/switch/switch_spec.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// What happened at the NIC that its host must act on later.
struct NicEvent {
  enum class Kind : std::uint8_t {
    message_ready,   ///< a posted message of send queue `index` has crossed the NIC: call ready()
    message_arrived, ///< a message for receive queue `index` reaches memory at `time`
    send_finished,   ///< `count` messages of send queue `index` were acknowledged
    peer_unreachable ///< send queue `index` gave up after `count` time-outs
  };
  Kind kind;
  SimTime time{};
  std::uint32_t index = 0;
  std::uint32_t count = 0; ///< send_finished: messages; peer_unreachable: time-outs in a row
  std::int64_t bytes = 0;  ///< message_arrived
  std::uint32_t port = 0;  ///< of this NIC
};

/// One port of a host and the queue pairs behind it.
class Nic {
public:
  struct Settings {
    const TransportSpec *transport = nullptr; ///< of the network, which outlives the NIC
    HostSpec host;
    PathChoice paths = PathChoice::ecmp;
    Duration reorder_patience{};           ///< a gap open for longer is a loss: more than two paths can differ by
    Duration reorder_patience_per_frame{}; ///< … and so much more for each frame of the flow's trains
    TrainSpec trains;
    std::uint32_t port = 0; ///< of its host
    bool lossless = false;  ///< nothing in this run can lose a frame: `ideal` then keeps no timers
  };
  explicit Nic(const Settings &settings);
  /// After its queues are made and its link is configured.
  void prepare();
  Nic(const Nic &) = delete;
  Nic &operator=(const Nic &) = delete;

  Link link;
  Receiver<Frame> frames;
  std::vector<Sender<Credit>> credits; ///< one per lane, for what comes in
  Duration credit_delay{};             ///< tail in → credit back at the switch

  std::vector<SendQueue> send_queues;
  std::vector<ReceiveQueue> receive_queues;
  PortHistory *history = nullptr; ///< where to remember messages; null: nowhere

  /// Queues a message at `now`; it is ready to go after the NIC's latency (event message_ready).
  /// `size` of the operation's bytes go through this port.
  void post(std::uint32_t send_queue, const Operation &send, Bytes size, const SentMessage &origin,
            std::vector<NicEvent> &events);
  /// The event message_ready has come.
  void ready(std::uint32_t send_queue, SimTime now);
  /// A frame's tail is in, at frame.time.
  void receive(const Frame &frame, std::vector<NicEvent> &events);
  /// Commits every departure before `until`.
  void drain(SimTime until);
  /// Does what is due at `now`: pauses that an outage ended, gaps that nothing filled, the transport's own timer,
  /// queues that heard nothing for their time-out.
  void handle_due(SimTime now, std::vector<NicEvent> &events);
  /// When handle_due() has something to do.
  SimTime next_due() const { return std::min({timeout_at_, gap_check_at_, transport_->timer, forget_pauses_at_}); }
  /// When to look again at or after `until`: no departure is earlier. Call after drain(until); changes nothing.
  SimTime next_departure(SimTime until);
  /// Shows the neighbours what this visit sent, gave back in credits and took in. Last in a visit.
  void publish();

  const NicCounters &counters() const { return counters_; }
  NicCounters &counters() { return counters_; }
  bool quiet() const { return acknowledgements_.empty() && round_.empty() && paced_.empty(); }
  const Transport &transport() const { return *transport_; }

  // For the transport.

  /// Nothing leaves before: the last change of what is eligible.
  SimTime floor() const { return floor_; }
  /// Before something changes that came at `now`: what leaves before it takes effect is final.
  void take_effect(SimTime now);
  /// The queue may have work now.
  void activate(std::uint32_t send_queue);
  /// What was to be sent again and has been acknowledged since is not; its message may be gone.
  void forget_answered(std::uint32_t send_queue);
  /// Payload of frames of a message. [B]
  std::int64_t payload_of(const OutgoingMessage &message, std::uint32_t sequence, std::uint32_t count = 1) const;
  /// A control frame waits for the port.
  void answer(const PendingControl &pending) { acknowledgements_.push(pending); }
  /// An acknowledgement, or the request for a gap, of this receive queue.
  void acknowledge(std::uint32_t receive_queue, Frame::Kind kind, SimTime now, ReceiveQueue::Gap gap = {});
  /// Gives data to its queue, and the messages that it completes to the host.
  ReceiveQueue::Taken take(const Frame &frame, SimTime in, std::vector<NicEvent> &events);
  /// Whether the last take() completed a message.
  bool completed_any() const { return !finished_.empty(); }
  /// Something is missing before what came, or was.
  void look_for_gaps(const Frame &frame, ReceiveQueue::Verdict verdict, bool selective);
  /// Frames that an acknowledgement waits for where trains of `count` come.
  std::uint32_t acknowledgement_due(std::uint32_t count) const;
  /// Everything before frame.sequence has arrived; tells the host of messages that are whole. Whether that is news.
  bool take_acknowledgement(std::uint32_t send_queue, const Frame &frame, std::vector<NicEvent> &events);
  /// The queue's clock starts, or stops when nothing is under way.
  void arm(SendQueue &queue, SimTime now);
  void set_deadline(SendQueue &queue, SimTime deadline) {
    queue.deadline = deadline;
    timeout_at_ = std::min(timeout_at_, deadline);
  }

private:
  /// A queue that may send from `time` on.
  struct Paced {
    SimTime time{};
    std::uint32_t queue = 0;
  };
  /// Heap order: the earliest at the front.
  static bool later(const Paced &a, const Paced &b) {
    return a.time > b.time || (a.time == b.time && a.queue > b.queue);
  }
  /// What leaves next from a queue.
  struct NextData {
    OutgoingMessage *message = nullptr;
    std::int64_t size = 0;
    std::uint32_t queue = 0;
    std::uint32_t sequence = 0;
    std::uint32_t count = 0;
    std::uint32_t length = 1; ///< of the message's trains now
    bool again = false;       ///< from `resend`
  };
  bool reordering() const { return settings_.paths != PathChoice::ecmp || rules_.sprays; }
  bool stopped(std::uint32_t lane) const { return (stopped_ >> lane & 1u) != 0; }
  std::uint32_t control_lane() const { return rules_.lanes - 1; }
  bool has_work(std::uint32_t send_queue) { return transport_->has_work(send_queue); }
  std::uint32_t index_of(const SendQueue &queue) const {
    return static_cast<std::uint32_t>(&queue - send_queues.data());
  }
  /// Into the round, or to wait until its pace lets it.
  void line_up(std::uint32_t send_queue, SimTime now);
  void admit_paced(SimTime at);
  void obey_pause(const Frame &frame);
  void forget_pauses();
  void watch_gap(ReceiveQueue &queue, bool progress, SimTime now);
  void check_gaps(SimTime now);
  void ask_for_missing(std::uint32_t receive_queue, ReceiveQueue::Verdict verdict, bool selective, SimTime now);
  struct Burst;
  bool burst(SimTime until);
  void choose_train(const SendQueue &queue, const Operation &send, OutgoingMessage &message);
  static std::uint8_t overdraft(const SendQueue &queue);
  static std::uint8_t turn_shift(const SendQueue &queue, std::uint32_t train);
  void open_record(SendQueue &queue, const OutgoingMessage &message, bool had_work, SimTime now);
  void settle(SendQueue &queue, SimTime now);
  static void account(SendQueue &queue, SimTime free, SimTime d, Duration sending);
  void remember_departure(SendQueue &queue, const OutgoingMessage &message, const Frame &frame, bool resent,
                          SimTime free, SimTime d);
  SentMessage &record_of(const SendQueue &queue, const OutgoingMessage &message) {
    return history->sent[index_of(queue)][message.ordinal];
  }
  void remember(std::uint32_t receive_queue, const Frame &frame, const ReceiveQueue::Finished &message,
                SimTime delivered);
  SimTime in_memory(const Frame &frame);
  void send_control(SimTime d);
  void send_data(SimTime d);
  void prefetch_turns();
  std::uint32_t train_length(const OutgoingMessage &message);
  std::uint32_t next_train(const SendQueue &queue, const OutgoingMessage &message, std::uint32_t length) const;
  void choose_next(std::uint32_t send_queue);
  SimTime earliest_data(SimTime until);
  SimTime earliest_control(SimTime until);

  Settings settings_;
  std::unique_ptr<Transport> transport_;
  const TransportRules rules_; ///< the transport's, at hand for every frame
  SimTime floor_{};
  Fifo<PendingControl> acknowledgements_;
  Fifo<std::uint32_t> round_; ///< send queues with work, in turn
  std::vector<Paced> paced_;  ///< send queues with work that may not send yet: a heap, the earliest at the front
  NextData next_;             ///< scratch: from earliest_data() to send_data()
  std::uint8_t stopped_ = 0;  ///< lanes that the peer has paused
  SimTime stopped_since_{};
  SimTime forget_pauses_at_ = never; ///< the link comes back after an outage
  SimTime timeout_at_ = never;
  SimTime gap_check_at_ = never;
  NicCounters counters_;
  std::vector<ReceiveQueue::Finished> finished_; ///< scratch
  SimTime bus_free_{};                           ///< when the host bus has taken all that came in
  std::int64_t bus_fs_per_byte_ = 0;             ///< [1e-15 s]
};

} // namespace lightloom
