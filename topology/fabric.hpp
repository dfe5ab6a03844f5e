#pragma once
// The fabric as a graph: hosts, leaf, spine and core switches and the cables between them, with names as users write
// them. The packet network reads plan(). Immutable once built.
//
// A host is one GPU with plan().ports_per_host NIC ports: nics_per_gpu into each of `planes` disjoint networks, port =
// plane × nics_per_gpu + nic.
//
// Names: "host:17", "leaf:3", "spine:0", "core:5"; cables "host:17/leaf:2", "leaf:0/spine:3", "spine:3/core:7" and,
// between Dragonfly+ groups, "spine:3/spine:9". Where a host has several ports its NICs are "host:17/0", "host:17/1" …
// and their cables "host:17/1/leaf:2". Of parallel cables the first has the plain name (or "#0"), the others "#1",
// "#2" … Leaves out: lengths and modules (optics), rails beyond the placement of hosts, geometry of racks.

#include "sim/core/random.hpp"
#include "sim/network/plain/fabric_plan.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// What a node is. Switch ids count the leaves of all planes first, then spines, then cores; plane by plane inside a
/// kind.
enum class NodeKind : std::uint8_t { host, leaf, spine, core };

/// "host", "leaf", "spine", "core".
const char *to_string(NodeKind kind);
/// "host", "leaf", "spine", "global", as [optics] names the tiers.
const char *to_string(Tier tier);

/// The typed property of a vertex.
struct FabricNode {
  NodeKind kind = NodeKind::host;
  std::uint32_t index = 0; ///< among its kind: "leaf:3" has index 3
  std::uint32_t group = 0; ///< pod (fat-tree) or group (Dragonfly+), counted through all planes; cores: their plane's
                           ///< first; hosts: that of port 0
  std::uint32_t plane = 0; ///< switches; hosts are in all planes and have 0
};

/// A port of a node: its cable and who is at the other end.
struct FabricPort {
  CableId cable;
  NodeId peer;
};

/// What a topology builder hands over: nodes in id order (hosts, leaves, spines, cores) and the plan that joins them.
struct FabricDescription {
  std::string topology;          ///< family name, "fat-tree"
  std::uint32_t radix = 0;       ///< ports of every switch; with a capacity: the most, at the slowest rate in use
  std::uint32_t levels = 0;      ///< tiers of switches
  std::vector<FabricNode> nodes; ///< one entry per node id
  FabricPlan plan;
  std::uint32_t planes = 1;
  BitRate switch_capacity{}; ///< sum of a switch's port rates, one direction; 0 = ports are counted by radix
};

/// A built fabric.
class Fabric {
public:
  /// Requires: one cable per endpoint, host cables first and in endpoint order (endpoint e has cable e); nodes in id
  /// order; no cable between planes.
  explicit Fabric(FabricDescription description);

  const FabricPlan &plan() const { return description_.plan; }
  std::uint32_t hosts() const { return description_.plan.hosts; }
  std::uint32_t switches() const { return description_.plan.switches; }
  /// NIC ports of every host: nics_per_gpu × planes.
  std::uint32_t ports_per_host() const { return description_.plan.ports_per_host; }
  /// hosts × ports_per_host. Endpoint e = host × ports_per_host + port has cable e.
  std::uint32_t endpoints() const { return hosts() * ports_per_host(); }
  std::uint32_t endpoint(HostId host, std::uint32_t port = 0) const { return host.value * ports_per_host() + port; }
  /// Parallel, disjoint networks.
  std::uint32_t planes() const { return description_.planes; }
  /// The plane that this port of every host leads into.
  std::uint32_t plane_of_port(std::uint32_t port) const { return port / (ports_per_host() / planes()); }
  /// How many nodes are of this kind.
  std::uint32_t count(NodeKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  /// How many cables are in this tier.
  std::uint32_t count(Tier tier) const { return cables_per_tier_[tier]; }
  /// Family name, "fat-tree".
  const std::string &topology() const { return description_.topology; }
  /// Ports of every switch, used or not; with a capacity: the most a switch can have, at the slowest rate in use.
  std::uint32_t radix() const { return description_.radix; }
  /// Sum of a switch's port rates, one direction; 0 = not given, ports are counted by radix.
  BitRate switch_capacity() const { return description_.switch_capacity; }
  /// Ports a switch has left: radix − ports in use; with a capacity: what is left of it ÷ the slowest rate of its
  /// ports.
  std::uint32_t unused_ports(SwitchId id) const;
  /// Tiers of switches: 1 … 3.
  std::uint32_t levels() const { return description_.levels; }

  const FabricNode &node(NodeId id) const { return description_.nodes[id.index()]; }
  const FabricNode &node(SwitchId id) const { return node(plan().node(id)); }
  /// Ports in use of a node, in port order (the node's cables ascending).
  std::span<const FabricPort> ports(NodeId id) const;
  std::span<const FabricPort> ports(SwitchId id) const { return ports(plan().node(id)); }
  /// The leaf an endpoint hangs on.
  SwitchId leaf_of(std::uint32_t endpoint) const;
  /// The leaf of a host's port.
  SwitchId leaf_of(HostId host, std::uint32_t port = 0) const { return leaf_of(endpoint(host, port)); }

  std::string name(NodeId id) const;
  std::string name(SwitchId id) const { return name(plan().node(id)); }
  std::string name(HostId id) const { return name(plan().node(id)); }
  std::string name(CableId id) const;
  /// A network interface: "host:17", and "host:17/1" where hosts have several ports.
  std::string nic_name(std::uint32_t endpoint) const;
  NodeId source(LinkId id) const;
  NodeId target(LinkId id) const;

  // Look-up by name. An unknown name throws Error that says what exists.

  /// "leaf:3", "host:17".
  NodeId find_node(std::string_view name) const;
  /// A switch: "spine:2".
  SwitchId find_switch(std::string_view name) const;
  /// A network interface, "host:17/0": its cable to the leaf. "host:17" where hosts have one port.
  CableId find_nic(std::string_view name) const;
  /// "leaf:0/spine:3", "host:17/1/leaf:2", either end first, "#k" for the k-th parallel cable counted from 0. A host
  /// named without its port means all its cables to that leaf, told apart by "#k".
  CableId find_cable(std::string_view name) const;
  /// As find_cable, and "random:leaf" (any tier): a cable drawn uniformly from that tier.
  CableId find_cable(std::string_view name, RandomStream &draw) const;

private:
  FabricDescription description_;
  std::array<std::uint32_t, 4> counts_{};
  PerTier<std::uint32_t> cables_per_tier_{};
  std::vector<std::uint32_t> first_port_; ///< [node], one more at the end
  std::vector<FabricPort> ports_;
  std::vector<std::uint16_t> parallel_index_; ///< [cable]
};

} // namespace lightloom
