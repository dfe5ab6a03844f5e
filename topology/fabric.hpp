#pragma once
// The fabric as a graph: hosts, leaf, spine and core switches and the cables between them, with names as users write
// them. The graph itself (Boost.Graph) is behind fabric_graph.hpp; the packet network reads plan(). Immutable once
// built.
//
// Names: "host:17", "leaf:3", "spine:0", "core:5"; cables "host:17/leaf:2", "leaf:0/spine:3", "spine:3/core:7" and,
// between Dragonfly+ groups, "spine:3/spine:9". Of parallel cables the first has the plain name (or "#0"), the others
// "#1", "#2" … Leaves out: lengths and modules (optics), rails beyond the placement of hosts, geometry of racks.

#include "sim/core/random.hpp"
#include "sim/network/plain/fabric_plan.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

class FabricGraph;

/// What a node is. Switch ids count leaves first, then spines, then cores.
enum class NodeKind : std::uint8_t { host, leaf, spine, core };

/// "host", "leaf", "spine", "core".
const char *to_string(NodeKind kind);
/// "host", "leaf", "spine", "global", as [optics] names the tiers.
const char *to_string(Tier tier);

/// The typed property of a vertex.
struct FabricNode {
  NodeKind kind = NodeKind::host;
  std::uint32_t index = 0; ///< among its kind: "leaf:3" has index 3
  std::uint32_t group = 0; ///< pod (fat-tree) or group (Dragonfly+); cores: 0
};

/// A port of a node: its cable and who is at the other end.
struct FabricPort {
  CableId cable;
  NodeId peer;
};

/// What a topology builder hands over: nodes in id order (hosts, leaves, spines, cores) and the plan that joins them.
struct FabricDescription {
  std::string topology;          ///< family name, "fat-tree"
  std::uint32_t radix = 0;       ///< ports of every switch
  std::uint32_t levels = 0;      ///< tiers of switches
  std::vector<FabricNode> nodes; ///< one entry per node id
  FabricPlan plan;
};

/// A built fabric. Copies share the graph.
class Fabric {
public:
  /// Requires: one cable per host, host cables first and in host order (host h has cable h); nodes in id order.
  explicit Fabric(FabricDescription description);

  const FabricPlan &plan() const { return description_.plan; }
  std::uint32_t hosts() const { return description_.plan.hosts; }
  std::uint32_t switches() const { return description_.plan.switches; }
  /// How many nodes are of this kind.
  std::uint32_t count(NodeKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  /// How many cables are in this tier.
  std::uint32_t count(Tier tier) const { return cables_per_tier_[static_cast<std::size_t>(tier)]; }
  /// Family name, "fat-tree".
  const std::string &topology() const { return description_.topology; }
  /// Ports of every switch, used or not.
  std::uint32_t radix() const { return description_.radix; }
  /// Tiers of switches: 1 … 3.
  std::uint32_t levels() const { return description_.levels; }

  const FabricNode &node(NodeId id) const { return description_.nodes[id.index()]; }
  const FabricNode &node(SwitchId id) const { return node(plan().node(id)); }
  /// Ports in use of a node, in port order (the node's cables ascending).
  std::span<const FabricPort> ports(NodeId id) const;
  std::span<const FabricPort> ports(SwitchId id) const { return ports(plan().node(id)); }
  /// The leaf a host hangs on.
  SwitchId leaf_of(HostId host) const;

  std::string name(NodeId id) const;
  std::string name(SwitchId id) const { return name(plan().node(id)); }
  std::string name(HostId id) const { return name(plan().node(id)); }
  std::string name(CableId id) const;
  NodeId source(LinkId id) const;
  NodeId target(LinkId id) const;

  // Look-up by name. An unknown name throws Error that says what exists.

  /// "leaf:3", "host:17".
  NodeId find_node(std::string_view name) const;
  /// A switch: "spine:2".
  SwitchId find_switch(std::string_view name) const;
  /// A network interface, "host:17/0" or "host:17": its cable to the leaf.
  CableId find_nic(std::string_view name) const;
  /// "leaf:0/spine:3", either end first, "#k" for the k-th parallel cable counted from 0.
  CableId find_cable(std::string_view name) const;
  /// As find_cable, and "random:leaf" (any tier): a cable drawn uniformly from that tier.
  CableId find_cable(std::string_view name, RandomStream &draw) const;

  /// The Boost.Graph behind: export, components, flows.
  const FabricGraph &graph() const { return *graph_; }

private:
  FabricDescription description_;
  std::array<std::uint32_t, 4> counts_{};
  std::array<std::uint32_t, 4> cables_per_tier_{};
  std::vector<std::uint32_t> first_port_; ///< [node], one more at the end
  std::vector<FabricPort> ports_;
  std::vector<std::uint16_t> parallel_index_; ///< [cable]
  std::shared_ptr<const FabricGraph> graph_;
};

} // namespace lightloom
