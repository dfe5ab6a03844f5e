#pragma once
// Runs one scenario: build, simulate, judge, fill RunResults. The judgement is part of every run: conservation laws,
// stalls, unreachable peers and lower bounds (docs/CONTRACT.md).

#include "analysis/results.hpp"
#include "scenarios/built.hpp"
#include "scenarios/scenario.hpp"
#include "sim/core/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lightloom {

/// How to run; never changes a result.
struct RunRequest {
  std::uint32_t threads = 1;
  bool sequential = false;
  bool progress = false; ///< a line on stderr, rewritten in place
  std::string command;   ///< as typed, for the results file
  /// Told of progress beside the line; returns false to stop early. May be empty.
  std::function<bool(const ExecutionOptions::Progress &)> watch = {};
};

/// What came of it.
struct RunOutcome {
  RunResults results;
  ExitCode code = ExitCode::done;
  std::vector<std::string> findings; ///< why the code is not `done`; for stderr
  std::vector<std::string> warnings; ///< a lookahead below 50 ns, say; for stderr
  std::uint64_t link_hops = 0;
  std::int64_t end_ps = 0; ///< simulated time at which the last rank finished; 0 when none did
  double user_s = 0;       ///< user CPU seconds of the process during the run
  double wall_s = 0;
};

/// Runs what build_run made. The scenario is the one it was made of.
RunOutcome run_built(const Scenario &scenario, BuiltRun built, const RunRequest &request);

/// True once the user has pressed Ctrl-C (after watch_interrupts): runs stop at the next window and keep what they
/// have.
bool interrupted();
void watch_interrupts();

} // namespace lightloom
