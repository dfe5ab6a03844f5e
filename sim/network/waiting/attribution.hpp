#pragma once
// Why GPUs wait, computed after a run from its history (decision 0009).
//
// An idle interval [t0, t1] of a rank (stream 0 does not compute) is explained by walking back the chain of last
// releasers from t1 until t0: a receive was ended by a message, a message was posted by a stream, that stream had been
// released by … Each segment's overlap with [t0, t1] goes to its cause, so the parts sum to the interval by
// construction; what the two ends of a message measured must agree to the picosecond, which is checked. The order of
// parts inside one message, from post to memory: host, congestion_control, flow_control, queueing, serialization (its
// bytes before the completing train), retransmission; then on the way propagation, optics, switching, queueing,
// flow_control, serialization (of the completing train, and of its own queue's bytes where they take longer in
// switches than at the NIC), host. Steps tile the run: step s lasts from the end of step
// s − 1 (over all ranks) to its own.

#include "sim/core/cause.hpp"
#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

struct NetworkSpec;
struct RankHistory;

/// What a share of waiting belongs to beside its cause.
struct WaitingOfLabel {
  std::uint16_t label = 0; ///< Operation::label
  CauseTimes idle;         ///< summed over ranks and steps
};
/// Directed link: idle time of all GPUs charged to it. propagation and optics: its own latency; switching: of the
/// switch it leaves; queueing, flow_control and serialization: to the slowest (then busiest) link of the message's
/// path.
struct WaitingOfLink {
  LinkId link;
  CauseTimes idle;
};

/// Where the time of one step went, per rank and along its critical path. [ps]
struct StepAttribution {
  SimTime begin{};
  SimTime end{};
  CauseTimes critical_path;          ///< sums to end − begin
  std::vector<std::int64_t> busy_ps; ///< [rank] stream 0 computed
  std::vector<CauseTimes> idle;      ///< [rank]; busy + idle.total() = end − begin
  double critical_path_messages = 0; ///< messages on the critical path
};

/// Where the time of a run went, per step, label and link.
struct Attribution {
  bool available = false; ///< false: not recorded, or the run did not come to its end
  std::vector<StepAttribution> steps;
  // Sums over the steps from NetworkSpec::explain_from on.
  std::vector<WaitingOfLabel> labels;               ///< by label; those with any idle time
  std::vector<WaitingOfLabel> critical_path_labels; ///< the same for the critical path, compute included
  std::vector<WaitingOfLink> links;                 ///< by link; those with any
  std::vector<std::string> violations;              ///< measured parts that do not sum to what elapsed; must be empty
  std::uint64_t messages_explained = 0;
  std::uint64_t messages_unsplit = 0; ///< their waits in switches overflowed 32 bits, or routes changed on their way:
                                      ///< what could not be told apart went to queueing or failure
};

/// `step_end` holds the end of each step over all ranks (ascending), `step_begin` the earliest begin of the first.
/// `link_busy` [directed link]: time each was sending, to pick the busiest of a path.
Attribution attribute(const NetworkSpec &spec, const std::vector<RankHistory> &ranks, SimTime step_begin,
                      const std::vector<SimTime> &step_end, const std::vector<Duration> &link_busy);

} // namespace lightloom
