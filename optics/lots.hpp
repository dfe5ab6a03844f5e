#pragma once
// Modules of one lot are alike, lots differ: how much slower or faster than its data sheet a link's modules are.
//
// Model (estimate): the modules at one side of a tier's cables are put in as they come out of the box, so cables
// k·size … k·size + size − 1 have their a-ends from one lot and their b-ends from another. Each lot draws one factor,
// uniform in 1 ± spread. A link's factor is the mean of its two ends', since its latency is the sum of theirs; parts
// that are sold with both ends (DAC, ACC, AEC, AOC) take both ends from one lot. The directions of a cable are alike.
// Leaves out: spread inside a lot, drift with temperature and age, lots of other figures than latency.

#include "sim/network/plain/fabric_plan.hpp"

#include <cstdint>

namespace lightloom {

/// How lots are drawn.
struct ModuleLots {
  std::uint64_t seed = 0;
  double spread = 0;       ///< 0 … 0.5; 0.05 = ±5 %
  std::uint32_t size = 32; ///< module ends per lot; at least 1
};

/// The factor of this cable's module and FEC latency: link_health(…, module_factor). 1 exactly when spread is 0.
/// `one_part`: Module::is_cable(). Portable bits (decision 0006); depends on seed, tier, cable and side alone. Error
/// for a spread or size out of range.
double module_latency_factor(const ModuleLots &lots, Tier tier, CableId cable, bool one_part);

} // namespace lightloom
