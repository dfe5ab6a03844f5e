#pragma once
// Small fabrics and scripted programs for tests of the network, built by hand so that nothing but sim/network is
// tested.

#include "sim/core/random.hpp"
#include "sim/network/network.hpp"
#include "sim/network/nic/transport_kind.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

namespace lightloom::test {

/// Operations of each stream, one after another; finish at the end.
class Script final : public RankProgram {
public:
  explicit Script(std::vector<std::vector<Operation>> streams) : streams_(std::move(streams)), at_(streams_.size()) {}
  std::uint32_t streams() const override { return static_cast<std::uint32_t>(streams_.size()); }
  Operation next(std::uint32_t s) override {
    Operation op = at_[s] < streams_[s].size() ? streams_[s][at_[s]++] : Operation{};
    op.channel = s;
    return op;
  }
  std::vector<Peer> sends_to() const override {
    std::vector<Peer> peers;
    for (std::uint32_t s = 0; s < streams_.size(); ++s)
      for (const auto &op : streams_[s]) {
        const auto same = [&](const Peer &p) { return p.channel == s && p.rank == op.peer; };
        if (op.kind == Operation::Kind::send && std::none_of(peers.begin(), peers.end(), same))
          peers.push_back({s, op.peer});
      }
    return peers;
  }
  std::vector<Group> scale_up_groups() const override { return groups; }
  std::vector<Group> groups;

private:
  std::vector<std::vector<Operation>> streams_;
  std::vector<std::size_t> at_;
};

inline Operation send(std::uint32_t peer, Bytes bytes) {
  Operation op;
  op.kind = Operation::Kind::send;
  op.peer = peer;
  op.bytes = bytes;
  return op;
}
inline Operation receive(std::uint32_t peer, Bytes bytes) {
  Operation op = send(peer, bytes);
  op.kind = Operation::Kind::receive;
  return op;
}
inline Operation compute(Duration d) {
  Operation op;
  op.kind = Operation::Kind::compute;
  op.duration = d;
  return op;
}
inline Operation plain(Operation::Kind kind, std::uint32_t id = 0, std::uint32_t count = 0) {
  Operation op;
  op.kind = kind;
  op.id = id;
  op.count = count;
  return op;
}

inline LinkHealth healthy(BitRate rate, Duration latency, double uncorrectable = 0) {
  LinkHealth health;
  health.segments.push_back({SimTime{}, rate, latency, uncorrectable});
  return health;
}

/// Hosts on one switch.
inline NetworkSpec star(std::uint32_t hosts, BitRate rate, Duration latency) {
  NetworkSpec spec;
  spec.fabric.hosts = hosts;
  spec.fabric.switches = 1;
  auto table = std::make_shared<RouteTable>();
  auto routes = std::make_shared<SwitchRoutes>();
  routes->group_of_leaf = {no_group};
  for (std::uint32_t h = 0; h < hosts; ++h) {
    spec.fabric.cables.push_back({NodeId(h), NodeId(hosts), Tier::host, rate});
    table->attachment.push_back({SwitchId(0), static_cast<std::uint16_t>(h)});
  }
  table->switches = {routes};
  spec.routes.push_back({SimTime{}, table});
  spec.links.assign(2 * hosts, healthy(rate, latency));
  return spec;
}

/// k-ary three-level fat-tree: k³/4 hosts, k²/2 leaves, k²/2 aggregation switches, k²/4 cores, k ports each.
inline NetworkSpec fat_tree(std::uint32_t k, BitRate rate, Duration latency) {
  const std::uint32_t half = k / 2, hosts = k * half * half, leaves = k * half, aggs = k * half, cores = half * half;
  NetworkSpec spec;
  auto &fabric = spec.fabric;
  fabric.hosts = hosts;
  fabric.switches = leaves + aggs + cores;
  auto table = std::make_shared<RouteTable>();
  for (std::uint32_t h = 0; h < hosts; ++h) {
    fabric.cables.push_back({NodeId(h), NodeId(hosts + h / half), Tier::host, rate});
    table->attachment.push_back({SwitchId(h / half), static_cast<std::uint16_t>(h % half)});
  }
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
    for (std::uint32_t a = 0; a < half; ++a)
      fabric.cables.push_back(
          {NodeId(hosts + leaf), NodeId(hosts + leaves + leaf / half * half + a), Tier::leaf, rate});
  for (std::uint32_t agg = 0; agg < aggs; ++agg)
    for (std::uint32_t c = 0; c < half; ++c)
      fabric.cables.push_back(
          {NodeId(hosts + leaves + agg), NodeId(hosts + leaves + aggs + agg % half * half + c), Tier::spine, rate});
  // Ports follow cable order: a leaf has hosts first, then up; an aggregation switch leaves first, then cores; a core
  // one port per pod.
  const auto up_group = [&](SwitchRoutes &r, std::uint32_t stride) {
    r.groups.push_back({0, static_cast<std::uint16_t>(half), stride});
    for (std::uint32_t p = 0; p < half; ++p)
      r.ports.push_back(static_cast<std::uint16_t>(half + p));
  };
  const auto down = [](SwitchRoutes &r, std::uint32_t port) {
    r.groups.push_back({static_cast<std::uint32_t>(r.ports.size()), 1, 1});
    r.ports.push_back(static_cast<std::uint16_t>(port));
    return static_cast<std::uint16_t>(r.groups.size() - 1);
  };
  for (std::uint32_t s = 0; s < fabric.switches; ++s) {
    auto r = std::make_shared<SwitchRoutes>();
    r->group_of_leaf.assign(fabric.switches, no_group);
    if (s < leaves + aggs)
      up_group(*r, s < leaves ? 1 : half);
    for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
      if (s < leaves)
        r->group_of_leaf[leaf] = 0;
      else if (s < leaves + aggs)
        r->group_of_leaf[leaf] = leaf / half == (s - leaves) / half ? down(*r, leaf % half) : std::uint16_t{0};
      else
        r->group_of_leaf[leaf] = down(*r, leaf / half);
    }
    table->switches.push_back(r);
  }
  spec.routes.push_back({SimTime{}, table});
  spec.links.assign(2 * fabric.cables.size(), healthy(rate, latency));
  return spec;
}

