#pragma once
// One line on stderr while a run is under way: simulated time, link-hops, rate, share done, time left.

#include "sim/network/network_spec.hpp"

#include <chrono>
#include <string>

namespace lightloom {

/// The progress of one run, written over itself; silent when off.
class ProgressLine {
public:
  /// `expected`: payload the whole run will deliver; 0 when not known (then no share and no time left).
  ProgressLine(std::string name, Bytes expected, bool on);
  void show(const ExecutionOptions::Progress &progress);
  /// Clears the line.
  void end();

private:
  std::string name_;
  Bytes expected_;
  bool on_;
  std::size_t width_ = 0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace lightloom
