// Metrics of a fabric. Distances by breadth-first search over switches from each leaf, weighted with hosts; large
// fabrics search once per class of like leaves. Bisection by maximum flow, or for large fabrics by the tier that
// carries least across the middle.

#include "topology/metrics.hpp"

#include "sim/core/contract.hpp"
#include "topology/max_flow.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace lightloom {

namespace {

constexpr std::uint64_t largest_search = 400'000'000; // leaves × ports: about a second

/// NIC ports on every leaf, by port of the host.
class PortsOnLeaves {
public:
  explicit PortsOnLeaves(const Fabric &fabric)
      : ports_(fabric.ports_per_host()), count_(std::size_t{fabric.count(NodeKind::leaf)} * ports_, 0),
        leaves_(fabric.count(NodeKind::leaf)) {
    for (std::uint32_t e = 0; e < fabric.endpoints(); ++e)
      ++count_[fabric.leaf_of(e).index() * ports_ + e % ports_];
  }
  std::uint32_t leaves() const { return leaves_; }
  /// One entry per port of a host.
  std::span<const std::uint32_t> on(std::uint32_t leaf) const {
    return std::span(count_).subspan(std::size_t{leaf} * ports_, ports_);
  }
  std::uint32_t all_on(std::uint32_t leaf) const { return std::accumulate(on(leaf).begin(), on(leaf).end(), 0u); }

private:
  std::uint32_t ports_;
  std::vector<std::uint32_t> count_; ///< [leaf × ports + port]
  std::uint32_t leaves_;
};

/// Cables from each switch to every other, 0xffffffff when there is no way.
void search(const Fabric &fabric, std::uint32_t from, std::vector<std::uint32_t> &distance,
            std::vector<std::uint32_t> &queue) {
  distance.assign(fabric.switches(), 0xffffffffu);
  queue.assign(1, from);
  distance[from] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (const FabricPort &port : fabric.ports(SwitchId(queue[i]))) {
      if (fabric.plan().is_host(port.peer))
        continue;
      const std::uint32_t peer = port.peer.value - fabric.hosts();
      if (distance[peer] == 0xffffffffu) {
        distance[peer] = distance[queue[i]] + 1;
        queue.push_back(peer);
      }
    }
}

/// Leaves that see the same distances: (ports on it, leaves in its group, ports in its group). Builders treat groups
/// alike.
std::vector<std::pair<std::uint32_t, std::uint32_t>> leaf_classes(const Fabric &fabric, const PortsOnLeaves &ports) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> result; // (representative, how many)
  const std::uint32_t leaves = ports.leaves();
  if (std::uint64_t{leaves} * fabric.switches() * fabric.radix() <= largest_search) {
    for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
      result.emplace_back(leaf, 1u);
    return result;
  }
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint64_t>> groups; // group → (leaves, ports)
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    auto &[count, places] = groups[fabric.node(SwitchId(leaf)).group];
    ++count;
    places += ports.all_on(leaf);
  }
  std::map<std::tuple<std::vector<std::uint32_t>, std::uint32_t, std::uint64_t>, std::size_t> known;
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    const auto &[count, places] = groups[fabric.node(SwitchId(leaf)).group];
    const auto on = ports.on(leaf);
    const auto [place, is_new] = known.try_emplace({{on.begin(), on.end()}, count, places}, result.size());
    if (is_new)
      result.emplace_back(leaf, 0u);
    ++result[place->second].second;
  }
  return result;
}

void measure_distances(const Fabric &fabric, FabricMetrics &metrics) {
  const PortsOnLeaves ports(fabric);
  std::vector<std::uint32_t> distance;
  std::vector<std::uint32_t> queue;
  double pairs = 0;
  double hops = 0;
  metrics.connected = true;
  for (const auto &[leaf, how_many] : leaf_classes(fabric, ports)) {
    const auto from = ports.on(leaf);
    if (ports.all_on(leaf) == 0)
      continue;
    search(fabric, leaf, distance, queue);
    for (std::uint32_t other = 0; other < ports.leaves(); ++other) {
      double joined = 0; // ordered pairs of different hosts, port p to port p
      for (std::size_t p = 0; p < from.size(); ++p)
        joined += static_cast<double>(from[p]) * (ports.on(other)[p] - (other == leaf && from[p] > 0 ? 1.0 : 0.0));
      joined *= how_many;
      if (joined == 0)
        continue;
      if (distance[other] == 0xffffffffu) {
        metrics.connected = false;
        continue;
      }
      metrics.diameter_hops = std::max(metrics.diameter_hops, distance[other] + 2); // and a host cable at each end
      pairs += joined;
      hops += joined * (distance[other] + 2.0);
    }
  }
  metrics.average_hops = pairs > 0 ? hops / pairs : 0;
}

