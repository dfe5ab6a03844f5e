#pragma once
// What a latency budget is asked for, as text: from the command line.

#include <string>

namespace lightloom {

/// What the user asked for; empty texts take the default.
struct LatencyRequest {
  std::string from;   ///< "host:0"; default host:0
  std::string to;     ///< default: the host farthest from `from`
  std::string size;   ///< payload, "64B"; default 64 B
  std::string target; ///< "5us"; default none
};

} // namespace lightloom
