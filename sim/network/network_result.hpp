#pragma once
// What a simulation says: counters of links, times of steps, flows and ranks, and why it ended as it did.

#include "sim/network/link_result.hpp"
#include "sim/network/rank_result.hpp"
#include "sim/network/switch/deadlock.hpp"
#include "sim/network/telemetry.hpp"
#include "sim/network/waiting/attribution.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// A message as the receiver saw it; recorded for plain traffic (record_flows).
struct FlowResult {
  std::uint32_t source = 0; ///< rank
  std::uint32_t destination = 0;
  Bytes size{};
  SimTime start{}; ///< posted
  SimTime end{};   ///< delivered to memory
};

/// All that comes out; plain data.
struct NetworkResult {
  /// Every rank came to its end: not stopped, failed or stalled.
  bool finished() const { return !stopped_early && !failed && blocked.empty(); }
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

} // namespace lightloom