/// Per leaf, how many of its NIC ports lie in the first half of their plane and in the second, when ports are lined up
/// leaf by leaf.
struct Halves {
  std::vector<std::uint32_t> first, second;
};

Halves halve(const Fabric &fabric) {
  const PortsOnLeaves ports(fabric);
  Halves halves{std::vector<std::uint32_t>(ports.leaves()), std::vector<std::uint32_t>(ports.leaves())};
  std::vector<std::uint32_t> left(fabric.planes(), fabric.endpoints() / fabric.planes() / 2);
  for (std::uint32_t leaf = 0; leaf < ports.leaves(); ++leaf) {
    std::uint32_t &in_plane = left[fabric.node(SwitchId(leaf)).plane];
    halves.first[leaf] = std::min(in_plane, ports.all_on(leaf));
    halves.second[leaf] = ports.all_on(leaf) - halves.first[leaf];
    in_plane -= halves.first[leaf];
  }
  return halves;
}

std::int64_t bisection_by_flow(const Fabric &fabric, std::int64_t host_rate) {
  const Halves halves = halve(fabric);
  std::vector<FlowEnd> sources;
  std::vector<FlowEnd> sinks;
  for (std::uint32_t leaf = 0; leaf < halves.first.size(); ++leaf) {
    if (halves.first[leaf] > 0)
      sources.push_back({SwitchId(leaf), halves.first[leaf] * host_rate});
    if (halves.second[leaf] > 0)
      sinks.push_back({SwitchId(leaf), halves.second[leaf] * host_rate});
  }
  return sources.empty() || sinks.empty() ? 0 : max_flow(fabric, sources, sinks);
}

/// Rates of a tier's cables summed, all planes. [bit/s]
std::int64_t tier_rate(const Fabric &fabric, Tier tier) {
  std::int64_t sum = 0;
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier == tier)
      sum += cable.rate.bits_per_second;
  return sum;
}

/// Global cables of the first plane between the groups before `group` and the rest. [bit/s]
std::int64_t global_rate_before(const Fabric &fabric, std::uint32_t group) {
  std::int64_t sum = 0;
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier == Tier::global && fabric.node(cable.a).plane == 0 &&
        (fabric.node(cable.a).group < group) != (fabric.node(cable.b).group < group))
      sum += cable.rate.bits_per_second;
  return sum;
}

/// Half the NIC ports, or half of a tier's uplinks when those are less. Across groups: the cut before or after the
/// group that holds the middle, beside which the hosts of that group on the near side send without crossing it. Planes
/// are alike, so the first is measured.
std::int64_t bisection_by_structure(const Fabric &fabric, std::int64_t host_rate) {
  const std::uint32_t planes = fabric.planes();
  const std::uint32_t ports = fabric.ports_per_host() / planes; // of a host in a plane
  const std::uint32_t half = fabric.hosts() * ports / 2;
  std::int64_t result = half * host_rate;
  for (const Tier tier : {Tier::leaf, Tier::spine})
    if (fabric.count(tier) > 0 && fabric.count(NodeKind::leaf) > planes)
      result = std::min(result, tier_rate(fabric, tier) / planes / 2);
  if (fabric.count(Tier::global) > 0) {
    const auto group_of = [&](std::uint32_t place) {
      return fabric.node(fabric.leaf_of(HostId(place / ports), place % ports)).group;
    };
    const std::uint32_t middle = group_of(half);
    std::int64_t near = 0; // ports of the middle group in the first half …
    std::int64_t far = 0;  // … and in the second
    for (std::uint32_t place = 0; place < fabric.hosts() * ports; ++place)
      if (group_of(place) == middle)
        ++(place < half ? near : far);
    result = std::min({result, global_rate_before(fabric, middle) + near * host_rate,
                       global_rate_before(fabric, middle + 1) + far * host_rate});
  }
  return result * planes;
}

