#pragma once
// A host: one GPU with its NIC ports, one rank (or none). Handles arrivals, meetings and its own timers in time order
// and lets the NICs commit what leaves. A message is cut evenly over the ports: part p leaves through port p and
// arrives at port p, and it is there when all its parts are. The walk of one frame starts in post_send and ends in a
// message_arrived event.

#include "sim/core/digest.hpp"
#include "sim/engine/channel.hpp"
#include "sim/engine/entity.hpp"
#include "sim/network/nic/nic.hpp"
#include "sim/network/rank_runner.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace lightloom {

/// One GPU and its NICs as an entity of the simulation.
class Host final : public Entity, private RankHost {
public:
  /// What differs from GPU to GPU.
  struct Speed {
    double slowness = 1; ///< durations of computing, × nominal
    double jitter = 0;   ///< standard deviation of each around its own
    RandomStream draw;
  };
  static Speed draw_speed(const ComputeSpec &spec, std::uint64_t seed, std::uint32_t host);
  explicit Host(const Speed &speed) : speed_(speed) {}

  SimTime advance(SimTime until) override;
  std::uint64_t digest() const override;

  std::vector<std::unique_ptr<Nic>> nics; ///< [port]; at least one; all with the same queues, in the same order
  /// A seat in a scale-up group.
  struct Seat {
    std::uint32_t group = 0;
    Sender<Meeting> to_group;
    Receiver<Meeting> from_group;
  };
  std::vector<std::unique_ptr<Seat>> seats;
  /// Answers of scale-up groups are announced here.
  ArrivalBit meeting_bit() { return {&meeting_news_, 1}; }
  /// Time of a message inside the scale-up domain, host to group.
  Duration meeting_delay{};
  bool record_flows = false;
  /// HostSpec::reaction: departures up to this far past the visited time are final.
  Duration foresight{};

  /// After its queues are made. `remember`: keep a history.
  void give_program(RankProgram &program, std::uint32_t rank, std::uint32_t steps, bool remember);
  const RankRunner *runner() const { return runner_.get(); }
  /// Once, when the run is over.
  RankHistory take_history() { return std::move(history_); }
  std::uint64_t draws() const { return draws_; }
  const std::optional<JobFailure> &failure() const { return failure_; }
  const std::vector<std::string> &complaints() const { return complaints_; }

  /// Flow records: per send queue the times posted, per receive queue the times delivered with the sizes.
  struct Posted {
    std::uint32_t queue;
    SimTime at;
    Bytes size;
  };
  struct Delivered {
    std::uint32_t queue;
    std::uint32_t port;
    SimTime at;
  };
  const std::vector<Posted> &posted() const { return posted_; }
  const std::vector<Delivered> &delivered() const { return delivered_; }

private:
  Duration start_compute(std::uint32_t stream, Duration duration, SimTime now) override;
  void start_waiting(std::uint32_t stream, SimTime at) override;
  void post_send(const Operation &send, std::uint32_t stream, SimTime now) override;
  bool take_message(const Operation &receive, LastPart &by) override;
  std::uint32_t unfinished_sends(std::uint32_t channel) override;
  std::uint64_t arrived(std::uint32_t channel) override;
  void enter_scale_up(std::uint32_t stream, std::uint32_t group, Duration duration, SimTime now) override;

  /// A timer of this host; ordered by (time, what, index, order).
  struct Timer {
    enum class What : std::uint8_t {
      start,
      message_ready,
      message_arrived,
      send_finished,
      peer_unreachable,
      blocking_done ///< of stream `index`: computing, or waiting for an instant
    };
    SimTime time{};
    What what{};
    std::uint32_t index = 0;
    std::uint64_t order = 0;
    std::uint32_t count = 0;
    std::int64_t bytes = 0;
    std::uint32_t port = 0;
  };
  SimTime next_own_event();
  /// The port at which a frame arrives next (the lowest at a tie), and when.
  struct Arrival {
    SimTime time = never;
    Nic *nic = nullptr;
  };
  Arrival next_arrival();
  bool handle_next(SimTime until);
  bool handle_frames(SimTime until);
  void schedule(const Timer &timer);
  void collect_nic_events();
  void handle(const Timer &timer);
  void handle_frame(Nic &nic, const Frame &frame);
  SimTime next_meeting();
  void handle_meeting(SimTime now);

  Speed speed_;
  RankHistory history_;
  std::uint64_t draws_ = 0;
  std::unique_ptr<RankRunner> runner_;
  std::uint32_t rank_ = 0;
  bool started_ = false;
  std::vector<Timer> timers_; ///< binary heap, earliest at the front
  std::uint64_t timer_order_ = 0;
  std::vector<NicEvent> nic_events_;            ///< scratch
  std::vector<std::uint32_t> unfinished_sends_; ///< [channel]
  std::vector<std::uint8_t> counted_;           ///< [receive queue] RankProgram::counts() of its channel
  std::vector<std::uint64_t> parts_arrived_;    ///< [channel], if counted: one per message and port
  Digest digest_;
  SimTime now_{}; ///< of the last event: time never goes back
  std::optional<JobFailure> failure_;
  std::vector<std::string> complaints_; ///< broken promises between program and transport
  std::vector<Posted> posted_;
  std::vector<Delivered> delivered_;
  std::atomic<std::uint64_t> meeting_news_{0};
  bool meetings_in_sight_ = false;
  bool seats_used_ = false;          ///< in this visit
  std::vector<std::uint32_t> taken_; ///< [receive queue] messages consumed
};

} // namespace lightloom
