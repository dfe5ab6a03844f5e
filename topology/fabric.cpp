// Construction of a Fabric: counts, port lists, numbers of parallel cables; and the checks that a builder kept its
// promises.

#include "topology/fabric.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

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
  EXPECTS(description_.planes >= 1 && fabric.ports_per_host % description_.planes == 0 && fabric.ports_per_host >= 1);
  EXPECTS(fabric.cables.size() >= endpoints());
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
    EXPECTS((c < endpoints()) == (cable.tier == Tier::host));
    EXPECTS(c >= endpoints() || cable.a.value == c / fabric.ports_per_host);
    EXPECTS(cable.a != cable.b && cable.b.value >= fabric.hosts && cable.b.value < fabric.nodes());
    EXPECTS(node(cable.b).plane == (c < endpoints() ? plane_of_port(c % fabric.ports_per_host) : node(cable.a).plane));
    EXPECTS(cable.rate.bits_per_second > 0);
    ++cables_per_tier_[cable.tier];
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
  // the work is one pass over all ports. Host cables are told apart by the port in their name.
  parallel_index_.assign(fabric.cables.size(), 0);
  std::vector<std::uint16_t> seen(fabric.nodes(), 0);
  for (std::uint32_t n = fabric.hosts; n < fabric.nodes(); ++n) {
    EXPECTS(ports(NodeId(n)).size() <= description_.radix);
    for (const FabricPort &port : ports(NodeId(n)))
      if (!fabric.is_host(port.peer))
        parallel_index_[port.cable.index()] = seen[port.peer.index()]++;
    for (const FabricPort &port : ports(NodeId(n)))
      seen[port.peer.index()] = 0;
  }
}

std::span<const FabricPort> Fabric::ports(NodeId id) const {
  return std::span(ports_).subspan(first_port_[id.index()], first_port_[id.index() + 1] - first_port_[id.index()]);
}

SwitchId Fabric::leaf_of(std::uint32_t endpoint) const { return SwitchId(plan().cables[endpoint].b.value - hosts()); }

std::uint32_t Fabric::unused_ports(SwitchId id) const {
  const auto used = ports(id);
  if (switch_capacity().bits_per_second == 0 || used.empty())
    return radix() - static_cast<std::uint32_t>(used.size());
  std::int64_t left = switch_capacity().bits_per_second;
  std::int64_t slowest = left;
  for (const FabricPort &port : used) {
    const std::int64_t rate = plan().cables[port.cable.index()].rate.bits_per_second;
    left -= rate;
    slowest = std::min(slowest, rate);
  }
  return static_cast<std::uint32_t>(left / slowest);
}

NodeId Fabric::source(LinkId id) const {
  const Cable &cable = plan().cables[id.index() / 2];
  return id.value % 2 == 0 ? cable.a : cable.b;
}

NodeId Fabric::target(LinkId id) const { return source(reverse(id)); }

} // namespace lightloom