/// Host bandwidth below a tier ÷ bandwidth up from there, the largest over switches (leaf tier) and over groups (spine
/// and global tier).
double oversubscription(const Fabric &fabric) {
  if (fabric.switches() == 1)
    return 1;
  std::vector<double> leaf_down(fabric.switches(), 0);
  std::vector<double> leaf_up(fabric.switches(), 0);
  std::map<std::uint32_t, std::pair<double, double>> groups; // group → (hosts, out of the group)
  for (const Cable &cable : fabric.plan().cables) {
    const auto rate = static_cast<double>(cable.rate.bits_per_second);
    switch (cable.tier) {
    case Tier::host:
      leaf_down[cable.b.index() - fabric.hosts()] += rate;
      groups[fabric.node(cable.b).group].first += rate;
      break;
    case Tier::leaf:
      leaf_up[cable.a.index() - fabric.hosts()] += rate;
      break;
    case Tier::spine:
      groups[fabric.node(cable.a).group].second += rate;
      break;
    case Tier::global:
      groups[fabric.node(cable.a).group].second += rate;
      groups[fabric.node(cable.b).group].second += rate;
      break;
    }
  }
  double worst = 0;
  for (std::uint32_t leaf = 0; leaf < fabric.count(NodeKind::leaf); ++leaf)
    if (leaf_up[leaf] > 0)
      worst = std::max(worst, leaf_down[leaf] / leaf_up[leaf]);
  for (const auto &[group, bandwidth] : groups)
    if (bandwidth.second > 0)
      worst = std::max(worst, bandwidth.first / bandwidth.second);
  return worst > 0 ? worst : 1;
}

/// Lists unused ports; neighbours of one kind with equal counts form one entry.
void list_unused(const Fabric &fabric, FabricMetrics &metrics) {
  NodeKind last_kind = NodeKind::host;
  std::uint32_t last_id = 0;
  for (std::uint32_t s = 0; s < fabric.switches(); ++s) {
    const std::uint32_t unused = fabric.unused_ports(SwitchId(s));
    if (unused == 0)
      continue;
    metrics.unused_ports += unused;
    const NodeKind kind = fabric.node(SwitchId(s)).kind;
    const std::string name = fabric.name(SwitchId(s));
    if (!metrics.unused.empty() && kind == last_kind && s == last_id + 1 &&
        metrics.unused.back().ports_each == unused) {
      metrics.unused.back().last = name;
      ++metrics.unused.back().switches;
    } else
      metrics.unused.push_back({name, name, 1, unused});
    last_kind = kind;
    last_id = s;
  }
}

} // namespace

FabricMetrics measure_fabric(const Fabric &fabric, std::size_t max_flow_cables) {
  FabricMetrics metrics;
  metrics.hosts = fabric.hosts();
  metrics.planes = fabric.planes();
  metrics.leaves = fabric.count(NodeKind::leaf);
  metrics.spines = fabric.count(NodeKind::spine);
  metrics.cores = fabric.count(NodeKind::core);
  metrics.host_cables = fabric.count(Tier::host);
  metrics.leaf_cables = fabric.count(Tier::leaf);
  metrics.spine_cables = fabric.count(Tier::spine);
  metrics.global_cables = fabric.count(Tier::global);
  list_unused(fabric, metrics);
  measure_distances(fabric, metrics);
  const bool small = fabric.plan().cables.size() - fabric.endpoints() <= max_flow_cables;
  const std::int64_t host_rate = fabric.plan().cables[0].rate.bits_per_second;
  metrics.bisection = BitRate(small ? bisection_by_flow(fabric, host_rate) : bisection_by_structure(fabric, host_rate));
  metrics.bisection_method = small ? "max-flow" : "structural";
  metrics.oversubscription = oversubscription(fabric);
  return metrics;
}

} // namespace lightloom
