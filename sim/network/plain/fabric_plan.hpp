#pragma once
// The fabric as the packet network sees it: nodes, cables, ports. Filled by topology (decision 0004).

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightloom {

/// Where a cable sits; names the optics of the scenario ([optics] host, leaf, spine, global).
enum class Tier : std::uint8_t { host, leaf, spine, global };
/// Every tier, from the hosts up.
inline constexpr std::array all_tiers{Tier::host, Tier::leaf, Tier::spine, Tier::global};
/// One value for each tier, in that order.
template <class Value> struct PerTier : std::array<Value, all_tiers.size()> {
  using std::array<Value, all_tiers.size()>::operator[];
  constexpr Value &operator[](Tier tier) { return (*this)[static_cast<std::size_t>(tier)]; }
  constexpr const Value &operator[](Tier tier) const { return (*this)[static_cast<std::size_t>(tier)]; }
};

/// A full-duplex cable between two nodes. Nodes are numbered hosts first, then switches: host h is node h, switch s is
/// node hosts + s. Cable c is the directed links 2c (a→b) and 2c + 1 (b→a). For host cables a is the host.
struct Cable {
  NodeId a;
  NodeId b;
  Tier tier = Tier::host;
  BitRate rate;
};

/// Hosts, switches and cables. A node's ports are its cables in ascending order: port p of a node is its p-th cable.
/// A host is one GPU with `ports_per_host` NIC ports (several NICs, or one port into each of several planes), one cable
/// each; port p of any host reaches port p of any other. Endpoint e = host × ports_per_host + port; host cable of
/// endpoint e is cable e.
struct FabricPlan {
  std::uint32_t hosts = 0;
  std::uint32_t ports_per_host = 1;
  std::uint32_t switches = 0;
  std::vector<Cable> cables;

  std::uint32_t nodes() const { return hosts + switches; }
  bool is_host(NodeId n) const { return n.value < hosts; }
  NodeId node(HostId h) const { return NodeId(h.value); }
  NodeId node(SwitchId s) const { return NodeId(hosts + s.value); }
};

/// The two directed links of a cable: from its first end to its second, and back.
constexpr LinkId link_forward(CableId c) { return LinkId(2 * c.value); }
constexpr LinkId link_backward(CableId c) { return LinkId(2 * c.value + 1); }
/// The other direction of the same cable.
constexpr LinkId reverse(LinkId l) { return LinkId(l.value ^ 1u); }

} // namespace lightloom
