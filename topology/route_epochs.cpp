// Epochs of routes for outages known before the run (docs/decisions/0003). At any time an outage is unknown, known to
// its neighbours, or known to all; the table follows from the set of outages in the last two states, so equal sets
// share one table.

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "topology/route_rows.hpp"
#include "topology/routes.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace lightloom {

namespace {

/// t + d, or `never` when either is beyond the clock.
SimTime later(SimTime t, Duration d) {
  return t == never || picoseconds(t) > std::numeric_limits<std::int64_t>::max() - d.count() ? never : t + d;
}

/// What an outage does to routes: known to the neighbours from `detected`, to all in [known, restored).
struct Knowledge {
  FabricElement element;
  SimTime detected;
  SimTime known;
  SimTime restored;
};

/// Outages of one element that overlap or touch are one: it stayed dark. By element, then time.
std::vector<Outage> merged(std::vector<Outage> outages) {
  std::sort(outages.begin(), outages.end(),
            [](const Outage &a, const Outage &b) { return std::tie(a.element, a.from) < std::tie(b.element, b.from); });
  std::vector<Outage> result;
  for (const Outage &outage : outages) {
    EXPECTS(outage.from < outage.until);
    if (!result.empty() && result.back().element == outage.element && outage.from <= result.back().until)
      result.back().until = std::max(result.back().until, outage.until);
    else
      result.push_back(outage);
  }
  return result;
}

std::vector<Knowledge> knowledge_of(const std::vector<Outage> &outages, Duration detection, Duration reroute) {
  std::vector<Knowledge> result;
  for (const Outage &outage : merged(outages)) {
    const SimTime detected = later(outage.from, detection);
    if (outage.until <= detected && outage.until != never)
      continue; // over before anyone saw it
    result.push_back({outage.element, detected, later(outage.from, reroute), later(outage.until, reroute)});
  }
  return result;
}

using ElementSet = std::set<FabricElement>;

/// The cables that an element takes with it, seen by its neighbours.
std::vector<CableId> cables_of(const Fabric &fabric, const FabricElement &element) {
  if (const auto *cable = std::get_if<CableId>(&element))
    return {*cable};
  const auto *host = std::get_if<HostId>(&element);
  std::vector<CableId> result;
  for (const FabricPort &port :
       host != nullptr ? fabric.ports(fabric.plan().node(*host)) : fabric.ports(std::get<SwitchId>(element)))
    result.push_back(port.cable);
  return result;
}

/// `base`, with dead ports taken out at the switches that see them.
std::shared_ptr<const RouteTable> prune(const Fabric &fabric, const std::shared_ptr<const RouteTable> &base,
                                        const ElementSet &seen_locally, RowPool &pool) {
  std::set<CableId> dead;
  std::set<SwitchId> affected;
  for (const FabricElement &element : seen_locally)
    for (const CableId cable : cables_of(fabric, element)) {
      dead.insert(cable);
      for (const NodeId end : {fabric.plan().cables[cable.index()].a, fabric.plan().cables[cable.index()].b})
        if (!fabric.plan().is_host(end))
          affected.insert(SwitchId(end.value - fabric.hosts()));
    }
  auto table = std::make_shared<RouteTable>(*base);
  for (const SwitchId id : affected) {
    const auto ports = fabric.ports(id);
    std::vector<bool> dead_port(ports.size());
    for (std::size_t p = 0; p < ports.size(); ++p)
      dead_port[p] = dead.contains(ports[p].cable);
    auto &row = table->switches[id.index()];
    row = pool.share(std::make_shared<const SwitchRoutes>(without_ports(*row, dead_port)));
  }
  return table;
}

} // namespace

std::vector<RouteEpoch> route_epochs(const Fabric &fabric, const std::vector<Outage> &outages, Duration detection,
                                     Duration reroute, std::vector<RouteKind> *kinds) {
  if (detection < Duration::zero() || reroute < detection)
    throw Error(fmt::format("routing.reroute shorter than routing.detection ({} ps, {} ps)", reroute.count(),
                            detection.count()),
                "tables are computed anew after the failure was seen", "Set reroute to at least detection.");
  const std::vector<Knowledge> all = knowledge_of(outages, detection, reroute);
  std::set<SimTime> instants{SimTime{}};
  for (const Knowledge &k : all)
    for (const SimTime t : {k.detected, k.known, k.restored})
      if (t != never)
        instants.insert(std::max(t, SimTime{})); // what began long before the run is known when it starts
  RowPool pool;
  struct Computed {
    std::shared_ptr<const RouteTable> table;
    RouteKind kind = RouteKind::minimal;
  };
  std::map<ElementSet, Computed> computed;
  const auto routes_without = [&](const ElementSet &dead) {
    auto &[table, kind] = computed[dead];
    if (!table) {
      auto fresh = std::make_shared<RouteTable>(*compute_routes(fabric, {dead.begin(), dead.end()}, &kind));
      for (auto &row : fresh->switches)
        row = pool.share(row);
      table = std::move(fresh);
    }
    return computed[dead];
  };
  std::map<std::pair<ElementSet, ElementSet>, std::shared_ptr<const RouteTable>> pruned;
  std::vector<RouteEpoch> epochs;
  if (kinds != nullptr)
    kinds->clear();
  ElementSet last_known;
  ElementSet last_seen;
  for (const SimTime t : instants) {
    ElementSet known;
    ElementSet seen;
    for (const Knowledge &k : all) {
      if (k.known <= t && t < k.restored)
        known.insert(k.element);
      else if (k.detected <= t && t < k.known)
        seen.insert(k.element);
    }
    if (!epochs.empty() && known == last_known && seen == last_seen)
      continue;
    const auto [table, kind] = routes_without(known);
    if (kinds != nullptr)
      kinds->push_back(kind);
    auto &local = pruned[{known, seen}];
    if (!local)
      local = seen.empty() ? table : prune(fabric, table, seen, pool);
    epochs.push_back({t, local});
    last_known = std::move(known);
    last_seen = std::move(seen);
  }
  return epochs;
}

std::uint64_t memory_of(const std::vector<RouteEpoch> &epochs) {
  std::set<const SwitchRoutes *> seen;
  std::set<const RouteTable *> tables;
  std::uint64_t bytes = 0;
  for (const RouteEpoch &epoch : epochs) {
    if (tables.insert(epoch.table.get()).second)
      bytes += epoch.table->attachment.size() * sizeof(Attachment) +
               epoch.table->switches.size() * sizeof(std::shared_ptr<const SwitchRoutes>);
    for (const auto &row : epoch.table->switches)
      if (seen.insert(row.get()).second)
        bytes += sizeof(SwitchRoutes) + row->group_of_leaf.size() * 2 + row->groups.size() * sizeof(PortGroup) +
                 row->ports.size() * 2;
  }
  return bytes;
}

} // namespace lightloom
