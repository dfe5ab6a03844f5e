// Layout of living switches, and breadth-first and Dijkstra searches over them.

#include "topology/route_search.hpp"

#include <algorithm>
#include <numeric>
#include <queue>

namespace lightloom {

namespace {

/// Marks "not allowed" among detour costs.
constexpr std::uint32_t forbidden = 0xffffffffu;
/// What a hop into a third group weighs: more than any way inside two groups.
constexpr std::uint32_t third_group = 64;
/// The same for a group that is not the hub, when there is one.
constexpr std::uint32_t beside_the_hub = 4096;

/// Calls `visit(switch at the other end)` for each living hop of switch s.
template <class Visit> void for_neighbours(const Layout &layout, std::uint32_t s, Visit visit) {
  for (const Hops *hops : {&layout.up, &layout.across, &layout.down})
    for (const Hop &hop : hops->of(s))
      visit(hop.peer);
}

/// Calls `visit(switch, root)` for every switch once: breadth first from the highest switch of each connected part.
template <class Visit> void from_each_root(const Layout &layout, Visit visit) {
  std::vector<bool> seen(layout.descending.size());
  std::vector<std::uint32_t> queue;
  for (const std::uint32_t root : layout.descending) {
    if (seen[root])
      continue;
    queue.assign(1, root);
    seen[root] = true;
    visit(root, root);
    for (std::size_t i = 0; i < queue.size(); ++i)
      for_neighbours(layout, queue[i], [&](std::uint32_t peer) {
        if (!seen[peer]) {
          seen[peer] = true;
          visit(peer, root);
          queue.push_back(peer);
        }
      });
  }
}

void choose_transits(const Fabric &fabric, Layout &layout) {
  layout.group.resize(fabric.switches());
  for (std::uint32_t s = 0; s < fabric.switches(); ++s) {
    layout.group[s] = fabric.node(SwitchId(s)).group;
    if (layout.group[s] >= layout.transit_leaf.size())
      layout.transit_leaf.resize(layout.group[s] + 1, unreachable);
  }
  for (std::uint32_t s = 0; s < fabric.count(NodeKind::leaf); ++s) {
    std::uint32_t &best = layout.transit_leaf[layout.group[s]];
    if (best == unreachable || layout.up.of(s).size() > layout.up.of(best).size())
      best = s;
  }
  std::vector<std::size_t> across(layout.transit_leaf.size(), 0);
  for (std::uint32_t s = 0; s < fabric.switches(); ++s)
    across[layout.group[s]] += layout.across.of(s).size();
  std::vector<std::uint32_t> hub(fabric.planes(), unreachable);
  for (std::uint32_t s = 0; s < fabric.count(NodeKind::leaf); ++s) {
    std::uint32_t &best = hub[fabric.node(SwitchId(s)).plane];
    if (best == unreachable || across[layout.group[s]] > across[best])
      best = layout.group[s];
  }
  layout.is_hub.resize(across.size());
  for (const std::uint32_t group : hub)
    if (group != unreachable)
      layout.is_hub[group] = true;
}

} // namespace

Layout make_layout(const Fabric &fabric, const std::vector<bool> &dead_cable,
                   const std::vector<std::uint64_t> &height) {
  Layout layout;
  const std::uint32_t switches = fabric.switches();
  std::vector<std::uint16_t> seen(switches, 0);
  for (std::uint32_t s = 0; s < switches; ++s) {
    const auto ports = fabric.ports(SwitchId(s));
    for (std::uint16_t p = 0; p < ports.size(); ++p) {
      if (fabric.plan().is_host(ports[p].peer) || dead_cable[ports[p].cable.index()])
        continue;
      const std::uint32_t peer = ports[p].peer.value - fabric.hosts();
      Hops &direction = height[peer] > height[s] ? layout.up : height[peer] < height[s] ? layout.down : layout.across;
      direction.hop.push_back({peer, p, seen[peer]++});
    }
    for (const FabricPort &port : ports)
      if (!fabric.plan().is_host(port.peer))
        seen[port.peer.index() - fabric.hosts()] = 0;
    for (Hops *hops : {&layout.up, &layout.across, &layout.down})
      hops->first.push_back(static_cast<std::uint32_t>(hops->hop.size()));
  }
  layout.descending.resize(switches);
  std::iota(layout.descending.begin(), layout.descending.end(), 0u);
  std::stable_sort(layout.descending.begin(), layout.descending.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return height[a] > height[b]; });
  choose_transits(fabric, layout);
  return layout;
}

std::vector<std::uint64_t> tier_heights(const Fabric &fabric) {
  std::vector<std::uint64_t> height(fabric.switches());
  for (std::uint32_t s = 0; s < fabric.switches(); ++s)
    height[s] = static_cast<std::uint64_t>(fabric.node(SwitchId(s)).kind) - static_cast<std::uint64_t>(NodeKind::leaf);
  return height;
}

