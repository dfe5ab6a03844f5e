// Scenes drawn at random over everything a specification can say, run sequentially and in windows: what no table of
// scenes thought of. A scene that fails is named by its number, from which it can be built again.

#include "tests/determinism/network/result_text.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

class RandomScene {
public:
  explicit RandomScene(std::uint32_t number) : random_(2026, Purpose::test, number) {}

  NetworkSpec build() {
    NetworkSpec spec = fabric();
    spec.seed = random_.bits();
    spec.ties_by_id = one_in(4);
    links(spec);
    machines(spec);
    spec.transport = transport(spec);
    if (spec.transport.credits.value == 0 && spec.transport.kind != &ideal_transport && one_in(2))
      buffers(spec.switches);
    traffic(spec);
    spec.record_flows = true;
    return spec;
  }
  ExecutionOptions execution() {
    ExecutionOptions options;
    options.grouping = static_cast<ExecutionOptions::Grouping>(random_.below(3));
    options.threads = static_cast<std::uint32_t>(1 + random_.below(4));
    return options;
  }

private:
  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::uint32_t number(std::uint32_t from, std::uint32_t to) {
    return from + static_cast<std::uint32_t>(random_.below(to - from + 1));
  }
  Duration duration(std::uint32_t most) { return Duration(number(0, most)); }

  NetworkSpec fabric() {
    switch (random_.below(5)) {
    case 0:
      return star(number(2, 9), 400_Gbps, 300ns);
    case 1:
      return fat_tree(4, 400_Gbps, 300ns);
    case 2:
      return leaf_spine(number(2, 4), number(1, 4), number(1, 4), 400_Gbps, 300ns);
    case 3:
      return rerouted();
    default:
      return chain(std::vector<BitRate>(number(2, 6), 400_Gbps), 300ns);
    }
  }

  /// Three spines, one of which is left out of the tables for a while.
  NetworkSpec rerouted() {
    const std::uint32_t leaves = number(2, 4), below = number(1, 3);
    NetworkSpec spec = leaf_spine(leaves, below, 3, 400_Gbps, 300ns);
    const auto all = spec.routes.front().table;
    const SimTime from = SimTime{} + Duration(number(1, 10'000'000));
    spec.routes.push_back({from, leaf_spine_table(leaves, below, 3, number(0, 2))});
    spec.routes.push_back({from + Duration(number(1, 10'000'000)), all});
    return spec;
  }

