#pragma once
// Who waits for whom when a run has come to rest and switches still hold frames.
//
// A port with queued frames that was told to stop (PFC) or has no credit waits for room at the link's far end. That
// room is taken by frames which came over this link and are queued there, so it waits for the ports that hold them:
//
//     leaf:0/spine:1 ──waits for──▶ spine:1/leaf:2 ──▶ leaf:2/spine:0 ──▶ spine:0/leaf:0 ──▶ leaf:0/spine:1
//
// A cycle of such ports is a deadlock (Coffman, Elphick and Shoshani 1971; for networks Dally and Seitz 1987). Without
// one, the chain ends at a port that stands still though nothing at its far end waits: a resume or credit was lost.
//
// Leaves out: looking while a run goes on. Streams that wait end in a time-out or with the last event, and then this
// says why.

#include "sim/core/id.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// An egress port and lane with queued frames.
struct WaitingPort {
  LinkId link; ///< that leaves the port
  std::uint32_t lane = 0;
  bool stopped = true;           ///< has no credit, or was told to stop
  std::uint64_t data_frames = 0; ///< in its queue
  std::uint64_t control_frames = 0;
  std::vector<LinkId> waits_for; ///< on this lane: links that leave its far end, with queues that hold what came by it
};

/// Links of which each waits for the next.
struct Standstill {
  std::vector<LinkId> links; ///< empty when nothing stands still; from the lowest link of the cycle on
  bool cycle = false;        ///< the last waits for the first: a deadlock
};

/// The first cycle found from the lowest link on; without one the longest chain. Ports that are not stopped are no part
/// of it.
Standstill find_standstill(const std::vector<WaitingPort> &ports);

} // namespace lightloom
