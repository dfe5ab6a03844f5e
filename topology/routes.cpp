// Route computation, one destination leaf at a time over switches only (route_search.hpp). Cost: leaves ×
// switch-to-switch cables; a fat-tree of 8,192 hosts (512 leaves, 1,280 switches, 16,384 such cables) takes about 0.1
// s.

#include "topology/routes.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "topology/deadlock.hpp"
#include "topology/route_rows.hpp"
#include "topology/route_search.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace lightloom {

namespace {

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
      for (const FabricPort &port : fabric.ports(fabric.plan().node(*host)))
        dead.cable[port.cable.index()] = true;
    else {
      const SwitchId down = std::get<SwitchId>(element);
      dead.switch_[down.index()] = true;
      for (const FabricPort &port : fabric.ports(down))
        dead.cable[port.cable.index()] = true;
    }
  }
  return dead;
}

/// Writes one destination's groups into the rows of all switches, sources first, so that strides are known before they
/// are needed.
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
  /// Frames until the turn comes back to the same next switch: the number of next switches, since the ports alternate
  /// between them. Where a spine has unequal numbers of cables to them, all its ports: coarser bursts, but every link
  /// downstream gets its share.
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
  std::vector<Attachment> result(fabric.endpoints()); // endpoint e has cable e
  for (std::uint32_t s = 0; s < fabric.switches(); ++s) {
    const auto ports = fabric.ports(SwitchId(s));
    for (std::uint16_t p = 0; p < ports.size(); ++p)
      if (fabric.plan().is_host(ports[p].peer))
        result[ports[p].cable.index()] = {SwitchId(s), p};
  }
  return result;
}

/// A plane under search: its leaves, and what is connected.
struct PlaneSearch {
  const Fabric &fabric;
  const Dead &dead;
  std::vector<std::uint32_t> component; ///< [switch]
  std::uint32_t first_leaf, end_leaf;

  /// Some leaf that is connected to the destination has no way to it.
  bool misses_a_leaf(const Destination &destination) const {
    for (std::uint32_t s = first_leaf; s < end_leaf; ++s)
      if (destination.rest(s) == unreachable && component[s] == component[destination.leaf()])
        return true;
    return false;
  }
};

/// A table, and what it took.
struct Attempt {
  std::shared_ptr<const RouteTable> table;
  bool detoured = false; ///< some destinations needed detours
  bool complete = true;  ///< every connected pair of leaves has a way
};

Attempt attempt(const PlaneSearch &plane, const Layout &layout, Detours detours) {
  Attempt result;
  RowBuilder rows(plane.fabric);
  RowWriter writer(plane.fabric, plane.dead, rows);
  for (std::uint32_t leaf = plane.first_leaf; leaf < plane.end_leaf; ++leaf) {
    if (plane.dead.switch_[leaf])
      continue;
    Destination destination(layout, leaf);
    if (plane.misses_a_leaf(destination)) {
      destination.extend(detours);
      result.detoured = true;
      result.complete = result.complete && !plane.misses_a_leaf(destination);
    }
    writer.write(destination);
  }
  auto table = std::make_shared<RouteTable>();
  table->switches = rows.take();
  result.table = std::move(table);
  return result;
}

/// The rows of one plane, the others empty; raises `kind` to what it took.
std::shared_ptr<const RouteTable> search_plane(const PlaneSearch &plane, const Layout &tiers, RouteKind &kind) {
  for (const Detours detours : {Detours::spread, Detours::hub, Detours::anywhere}) {
    const Attempt tried = attempt(plane, tiers, detours);
    if (!tried.detoured)
      return tried.table;
    if (tried.complete && deadlock_free(plane.fabric, *tried.table)) {
      kind = std::max(kind, RouteKind::detours);
      return tried.table;
    }
  }
  const Layout rooted = make_layout(plane.fabric, plane.dead.cable, rooted_heights(tiers));
  const Attempt safe = attempt(plane, rooted, Detours::anywhere);
  ENSURES(!safe.detoured); // up to the root and down reaches everything connected
  kind = RouteKind::rooted;
  return safe.table;
}

} // namespace

std::shared_ptr<const RouteTable> compute_routes(const Fabric &fabric, const std::vector<FabricElement> &dead_elements,
                                                 RouteKind *kind) {
  const std::uint64_t bytes = 2ull * fabric.switches() * fabric.switches();
  if (bytes > (4ull << 30))
    throw Error(fmt::format("a route table of {} switches", fabric.switches()),
                fmt::format("it would need {} GiB, the limit is 4", bytes >> 30), "Use fewer hosts or a larger radix.");
  const Dead dead = mark_dead(fabric, dead_elements);
  const Layout tiers = make_layout(fabric, dead.cable, tier_heights(fabric));
  PlaneSearch search{fabric, dead, components(tiers), 0, 0};
  const std::uint32_t leaves = fabric.count(NodeKind::leaf) / fabric.planes();
  RouteTable table;
  table.attachment = attachments(fabric);
  RouteKind took = RouteKind::minimal;
  for (std::uint32_t plane = 0; plane < fabric.planes(); ++plane) {
    search.first_leaf = plane * leaves;
    search.end_leaf = search.first_leaf + leaves;
    const auto rows = search_plane(search, tiers, took);
    if (plane == 0)
      table.switches = rows->switches;
    for (std::uint32_t s = 0; s < fabric.switches(); ++s)
      if (fabric.node(SwitchId(s)).plane == plane)
        table.switches[s] = rows->switches[s];
  }
  if (kind != nullptr)
    *kind = took;
  return std::make_shared<const RouteTable>(std::move(table));
}

} // namespace lightloom
