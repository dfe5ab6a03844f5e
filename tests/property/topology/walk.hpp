#pragma once
// Walks over route tables, shared by the property tests of topology.

#include "sim/network/plain/route_table.hpp"
#include "topology/fabric.hpp"
#include "topology/route_rows.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <vector>

namespace lightloom::walk {

/// The switch behind a port of switch s.
inline std::uint32_t behind(const Fabric &fabric, std::uint32_t s, std::uint16_t port) {
  return fabric.ports(SwitchId(s))[port].peer.value - fabric.hosts();
}

/// A number per switch, equal where cables that are not dead join them: the least of the part.
inline std::vector<std::uint32_t> components(const Fabric &fabric, const std::vector<bool> &dead_cable) {
  std::vector<std::uint32_t> part(fabric.switches());
  std::iota(part.begin(), part.end(), 0u);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t c = fabric.endpoints(); c < fabric.plan().cables.size(); ++c) {
      std::uint32_t &a = part[fabric.plan().cables[c].a.value - fabric.hosts()];
      std::uint32_t &b = part[fabric.plan().cables[c].b.value - fabric.hosts()];
      if (dead_cable[c] || a == b)
        continue;
      a = b = std::min(a, b);
      changed = true;
    }
  }
  return part;
}

/// Switch-to-switch hops of the longest way from each switch to the leaf when every choice is tried; −1 where some
/// choice ends nowhere or comes back to a switch it has visited.
class EveryChoice {
public:
  EveryChoice(const Fabric &fabric, const RouteTable &table, std::uint32_t leaf)
      : fabric_(fabric), table_(table), leaf_(leaf), longest_(fabric.switches(), unknown) {
    longest_[leaf] = 0;
  }
  int from(std::uint32_t s) {
    if (longest_[s] == on_the_way)
      return -1;
    if (longest_[s] != unknown)
      return longest_[s];
    longest_[s] = on_the_way;
    int result = -1;
    for (const std::uint16_t port : ports_towards(table_, s, leaf_)) {
      const int rest = from(behind(fabric_, s, port));
      if (rest < 0)
        return longest_[s] = -1;
      result = std::max(result, rest + 1);
    }
    return longest_[s] = result;
  }

private:
  static constexpr int unknown = -2;
  static constexpr int on_the_way = -3;
  const Fabric &fabric_;
  const RouteTable &table_;
  std::uint32_t leaf_;
  std::vector<int> longest_;
};

/// Sends `frames` frames of one flow, as switches choose under spraying, and counts per (switch, port).
inline std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint64_t>
spray(const Fabric &fabric, const RouteTable &table, std::uint32_t from, std::uint32_t to, std::uint64_t frames,
      std::uint64_t phase) {
  std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint64_t> count;
  for (std::uint64_t frame = 0; frame < frames; ++frame)
    for (std::uint32_t s = from; s != to;) {
      const SwitchRoutes &row = *table.switches[s];
      const PortGroup &group = row.groups[row.group_of_leaf[to]];
      const std::uint16_t port = row.ports[group.first + (frame / group.stride + phase) % group.count];
      ++count[{s, port}];
      s = behind(fabric, s, port);
    }
  return count;
}

/// After that many frames every choice of a flow repeats: the least common multiple of stride × count on its way.
inline std::uint64_t spray_period(const Fabric &fabric, const RouteTable &table, std::uint32_t from, std::uint32_t to) {
  std::uint64_t period = 1;
  std::vector<std::uint32_t> queue{from};
  std::vector<bool> seen(fabric.switches());
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const SwitchRoutes &row = *table.switches[queue[i]];
    const PortGroup &group = row.groups[row.group_of_leaf[to]];
    period = std::lcm(period, std::uint64_t{group.stride} * group.count);
    for (const std::uint16_t port : ports_towards(table, queue[i], to)) {
      const std::uint32_t next = behind(fabric, queue[i], port);
      if (next != to && !seen[next]) {
        seen[next] = true;
        queue.push_back(next);
      }
    }
  }
  return period;
}

} // namespace lightloom::walk
