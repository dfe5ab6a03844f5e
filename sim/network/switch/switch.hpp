#pragma once
// A switch: output-queued, one queue per egress port and virtual lane (or priority), cut-through or store-and-forward.
// Routes by the epoch's table, chooses among equal ports per frame (switch/path_choice.hpp). Two disciplines:
//
// - with credits (InfiniBand): input buffers of the credits it gave out; departures wait for credit
//   (switch/credits.cpp);
// - without: one buffer shared by all ports, with dynamic thresholds, ECN, PFC and trimming (switch/buffer.cpp), or no
//   limit at all. What arrives counts once it has passed the pipeline, SwitchSpec::latency later, so departures are
//   final that far ahead of what was seen.
//
// Leaves out: input queueing and the speed of the crossbar, multicast, cells.

#include "sim/core/digest.hpp"
#include "sim/engine/channel.hpp"
#include "sim/engine/entity.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/frame_queue.hpp"
#include "sim/network/link.hpp"
#include "sim/network/plain/link_health.hpp"
#include "sim/network/plain/route_table.hpp"
#include "sim/network/switch/path_choice.hpp"
#include "sim/network/switch/switch_spec.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// Credits for all frames of a train at once, at `back`.
void give_back_train(Sender<Credit> &credits, const Frame &train, std::int64_t full_frame, SimTime back);

/// One switch as an entity of the simulation.
class Switch final : public Entity {
public:
  struct Settings {
    SwitchId self;
    SwitchSpec spec;
    PathChoice paths = PathChoice::ecmp;
    std::uint32_t lanes = 1;
    std::uint64_t seed = 1;
    bool ties_by_id = false;
    std::int64_t full_frame = 0;                     ///< on the wire [B]
    bool with_credits = false;                       ///< else one shared buffer
    const std::vector<RouteEpoch> *epochs = nullptr; ///< outlives the switch
  };
  /// What comes in through a port, and the credits that go back for it. One cache line.
  struct alignas(64) InPort {
    Receiver<Frame> frames;
    Sender<Credit> credits;  ///< lane 0
    Duration credit_delay{}; ///< from the start of a departure until the credit is back: longest frame time + reverse
                             ///< latency
  };
  /// Frames of higher lanes that may leave one after another while data waits.
  static constexpr std::uint32_t most_ahead_in_a_row = 10;
  struct alignas(64) OutPort {
    FrameQueue first;                 ///< lane 0
    std::int64_t most_backlog = 0;    ///< greatest sum of wire bytes ready but not yet left, over all lanes
    SimTime last_ready{};             ///< greatest readiness queued so far: a frame not later than it may tie
    SimTime stopped_until{};          ///< PFC: lane 0 does not leave before; `never`: until it is told to go on
    std::uint64_t waited = 0;         ///< of what has left, bytes × time [B × 1,024 ps]
    std::uint32_t ahead_in_a_row = 0; ///< frames of higher lanes that left while lane 0 waited
    std::uint32_t queued_lanes = 0;   ///< bit set: lanes with queued frames (without credits)
    Link link;
    std::unique_ptr<FrameQueue[]> more; ///< lanes 1 …
    SimTime stopped_since{};
    bool stopped = false; ///< by a pause, and not told to go on
    void add_wait(const Frame &frame, SimTime d) {
      waited += ((static_cast<std::uint64_t>((d - frame.time).count()) + 512) >> 10) * frame.size;
    }
    std::uint64_t waited_byte_ns() const { return waited + waited / 1000 * 24; }
    FrameQueue &queue(std::uint32_t lane) { return lane == 0 ? first : more[lane - 1]; }
    const FrameQueue &queue(std::uint32_t lane) const { return lane == 0 ? first : more[lane - 1]; }
  };
  /// What an ingress port holds of the shared buffer, and whether its peer was told to stop (PFC, lane 0).
  struct Ingress {
    std::int64_t bytes = 0;
    std::int64_t most = 0; ///< while stopped: with its headroom
    bool stopped = false;
    SimTime until = never; ///< the peer has forgotten that it was told to stop
  };

