// Exports by Boost.Graph's writers: edges hold the number of their cable, all else is read from the fabric.

#include "topology/export.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_map/function_property_map.hpp>

namespace lightloom {

namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, CableId>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

Graph graph_of(const FabricPlan &plan) {
  Graph graph(plan.nodes());
  for (std::uint32_t c = 0; c < plan.cables.size(); ++c)
    boost::add_edge(plan.cables[c].a.index(), plan.cables[c].b.index(), CableId(c), graph);
  return graph;
}

/// Property maps under the names that exported files carry.
boost::dynamic_properties properties(const Fabric &fabric, const Graph &graph, const char *node_name,
                                     const char *cable_name) {
  boost::dynamic_properties result;
  const auto nodes = [&]<class Read>(const char *key, Read read) {
    const auto at = [&fabric, read](Vertex v) { return read(fabric.node(NodeId(v))); };
    result.property(key, boost::make_function_property_map<Vertex, decltype(read(FabricNode{}))>(at));
  };
  const auto cables = [&]<class Read>(const char *key, Read read) {
    const auto at = [&fabric, &graph, read](const Edge &e) { return read(fabric.plan().cables[graph[e].index()]); };
    result.property(key, boost::make_function_property_map<Edge, decltype(read(Cable{}))>(at));
  };
  result.property(node_name, boost::make_function_property_map<Vertex, std::string>(
                                 [&fabric](Vertex v) { return fabric.name(NodeId(v)); }));
  nodes("kind", [](const FabricNode &node) { return std::string(to_string(node.kind)); });
  nodes("index", [](const FabricNode &node) { return long{node.index}; });
  nodes("group", [](const FabricNode &node) { return long{node.group}; });
  if (fabric.planes() > 1) {
    nodes("plane", [](const FabricNode &node) { return node.kind == NodeKind::host ? -1L : long{node.plane}; });
    cables("plane", [&fabric](const Cable &cable) { return long{fabric.node(cable.b).plane}; });
  }
  result.property(cable_name, boost::make_function_property_map<Edge, std::string>(
                                  [&fabric, &graph](const Edge &e) { return fabric.name(graph[e]); }));
  cables("tier", [](const Cable &cable) { return std::string(to_string(cable.tier)); });
  cables("rate_bps", [](const Cable &cable) { return long{cable.rate.bits_per_second}; });
  return result;
}

} // namespace

void write_graphml(const Fabric &fabric, std::ostream &out) {
  const Graph graph = graph_of(fabric.plan());
  boost::write_graphml(out, graph, properties(fabric, graph, "name", "cable"), true);
}

void write_dot(const Fabric &fabric, std::ostream &out) {
  const Graph graph = graph_of(fabric.plan());
  boost::write_graphviz_dp(out, graph, properties(fabric, graph, "node_id", "label"), "node_id");
}

} // namespace lightloom
