#pragma once
// A host: one NIC, one GPU, one rank (or none). Handles arrivals, meetings and its own timers in time order and lets
// the NIC commit what leaves. The walk of one frame starts in post_send and ends in a message_arrived event.

#include "sim/core/digest.hpp"
#include "sim/engine/channel.hpp"
#include "sim/engine/entity.hpp"
#include "sim/network/nic.hpp"
#include "sim/network/rank_runner.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace lightloom {

class Host final : public Entity, private RankHost {
public:
  explicit Host(const Nic::Settings &settings) : nic(settings) {}

  SimTime advance(SimTime until) override;
  std::uint64_t digest() const override;

  Nic nic;
  /// A seat in a scale-up group.
  struct Seat {
    std::uint32_t group = 0;
    Sender<Meeting> to_domain;
    Receiver<Meeting> from_domain;
  };
  std::vector<std::unique_ptr<Seat>> seats;
  /// Time of a message inside the scale-up domain, host to domain.
  Duration meeting_delay{};
  bool record_flows = false;

  void give_program(RankProgram &program, std::uint32_t rank, std::uint32_t collectives, std::uint32_t steps);
  const RankRunner *runner() const { return runner_.get(); }
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
    SimTime at;
  };
  const std::vector<Posted> &posted() const { return posted_; }
  const std::vector<Delivered> &delivered() const { return delivered_; }

private:
  void start_compute(std::uint32_t stream, Duration duration, SimTime now) override;
  void post_send(const Operation &send, std::uint32_t stream, SimTime now) override;
  bool take_message(const Operation &receive) override;
  std::uint32_t unfinished_sends(std::uint32_t channel) override;
  void enter_scale_up(std::uint32_t stream, std::uint32_t group, Duration duration, SimTime now) override;

  /// A timer of this host; ordered by (time, what, index, order).
  struct Timer {
    enum class What : std::uint8_t {
      start,
      message_ready,
      message_arrived,
      send_finished,
      peer_unreachable,
      compute_done
    };
    SimTime time{};
    What what{};
    std::uint32_t index = 0;
    std::uint64_t order = 0;
    std::uint32_t count = 0;
    std::int64_t bytes = 0;
  };
  SimTime next_own_event();
  SimTime next_arrival();
  bool handle_next(SimTime until);
  void schedule(const Timer &timer);
  void collect_nic_events();
  void handle(const Timer &timer);
  void handle_frame(const Frame &frame);
  SimTime next_meeting();
  void handle_meeting(SimTime now);

  std::unique_ptr<RankRunner> runner_;
  std::uint32_t rank_ = 0;
  bool started_ = false;
  std::vector<Timer> timers_; ///< binary heap, earliest at the front
  std::uint64_t timer_order_ = 0;
  std::vector<NicEvent> nic_events_;            ///< scratch
  std::vector<std::uint32_t> unfinished_sends_; ///< [channel]
  Digest digest_;
  SimTime now_{}; ///< of the last event: time never goes back
  std::optional<JobFailure> failure_;
  std::vector<std::string> complaints_; ///< broken promises between program and transport
  std::vector<Posted> posted_;
  std::vector<Delivered> delivered_;
};

} // namespace lightloom