  Switch(const Settings &settings, std::uint32_t ports);

  SimTime advance(SimTime until) override;
  std::uint64_t digest() const override { return digest_.value(); }

  InPort &in(std::uint32_t port) { return in_[port]; }
  OutPort &out(std::uint32_t port) { return out_[port]; }
  /// Credits for what came in through `port` on `lane`.
  Sender<Credit> &credit(std::uint32_t port, std::uint32_t lane) {
    return lane == 0 ? in_[port].credits : more_credits_[port * (settings_.lanes - 1) + lane - 1];
  }
  /// The link that ends at `port`; outlives the switch. Before the run, and after every out-link was configured.
  void set_in_link(std::uint32_t port, const LinkHealth &health);
  /// Frames that arrive through `port` are announced here.
  ArrivalBit arrival_bit(std::uint32_t port) { return {&news_[port / 64], std::uint64_t{1} << (port % 64)}; }
  /// Credits for frames that leave through `port` are announced here.
  ArrivalBit credit_bit(std::uint32_t port) { return {&credit_news_[port / 64], std::uint64_t{1} << (port % 64)}; }
  std::uint32_t ports() const { return static_cast<std::uint32_t>(out_.size()); }

  std::uint64_t unroutable_data() const { return unroutable_data_; }
  std::uint64_t unroutable_control() const { return unroutable_control_; }
  std::uint64_t corrupt_data() const { return corrupt_data_; }
  std::uint64_t corrupt_control() const { return corrupt_control_; }
  std::uint64_t queued_frames() const;
  /// Frames that found no room in the shared buffer.
  std::uint64_t dropped_data() const { return dropped_data_; }
  std::uint64_t dropped_control() const { return dropped_control_; }
  std::uint64_t pauses_sent() const { return pauses_sent_; }
  std::uint64_t pauses_received() const { return pauses_received_; }
  std::uint64_t draws() const { return draws_; }

private:
  // switch/switch.cpp: what comes in, in order.
  SimTime gather(SimTime until);
  SimTime gather_from_all(SimTime until);
  SimTime gather_from(std::uint32_t port, SimTime until);
  void handle_arrivals();
  void check_time(SimTime first);
  void accept(Frame &frame);
  std::uint32_t route(const Frame &frame);
  std::int64_t backlog(std::uint32_t port, SimTime now);
  void discard(const Frame &frame, std::uint64_t &data, std::uint64_t &control);
  Duration catch_up(const Frame &frame, const OutPort &port) const;
  void enqueue(OutPort &port, Frame &frame);
  void settle_tie(FrameQueue &queue, const Frame &frame);
  void next_epoch(SimTime now);
  // switch/credits.cpp.
  void publish_credits();
  void give_back(const Frame &frame, SimTime d);
  SimTime drain_ports(SimTime until);
  SimTime drain_any(OutPort &port, SimTime until);
  SimTime drain(OutPort &port, SimTime until);
  SimTime drain_lanes(OutPort &port, SimTime until);
  // switch/buffer.cpp.
  void accept_buffered(Frame &frame, std::uint32_t index);
  static std::int64_t ahead_of(const FrameQueue &queue, const Frame &frame);
  bool admit(OutPort &port, Frame &frame, SimTime exit);
  bool find_room(OutPort &port, Frame &frame, SimTime exit);
  bool has_room(const OutPort &port, const Frame &frame) const;
  bool has_headroom(const Frame &frame, SimTime exit);
  bool drop(OutPort &port, const Frame &frame);
  bool holds_too_much(const Ingress &ingress) const;
  void mark(Link &link, Frame &frame, std::int64_t ahead, SimTime now);
  void hold(const Frame &frame, SimTime exit);
  void release(const Frame &frame, SimTime d);
  void tell(std::uint32_t port, bool stop, SimTime d);
  void obey(const Frame &pause);
  SimTime departure(const OutPort &port, std::uint32_t &lane) const;
  void depart(OutPort &port, FrameQueue &queue, SimTime d);
  void note_backlog(OutPort &port, SimTime d);
  void commit_inline(std::uint32_t port, SimTime horizon);
  void commit(std::uint32_t port, SimTime horizon);
  SimTime commit_lanes(OutPort &port, std::uint32_t index, SimTime horizon);
  void settle(SimTime horizon);
  void settle_in_order(SimTime horizon);
  SimTime commit_ports(SimTime horizon);

