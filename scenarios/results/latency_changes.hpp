#pragma once
// What could bring a message's latency down to a target. Each change is an option that a scenario can express; the path
// is put together again with it. Modules are rows of the catalogue that reach the length at the same rate; a FEC code
// counts only where the frames it loses stay within what IEEE 802.3 allows; what a NIC, a switch or a cable can come
// down to has a figure with a source. The fewest changes are found by trying every set of them.

#include "scenarios/built.hpp"
#include "scenarios/results/latency_path.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// One thing that could change.
struct LatencyChange {
  std::string item;    ///< "leaf module", the class of the change
  std::string what;    ///< "optics.leaf.module = \"800G-DR8-LPO\" …", as a sentence
  Duration saves{};    ///< alone
  bool enough = false; ///< alone reaches the target
};

/// Answer to --target.
struct LatencyTarget {
  Duration target{};
  bool met = false;
  std::vector<LatencyChange> changes; ///< what each saves alone, the greatest first; empty when met
  std::vector<LatencyChange> chosen;  ///< the fewest of them that reach the target together; empty when met or out of
                                      ///< reach. With several as few, those that save most
  Duration together{};                ///< the latency with `chosen`, or, out of reach, with every change
  std::string verdict;                ///< one or two sentences
};

/// `path` is that of the budget.
LatencyTarget latency_changes(const Scenario &scenario, const BuiltFabric &built, HostId from, HostId to, Bytes size,
                              const LatencyPath &path, Duration target);

} // namespace lightloom
