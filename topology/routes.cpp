// Route computation, one destination leaf at a time over switches only. Cost: leaves × switch-to-switch cables; a fat-tree of 8,192 hosts
// (512 leaves, 1,280 switches, 16,384 such cables) takes about 0.2 s.
//
// Method. `order` assigns each switch a height; a cable leads up, down or across. For a destination leaf L:
//   D(s) = switches to L going down only;  G(s) = 1 + min D over cables across;  U(s) = 1 + min R over cables up;
//   R(s) = D if finite, else G, else U.
// Each hop lowers R by one, so there are no loops; the phases are up*, at most one across, down*, so the dependencies between links follow
// up < across < down and cannot close a cycle.

#include "topology/routes.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "topology/deadlock.hpp"
#include "topology/fabric_graph.hpp"
#include "topology/route_rows.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <numeric>

namespace lightloom {

namespace {

constexpr std::uint32_t unreachable = 0xffffffffu;

/// A switch-to-switch cable seen from one end.
struct Hop {
  std::uint32_t peer = 0;
  std::uint16_t port = 0;
  std::uint16_t parallel = 0; ///< number among the cables to this peer: orders the ports of a group
};

/// Living hops of every switch in one direction, flat.
struct Hops {
  std::vector<std::uint32_t> first{0};
  std::vector<Hop> hop;
  std::span<const Hop> of(std::uint32_t s) const { return std::span(hop).subspan(first[s], first[s + 1] - first[s]); }
};

/// Which elements are dead, per cable and switch.
struct Dead {
  std::vector<bool> cable;
  std::vector<bool> switch_;
};

Dead mark_dead(const Fabric &fabric, const std::vector<FabricElement> &elements) {
  Dead dead{std::vector<bool>(fabric.plan().cables.size()), std::vector<bool>(fabric.switches())};
  for (const FabricElement &element : elements) {
    if (const auto *cable = std::get_if<CableId>(&element))
      dead.cable[cable->index()] = true;
    else if (const auto *host = std::get_if<HostId>(&element))
      dead.cable[host->index()] = true; // host h has cable h
    else {
      const SwitchId down = std::get<SwitchId>(element);
      dead.switch_[down.index()] = true;
      for (const FabricPort &port : fabric.ports(down))
        dead.cable[port.cable.index()] = true;
    }
  }
  return dead;
}

/// The living switches with their hops up, across and down by height.
struct Layout {
  std::vector<std::uint64_t> height; ///< larger is nearer the root
  std::vector<std::uint32_t> descending; ///< switches, highest first
  Hops up, across, down;
};

Layout make_layout(const Fabric &fabric, const Dead &dead, std::vector<std::uint64_t> height) {
  Layout layout;
  const std::uint32_t switches = fabric.switches();
  std::vector<std::uint16_t> seen(switches, 0);
  for (std::uint32_t s = 0; s < switches; ++s) {
    const auto ports = fabric.ports(SwitchId(s));
    for (std::uint16_t p = 0; p < ports.size(); ++p) {
      if (fabric.plan().is_host(ports[p].peer) || dead.cable[ports[p].cable.index()])
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
  layout.height = std::move(height);
  return layout;
}

/// Heights of the builder's tiers: leaf 0, spine 1, core 2.
std::vector<std::uint64_t> tier_heights(const Fabric &fabric) {
  std::vector<std::uint64_t> height(fabric.switches());
  for (std::uint32_t s = 0; s < fabric.switches(); ++s)
    height[s] = static_cast<std::uint64_t>(fabric.node(SwitchId(s)).kind) - static_cast<std::uint64_t>(NodeKind::leaf);
  return height;
}

/// Heights for up*/down*: all different, and falling with the distance from a root, which is the highest switch of each connected part.
std::vector<std::uint64_t> rooted_heights(const Fabric &fabric, const Layout &tiers) {
  const std::uint32_t switches = fabric.switches();
  std::vector<std::uint64_t> height(switches, 0);
  std::vector<std::uint32_t> queue;
  std::uint64_t next = switches;
  for (const std::uint32_t root : tiers.descending) {
    if (height[root] != 0)
      continue;
    queue.assign(1, root);
    height[root] = next--;
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (const Hops *hops : {&tiers.up, &tiers.across, &tiers.down})
        for (const Hop &hop : hops->of(queue[i]))
          if (height[hop.peer] == 0) {
            height[hop.peer] = next--;
            queue.push_back(hop.peer);
          }
  }
  return height;
}

/// One destination leaf: distances, then the hops each switch may take.
class Destination {
public:
  Destination(const Layout &layout, std::uint32_t leaf)
      : layout_(layout), leaf_(leaf), down_(layout.height.size(), unreachable), rest_(layout.height.size(), unreachable) {
    measure();
  }
  std::uint32_t leaf() const { return leaf_; }
  /// Hops left from switch s to the leaf, or `unreachable`.
  std::uint32_t rest(std::uint32_t s) const { return rest_[s]; }

  /// Gives the switches that have no valley-free route the shortest detour to one that has.
  void extend() {
    std::vector<std::uint32_t> frontier;
    for (std::uint32_t s = 0; s < rest_.size(); ++s)
      if (rest_[s] != unreachable)
        frontier.push_back(s);
    std::sort(frontier.begin(), frontier.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(rest_[a], a) < std::pair(rest_[b], b);
    });
    // Two sorted queues merged give Dijkstra's order with unit lengths: the routed switches, and those found on the way.
    std::vector<std::uint32_t> found;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < frontier.size() || j < found.size()) {
      const bool take_found = i == frontier.size() || (j < found.size() && rest_[found[j]] < rest_[frontier[i]]);
      const std::uint32_t s = take_found ? found[j++] : frontier[i++];
      for (const Hops *hops : {&layout_.up, &layout_.across, &layout_.down})
        for (const Hop &hop : hops->of(s))
          if (rest_[hop.peer] == unreachable) {
            rest_[hop.peer] = rest_[s] + 1;
            found.push_back(hop.peer);
          }
    }
    detours_ = found;
    std::sort(detours_.begin(), detours_.end());
  }

  /// The equal-cost hops of switch s.
  void hops_of(std::uint32_t s, std::vector<Hop> &out) const {
    out.clear();
    const bool detour = std::binary_search(detours_.begin(), detours_.end(), s);
    const auto take = [&](const Hops &hops, const std::vector<std::uint32_t> &distance, std::uint32_t wanted) {
      for (const Hop &hop : hops.of(s))
        if (distance[hop.peer] == wanted)
          out.push_back(hop);
    };
    const std::uint32_t wanted = rest_[s] - 1;
    if (detour)
      for (const Hops *hops : {&layout_.up, &layout_.across, &layout_.down})
        take(*hops, rest_, wanted);
    else if (down_[s] != unreachable)
      take(layout_.down, down_, wanted);
    else {
      take(layout_.across, down_, wanted);
      if (out.empty())
        take(layout_.up, rest_, wanted);
    }
  }

private:
  void measure() {
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

  const Layout &layout_;
  std::uint32_t leaf_;
  std::vector<std::uint32_t> down_; ///< D
  std::vector<std::uint32_t> rest_; ///< R
  std::vector<std::uint32_t> detours_;
};

/// Writes one destination's groups into the rows of all switches, sources first, so that strides are known before they are needed.
class RowWriter {
public:
  RowWriter(const Fabric &fabric, const Dead &dead, RowBuilder &rows)
      : fabric_(fabric), dead_(dead), rows_(rows), stride_(fabric.switches()) {}

  void write(const Destination &destination) {
    sort_by_distance(destination);
    for (std::uint32_t s = 0; s < stride_.size(); ++s)
      stride_[s] = fabric_.node(SwitchId(s)).kind == NodeKind::leaf ? 1 : 0;
    for (const std::uint32_t s : farthest_first_) {
      destination.hops_of(s, hops_);
      std::sort(hops_.begin(), hops_.end(), [](const Hop &a, const Hop &b) {
        return std::pair(a.parallel, a.port) < std::pair(b.parallel, b.port);
      });
      ports_.clear();
      for (const Hop &hop : hops_)
        ports_.push_back(hop.port);
      // Switches that no leaf sends through have stride 0 here; any stride will do for them.
      rows_.set(s, destination.leaf(), ports_, std::max(stride_[s], 1u));
      for (const Hop &hop : hops_)
        if (stride_[s] != 0)
          stride_[hop.peer] = std::max(stride_[hop.peer], stride_[s] * turns(s));
    }
  }

private:
  /// Frames until the turn comes back to the same next switch: the number of next switches, since the ports alternate between them.
  /// Where a spine has unequal numbers of cables to them, all its ports: coarser bursts, but every link downstream gets its share.
  std::uint32_t turns(std::uint32_t s) const {
    const auto next_switches = static_cast<std::uint32_t>(
        std::count_if(hops_.begin(), hops_.end(), [](const Hop &hop) { return hop.parallel == 0; }));
    const bool equal = next_switches != 0 && hops_.size() % next_switches == 0 &&
                       hops_.back().parallel + 1u == hops_.size() / next_switches;
    return equal || fabric_.node(SwitchId(s)).kind == NodeKind::leaf ? std::max(next_switches, 1u)
                                                                     : static_cast<std::uint32_t>(hops_.size());
  }

  void sort_by_distance(const Destination &destination) {
    farthest_first_.clear();
    for (std::uint32_t s = 0; s < stride_.size(); ++s)
      if (s != destination.leaf() && destination.rest(s) != unreachable && !dead_.switch_[s])
        farthest_first_.push_back(s);
    std::stable_sort(farthest_first_.begin(), farthest_first_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return destination.rest(a) > destination.rest(b); });
  }

  const Fabric &fabric_;
  const Dead &dead_;
  RowBuilder &rows_;
  std::vector<std::uint32_t> stride_;
  std::vector<std::uint32_t> farthest_first_;
  std::vector<Hop> hops_;
  std::vector<std::uint16_t> ports_;
};

std::vector<Attachment> attachments(const Fabric &fabric) {
  std::vector<Attachment> result(fabric.hosts());
  for (std::uint32_t s = 0; s < fabric.switches(); ++s) {
    const auto ports = fabric.ports(SwitchId(s));
    for (std::uint16_t p = 0; p < ports.size(); ++p)
      if (fabric.plan().is_host(ports[p].peer))
        result[ports[p].peer.index()] = {SwitchId(s), p};
  }
  return result;
}

/// Some living leaf that is connected to the destination has no route to it.
bool misses_a_leaf(const Fabric &fabric, const Destination &destination, const std::vector<std::uint32_t> &component) {
  for (std::uint32_t s = 0; s < fabric.count(NodeKind::leaf); ++s)
    if (destination.rest(s) == unreachable &&
        component[fabric.hosts() + s] == component[fabric.hosts() + destination.leaf()])
      return true;
  return false;
}

} // namespace

std::shared_ptr<const RouteTable> compute_routes(const Fabric &fabric, const std::vector<FabricElement> &dead_elements) {
  const std::uint64_t bytes = 2ull * fabric.switches() * fabric.switches();
  if (bytes > (4ull << 30))
    throw Error(fmt::format("a route table of {} switches", fabric.switches()),
                fmt::format("it would need {} GiB, the limit is 4", bytes >> 30), "Use fewer hosts or a larger radix.");
  const Dead dead = mark_dead(fabric, dead_elements);
  const std::vector<std::uint32_t> component = fabric.graph().components_without(dead.cable);
  const Layout tiers = make_layout(fabric, dead, tier_heights(fabric));
  const auto compute = [&](const Layout &layout, bool &detours) {
    RowBuilder rows(fabric);
    RowWriter writer(fabric, dead, rows);
    for (std::uint32_t leaf = 0; leaf < fabric.count(NodeKind::leaf); ++leaf) {
      if (dead.switch_[leaf])
        continue;
      Destination destination(layout, leaf);
      if (misses_a_leaf(fabric, destination, component)) {
        destination.extend();
        detours = true;
      }
      writer.write(destination);
    }
    auto table = std::make_shared<RouteTable>();
    table->attachment = attachments(fabric);
    table->switches = rows.take();
    return table;
  };
  bool detours = false;
  const auto table = compute(tiers, detours);
  if (!detours || deadlock_free(fabric, *table))
    return table;
  const Layout rooted = make_layout(fabric, dead, rooted_heights(fabric, tiers));
  bool detours_again = false;
  const auto safe = compute(rooted, detours_again);
  ENSURES(!detours_again); // up to the root and down reaches everything connected
  return safe;
}

} // namespace lightloom