  Settings settings_;
  PathChooser chooser_;
  std::vector<InPort> in_;
  std::vector<OutPort> out_;
  std::vector<Sender<Credit>> more_credits_; ///< [port × (lanes − 1) + lane − 1]
  std::vector<const LinkHealth *> in_links_; ///< [port]
  bool mixed_rates_ = false;
  bool with_credits_ = false;
  bool limited_ = false; ///< the shared buffer is
  bool decides_ = false; ///< … or frames are marked: queues are looked at for every frame
  std::uint32_t tie_key_ = 0;
  std::vector<std::uint64_t> busy_ports_;                     ///< bit set: ports with queued frames
  std::unique_ptr<std::atomic<std::uint64_t>[]> news_;        ///< bit set: in-ports to which something was published
  std::unique_ptr<std::atomic<std::uint64_t>[]> credit_news_; ///< bit set: out-ports for which credits came
  std::vector<std::uint64_t> in_sight_;                       ///< bit set: in-ports with frames that arrive later
  std::vector<SimTime> due_;           ///< [port] no departure before, unless credit comes; 0: look
  std::vector<std::uint64_t> touched_; ///< bit set: in-ports that took or gave back something in this visit
  std::vector<std::uint64_t> sending_; ///< bit set: out-ports with departures not yet published
  std::vector<Ingress> ingress_;       ///< [port] under PFC
  std::int64_t shared_ = 0;            ///< the buffer without what is set aside as headroom [B]
  std::int64_t held_ = 0;              ///< of it, by frames whose departure is not committed [B]
  std::uint32_t stopped_peers_ = 0;
  std::uint32_t mark_key_ = 0;
  std::uint64_t dropped_data_ = 0;
  std::uint64_t dropped_control_ = 0;
  std::uint64_t pauses_sent_ = 0;
  std::uint64_t pauses_received_ = 0;
  Digest digest_;
  SimTime now_{}; ///< everything before was handled; nothing may arrive there
  // The epoch in force.
  const Attachment *attachment_ = nullptr;
  const std::uint16_t *group_of_leaf_ = nullptr;
  const PortGroup *groups_ = nullptr;
  const std::uint16_t *ports_of_groups_ = nullptr;
  SimTime next_epoch_at_ = never;
  std::size_t epoch_ = 0;
  std::uint64_t draws_ = 0; ///< ties settled by chance
  std::uint64_t unroutable_data_ = 0;
  std::uint64_t unroutable_control_ = 0;
  std::uint64_t corrupt_data_ = 0;
  std::uint64_t corrupt_control_ = 0;
};

// What a switch without credits does with every frame: join a queue, leave it. Inlined into the loop over arrivals
// (switch/switch.cpp) and where decisions settle queues (switch/buffer.cpp), and nowhere else.

/// When a port's next frame leaves, and on which lane; `never` when none can.
[[gnu::always_inline]] inline SimTime Switch::departure(const OutPort &port, std::uint32_t &lane) const {
  SimTime first = never;
  for (std::uint32_t bits = port.queued_lanes; bits != 0; bits &= bits - 1) { // at a tie the higher lane, mostly
    const auto l = static_cast<std::uint32_t>(std::countr_zero(bits));
    SimTime d = std::max(port.link.free(), port.queue(l).front().time);
    if (l == 0)
      d = std::max(d, port.stopped_until);
    if (d < first || (d == first && port.ahead_in_a_row < most_ahead_in_a_row)) {
      first = d;
      lane = l;
    }
  }
  return first;
}

