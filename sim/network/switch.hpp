#pragma once
// A switch: output-queued, one queue per egress port and virtual lane, cut-through or store-and-forward, with the input
// buffers of the credits it gave out. Routes by the epoch's table, chooses among equal ports per frame (routing.hpp).
//
// Leaves out: shared-buffer thresholds, ECN, PFC, trimming. Buffers are bounded by credits alone; without credits they
// are unlimited.

#include "sim/core/digest.hpp"
#include "sim/engine/channel.hpp"
#include "sim/engine/entity.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/frame_queue.hpp"
#include "sim/network/network.hpp"
#include "sim/network/transmitter.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// Credits for all frames of a train at once, at `back`.
void give_back_train(Sender<Credit> &credits, const Frame &train, std::int64_t full_frame, SimTime back);

class Switch final : public Entity {
public:
  struct Settings {
    SwitchId self;
    SwitchSpec spec;
    PathChoice paths = PathChoice::ecmp;
    std::uint32_t lanes = 1;
    std::uint64_t seed = 1;
    bool ties_by_id = false;
    std::int64_t full_frame = 0; ///< on the wire [B]
    Duration foresight{}; ///< departures up to this far past the visited time are final: what is yet to arrive takes
                          ///< effect later
    const std::vector<RouteEpoch> *epochs = nullptr; ///< outlives the switch
  };
  /// What comes in through a port, and the credits that go back for it. One cache line.
  struct alignas(64) InPort {
    Receiver<Frame> frames;
    Sender<Credit> credits;  ///< lane 0
    Duration credit_delay{}; ///< from the start of a departure until the credit is back: longest frame time + reverse
                             ///< latency
  };
  struct alignas(64) OutPort {
    FrameQueue first;              ///< lane 0
    std::int64_t most_backlog = 0; ///< greatest sum of wire bytes ready but not yet left, over all lanes
    SimTime last_ready{};          ///< greatest readiness queued so far: a frame not later than it may tie
    Transmitter link;
    std::unique_ptr<FrameQueue[]> more; ///< lanes 1 …
    FrameQueue &queue(std::uint32_t lane) { return lane == 0 ? first : more[lane - 1]; }
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
  std::uint64_t draws() const { return draws_; }

private:
  SimTime gather(SimTime until);
  SimTime gather_from_all(SimTime until);
  SimTime gather_from(std::uint32_t port, SimTime until);
  void publish_credits();
  void handle_arrivals();
  void check_time(SimTime first);
  void accept(Frame &frame);
  void discard(const Frame &frame, std::uint64_t &data, std::uint64_t &control);
  Duration catch_up(const Frame &frame, const OutPort &port) const;
  void settle_tie(FrameQueue &queue, const Frame &frame);
  void give_back(const Frame &frame, SimTime d);
  SimTime drain_ports(SimTime until);
  SimTime drain(OutPort &port, SimTime until);
  SimTime drain_lanes(OutPort &port, SimTime until);
  void next_epoch(SimTime now);

  Settings settings_;
  std::vector<InPort> in_;
  std::vector<OutPort> out_;
  std::vector<Sender<Credit>> more_credits_; ///< [port × (lanes − 1) + lane − 1]
  std::vector<const LinkHealth *> in_links_; ///< [port]
  bool mixed_rates_ = false;
  std::uint32_t tie_key_ = 0;
  std::vector<std::uint64_t> busy_ports_;                     ///< bit set: ports with queued frames
  std::unique_ptr<std::atomic<std::uint64_t>[]> news_;        ///< bit set: in-ports to which something was published
  std::unique_ptr<std::atomic<std::uint64_t>[]> credit_news_; ///< bit set: out-ports for which credits came
  std::vector<std::uint64_t> in_sight_;                       ///< bit set: in-ports with frames that arrive later
  std::vector<SimTime> due_;           ///< [port] no departure before, unless credit comes; 0: look
  std::vector<std::uint64_t> touched_; ///< bit set: in-ports that took or gave back something in this visit
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

} // namespace lightloom
