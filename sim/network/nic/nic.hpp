#pragma once
// The NIC of a host: turns messages into frames and back. What all transports share is in nic*.cpp: messages, the round
// of queues, departures, history, and the reliable connection of `ideal`, `infiniband` and `rocev2`. What one of them
// does alone is in its transport_*.cpp.
//
// Egress is lazy (decision 0002): frames are made when they leave. Acknowledgements and the like go first, then queue
// pairs in turn, a frame or train each; a paced queue joins the round when its own next departure is due. What changes
// eligibility first drains the port up to that instant: what comes at `now` acts from now + HostSpec::reaction on.

#include "sim/engine/channel.hpp"
#include "sim/network/fifo.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/host_spec.hpp"
#include "sim/network/link.hpp"
#include "sim/network/nic/queue_pair.hpp"
#include "sim/network/plain/rank_program.hpp"
#include "sim/network/switch/switch_spec.hpp"
#include "sim/network/transport/uec.hpp"
#include "sim/network/waiting/history.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lightloom {

/// What happened at the NIC that its host must act on later.
struct NicEvent {
  enum class Kind : std::uint8_t {
    message_ready,   ///< a posted message of send queue `index` has crossed the NIC: call ready()
    message_arrived, ///< a message for receive queue `index` reaches memory at `time`
    send_finished,   ///< `count` messages of send queue `index` were acknowledged
    peer_unreachable ///< send queue `index` gave up
  };
  Kind kind;
  SimTime time{};
  std::uint32_t index = 0;
  std::uint32_t count = 0;
  std::int64_t bytes = 0;
  std::uint32_t port = 0; ///< of this NIC
};

/// Frames in and out; sums for the conservation laws.
struct NicCounters {
  std::uint64_t data_injected = 0;
  std::uint64_t data_delivered = 0;
  std::uint64_t data_discarded = 0;
  std::uint64_t data_corrupt = 0;
  std::uint64_t data_trimmed = 0; ///< came as headers
  std::uint64_t data_resent = 0;
  std::uint64_t control_injected = 0;
  std::uint64_t control_delivered = 0; ///< pauses too
  std::uint64_t control_corrupt = 0;
  std::uint64_t notifications_sent = 0; ///< rocev2: CNPs
  std::uint64_t trains_injected = 0;    ///< and single data frames
  std::uint64_t messages_posted = 0;
  std::uint64_t bytes_in_trains = 0; ///< payload of messages that move in trains
  double train_error = 0;            ///< greatest predicted, of a message's time
  Duration train_delay{};            ///< predicted, summed over messages
  std::uint64_t bytes_posted = 0;
  std::uint64_t bytes_delivered = 0;
};

class Nic {
public:
  struct Settings {
    HostId self;
    TransportSpec transport;
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

  Transmitter link;
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
  /// Resends what is overdue at `now`.
  void time_out(SimTime now, std::vector<NicEvent> &events);
  /// When time_out() has something to do.
  SimTime next_timeout() const {
    return std::min({timeout_at_, gap_check_at_, credit_source_.next(), forget_pauses_at_});
  }
  /// When to look again at or after `until`: no departure is earlier. Call after drain(until); changes nothing.
  SimTime next_departure(SimTime until);
  void publish();

