#pragma once
// Runs a RankProgram: its streams, their operations, what blocks them, and where the time of a rank goes.
//
// A stream executes until an operation blocks; what unblocks it is a completion that the host reports. Time on stream 0
// is split exactly: computing, waiting in a scale-up collective, waiting for the network (receive, drain or an event of
// another stream).

#include "sim/core/digest.hpp"
#include "sim/network/network.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lightloom {

/// What a runner needs done; implemented by the host.
class RankHost {
public:
  virtual ~RankHost() = default;
  virtual void start_compute(std::uint32_t stream, Duration duration, SimTime now) = 0;
  virtual void post_send(const Operation &send, std::uint32_t stream, SimTime now) = 0;
  /// Takes the next message of (channel, peer) from memory; false when it is not there yet. Its size must be `bytes`.
  virtual bool take_message(const Operation &receive) = 0;
  /// Sends on the channel not yet acknowledged.
  virtual std::uint32_t unfinished_sends(std::uint32_t channel) = 0;
  virtual void enter_scale_up(std::uint32_t stream, std::uint32_t group, Duration duration, SimTime now) = 0;
};

class RankRunner {
public:
  RankRunner(RankProgram &program, std::uint32_t rank, std::uint32_t collectives, std::uint32_t steps, RankHost &host);

  /// Starts every stream.
  void start(SimTime now);
  /// The operation that blocked `stream` (compute or scale_up) is done.
  void finish_blocking(std::uint32_t stream, SimTime now);
  /// Messages or send completions changed: streams that wait for them look again.
  void look_again(SimTime now);

  bool finished() const { return unfinished_ == 0; }
  /// When the last stream finished.
  SimTime finished_at() const { return finished_at_; }
  const std::vector<RankStep> &steps() const { return steps_; }
  const std::vector<MarkResult> &collectives() const { return collectives_; }
  std::vector<BlockedStream> blocked() const;
  std::uint64_t digest() const { return digest_.value(); }

private:
  struct Stream {
    Operation operation; ///< what it is in
    SimTime blocked_since{};
    bool blocked = false;
    bool done = false;
  };
  void run(std::uint32_t stream, SimTime now);
  /// Tries the stream's operation; true when it is done and the next can begin.
  bool perform(std::uint32_t stream, SimTime now);
  void unblock(std::uint32_t stream, SimTime now);
  void charge(const Operation &operation, Duration waited);

  RankProgram &program_;
  RankHost &host_;
  std::uint32_t rank_;
  std::vector<Stream> streams_;
  std::vector<std::uint32_t> events_; ///< counters of signal and wait
  bool signalled_ = false;
  std::uint32_t unfinished_ = 0;
  std::uint32_t step_ = 0; ///< the step stream 0 is in
  SimTime finished_at_ = never;
  std::vector<RankStep> steps_;
  std::vector<MarkResult> collectives_;
  Digest digest_;
};

/// "rank 3 stream 0 waits for 1048576 B from rank 2"
std::string describe_blocked(std::uint32_t rank, std::uint32_t stream, const Operation &operation);

} // namespace lightloom