/// The first frame of `queue` leaves at `d`.
[[gnu::always_inline]] inline void Switch::depart(OutPort &port, FrameQueue &queue, SimTime d) {
  if (queue.bytes() > port.most_backlog) [[unlikely]]
    note_backlog(port, d);
  const Frame &frame = queue.front();
  if (d > frame.time)
    port.add_wait(frame, d);
  port.link.send(frame, d);
  if (limited_)
    release(frame, d);
  queue.pop();
}

/// Commits what leaves a port before `horizon`.
[[gnu::always_inline]] inline void Switch::commit_inline(std::uint32_t index, SimTime horizon) {
  OutPort &port = out_[index];
  SimTime next = never;
  while (port.queued_lanes == 1) { // lane 0 alone
    FrameQueue &queue = port.first;
    const SimTime d = std::max({port.link.free(), queue.front().time, port.stopped_until});
    if (d >= horizon) {
      due_[index] = d;
      return;
    }
    sending_[index / 64] |= 1ull << (index % 64);
    depart(port, queue, d);
    port.ahead_in_a_row = 0;
    if (queue.empty())
      port.queued_lanes = 0;
  }
  if (port.queued_lanes != 0) [[unlikely]]
    next = commit_lanes(port, index, horizon);
  due_[index] = next;
  if (port.queued_lanes == 0)
    busy_ports_[index / 64] &= ~(1ull << (index % 64));
}

[[gnu::always_inline]] inline void Switch::enqueue(OutPort &port, Frame &frame) {
  FrameQueue &queue = port.queue(frame.lane);
  if (port.last_ready >= frame.time) [[unlikely]] {
    settle_tie(queue, frame);
    return;
  }
  port.last_ready = frame.time;
  queue.push(frame);
}

[[gnu::always_inline]] inline void Switch::accept_buffered(Frame &frame, std::uint32_t index) {
  OutPort &port = out_[index];
  const SimTime exit = frame.time + settings_.spec.latency; // of the pipeline: now everything is decided
  if (stopped_peers_ > 0) [[unlikely]]
    settle_in_order(exit);
  else if (due_[index] < exit)
    commit_inline(index, exit);
  frame.time = exit + (mixed_rates_ ? catch_up(frame, port) : Duration{});
  if (decides_ && !admit(port, frame, exit)) [[unlikely]]
    return;
  const SimTime earliest = std::max(port.link.free(), frame.time);
  due_[index] = port.queued_lanes == 0 ? earliest : std::min(due_[index], earliest);
  busy_ports_[index / 64] |= 1ull << (index % 64);
  port.queued_lanes |= 1u << frame.lane;
  enqueue(port, frame);
}

/// Bytes that wait when a frame joins. A train comes in while it leaves: of those ahead one is taken to be still
/// coming.
[[gnu::always_inline]] inline std::int64_t Switch::ahead_of(const FrameQueue &queue, const Frame &frame) {
  return frame.count < 2 ? queue.bytes() : std::max<std::int64_t>(0, queue.bytes() - frame.size);
}

/// Room for the frame, in the shared buffer or in the headroom; perhaps marked or trimmed. False: it was dropped.
[[gnu::always_inline]] inline bool Switch::admit(OutPort &port, Frame &frame, SimTime exit) {
  const std::int64_t ahead = ahead_of(port.queue(frame.lane), frame);
  if (frame.lane == 0 && ahead > settings_.spec.ecn.least.value && settings_.spec.ecn.enabled &&
      frame.kind == Frame::Kind::data)
    mark(port.link, frame, ahead, exit);
  if (!limited_)
    return true;
  if (frame.lane == 0 && !ingress_.empty()) {
    if (!has_headroom(frame, exit))
      return drop(port, frame);
    hold(frame, exit);
    return true;
  }
  if (!has_room(port, frame) && !find_room(port, frame, exit)) [[unlikely]]
    return false;
  held_ += frame.size;
  return true;
}

} // namespace lightloom
