#pragma once
// Repeated steps (scenario.reuse_steps): a step may be reused only if the network starts idle and the step draws
// nothing at random; otherwise it is simulated.
//
// Runs of two and of three steps are simulated. Steps 3 … N − 1 (counted from 0) are copies of step 2, shifted in time,
// when all of this holds:
//   - nothing was drawn at random, no GPU has jitter, nothing is injected, and no link's next bad codeword, known from
//     the seed, comes within the N steps;
//   - the third step posts its first message after the last frame of the second, acknowledgements included, has arrived;
//   - second and third step are equal to the picosecond for every rank (begin and end within the step, busy, waits),
//     and the last frame leaves as long after the step's end in both;
//   - nothing remembers earlier steps: no rate leaves remainders of a picosecond, and under spray each message takes a
//     whole number of rounds over the equal ports.
// Then step 3 starts from the state that step 2 started from, and so does every later one.

#include "scenarios/build.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/network.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace lightloom {

/// Steps that are simulated at least; the first step that may be a copy.
inline constexpr std::uint32_t simulated_steps = 3;

/// What reuse_steps came to.
struct ReusedRun {
  NetworkResult result;        ///< of all steps; machine facts and digest are those of what was simulated
  std::uint32_t reused = 0;    ///< the last so many steps are copies
  std::string why_not;         ///< "" when reused; else the first condition that failed, one sentence
  std::uint64_t link_hops = 0; ///< simulated
};

/// Runs the scenario's load. `built` is that of the scenario. `simulate_one` runs one specification; it is called once
/// (nothing can be reused, known before), or twice, and once more when only the results showed it.
ReusedRun run_reusing(const Scenario &scenario, BuiltRun &built,
                      const std::function<NetworkResult(NetworkSpec)> &simulate_one);

} // namespace lightloom
