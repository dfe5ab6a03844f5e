#pragma once
// The NIC of a host: turns messages into frames and back. Transports `ideal` and `infiniband` (reliable connection) are
// two settings of one machine: acknowledgement weight and spacing, window, credits, recovery (decision 0005).
//
// Egress is lazy (decision 0002): frames are made when they leave. Acknowledgements go first, then queue pairs in turn,
// a frame or train each. What changes eligibility first drains the port up to that instant. Leaves out: congestion
// control, pacing.

#include "sim/engine/channel.hpp"
#include "sim/network/fifo.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/history.hpp"
#include "sim/network/network.hpp"
#include "sim/network/queue_pair.hpp"
#include "sim/network/transmitter.hpp"

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
  std::uint64_t data_resent = 0;
  std::uint64_t control_injected = 0;
  std::uint64_t control_delivered = 0;
  std::uint64_t control_corrupt = 0;
  std::uint64_t trains_injected = 0; ///< and single data frames
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
  SimTime next_timeout() const { return std::min(timeout_at_, gap_check_at_); }
  /// Earliest departure at or after `until` as far as can be seen; call after drain(until).
  SimTime next_departure(SimTime until);
  void publish();

  const NicCounters &counters() const { return counters_; }
  bool quiet() const { return acknowledgements_.empty() && round_.empty(); }

private:
  struct PendingControl {
    std::uint32_t receive_queue;
    std::uint32_t sequence; ///< as it was when the acknowledgement was due, not when it leaves
    Frame::Kind kind;
    std::uint16_t missing;
  };
  bool ideal() const { return settings_.transport.kind == TransportSpec::Kind::ideal; }
  std::int64_t overhead() const { return settings_.transport.header.value + frame_gap_bytes; }
  std::int64_t control_size() const { return ideal() ? 0 : overhead(); }
  std::uint32_t window() const { return ideal() ? 0x40000000u : settings_.transport.window_frames; }
  /// Before something changes that came at `now`: what leaves before it takes effect is final.
  void take_effect(SimTime now);
  void activate(std::uint32_t send_queue);
  void watch_gap(ReceiveQueue &queue, bool progress, SimTime now);
  void check_gaps(SimTime now);
  void acknowledge(std::uint32_t receive_queue, Frame::Kind kind, SimTime now, ReceiveQueue::Gap gap = {});
  void ask_for_missing(std::uint32_t receive_queue, ReceiveQueue::Verdict verdict, bool selective, SimTime now);
  void receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events);
  void receive_control(const Frame &frame, std::vector<NicEvent> &events);
  bool burst(SimTime until);
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
  std::uint32_t train_length(const OutgoingMessage &message);
  std::uint32_t next_train(const SendQueue &queue, const OutgoingMessage &message, std::uint32_t length) const;
  std::int64_t next_data_size();
  std::int64_t payload_of(const OutgoingMessage &message, std::uint32_t sequence, std::uint32_t count = 1) const;
  void arm(SendQueue &queue, SimTime now);
  SimTime earliest_data(SimTime until);
  SimTime earliest_control(SimTime until);

  Settings settings_;
  SimTime floor_{}; ///< nothing leaves before: the last change of what is eligible
  Fifo<PendingControl> acknowledgements_;
  Fifo<std::uint32_t> round_; ///< send queues with work, in turn
  SimTime timeout_at_ = never;
  SimTime gap_check_at_ = never;
  NicCounters counters_;
  std::vector<ReceiveQueue::Finished> finished_; ///< scratch
  SimTime bus_free_{};                           ///< when the host bus has taken all that came in
  std::int64_t bus_fs_per_byte_ = 0;             ///< [1e-15 s]
};

} // namespace lightloom
