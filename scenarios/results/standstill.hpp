#pragma once
// A standstill (sim/network/switch/standstill.hpp) in words: links by the names of their ends, each waiting for the
// next.

#include "sim/network/switch/standstill.hpp"
#include "topology/fabric.hpp"

#include <string>

namespace lightloom {

/// "leaf:0/spine:1", from the link's sender to its receiver; "#2" for parallel cables as in Fabric::name.
std::string directed_name(const Fabric &fabric, LinkId link);

/// One sentence; at most 16 links are named.
std::string describe(const Standstill &standstill, const Fabric &fabric);

} // namespace lightloom
