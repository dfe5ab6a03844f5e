#pragma once
// The packet network: hosts, switches and scale-up domains over a fabric, run by the engine until every program is
// done. One NetworkSpec in, one NetworkResult out; nothing is global, so several can run in one process.
//
// Leaves out: what is beyond frames on links: bits, cells, the host's memory and processors. What each part leaves out
// stands in its own file.

#include "sim/network/plain/fabric_plan.hpp"
#include "sim/network/plain/link_health.hpp"
#include "sim/network/plain/rank_program.hpp"
#include "sim/network/plain/route_table.hpp"
#include "sim/network/switch/deadlock.hpp"
#include "sim/network/switch/switch_spec.hpp"
#include "sim/network/telemetry.hpp"
#include "sim/network/transport/transport_spec.hpp"
#include "sim/network/waiting/attribution.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lightloom {

struct HostSpec {
  /// From a frame that came in until the acknowledgement or the data it calls for may leave. At most nic_latency; 0 in
  /// a network with credits.
  Duration reaction{};
  Duration nic_latency{700'000}; ///< memory → wire and wire → memory, each way
  Duration message_overhead{};   ///< added once per message before its first frame (launch, doorbell)
  BitRate pcie;                  ///< what the host bus feeds one port and takes from it, wire bytes; 0 = no limit
};

/// How much of a message moves as one unit (decision 0008).
struct TrainSpec {
  std::uint32_t most_frames = 1; ///< frames per train; 1 = every frame by itself
  double error = 0;       ///< > 0: of each message's time; trains are cut shorter to keep it (nic/train_rule.hpp)
  double least_error = 0; ///< predicted whatever the message: what trains do not follow at all
};

/// How GPUs differ from their nominal speed. Drawn from the seed.
struct ComputeSpec {
  double speed_spread = 0; ///< standard deviation of a GPU's speed around 1, constant in the run
  double jitter = 0;       ///< standard deviation of each computation's duration around its own
};

struct ScaleUpSpec {
  Duration latency{300'000}; ///< one way, GPU to GPU; ≥ 1 ps
};

struct NetworkSpec {
  FabricPlan fabric;
  std::vector<LinkHealth> links;  ///< one entry per directed link
  std::vector<RouteEpoch> routes; ///< at least one, the first from 0
  SwitchSpec switches;
  HostSpec hosts;
  TransportSpec transport;
  LinkRetrySpec link_retry;
  ScaleUpSpec scale_up;
  TrainSpec trains;
  ComputeSpec compute;
  TelemetrySpec telemetry;
  bool explain_waiting = false;   ///< keep a history and fill NetworkResult::attribution
  std::uint32_t explain_from = 0; ///< first step that sums over steps count
  PathChoice paths = PathChoice::ecmp;
  std::uint64_t seed = 1;
  std::uint64_t tie_seed = 0;                         ///< draws the order of simultaneous frames; 0 = as seed
  bool ties_by_id = false;                            ///< for hand calculation
  std::vector<HostId> placement;                      ///< one entry per rank; distinct
  std::vector<std::unique_ptr<RankProgram>> programs; ///< one entry per rank
  std::uint32_t collectives = 0;                      ///< ids of begin/end_collective are below this
  std::uint32_t steps = 0;                            ///< ids of begin/end_step are below this
  bool record_flows = false;                          ///< keep one FlowResult per message (plain traffic)
  bool signals = false;                               ///< messages of 0 B are signals between ranks, not flows
};

/// How to execute; never changes a result.
struct ExecutionOptions {
  enum class Grouping : std::uint8_t { one_entity, by_leaf, all_in_one };
  std::uint32_t threads = 1;
  bool sequential = false; ///< the definition of correct (decision 0001); ignores threads and grouping
  Grouping grouping = Grouping::by_leaf;
  /// Called about five times a second from the calling thread with what is done so far; returns false to stop early.
  struct Progress {
    SimTime now{};
    std::uint64_t link_hops = 0;
    std::uint64_t bytes_delivered = 0; ///< payload of delivered messages, to compare with what the job will send
  };
  std::function<bool(const Progress &)> progress;
};

/// Counters of one directed link.
struct LinkResult {
  std::uint64_t tx_frames = 0;
  std::uint64_t tx_trains = 0;        ///< trains and single frames: what the simulator moved
  std::uint64_t tx_bytes = 0;         ///< on the wire, gaps included
  Duration busy{};                    ///< time spent sending
  std::uint64_t corrupted_frames = 0; ///< hit by an uncorrectable codeword
  std::uint64_t dropped_frames = 0;   ///< lost because the link was down, or given up by link-level retry
  std::uint64_t retried_frames = 0;   ///< sent again by link-level retry
  std::uint64_t buffer_drops = 0;     ///< data frames for this link that found no room in the switch
  std::uint64_t trimmed_frames = 0;   ///< … and left as a header instead
  std::uint64_t ecn_marked = 0;       ///< marked by the switch that sends on this link
  std::uint64_t pauses = 0;           ///< pauses that this link's sender obeyed
  Duration paused{};                  ///< time this link's sender was paused, any priority
  std::uint64_t max_queue_bytes = 0;  ///< greatest backlog of its egress port, wire bytes
  std::uint64_t waiting_byte_ns = 0;  ///< bytes waiting at its egress port × time; ÷ the run = mean queue
};

struct MarkResult {
  SimTime begin = never; ///< earliest over ranks
  SimTime end{};         ///< latest over ranks
};

/// One rank in one step.
struct RankStep {
  SimTime begin{};
  SimTime end{};
  Duration busy{};          ///< computing, all streams of kind compute
  Duration wait_scale_up{}; ///< stream 0 waited in a scale-up collective
  Duration wait_network{};  ///< stream 0 waited in receive, drain or wait
};

/// The first rank that could not go on because its peer did not answer.
struct JobFailure {
  SimTime at{};
  std::uint32_t rank = 0;
  std::uint32_t peer = 0;
  std::uint32_t retries = 0;
};

/// A stream that never finished: what it waits for.
struct BlockedStream {
  std::uint32_t rank = 0;
  std::uint32_t stream = 0;
  Operation operation;
  std::string describe; ///< "rank 3 stream 0 waits for 1048576 bytes from rank 2"
};

/// A message as the receiver saw it; recorded for plain traffic (record_flows).
struct FlowResult {
  std::uint32_t source = 0; ///< rank
  std::uint32_t destination = 0;
  Bytes size{};
  SimTime start{}; ///< posted
  SimTime end{};   ///< delivered to memory
};

struct NetworkResult {
  SimTime end{};    ///< when the last rank to finish did so; 0 when none did
  SimTime silent{}; ///< when the last frame on any link had been sent; acknowledgements come after the end
  std::uint64_t digest = 0;
  std::vector<LinkResult> links; ///< one entry per directed link
  std::vector<MarkResult> steps;
  std::vector<std::vector<RankStep>> rank_steps; ///< [step][rank]
  std::vector<MarkResult> collectives;
  std::vector<FlowResult> flows; ///< when record_flows: by destination rank, channel, source rank, order
  std::vector<SimTime> rank_end; ///< when all streams of a rank finished; `never` if they did not
  // Conservation (issue: every run checks itself). injected = delivered + corrupted + lost + unroutable + duplicate +
  // held, all in frames.
  std::uint64_t frames_injected = 0;  ///< data frames, resent ones included
  std::uint64_t frames_delivered = 0; ///< accepted by the transport
  std::uint64_t frames_discarded = 0; ///< arrived, but duplicate or out of order under go-back-N
  std::uint64_t frames_corrupted = 0; ///< dropped for an uncorrectable codeword
  std::uint64_t frames_lost = 0;      ///< on a dead link
  std::uint64_t frames_unroutable = 0;
  std::uint64_t frames_overflowed = 0;       ///< found no room in a switch
  std::uint64_t frames_trimmed = 0;          ///< … but arrived as headers
  std::uint64_t frames_held = 0;             ///< in switches that stand still at the end
  std::uint64_t control_frames_injected = 0; ///< acknowledgements and NAKs
  std::uint64_t control_frames_delivered = 0;
  std::uint64_t control_frames_lost = 0; ///< corrupted, lost or unroutable
  std::uint64_t control_frames_held = 0;
  std::uint64_t frames_resent = 0;
  std::uint64_t bytes_sent = 0;      ///< payload of posted messages
  std::uint64_t bytes_delivered = 0; ///< payload of delivered messages
  std::uint64_t link_hops = 0;       ///< frames × links crossed, acknowledgements included
  // Trains: what was predicted, and how the payload moved.
  double train_error = 0;              ///< greatest predicted error of a message's time; 0 when all moved as frames
  Duration train_delay_mean{};         ///< predicted delay that trains add to a message, mean
  std::uint64_t bytes_in_trains = 0;   ///< payload that moved in trains of two or more frames
  std::uint64_t trains_injected = 0;   ///< trains and single data frames
  std::uint64_t random_draws = 0;      ///< ties settled by a draw, bad codewords, compute jitter
  TelemetryResult telemetry;           ///< when asked for
  Attribution attribution;             ///< when explain_waiting
  std::vector<std::string> violations; ///< broken conservation laws; must be empty
  std::vector<BlockedStream> blocked;  ///< who waits for whom when nothing more can happen
  Standstill standstill;               ///< why switches still hold frames then (deadlock.hpp)
  bool failed = false;
  JobFailure failure;
  bool stopped_early = false;
  // Machine facts, outside the digest.
  std::uint64_t windows = 0;
  std::uint64_t entity_visits = 0;
  Duration lookahead{};  ///< smallest latency between logical processes
  LinkId lookahead_link; ///< a link that sets it
};

/// Simulates until nothing more can happen. Throws BrokenContract on a bug, Error on a specification that cannot work.
NetworkResult simulate(NetworkSpec spec, const ExecutionOptions &options);

/// Heap bytes per host that an idle network of this specification takes, its share of switches and links included
/// (glibc's own count; the specification itself is not counted). For `bench`.
std::uint64_t network_footprint(NetworkSpec spec);

} // namespace lightloom