/// Host 0 – switch – … – switch – host 1: cable i has rates[i], so there is one switch less than rates; one rate is a
/// bare cable.
inline NetworkSpec chain(const std::vector<BitRate> &rates, Duration latency) {
  const auto switches = static_cast<std::uint32_t>(rates.size() - 1);
  NetworkSpec spec;
  spec.fabric.hosts = 2;
  spec.fabric.switches = switches;
  const auto right_of = [&](std::uint32_t cable) { return cable == switches ? NodeId(1) : NodeId(2 + cable); };
  for (std::uint32_t c = 0; c < rates.size(); ++c) {
    const NodeId left = c == 0 ? NodeId(0) : NodeId(1 + c);
    const bool last = c == switches && c > 0; // a host cable begins at the host
    spec.fabric.cables.push_back({last ? right_of(c) : left, last ? left : right_of(c), Tier::host, rates[c]});
    spec.links.push_back(healthy(rates[c], latency));
    spec.links.push_back(healthy(rates[c], latency));
  }
  auto table = std::make_shared<RouteTable>();
  table->attachment = {{SwitchId(0), 0}, {SwitchId(switches == 0 ? 0 : switches - 1), 1}};
  for (std::uint32_t s = 0; s < switches; ++s) { // port 0 to the left, port 1 to the right
    auto routes = std::make_shared<SwitchRoutes>();
    routes->group_of_leaf.assign(switches, no_group);
    routes->groups = {{0, 1, 1}, {1, 1, 1}};
    routes->ports = {0, 1};
    routes->group_of_leaf[0] = 0;
    if (s + 1 < switches)
      routes->group_of_leaf[switches - 1] = 1;
    table->switches.push_back(routes);
  }
  spec.routes.push_back({SimTime{}, table});
  return spec;
}

/// Two-level Clos: `leaves` switches with `below` hosts each, every leaf with one cable to each of `spines`. Cables of
/// hosts come first, then leaf by leaf its uplinks; `dead_spine` is left out of the tables (as after a re-route), if it
/// is one.
inline std::shared_ptr<RouteTable> leaf_spine_table(std::uint32_t leaves, std::uint32_t below, std::uint32_t spines,
                                                    std::uint32_t dead_spine = 0xffffffffu) {
  auto table = std::make_shared<RouteTable>();
  for (std::uint32_t h = 0; h < leaves * below; ++h)
    table->attachment.push_back({SwitchId(h / below), static_cast<std::uint16_t>(h % below)});
  for (std::uint32_t s = 0; s < leaves + spines; ++s) {
    auto routes = std::make_shared<SwitchRoutes>();
    routes->group_of_leaf.assign(leaves + spines, no_group);
    if (s < leaves) {
      for (std::uint32_t p = 0; p < spines; ++p)
        if (p != dead_spine)
          routes->ports.push_back(static_cast<std::uint16_t>(below + p));
      routes->groups.push_back({0, static_cast<std::uint16_t>(routes->ports.size()), 1});
    }
    for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
      if (s >= leaves) {
        routes->groups.push_back({leaf, 1, 1});
        routes->ports.push_back(static_cast<std::uint16_t>(leaf));
        routes->group_of_leaf[leaf] = static_cast<std::uint16_t>(leaf);
      } else if (leaf != s) {
        routes->group_of_leaf[leaf] = 0;
      }
    }
    table->switches.push_back(routes);
  }
  return table;
}

