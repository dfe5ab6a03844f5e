#pragma once
// The latency budget of one message that is alone in the network, from the sender's memory to the receiver's, as an
// engineer writes it: application and launch, copy, NICs, modules, FEC, fibre, switches, serialization. The parts sum
// to what the simulator gives for that message alone, to the picosecond; none of them is a residual.
//
// With a target it says what must change: each change is computed by taking the path apart and putting it together
// again (results/latency_changes.hpp).
//
// Leaves out: [[inject]], lost frames, trains of frames, and stalls of a transport whose credits or window are set
// below what the path holds; the notes name the last two where they apply.

#include "scenarios/built.hpp"
#include "scenarios/latency_request.hpp"
#include "scenarios/results/latency_changes.hpp"
#include "scenarios/scenario.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// One line of the budget.
struct LatencyItem {
  std::string item;
  Duration time{};
  std::string source; ///< the scenario's key or the figure it comes from
};

/// The whole budget.
struct LatencyBudget {
  std::string name; ///< of the scenario
  std::string from, to;
  Bytes size{};
  std::vector<std::string> choices; ///< what was chosen by default, one sentence each
  std::vector<LatencyItem> items;   ///< in the order of the way
  Duration total{};
  std::vector<std::string> notes; ///< what is not in it, one sentence each
  std::optional<LatencyTarget> target;
};

/// Throws Error: unknown host, sender = receiver, a size or target that cannot be read, no route.
LatencyBudget latency_budget(const Scenario &scenario, const BuiltFabric &built, const LatencyRequest &request = {});

/// Aligned lines with shares and sources, and the answer to the target.
std::string to_text(const LatencyBudget &budget);
/// {"latency_s", "items": [{"item", "seconds", "share", "source"}], "target_s", "met", "changes": […]} and more.
std::string to_json(const LatencyBudget &budget);

} // namespace lightloom
