#pragma once
// The fabric for other tools: GraphML (networkx, Gephi, yEd) and DOT (Graphviz). Nodes carry name, kind, index, group;
// cables carry name, tier, rate_bps; with several planes both carry the plane, hosts −1. Deterministic: nodes and
// cables in id order.

#include "topology/fabric.hpp"

#include <iosfwd>

namespace lightloom {

/// GraphML; a node's name is its property "name", a cable's its property "cable".
void write_graphml(const Fabric &fabric, std::ostream &out);
/// DOT; nodes are called by their names, and a cable's name is its label.
void write_dot(const Fabric &fabric, std::ostream &out);

} // namespace lightloom
