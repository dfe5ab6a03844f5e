#pragma once
// The parts of build_run, a file each: faults and link health (build_faults.cpp), transport (build_transport.cpp). All
// throw located Errors.

#include "scenarios/build.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// Every [[inject]] by cable; names and random draws resolved.
std::vector<PlannedFault> plan_faults(const Scenario &scenario, const BuiltFabric &built);
/// One entry per directed link.
std::vector<LinkHealth> link_healths(const Scenario &scenario, const BuiltFabric &built,
                                     const std::vector<PlannedFault> &planned);

/// Adds a note for what was chosen by default.
TransportSpec transport_spec(const Scenario &scenario, const BuiltFabric &built, std::vector<std::string> &notes);
/// A sender that gives up before an answer can come back calls a healthy network unreachable.
void check_timeout(const Scenario &scenario, const BuiltFabric &built);

} // namespace lightloom