std::vector<std::uint64_t> rooted_heights(const Layout &tiers) {
  std::vector<std::uint64_t> height(tiers.descending.size(), 0);
  std::uint64_t next = height.size();
  from_each_root(tiers, [&](std::uint32_t s, std::uint32_t) { height[s] = next--; });
  return height;
}

std::vector<std::uint32_t> components(const Layout &layout) {
  std::vector<std::uint32_t> component(layout.descending.size());
  from_each_root(layout, [&](std::uint32_t s, std::uint32_t root) { component[s] = root; });
  return component;
}

Destination::Destination(const Layout &layout, std::uint32_t leaf)
    : layout_(layout), leaf_(leaf), down_(layout.descending.size(), unreachable),
      rest_(layout.descending.size(), unreachable) {
  std::vector<std::uint32_t> queue{leaf_};
  down_[leaf_] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (const Hop &hop : layout_.up.of(queue[i]))
      if (down_[hop.peer] == unreachable) {
        down_[hop.peer] = down_[queue[i]] + 1;
        queue.push_back(hop.peer);
      }
  for (const std::uint32_t s : layout_.descending) {
    rest_[s] = down_[s];
    if (rest_[s] == unreachable)
      for (const Hop &hop : layout_.across.of(s))
        if (down_[hop.peer] != unreachable)
          rest_[s] = std::min(rest_[s], down_[hop.peer] + 1);
    if (rest_[s] == unreachable)
      for (const Hop &hop : layout_.up.of(s))
        if (rest_[hop.peer] != unreachable)
          rest_[s] = std::min(rest_[s], rest_[hop.peer] + 1);
  }
}

std::uint32_t Destination::detour_cost(std::uint32_t from, std::uint32_t to, Direction direction) const {
  if (detours_ == Detours::anywhere || direction == Direction::up)
    return 1;
  if (direction == Direction::across)
    return layout_.group[to] == layout_.group[leaf_]                          ? 1
           : detours_ == Detours::spread || layout_.is_hub[layout_.group[to]] ? third_group
                                                                              : beside_the_hub;
  const bool to_a_leaf = layout_.down.of(to).empty();
  return !to_a_leaf || to == layout_.transit_leaf[layout_.group[from]] ? 1 : forbidden;
}

void Destination::extend(Detours detours) {
  detours_ = detours;
  detoured_.assign(rest_.size(), false);
  using Entry = std::pair<std::uint32_t, std::uint32_t>; // (rest, switch)
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  for (std::uint32_t s = 0; s < rest_.size(); ++s)
    if (rest_[s] != unreachable)
      queue.emplace(rest_[s], s);
    else
      detoured_[s] = true;
  while (!queue.empty()) {
    const std::uint32_t rest = queue.top().first;
    const std::uint32_t to = queue.top().second;
    queue.pop();
    if (rest != rest_[to])
      continue; // a nearer way was found meanwhile
    const auto relax = [&](const Hops &hops, Direction direction_there) {
      for (const Hop &hop : hops.of(to)) {
        const std::uint32_t cost = detoured_[hop.peer] ? detour_cost(hop.peer, to, direction_there) : forbidden;
        if (cost != forbidden && rest + cost < rest_[hop.peer]) {
          rest_[hop.peer] = rest + cost;
          queue.emplace(rest + cost, hop.peer);
        }
      }
    };
    relax(layout_.up, Direction::down); // from above it is a hop down
    relax(layout_.across, Direction::across);
    relax(layout_.down, Direction::up);
  }
}

void Destination::hops_of(std::uint32_t s, std::vector<Hop> &out) const {
  out.clear();
  const auto take = [&](const Hops &hops, const std::vector<std::uint32_t> &distance) {
    for (const Hop &hop : hops.of(s))
      if (distance[hop.peer] == rest_[s] - 1)
        out.push_back(hop);
  };
  if (!detoured_.empty() && detoured_[s]) {
    const auto take_detour = [&](const Hops &hops, Direction direction) {
      for (const Hop &hop : hops.of(s)) {
        const std::uint32_t cost = detour_cost(s, hop.peer, direction);
        if (cost != forbidden && rest_[hop.peer] != unreachable && rest_[hop.peer] + cost == rest_[s])
          out.push_back(hop);
      }
    };
    take_detour(layout_.up, Direction::up);
    take_detour(layout_.across, Direction::across);
    take_detour(layout_.down, Direction::down);
  } else if (down_[s] != unreachable)
    take(layout_.down, down_);
  else {
    take(layout_.across, down_);
    if (out.empty())
      take(layout_.up, rest_);
  }
}

} // namespace lightloom
