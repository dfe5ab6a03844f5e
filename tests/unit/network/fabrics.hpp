#pragma once
// Small fabrics and scripted programs for tests of the network, built by hand so that nothing but sim/network is tested.

#include "sim/core/random.hpp"
#include "sim/network/network.hpp"

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
    return at_[s] < streams_[s].size() ? streams_[s][at_[s]++] : Operation{};
  }
  std::vector<Peer> sends_to() const override {
    std::vector<Peer> peers;
    for (std::uint32_t s = 0; s < streams_.size(); ++s)
      for (const auto &op : streams_[s]) {
        const auto same = [&](const Peer &p) { return p.stream == s && p.rank == op.peer; };
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
      fabric.cables.push_back({NodeId(hosts + leaf), NodeId(hosts + leaves + leaf / half * half + a), Tier::leaf, rate});
  for (std::uint32_t agg = 0; agg < aggs; ++agg)
    for (std::uint32_t c = 0; c < half; ++c)
      fabric.cables.push_back({NodeId(hosts + leaves + agg), NodeId(hosts + leaves + aggs + agg % half * half + c), Tier::spine, rate});
  // Ports follow cable order: a leaf has hosts first, then up; an aggregation switch leaves first, then cores; a core one port per pod.
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

inline TransportSpec infiniband() {
  TransportSpec t;
  t.kind = TransportSpec::Kind::infiniband;
  t.header = Bytes(30);
  t.credits = Bytes(64 * 1024);
  return t;
}

} // namespace lightloom::test
