#pragma once
// Repeated steps (scenario.reuse_steps): a step may be reused only if the network starts idle and the step draws
// nothing at random; otherwise it is simulated.
//
// Runs of two and of three steps are simulated. Steps 3 … N − 1 (counted from 0) are copies of step 2, shifted in time,
// when all of this holds:
//   - the third step draws nothing at random, computations have no jitter, nothing is injected, and no link's next bad
//     codeword, known from the seed, comes within the N steps;
//   - the third step posts its first message after the last frame of the second, acknowledgements included, is in;
//   - second and third step are equal to the picosecond: begin, end, busy time and waits of every rank, every
//     collective, and when the last frame is sent;
//   - nothing remembers earlier steps: rates leave no remainders of a picosecond, and under spray each message takes a
//     whole number of rounds over the equal ports.
// Then step 3 starts from the state that step 2 started from, and so does every later one.
//
// Counters of the copies are those of the third step: what three steps counted less what two did.

#include "scenarios/built.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/network_result.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace lightloom {

/// Steps that are simulated at least; the first step that may be a copy.
inline constexpr std::uint32_t simulated_steps = 3;

/// What reuse_steps came to.
struct ReusedRun {
  NetworkResult result;        ///< of all steps; machine facts and digest are those of the three that were simulated
  std::uint32_t reused = 0;    ///< the last so many steps are copies
  std::string why_not;         ///< "" when some are; else the first condition that failed
  std::uint64_t link_hops = 0; ///< simulated, in all runs
};

/// Runs the load of the scenario that `built` was made of; takes built.network. `simulate_one` runs a specification; it
/// is called for two steps, three, and all of them where nothing can be reused.
ReusedRun run_reusing(const Scenario &scenario, BuiltRun &built,
                      const std::function<NetworkResult(NetworkSpec)> &simulate_one);

} // namespace lightloom
