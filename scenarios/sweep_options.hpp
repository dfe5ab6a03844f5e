#pragma once
// What `lightloom sweep` is asked beside what every command is asked, as plain data.

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// Options of `sweep`.
struct SweepOptions {
  std::vector<std::string> vary; ///< KEY=SPEC, in order
  std::uint32_t replicas = 1;
  std::string keep = "summary"; ///< summary | full
  bool resume = false;
};

} // namespace lightloom
