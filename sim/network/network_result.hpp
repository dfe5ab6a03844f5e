#pragma once
// What a simulation says: counters of links, times of steps, flows and ranks, and why it ended as it did.

#include "sim/network/link_result.hpp"
#include "sim/network/nic_counters.hpp"
#include "sim/network/rank_result.hpp"
#include "sim/network/switch/standstill.hpp"
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

/// All that comes out; plain data. The counters are sums over all NICs, and what switches and links add to them.
struct NetworkResult : NicCounters {
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
  // Conservation, beside what NICs count: injected = delivered + discarded + corrupted + lost + unroutable + overflowed
  // + trimmed + held, in data frames; and likewise for control frames.
  std::uint64_t frames_lost = 0; ///< on a dead link
  std::uint64_t frames_unroutable = 0;
  std::uint64_t frames_overflowed = 0; ///< found no room in a switch
  std::uint64_t frames_held = 0;       ///< in switches that stand still at the end
  std::uint64_t control_frames_held = 0;
  std::uint64_t link_hops = 0;         ///< frames × links crossed, acknowledgements included
  Duration train_delay_mean{};         ///< predicted delay that trains add to a message, mean
  std::uint64_t random_draws = 0;      ///< ties settled by a draw, bad codewords, compute jitter
  TelemetryResult telemetry;           ///< when asked for
  Attribution attribution;             ///< when explain_waiting
  std::vector<std::string> violations; ///< broken conservation laws; must be empty
  std::vector<BlockedStream> blocked;  ///< who waits for whom when nothing more can happen
  Standstill standstill;               ///< why switches still hold frames then (switch/standstill.hpp)
  bool failed = false;
  JobFailure failure;
  bool stopped_early = false;
  // Machine facts, outside the digest.
  std::uint64_t windows = 0;
  std::uint64_t entity_visits = 0;
  Duration lookahead{};  ///< smallest latency between logical processes; longest_window where none are joined
  LinkId lookahead_link; ///< a link that sets it
};

} // namespace lightloom
