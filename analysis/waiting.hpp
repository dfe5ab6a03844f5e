#pragma once
// Rankings of what GPUs waited for beside the causes: activities of the job, links, modules, and what the critical path
// went through. Leaves out the charging itself, which the network's attribution does.

#include "analysis/results.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace lightloom {

/// Time charged to one name: idle time summed over all GPUs and steps, or stretches of the critical path summed over
/// steps.
struct Waited {
  std::string name; ///< "gradient all-reduce"
  CauseTimes ps;
};

/// Appends rows of `kind` ("activity" or "critical path") to results.waiting, the greatest first; equal names are added
/// up, names with no time are left out. `waited` covers the steps from `first_step` on; with first_counted_step
/// (summary.hpp) the rows leave the warm-up out as all means do. Requires steps and their durations.
void add_waiting(RunResults &results, const std::string &kind, const std::vector<Waited> &waited,
                 std::size_t first_step);

/// The same for directed links (index into results.links): appends kind "link", and its sums by module as "module".
void add_link_waiting(RunResults &results, const std::vector<std::pair<std::size_t, CauseTimes>> &links,
                      std::size_t first_step);

} // namespace lightloom