inline NetworkSpec leaf_spine(std::uint32_t leaves, std::uint32_t below, std::uint32_t spines, BitRate rate,
                              Duration latency) {
  NetworkSpec spec;
  auto &fabric = spec.fabric;
  fabric.hosts = leaves * below;
  fabric.switches = leaves + spines;
  for (std::uint32_t h = 0; h < fabric.hosts; ++h)
    fabric.cables.push_back({NodeId(h), NodeId(fabric.hosts + h / below), Tier::host, rate});
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
    for (std::uint32_t p = 0; p < spines; ++p)
      fabric.cables.push_back({NodeId(fabric.hosts + leaf), NodeId(fabric.hosts + leaves + p), Tier::leaf, rate});
  spec.routes.push_back({SimTime{}, leaf_spine_table(leaves, below, spines)});
  spec.links.assign(2 * fabric.cables.size(), healthy(rate, latency));
  return spec;
}

/// Both directions of a cable are down in [from, to).
inline void take_down(NetworkSpec &spec, std::uint32_t cable, SimTime from, SimTime to = never) {
  for (auto &link : {2 * cable, 2 * cable + 1}) {
    auto &segments = spec.links[link].segments;
    const LinkHealthSegment well = segments.front();
    segments.push_back({from, BitRate(0), well.latency, 0});
    if (to != never)
      segments.push_back({to, well.rate, well.latency, well.uncorrectable_ratio});
  }
}

inline void give(NetworkSpec &spec, std::vector<std::vector<std::vector<Operation>>> scripts) {
  for (std::uint32_t r = 0; r < scripts.size(); ++r) {
    spec.placement.push_back(HostId(r));
    spec.programs.push_back(std::make_unique<Script>(std::move(scripts[r])));
  }
}

/// Every host sends `size` to another and receives from another: a random permutation without fixed points.
inline void permutation(NetworkSpec &spec, Bytes size, std::uint64_t seed) {
  std::vector<std::uint32_t> to(spec.fabric.hosts);
  std::iota(to.begin(), to.end(), 0u);
  RandomStream random(seed, Purpose::test, 0);
  for (std::uint32_t i = spec.fabric.hosts - 1; i > 0; --i) // Sattolo: one cycle
    std::swap(to[i], to[random.below(i)]);
  std::vector<std::vector<std::vector<Operation>>> scripts(spec.fabric.hosts);
  std::vector<std::uint32_t> from(to.size());
  for (std::uint32_t i = 0; i < to.size(); ++i)
    from[to[i]] = i;
  for (std::uint32_t i = 0; i < to.size(); ++i)
    scripts[i] = {{send(to[i], size), receive(from[i], size)}};
  give(spec, std::move(scripts));
}

/// Ring all-reduce of `size` per rank (a multiple of the ranks) over all hosts in order.
inline void ring(NetworkSpec &spec, Bytes size) {
  const std::uint32_t n = spec.fabric.hosts;
  std::vector<std::vector<std::vector<Operation>>> scripts(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    scripts[i].resize(1);
    for (std::uint32_t step = 0; step < 2 * (n - 1); ++step) {
      scripts[i][0].push_back(send((i + 1) % n, Bytes(size.value / n)));
      scripts[i][0].push_back(receive((i + n - 1) % n, Bytes(size.value / n)));
    }
  }
  give(spec, std::move(scripts));
}

/// All-to-all: every host sends `size` to each other host, next neighbour first, then receives from all.
inline void all_to_all(NetworkSpec &spec, Bytes size) {
  const std::uint32_t n = spec.fabric.hosts;
  std::vector<std::vector<std::vector<Operation>>> scripts(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    scripts[i].resize(1);
    for (std::uint32_t d = 1; d < n; ++d)
      scripts[i][0].push_back(send((i + d) % n, size));
    for (std::uint32_t d = 1; d < n; ++d)
      scripts[i][0].push_back(receive((i + n - d) % n, size));
  }
  give(spec, std::move(scripts));
}

/// Hosts 1 … senders each send `size` to host 0, all at once.
inline void incast(NetworkSpec &spec, std::uint32_t senders, Bytes size) {
  std::vector<std::vector<std::vector<Operation>>> scripts(senders + 1);
  scripts[0].resize(1);
  for (std::uint32_t i = 1; i <= senders; ++i) {
    scripts[0][0].push_back(receive(i, size));
    scripts[i] = {{send(0, size)}};
  }
  give(spec, std::move(scripts));
}

/// Host 0 sends `count` messages of `size` to host 1.
inline void stream_of_messages(NetworkSpec &spec, Bytes size, std::uint32_t count = 1) {
  give(spec, {{std::vector<Operation>(count, send(1, size))}, {std::vector<Operation>(count, receive(0, size))}});
}

inline TransportSpec infiniband() {
  TransportSpec t;
  t.kind = &infiniband_transport;
  t.header = Bytes(30);
  t.credits = Bytes(256 * 1024);
  return t;
}

} // namespace lightloom::test
