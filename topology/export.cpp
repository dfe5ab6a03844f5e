// Exports, by the graph's own writers.

#include "topology/export.hpp"

#include "topology/fabric_graph.hpp"

namespace lightloom {

void write_graphml(const Fabric &fabric, std::ostream &out) { fabric.graph().write_graphml(fabric, out); }

void write_dot(const Fabric &fabric, std::ostream &out) { fabric.graph().write_dot(fabric, out); }

} // namespace lightloom
