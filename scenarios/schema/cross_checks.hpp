#pragma once
// Keys against each other: GPUs that factor, modules that fit their links, what may stand beside what. Run on a
// scenario whose keys are each right on their own. Adds located problems; changes nothing and allocates nothing that
// grows with the cluster.

#include "scenarios/scenario.hpp"

#include <vector>

namespace lightloom {

/// [cluster], [job], [[collective]], [[traffic]]: products of parallelism, divisions, loads that exclude each other,
/// absurd sizes.
void check_loads(const Scenario &scenario, std::vector<Problem> &problems);

/// [fabric], [routing], [transport], [[inject]]: keys of the wrong topology, keys that would be without effect.
void check_network(const Scenario &scenario, std::vector<Problem> &problems);

/// Every module of [optics] that the fabric uses: known, as fast as its link, reaches the length.
void check_modules(const Scenario &scenario, std::vector<Problem> &problems);

} // namespace lightloom
