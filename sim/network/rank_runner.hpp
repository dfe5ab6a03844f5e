#pragma once
// Runs a RankProgram: its streams, their operations, what blocks them, and where the time of a rank goes.
//
// A stream executes until an operation blocks; what unblocks it is a completion that the host reports. Time on stream 0
// is split exactly: computing, waiting in a scale-up collective, waiting for the network (receive, drain or an event of
// another stream).

#include "sim/core/digest.hpp"
#include "sim/network/history.hpp"
#include "sim/network/plain/rank_program.hpp"
#include "sim/network/rank_result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lightloom {

/// What a runner needs done; implemented by the host.
class RankHost {
public:
  virtual ~RankHost() = default;
  /// Returns how much longer than `duration` it will take.
  virtual Duration start_compute(std::uint32_t stream, Duration duration, SimTime now) = 0;
  /// finish_blocking() will be called at `at`.
  virtual void start_waiting(std::uint32_t stream, SimTime at) = 0;
  virtual void post_send(const Operation &send, std::uint32_t stream, SimTime now) = 0;
  /// Takes the next message of (channel, peer) from memory; false when it is not there yet. Its size must be `bytes`.
  /// `by`: which part of it came last (ActivityRecord of a receive).
  struct LastPart {
    std::uint32_t releaser = 0;
    std::int64_t ordinal = 0;
  };
  virtual bool take_message(const Operation &receive, LastPart &by) = 0;
  /// Sends on the channel not yet acknowledged.
  virtual std::uint32_t unfinished_sends(std::uint32_t channel) = 0;
  /// Messages that have arrived on a counted channel.
  virtual std::uint64_t arrived(std::uint32_t channel) = 0;
  virtual void enter_scale_up(std::uint32_t stream, std::uint32_t group, Duration duration, SimTime now) = 0;
};

/// One rank at work: where each of its streams stands.
class RankRunner {
public:
  RankRunner(RankProgram &program, std::uint32_t rank, std::uint32_t steps, RankHost &host);

  RankHistory *history = nullptr; ///< where to remember what took time; null: nowhere

  /// Starts every stream.
  void start(SimTime now);
  /// The operation that blocked `stream` (compute or scale_up) is done.
  /// Of a scale-up operation: who came last, and on which stream.
  void finish_blocking(std::uint32_t stream, SimTime now, std::uint32_t last_rank = 0, std::uint32_t last_stream = 0);
  /// Messages or send completions changed: streams that wait for them look again.
  void look_again(SimTime now);

  bool finished() const { return unfinished_ == 0; }
  /// When the last stream finished.
  SimTime finished_at() const { return finished_at_; }
  const std::vector<RankStep> &steps() const { return steps_; }
  /// Of the collectives this rank took part in, in the order they ended.
  struct CollectiveMark {
    std::uint32_t id = 0;
    SimTime begin{};
    SimTime end{}; ///< before `begin`: it has not ended
  };
  const std::vector<CollectiveMark> &collectives() const { return collectives_; }
  std::vector<BlockedStream> blocked() const;
  std::uint64_t digest() const { return digest_.value(); }

private:
  struct Stream {
    Operation operation; ///< what it is in
    SimTime blocked_since{};
    bool blocked = false;
    bool done = false;
    RankHost::LastPart by;        ///< what ended a receive
    Duration excess{};            ///< of a computation, over its nominal duration
    std::uint32_t collective = 0; ///< index of the one it is in
  };
  void run(std::uint32_t stream, SimTime now);
  /// Tries the stream's operation; true when it is done and the next can begin.
  bool perform(std::uint32_t stream, SimTime now);
  void unblock(std::uint32_t stream, SimTime now);
  void remember(std::uint32_t stream, SimTime now, std::uint32_t releaser, std::int64_t detail);
  void charge(const Operation &operation, Duration waited);

  RankProgram &program_;
  RankHost &host_;
  std::uint32_t rank_;
  std::vector<Stream> streams_;
  struct Event {
    std::uint32_t count = 0;
    std::uint32_t signalled_by = 0; ///< stream
  };
  std::vector<Event> events_; ///< of signal and wait
  bool signalled_ = false;
  std::uint32_t unfinished_ = 0;
  std::uint32_t step_ = 0; ///< the step stream 0 is in
  SimTime finished_at_ = never;
  std::vector<RankStep> steps_;
  std::vector<CollectiveMark> collectives_;
  Digest digest_;
};

/// "rank 3 stream 0 waits for 1048576 B from rank 2"
std::string describe_blocked(std::uint32_t rank, std::uint32_t stream, const Operation &operation);

} // namespace lightloom
