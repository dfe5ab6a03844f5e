#pragma once
// A scenario → what the packet network runs: fabric, optics, routes over time, transport, programs. The only place
// where topology, optics and collectives meet. Problems that only show here (a fault on a link that does not exist) are
// located in the user's file.

#include "scenarios/built.hpp"

namespace lightloom {

/// Throws located Errors.
BuiltFabric build_fabric_of(const Scenario &scenario);

/// The same, the plan of its load and the network. Throws located Errors, one of them when the scenario has no load.
BuiltRun build_run(const Scenario &scenario);

/// The link of a tier as the scenario describes it.
LinkOptics tier_link(const Scenario &scenario, Tier tier);

} // namespace lightloom