  void links(NetworkSpec &spec) {
    static constexpr BitRate rates[] = {100_Gbps, 400_Gbps, 720_Gbps, 800_Gbps, 3200_Gbps, 7200_Gbps};
    const bool mixed_rates = one_in(2), mixed_latencies = one_in(2), lossy = one_in(3);
    const BitRate rate = rates[random_.below(6)];
    const Duration latency = Duration(number(1, 1'000'000));
    const double ratio = lossy ? 1e-3 / static_cast<double>(1 + random_.below(20)) : 0;
    for (std::uint32_t c = 0; c < spec.fabric.cables.size(); ++c) {
      const BitRate mine = mixed_rates ? rates[random_.below(6)] : rate;
      spec.fabric.cables[c].rate = mine;
      for (const auto l : {2 * c, 2 * c + 1})
        spec.links[l].segments.front() = {SimTime{}, mine, mixed_latencies ? Duration(number(1, 1'000'000)) : latency,
                                          ratio};
    }
    if (one_in(4)) { // one direction is slowed down, and its latency grows
      auto &segments = spec.links[number(0, static_cast<std::uint32_t>(spec.links.size() - 1))].segments;
      LinkHealthSegment worse = segments.front();
      worse.from = SimTime{} + Duration(number(1, 20'000'000));
      worse.rate = rates[random_.below(6)];
      worse.latency += duration(500'000);
      segments.push_back(worse);
    } else if (one_in(3)) {
      const SimTime down = SimTime{} + Duration(number(1, 40'000'000));
      take_down(spec, number(0, static_cast<std::uint32_t>(spec.fabric.cables.size() - 1)), down,
                down + Duration(number(1, 60'000'000)));
    }
  }

  void machines(NetworkSpec &spec) {
    spec.switches.latency = duration(700'000);
    spec.switches.forwarding = one_in(2) ? Forwarding::cut_through : Forwarding::store_and_forward;
    spec.hosts.nic_latency = one_in(4) ? Duration{} : duration(900'000);
    spec.hosts.message_overhead = one_in(2) ? Duration{} : duration(900'000);
    static constexpr PathChoice choices[] = {PathChoice::ecmp,    PathChoice::spray,    PathChoice::spray_random,
                                             PathChoice::flowlet, PathChoice::adaptive, PathChoice::spray_least_of_two};
    spec.paths = choices[random_.below(6)];
    spec.switches.flowlet_gap = duration(10'000'000);
    spec.link_retry.enabled = one_in(2);
    spec.link_retry.most = number(1, 8);
    spec.link_retry.turnaround = duration(200'000);
    if (one_in(3))
      spec.link_retry.buffer = Bytes(number(10'000, 200'000));
  }

  /// One that overflows, or one that PFC keeps from it: headroom for 1 us at 7.2 Tb/s both ways, 9 ports.
  void buffers(SwitchSpec &spec) {
    spec.buffer = Bytes(number(30'000, 600'000));
    if (one_in(2)) {
      spec.buffer = Bytes(number(70'000'000, 80'000'000));
      spec.pfc = {true, Bytes(one_in(2) ? 0 : number(5'000, 100'000)), Bytes(number(0, 5'000)), Bytes(6'000'000)};
      spec.alpha = 1.0 / number(1, 64);
    }
    if (one_in(2))
      spec.ecn = {true, Bytes(number(1'000, 20'000)), Bytes(number(20'000, 100'000)), 0.5};
  }

  TransportSpec transport(const NetworkSpec &spec) {
    TransportSpec t = infiniband();
    t.kind = one_in(3) ? &ideal_transport : &infiniband_transport;
    t.mtu = Bytes(one_in(3) ? 4096 : number(200, 9000));
    t.header = Bytes(number(0, 60));
    t.virtual_lanes = number(1, 4);
    const std::int64_t frame = t.mtu.value + t.header.value + 20;
    t.credits = Bytes(one_in(3) ? 0 : one_in(3) ? frame : frame * number(1, 30) + number(0, 500));
    t.window_frames = 64u << number(0, 6);
    t.ack_every = number(1, 32);
    t.recovery = spec.paths == PathChoice::ecmp && one_in(2) ? TransportSpec::Recovery::go_back_n
                                                             : TransportSpec::Recovery::selective;
    t.retransmit_timeout = Duration(number(40'000'000, 200'000'000));
    return t;
  }

  /// Messages between random pairs on random streams; receivers take them in the order of senders, with computing in
  /// between.
  void traffic(NetworkSpec &spec) {
    const std::uint32_t n = spec.fabric.hosts;
    const std::uint32_t streams = number(1, 3);
    std::vector<std::vector<std::vector<Operation>>> scripts(n, std::vector<std::vector<Operation>>(streams));
    auto receives = scripts;
    for (std::uint32_t i = number(1, 40); i > 0; --i) {
      const std::uint32_t from = number(0, n - 1), to = number(0, n - 1), stream = number(0, streams - 1);
      const Bytes size(one_in(10) ? 0 : number(1, 60'000));
      scripts[from][stream].push_back(send(to, size));
      receives[to][stream].push_back(receive(from, size));
      if (one_in(5))
        scripts[from][stream].push_back(compute(duration(3'000'000)));
      if (one_in(6))
        scripts[from][stream].push_back(plain(Operation::Kind::drain));
      if (const std::uint32_t other = number(0, streams - 1);
          other != stream && one_in(4)) { // another stream waits for this one
        scripts[from][stream].push_back(plain(Operation::Kind::signal, i));
        receives[from][other].push_back(plain(Operation::Kind::wait, i, 1));
      }
    }
    for (std::uint32_t r = 0; r < n; ++r)
      for (std::uint32_t s = 0; s < streams; ++s)
        scripts[r][s].insert(scripts[r][s].end(), receives[r][s].begin(), receives[r][s].end());
    give(spec, std::move(scripts));
  }

  RandomStream random_;
};

void check_scene(std::uint32_t number) {
  CAPTURE(number);
  RandomScene scene(number);
  ExecutionOptions options;
  options.sequential = true;
  const NetworkResult right = simulate(scene.build(), options);
  const std::string expected = as_text(right);
  CHECK(right.violations.empty());
  if (!right.violations.empty())
    MESSAGE(right.violations.front());
  CHECK((right.failed || right.blocked.empty()));
  for (int i = 0; i < 3; ++i) {
    options = scene.execution();
    CHECK(first_difference(expected, as_text(simulate(RandomScene(number).build(), options))) == "");
  }
}

} // namespace

TEST_CASE("Scenes drawn at random have one result however they are executed, lose nothing and finish") {
  for (std::uint32_t number = 0; number < 600; ++number)
    check_scene(number);
}