  const NicCounters &counters() const { return counters_; }
  bool quiet() const { return acknowledgements_.empty() && round_.empty() && paced_.empty(); }
  const UecSender *uec_sender(std::uint32_t send_queue) const { return rules_.uec ? &uec_[send_queue] : nullptr; }

private:
  struct PendingControl {
    std::uint64_t bitmap = 0;
    std::uint32_t queue = 0;    ///< receive queue that it is from; of a credit request: send queue
    std::uint32_t sequence = 0; ///< as it was when the acknowledgement was due, not when it leaves
    std::uint16_t count = 1;
    Frame::Kind kind = Frame::Kind::acknowledgement;
    bool last = false;
    bool marked = false;
    bool trimmed = false;
  };
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
  bool ideal() const { return rules_.ideal; }
  std::int64_t overhead() const { return rules_.overhead; }
  bool reordering() const {
    return settings_.paths != PathChoice::ecmp || (rules_.uec && settings_.transport.entropies > 1);
  }
  bool stopped(std::uint32_t lane) const { return (stopped_ >> lane & 1u) != 0; }
  std::uint32_t control_lane() const { return settings_.transport.virtual_lanes - 1; }
  /// Before something changes that came at `now`: what leaves before it takes effect is final.
  void take_effect(SimTime now);
  void activate(std::uint32_t send_queue);
  bool has_work(std::uint32_t send_queue) {
    SendQueue &queue = send_queues[send_queue];
    return rules_.uec ? has_work_uec(queue, uec_[send_queue]) : queue.has_work(rules_.window);
  }
  /// Into the round, or to wait until its pace lets it.
  void line_up(std::uint32_t send_queue, SimTime now);
  void admit_paced(SimTime at);
  SimTime pace(std::uint32_t send_queue, SimTime departure, std::int64_t size);
  void obey_pause(const Frame &frame);
  void forget_pauses();
  void watch_gap(ReceiveQueue &queue, bool progress, SimTime now);
  void check_gaps(SimTime now);
  void acknowledge(std::uint32_t receive_queue, Frame::Kind kind, SimTime now, ReceiveQueue::Gap gap = {});
  void ask_for_missing(std::uint32_t receive_queue, ReceiveQueue::Verdict verdict, bool selective, SimTime now);
  void receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events);
  void receive_control(const Frame &frame, std::vector<NicEvent> &events);
  ReceiveQueue::Taken take(const Frame &frame, SimTime in, std::vector<NicEvent> &events);
  std::uint32_t acknowledgement_due(std::uint32_t count) const;
  struct Burst;
  bool burst(SimTime until);
  void burst_sent(std::uint32_t send_queue, Frame &train, SimTime d);
  // transport/rocev2.cpp
  void notify_congestion(std::uint32_t receive_queue, SimTime now);
  // transport/uec_nic.cpp
  bool has_work_uec(SendQueue &queue, const UecSender &sender);
  bool answer_each_frame(const UecSender &sender) const;
  std::uint32_t frames_allowed(const UecSender &sender) const;
  std::uint16_t next_entropy(const SendQueue &queue, UecSender &sender) const;
  void receive_data_uec(const Frame &frame, SimTime in, std::vector<NicEvent> &events);
  void receive_trimmed(const Frame &frame);
  void acknowledge_uec(const Frame &frame, SimTime now);
  void receive_control_uec(const Frame &frame, std::vector<NicEvent> &events);
  Duration behind_head(const Frame &acknowledgement) const;
  void lose_frames(std::uint32_t send_queue, const Frame &request);
  void arm_uec(SendQueue &queue, const UecSender &sender, SimTime now);
  bool time_out_uec(std::uint32_t send_queue, SimTime now);
  void offer(std::uint32_t send_queue, std::int64_t payload, bool idle);
  void request_credit(std::uint32_t send_queue, std::int64_t payload);
  void receive_request(const Frame &frame);
  void grant_credit(SimTime now);
  void send_grant(std::uint32_t receive_queue);
  void choose_train(const SendQueue &queue, const Operation &send, OutgoingMessage &message);
  static std::uint8_t overdraft(const SendQueue &queue);
  static std::uint8_t turn_shift(const SendQueue &queue, std::uint32_t train);
  void open_record(SendQueue &queue, const OutgoingMessage &message, bool waiting, SimTime now);
  void settle(SendQueue &queue, SimTime now);
  static void account(SendQueue &queue, SimTime free, SimTime d, Duration sending);
  void remember_departure(SendQueue &queue, const OutgoingMessage &message, const Frame &frame, bool resent,
                          SimTime free, SimTime d);
  SentMessage &record_of(const SendQueue &queue, const OutgoingMessage &message) {
    return history->sent[static_cast<std::size_t>(&queue - send_queues.data())][message.ordinal];
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
  void forget_answered(std::uint32_t send_queue);
  std::int64_t payload_of(const OutgoingMessage &message, std::uint32_t sequence, std::uint32_t count = 1) const;
  void arm(SendQueue &queue, SimTime now);
  SimTime earliest_data(SimTime until);
  SimTime earliest_control(SimTime until);

  Settings settings_;
  TransportRules rules_;
  SimTime floor_{}; ///< nothing leaves before: the last change of what is eligible
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
  // Of one transport only; empty in the others. [send queue] or [receive queue]
  std::vector<UecSender> uec_;
  std::vector<UecReceiver> uec_receivers_;
  std::vector<Dcqcn> dcqcn_;
  std::vector<FecnBecn> fecn_becn_;
  std::vector<SimTime> quiet_until_; ///< rocev2: no notification before
  CreditSource credit_source_;
  std::int64_t unsolicited_ = 0;     ///< RCCC: payload of a message that may go before it is granted [B]
  SimTime bus_free_{};               ///< when the host bus has taken all that came in
  std::int64_t bus_fs_per_byte_ = 0; ///< [1e-15 s]
};

} // namespace lightloom
