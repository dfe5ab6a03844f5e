#pragma once
// The fabric for other tools: GraphML (networkx, Gephi, yEd) and DOT (Graphviz). Nodes carry name, kind, index, group;
// cables carry name, tier, rate_bps; with several planes both carry the plane, hosts −1. Deterministic: nodes and
// cables in id order.

#include "topology/fabric.hpp"

#include <iosfwd>

namespace lightloom {

void write_graphml(const Fabric &fabric, std::ostream &out);
void write_dot(const Fabric &fabric, std::ostream &out);

} // namespace lightloom
