// The definition of correct: the earliest instant at which anything happens, every entity that has an event there, then
// the next instant. No windows, no grouping, no threads. Slow, and short enough to be believed.

#include "sim/engine/simulation.hpp"

#include <algorithm>

namespace lightloom {

ExecutionStatistics Simulation::run_sequentially(const Watcher &watcher) {
  group();
  ExecutionStatistics statistics;
  if (entities_.empty())
    return statistics;
  for (std::uint32_t e = 0; e < entities_.size(); ++e)
    slots_[e].lower_to(SimTime{}); // everyone may have something to begin with
  for (;;) {
    SimTime t = never;
    for (std::uint32_t e = 0; e < entities_.size(); ++e)
      t = std::min(t, slots_[e].get());
    if (t == never)
      break;
    check_reachable(t);
    for (std::uint32_t e = 0; e < entities_.size(); ++e)
      if (slots_[e].get() == t)
        visit(e, t + Duration(1), processes_.front());
    ++statistics.windows;
    statistics.last = t;
    if (watcher && statistics.windows % 1024 == 0 && !watcher(t)) {
      statistics.stopped = true;
      break;
    }
  }
  statistics.visits = processes_.front().visits;
  return statistics;
}

} // namespace lightloom
