// Metrics of a fabric. Distances by breadth-first search over switches from each leaf, weighted with hosts; large
// fabrics search once per class of like leaves. Bisection by maximum flow, or for large fabrics by the tier that
// carries least across the middle.

#include "topology/metrics.hpp"

#include "sim/core/contract.hpp"
#include "topology/fabric_graph.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace lightloom {

namespace {

constexpr std::uint64_t largest_search = 400'000'000; // leaves × ports: about a second

/// Hosts on every leaf.
std::vector<std::uint32_t> hosts_per_leaf(const Fabric &fabric) {
  std::vector<std::uint32_t> result(fabric.count(NodeKind::leaf), 0);
  for (std::uint32_t h = 0; h < fabric.hosts(); ++h)
    ++result[fabric.leaf_of(HostId(h)).index()];
  return result;
}

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

/// Leaves that see the same distances: (hosts on it, leaves in its group, hosts in its group). Builders treat groups
/// alike.
std::vector<std::pair<std::uint32_t, std::uint32_t>> leaf_classes(const Fabric &fabric,
                                                                  const std::vector<std::uint32_t> &hosts_on) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> result; // (representative, how many)
  const auto leaves = static_cast<std::uint32_t>(hosts_on.size());
  if (std::uint64_t{leaves} * fabric.switches() * fabric.radix() <= largest_search) {
    for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
      result.emplace_back(leaf, 1u);
    return result;
  }
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint64_t>> groups; // group → (leaves, hosts)
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    auto &[count, hosts] = groups[fabric.node(SwitchId(leaf)).group];
    ++count;
    hosts += hosts_on[leaf];
  }
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>, std::size_t> known;
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    const auto &[count, hosts] = groups[fabric.node(SwitchId(leaf)).group];
    const auto [place, is_new] = known.try_emplace({hosts_on[leaf], count, hosts}, result.size());
    if (is_new)
      result.emplace_back(leaf, 0u);
    ++result[place->second].second;
  }
  return result;
}

void measure_distances(const Fabric &fabric, FabricMetrics &metrics) {
  const std::vector<std::uint32_t> hosts_on = hosts_per_leaf(fabric);
  std::vector<std::uint32_t> distance;
  std::vector<std::uint32_t> queue;
  double pairs = 0;
  double hops = 0;
  metrics.connected = true;
  for (const auto &[leaf, how_many] : leaf_classes(fabric, hosts_on)) {
    if (hosts_on[leaf] == 0)
      continue;
    search(fabric, leaf, distance, queue);
    const double sources = static_cast<double>(hosts_on[leaf]) * how_many;
    for (std::uint32_t other = 0; other < hosts_on.size(); ++other) {
      const double targets = other == leaf ? hosts_on[other] - 1.0 : hosts_on[other];
      if (targets == 0)
        continue;
      if (distance[other] == 0xffffffffu) {
        metrics.connected = false;
        continue;
      }
      metrics.diameter_hops = std::max(metrics.diameter_hops, distance[other] + 2); // and a host cable at each end
      pairs += sources * targets;
      hops += sources * targets * (distance[other] + 2.0);
    }
  }
  metrics.average_hops = pairs > 0 ? hops / pairs : 0;
}

/// Per leaf, how many of its hosts lie in the first half and in the second, when hosts are lined up leaf by leaf.
struct Halves {
  std::vector<std::uint32_t> first, second;
};

Halves halve(const Fabric &fabric) {
  const std::vector<std::uint32_t> hosts_on = hosts_per_leaf(fabric);
  Halves halves{std::vector<std::uint32_t>(hosts_on.size()), std::vector<std::uint32_t>(hosts_on.size())};
  std::uint32_t left = fabric.hosts() / 2;
  for (std::size_t leaf = 0; leaf < hosts_on.size(); ++leaf) {
    halves.first[leaf] = std::min(left, hosts_on[leaf]);
    halves.second[leaf] = hosts_on[leaf] - halves.first[leaf];
    left -= halves.first[leaf];
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
  return sources.empty() || sinks.empty() ? 0 : fabric.graph().max_flow(sources, sinks);
}

/// Rates of a tier's cables summed. [bit/s]
std::int64_t tier_rate(const Fabric &fabric, Tier tier) {
  std::int64_t sum = 0;
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier == tier)
      sum += cable.rate.bits_per_second;
  return sum;
}

/// Global cables between the groups before `group` and the rest. [bit/s]
std::int64_t global_rate_before(const Fabric &fabric, std::uint32_t group) {
  std::int64_t sum = 0;
  for (const Cable &cable : fabric.plan().cables)
    if (cable.tier == Tier::global && (fabric.node(cable.a).group < group) != (fabric.node(cable.b).group < group))
      sum += cable.rate.bits_per_second;
  return sum;
}

/// Half the hosts, or half of a tier's uplinks when those are less. Across groups: the cut before or after the group
/// that holds the middle, beside which the hosts of that group on the near side send without crossing it.
std::int64_t bisection_by_structure(const Fabric &fabric, std::int64_t host_rate) {
  const std::uint32_t half = fabric.hosts() / 2;
  std::int64_t result = half * host_rate;
  for (const Tier tier : {Tier::leaf, Tier::spine})
    if (fabric.count(tier) > 0 && fabric.count(NodeKind::leaf) > 1)
      result = std::min(result, tier_rate(fabric, tier) / 2);
  if (fabric.count(Tier::global) == 0)
    return result;
  const std::uint32_t middle = fabric.node(NodeId(half)).group;
  std::int64_t near = 0; // hosts of the middle group in the first half …
  std::int64_t far = 0;  // … and in the second
  for (std::uint32_t h = 0; h < fabric.hosts(); ++h)
    if (fabric.node(NodeId(h)).group == middle)
      ++(h < half ? near : far);
  return std::min({result, global_rate_before(fabric, middle) + near * host_rate,
                   global_rate_before(fabric, middle + 1) + far * host_rate});
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
    const auto unused = fabric.radix() - static_cast<std::uint32_t>(fabric.ports(SwitchId(s)).size());
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
  metrics.leaves = fabric.count(NodeKind::leaf);
  metrics.spines = fabric.count(NodeKind::spine);
  metrics.cores = fabric.count(NodeKind::core);
  metrics.host_cables = fabric.count(Tier::host);
  metrics.leaf_cables = fabric.count(Tier::leaf);
  metrics.spine_cables = fabric.count(Tier::spine);
  metrics.global_cables = fabric.count(Tier::global);
  list_unused(fabric, metrics);
  measure_distances(fabric, metrics);
  const bool small = fabric.plan().cables.size() - fabric.hosts() <= max_flow_cables;
  const std::int64_t host_rate = fabric.plan().cables[0].rate.bits_per_second;
  metrics.bisection = BitRate(small ? bisection_by_flow(fabric, host_rate) : bisection_by_structure(fabric, host_rate));
  metrics.bisection_method = small ? "max-flow" : "structural";
  metrics.oversubscription = oversubscription(fabric);
  return metrics;
}

} // namespace lightloom
