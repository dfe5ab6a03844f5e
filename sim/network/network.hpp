#pragma once
// The packet network: hosts, switches and scale-up groups over a fabric, run by the engine until every program is
// done. One NetworkSpec in, one NetworkResult out; nothing is global, so several can run in one process.
//
// Leaves out: what is beyond frames on links: bits, cells, the host's memory and processors. What each part leaves out
// stands in its own file.

#include "sim/network/network_result.hpp"
#include "sim/network/network_spec.hpp"

#include <cstdint>

namespace lightloom {

/// Simulates until nothing more can happen. Throws BrokenContract on a bug, Error on a specification that cannot work.
NetworkResult simulate(NetworkSpec spec, const ExecutionOptions &options);

/// Heap bytes per host that an idle network of this specification takes, its share of switches and links included
/// (glibc's own count; the specification itself is not counted). For `bench`.
std::uint64_t network_footprint(NetworkSpec spec);

} // namespace lightloom
