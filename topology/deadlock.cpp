// The channel dependency graph as a Boost.Graph: a vertex per directed link, an edge where a frame that holds one may
// wait for the other.

#include "topology/deadlock.hpp"

#include "topology/route_rows.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>

namespace lightloom {

namespace {

using DependencyGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

/// Notes a back edge, which closes a cycle.
struct CycleFinder : boost::dfs_visitor<> {
  explicit CycleFinder(bool &found) : found_(&found) {}
  template <class Edge, class Graph> void back_edge(const Edge &, const Graph &) { *found_ = true; }
  bool *found_;
};

/// The link that leaves switch `s` by `port`.
std::uint32_t outgoing(const Fabric &fabric, std::uint32_t s, const FabricPort &port) {
  const bool forward = fabric.plan().cables[port.cable.index()].a == fabric.plan().node(SwitchId(s));
  return (forward ? link_forward(port.cable) : link_backward(port.cable)).value;
}

/// Adds the dependencies of all routes to one leaf. `follow` lists per link the links it may wait for.
void add_dependencies(const Fabric &fabric, const RouteTable &table, std::uint32_t leaf,
                      std::vector<std::vector<std::uint32_t>> &follow) {
  std::vector<std::uint32_t> queue;
  std::vector<bool> used(fabric.switches());
  for (std::uint32_t s = 0; s < fabric.count(NodeKind::leaf); ++s)
    if (s != leaf) {
      used[s] = true;
      queue.push_back(s);
    }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::uint32_t s = queue[i];
    for (const std::uint16_t p : ports_towards(table, s, leaf)) {
      const FabricPort &port = fabric.ports(SwitchId(s))[p];
      const std::uint32_t peer = port.peer.value - fabric.hosts();
      if (peer == leaf)
        continue;
      auto &next = follow[outgoing(fabric, s, port)];
      for (const std::uint16_t q : ports_towards(table, peer, leaf)) {
        const std::uint32_t link = outgoing(fabric, peer, fabric.ports(SwitchId(peer))[q]);
        const auto place = std::lower_bound(next.begin(), next.end(), link);
        if (place == next.end() || *place != link)
          next.insert(place, link);
      }
      if (!used[peer]) {
        used[peer] = true;
        queue.push_back(peer);
      }
    }
  }
}

} // namespace

bool deadlock_free(const Fabric &fabric, const RouteTable &table) {
  std::vector<std::vector<std::uint32_t>> follow(2 * fabric.plan().cables.size());
  for (std::uint32_t leaf = 0; leaf < fabric.count(NodeKind::leaf); ++leaf)
    add_dependencies(fabric, table, leaf, follow);
  DependencyGraph graph(follow.size());
  for (std::size_t link = 0; link < follow.size(); ++link)
    for (const std::uint32_t next : follow[link])
      boost::add_edge(link, next, graph);
  bool cycle = false;
  boost::depth_first_search(graph, boost::visitor(CycleFinder(cycle)));
  return !cycle;
}

} // namespace lightloom
