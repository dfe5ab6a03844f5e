#pragma once
// Runs what is left of a sweep, side by side, each run on one thread: a run is bit for bit what `lightloom run` makes
// of the same scenario, keys and seed, and does not depend on how many run beside it. A run that fails its checks is a
// result; the sweep goes on. Leaves out: runs that are larger than the memory left by those beside them (use fewer
// threads).

#include "scenarios/sweep/file.hpp"
#include "scenarios/sweep/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// How to run; never changes a result.
struct SweepExecution {
  std::uint32_t threads = 1;
  bool progress = false; ///< a line on stderr, rewritten in place
};

/// Checks all combinations (plan.hpp), with a progress line.
void check_plan(SweepPlan &plan, const SweepExecution &how);

/// Makes every run of `sweep` that is not done. `file`, when there is one, is saved on the way and at the end, and
/// renamed when no run is left. Returns what is worth saying of the runs, each sentence once. Throws Error (system)
/// when the disk or the memory fails; what was saved before stays.
std::vector<std::string> run_sweep(const SweepPlan &plan, SweepResults &sweep, SweepFile *file,
                                   const SweepExecution &how);

} // namespace lightloom
