// The fabric as a Boost.Graph adjacency_list: components, maximum flow, GraphML and DOT.

#include "topology/fabric_graph.hpp"

#include "sim/core/contract.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <map>

namespace lightloom {

namespace {

/// The typed property of an edge.
struct FabricEdge {
  CableId cable;
  Tier tier = Tier::host;
  BitRate rate;
};

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, FabricNode, FabricEdge>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

/// Keeps the edges between switches whose cable is alive.
struct AliveCable {
  const Graph *graph = nullptr;
  const std::vector<bool> *dead = nullptr;
  bool operator()(const Edge &edge) const {
    return (*graph)[edge].tier != Tier::host && !(*dead)[(*graph)[edge].cable.index()];
  }
};

// bidirectionalS, because edges() of a directedS graph sets off a false -Wmaybe-uninitialized inside Boost 1.74.
using FlowTraits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::bidirectionalS>;
using FlowGraph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::bidirectionalS,
    boost::property<
        boost::vertex_index_t, long,
        boost::property<boost::vertex_color_t, boost::default_color_type,
                        boost::property<boost::vertex_distance_t, long,
                                        boost::property<boost::vertex_predecessor_t, FlowTraits::edge_descriptor>>>>,
    boost::property<boost::edge_capacity_t, std::int64_t,
                    boost::property<boost::edge_residual_capacity_t, std::int64_t,
                                    boost::property<boost::edge_reverse_t, FlowTraits::edge_descriptor>>>>;

/// Adds an edge pair that carries `forward` one way and `backward` the other.
void add_capacity(FlowGraph &graph, std::size_t a, std::size_t b, std::int64_t forward, std::int64_t backward) {
  const auto ab = boost::add_edge(a, b, graph).first;
  const auto ba = boost::add_edge(b, a, graph).first;
  boost::put(boost::edge_capacity, graph, ab, forward);
  boost::put(boost::edge_capacity, graph, ba, backward);
  boost::put(boost::edge_reverse, graph, ab, ba);
  boost::put(boost::edge_reverse, graph, ba, ab);
}

} // namespace

struct FabricGraph::Impl {
  Graph graph;
  std::uint32_t hosts = 0;

  /// Property maps under the names that exported files carry. `name_key` is what the format calls the node's identity.
  boost::dynamic_properties properties(const Fabric &fabric, const char *node_name, const char *edge_name) const {
    const Graph &g = graph;
    boost::dynamic_properties result;
    const auto vertices = [&](const char *key, auto read) {
      result.property(key, boost::make_function_property_map<Vertex, std::string>(read));
    };
    const auto edges = [&](const char *key, auto read) {
      result.property(key, boost::make_function_property_map<Edge, std::string>(read));
    };
    vertices(node_name, [&fabric](Vertex v) { return fabric.name(NodeId(v)); });
    vertices("kind", [&g](Vertex v) { return std::string(to_string(g[v].kind)); });
    const auto numbers = [&](const char *key, std::uint32_t FabricNode::*member) {
      result.property(
          key, boost::make_function_property_map<Vertex, long>([&g, member](Vertex v) { return long{g[v].*member}; }));
    };
    numbers("index", &FabricNode::index);
    numbers("group", &FabricNode::group);
    if (fabric.planes() > 1) {
      const auto plane_of = [&fabric](CableId cable) {
        return long{fabric.node(fabric.plan().cables[cable.index()].b).plane};
      };
      result.property("plane", boost::make_function_property_map<Vertex, long>(
                                   [&g](Vertex v) { return g[v].kind == NodeKind::host ? -1L : long{g[v].plane}; }));
      result.property("plane", boost::make_function_property_map<Edge, long>(
                                   [&g, plane_of](const Edge &e) { return plane_of(g[e].cable); }));
    }
    edges(edge_name, [&fabric, &g](const Edge &e) { return fabric.name(g[e].cable); });
    edges("tier", [&g](const Edge &e) { return std::string(to_string(g[e].tier)); });
    result.property("rate_bps", boost::make_function_property_map<Edge, long>(
                                    [&g](const Edge &e) { return long{g[e].rate.bits_per_second}; }));
    return result;
  }
};

FabricGraph::FabricGraph(const FabricPlan &plan, const std::vector<FabricNode> &nodes)
    : impl_(std::make_unique<Impl>()) {
  impl_->hosts = plan.hosts;
  impl_->graph = Graph(plan.nodes());
  for (std::size_t v = 0; v < nodes.size(); ++v)
    impl_->graph[v] = nodes[v];
  for (std::uint32_t c = 0; c < plan.cables.size(); ++c) {
    const Cable &cable = plan.cables[c];
    boost::add_edge(cable.a.index(), cable.b.index(), FabricEdge{CableId(c), cable.tier, cable.rate}, impl_->graph);
  }
}

FabricGraph::~FabricGraph() = default;

std::vector<std::uint32_t> FabricGraph::components() const {
  std::vector<std::uint32_t> component(boost::num_vertices(impl_->graph));
  boost::connected_components(impl_->graph, component.data());
  return component;
}

std::vector<std::uint32_t> FabricGraph::switch_components(const std::vector<bool> &dead_cable) const {
  EXPECTS(dead_cable.size() == boost::num_edges(impl_->graph));
  std::vector<std::uint32_t> component(boost::num_vertices(impl_->graph));
  const boost::filtered_graph<Graph, AliveCable> alive(impl_->graph, AliveCable{&impl_->graph, &dead_cable});
  boost::connected_components(alive, component.data());
  component.erase(component.begin(), component.begin() + impl_->hosts);
  return component;
}

std::int64_t FabricGraph::max_flow(const std::vector<FlowEnd> &sources, const std::vector<FlowEnd> &sinks) const {
  const Graph &graph = impl_->graph;
  const std::size_t switches = boost::num_vertices(graph) - impl_->hosts;
  const std::size_t source = switches;
  const std::size_t sink = switches + 1;
  FlowGraph flow(switches + 2);
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> joined; // parallel cables act as one
  for (const auto &edge : boost::make_iterator_range(boost::edges(graph))) {
    const std::size_t a = boost::source(edge, graph);
    const std::size_t b = boost::target(edge, graph);
    if (a >= impl_->hosts && b >= impl_->hosts)
      joined[{std::min(a, b) - impl_->hosts, std::max(a, b) - impl_->hosts}] += graph[edge].rate.bits_per_second;
  }
  for (const auto &[pair, capacity] : joined)
    add_capacity(flow, pair.first, pair.second, capacity, capacity);
  for (const FlowEnd &end : sources)
    add_capacity(flow, source, end.at.index(), end.bits_per_second, 0);
  for (const FlowEnd &end : sinks)
    add_capacity(flow, end.at.index(), sink, end.bits_per_second, 0);
  return boost::boykov_kolmogorov_max_flow(flow, source, sink);
}

void FabricGraph::write_graphml(const Fabric &fabric, std::ostream &out) const {
  boost::write_graphml(out, impl_->graph, impl_->properties(fabric, "name", "cable"), true);
}

void FabricGraph::write_dot(const Fabric &fabric, std::ostream &out) const {
  boost::write_graphviz_dp(out, impl_->graph, impl_->properties(fabric, "node_id", "label"), "node_id");
}

} // namespace lightloom
