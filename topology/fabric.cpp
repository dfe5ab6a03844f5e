// Construction of a Fabric: counts, port lists, numbers of parallel cables; and the checks that a builder kept its
// promises.

#include "topology/fabric.hpp"

#include "sim/core/contract.hpp"
#include "topology/fabric_graph.hpp"

namespace lightloom {

const char *to_string(NodeKind kind) {
  static constexpr std::array names{"host", "leaf", "spine", "core"};
  return names[static_cast<std::size_t>(kind)];
}

const char *to_string(Tier tier) {
  static constexpr std::array names{"host", "leaf", "spine", "global"};
  return names[static_cast<std::size_t>(tier)];
}

Fabric::Fabric(FabricDescription description) : description_(std::move(description)) {
  const FabricPlan &fabric = description_.plan;
  EXPECTS(description_.nodes.size() == fabric.nodes());
  EXPECTS(fabric.cables.size() >= fabric.hosts);
  NodeKind previous = NodeKind::host;
  for (std::uint32_t n = 0; n < fabric.nodes(); ++n) {
    const FabricNode &vertex = description_.nodes[n];
    EXPECTS(vertex.kind >= previous);
    EXPECTS((vertex.kind == NodeKind::host) == fabric.is_host(NodeId(n)));
    EXPECTS(vertex.index == counts_[static_cast<std::size_t>(vertex.kind)]);
    ++counts_[static_cast<std::size_t>(vertex.kind)];
    previous = vertex.kind;
  }
  first_port_.assign(fabric.nodes() + 1, 0);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const Cable &cable = fabric.cables[c];
    EXPECTS((c < fabric.hosts) == (cable.tier == Tier::host));
    EXPECTS(c >= fabric.hosts || cable.a.value == c);
    EXPECTS(cable.a != cable.b && cable.b.value >= fabric.hosts && cable.b.value < fabric.nodes());
    EXPECTS(cable.rate.bits_per_second > 0);
    ++cables_per_tier_[static_cast<std::size_t>(cable.tier)];
    ++first_port_[cable.a.index() + 1];
    ++first_port_[cable.b.index() + 1];
  }
  for (std::size_t n = 0; n < fabric.nodes(); ++n)
    first_port_[n + 1] += first_port_[n];
  ports_.resize(first_port_.back());
  std::vector<std::uint32_t> next(first_port_.begin(), first_port_.end() - 1);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    const Cable &cable = fabric.cables[c];
    ports_[next[cable.a.index()]++] = {CableId(c), cable.b};
    ports_[next[cable.b.index()]++] = {CableId(c), cable.a};
  }
  // Parallel cables are numbered in cable order, which is also port order at either end. `seen` is reset per node, so
  // the work is one pass over all ports.
  parallel_index_.assign(fabric.cables.size(), 0);
  std::vector<std::uint16_t> seen(fabric.nodes(), 0);
  for (std::uint32_t n = fabric.hosts; n < fabric.nodes(); ++n) {
    EXPECTS(ports(NodeId(n)).size() <= description_.radix);
    for (const FabricPort &port : ports(NodeId(n)))
      parallel_index_[port.cable.index()] = seen[port.peer.index()]++;
    for (const FabricPort &port : ports(NodeId(n)))
      seen[port.peer.index()] = 0;
  }
  graph_ = std::make_shared<const FabricGraph>(fabric, description_.nodes);
}

std::span<const FabricPort> Fabric::ports(NodeId id) const {
  return std::span(ports_).subspan(first_port_[id.index()], first_port_[id.index() + 1] - first_port_[id.index()]);
}

SwitchId Fabric::leaf_of(HostId host) const { return SwitchId(plan().cables[host.index()].b.value - hosts()); }

NodeId Fabric::source(LinkId id) const {
  const Cable &cable = plan().cables[id.index() / 2];
  return id.value % 2 == 0 ? cable.a : cable.b;
}

NodeId Fabric::target(LinkId id) const { return source(reverse(id)); }

} // namespace lightloom
