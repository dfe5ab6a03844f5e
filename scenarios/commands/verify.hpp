#pragma once
// The same scenario as frames and as trains of several lengths (decision 0008), side by side: what trains cost in
// accuracy and gain in work.

#include "scenarios/run.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lightloom {

/// One way of moving the payload.
struct Rung {
  std::string name;           ///< "frame", "auto", "64 KiB"
  double time_s = 0;          ///< what Verification::what says
  double difference = 0;      ///< to frames, relative
  double predicted_error = 0; ///< relative
  double frames_per_train = 1;
  double trains = 0;           ///< sent by hosts, single frames included; of the last step where steps are reused
  std::uint64_t link_hops = 0; ///< frames × links, acknowledgements included
  double cpu_s = 0;
  std::string digest;
};

/// All rungs of one scenario, and the error that `auto` has to keep.
struct Verification {
  std::string scenario;
  std::string what;        ///< "step time", "collective time" or "last flow"
  double stated_error = 0; ///< that `auto` promises to keep
  std::vector<Rung> rungs; ///< frames first, then auto
  ExitCode code = ExitCode::done;

  /// Whether `auto` kept what it promised; false when it did not run.
  bool within() const;
};

/// Runs the scenario once per rung; its own granularity is not used, its granularity_error is. Stops at the first run
/// that does not end well and takes its exit code; `outcome` is told of every run.
Verification verify(const Scenario &scenario, const RunRequest &request,
                    const std::function<void(const RunOutcome &)> &outcome);

/// What `verify` prints, without --json and with it.
std::string to_text(const Verification &verification);
std::string to_json(const Verification &verification);

} // namespace lightloom
