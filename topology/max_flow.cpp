// Maximum flow by Boost.Graph.

#include "topology/max_flow.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <map>

namespace lightloom {

namespace {

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

std::int64_t max_flow(const Fabric &fabric, const std::vector<FlowEnd> &sources, const std::vector<FlowEnd> &sinks) {
  const std::size_t source = fabric.switches();
  const std::size_t sink = source + 1;
  FlowGraph flow(sink + 1);
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> joined; // parallel cables act as one
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier != Tier::host) {
      const auto [low, high] = std::minmax({cable.a.index(), cable.b.index()});
      joined[{low - fabric.hosts(), high - fabric.hosts()}] += cable.rate.bits_per_second;
    }
  for (const auto &[pair, capacity] : joined)
    add_capacity(flow, pair.first, pair.second, capacity, capacity);
  for (const FlowEnd &end : sources)
    add_capacity(flow, source, end.at.index(), end.bits_per_second, 0);
  for (const FlowEnd &end : sinks)
    add_capacity(flow, end.at.index(), sink, end.bits_per_second, 0);
  return boost::boykov_kolmogorov_max_flow(flow, source, sink);
}

} // namespace lightloom
