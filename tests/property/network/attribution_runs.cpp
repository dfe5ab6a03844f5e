// Attribution of real runs: whatever the fabric, the transport and the traffic, the parts of every wait sum to what
// elapsed, and the two ends of every message agree. Where nothing contends, removing a cause gains no more than its
// share of the critical path.

#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>
#include <functional>
#include <string>
#include <vector>

using namespace lightloom;
using namespace lightloom::test;

namespace {
using Kind = Operation::Kind;
using Scripts = std::vector<std::vector<std::vector<Operation>>>;

std::vector<Operation> step(std::uint32_t id, std::vector<Operation> inside) {
  inside.insert(inside.begin(), plain(Kind::begin_step, id));
  inside.push_back(plain(Kind::end_step, id));
  return inside;
}

/// Two steps: computing of random length, then messages to `degree` others at distances drawn at random, then all wait
/// for theirs.
void exchange(NetworkSpec &spec, Bytes size, std::uint32_t degree, std::uint64_t seed) {
  const std::uint32_t n = spec.fabric.hosts;
  RandomStream random(seed, Purpose::test, 0);
  Scripts scripts(n, std::vector<std::vector<Operation>>(1));
  spec.steps = 2;
  for (std::uint32_t s = 0; s < spec.steps; ++s) {
    std::vector<std::uint32_t> distances;
    for (std::uint32_t d = 0; d < degree; ++d)
      distances.push_back(1 + static_cast<std::uint32_t>(random.below(n - 1)));
    for (std::uint32_t r = 0; r < n; ++r) {
      std::vector<Operation> ops{compute(Duration(static_cast<std::int64_t>(random.below(20'000'000))))};
      for (const std::uint32_t d : distances)
        ops.push_back(send((r + d) % n, size));
      for (const std::uint32_t d : distances) {
        ops.push_back(receive((r + n - d) % n, size));
        ops.push_back(compute(Duration(100'000)));
      }
      for (auto &op : step(s, ops))
        scripts[r][0].push_back(op);
    }
  }
  give(spec, std::move(scripts));
}

/// Fibre for two thirds of each latency.
void split_latency(NetworkSpec &spec) {
  for (auto &link : spec.links)
    for (auto &segment : link.segments)
      segment.propagation = segment.latency * 2 / 3;
}

NetworkResult explained(NetworkSpec spec) {
  spec.explain_waiting = true;
  split_latency(spec);
  return simulate(std::move(spec), {});
}

void check_sums(const NetworkResult &r) {
  for (const auto &what : r.violations)
    FAIL_CHECK(what);
  REQUIRE(r.attribution.available);
  CHECK(r.attribution.messages_explained > 0);
  REQUIRE(r.attribution.steps.size() == r.steps.size());
  for (std::size_t s = 0; s < r.steps.size(); ++s) {
    const StepAttribution &step = r.attribution.steps[s];
    const std::int64_t length = picoseconds(step.end - step.begin);
    CHECK(step.end == r.steps[s].end);
    CHECK(step.critical_path.total() == length);
    for (std::size_t rank = 0; rank < step.idle.size(); ++rank)
      CHECK(step.busy_ps[rank] + step.idle[rank].total() == length);
  }
}

std::int64_t idle(const NetworkResult &r, Cause cause) {
  std::int64_t sum = 0;
  for (const auto &step : r.attribution.steps)
    for (const auto &rank : step.idle)
      sum += rank[cause];
  return sum;
}
} // namespace

TEST_CASE("Parts of every wait sum to what elapsed: fabrics, paths, forwarding, rates, trains") {
  for (const auto paths : {PathChoice::ecmp, PathChoice::spray})
    for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
      for (const std::uint32_t frames : {1u, 16u})
        for (const bool ideal : {true, false}) {
          CAPTURE(static_cast<int>(paths));
          CAPTURE(static_cast<int>(forwarding));
          CAPTURE(frames);
          CAPTURE(ideal);
          NetworkSpec spec = fat_tree(4, 400_Gbps, 150ns);
          spec.paths = paths;
          spec.switches.forwarding = forwarding;
          spec.trains.most_frames = frames;
          if (!ideal)
            spec.transport = infiniband();
          exchange(spec, Bytes(300'000), 3, 7 + frames);
          const NetworkResult r = explained(std::move(spec));
          check_sums(r);
          CHECK(r.attribution.messages_unsplit == 0);
          CHECK(idle(r, Cause::queueing) > 0);
          CHECK(idle(r, Cause::retransmission) == 0);
        }
}

TEST_CASE("Parts of every wait sum to what elapsed: links of several rates") {
  for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
    for (const BitRate host : {100_Gbps, 400_Gbps, 800_Gbps, BitRate(300'000'000'000)})
      for (const std::uint32_t frames : {1u, 4u}) {
        CAPTURE(frames);
        CAPTURE(static_cast<int>(forwarding));
        CAPTURE(host.bits_per_second);
        NetworkSpec spec = leaf_spine(3, 2, 2, 400_Gbps, 150ns);
        spec.switches.forwarding = forwarding;
        spec.trains.most_frames = frames;
        for (std::uint32_t h = 0; h < 2; ++h) {
          spec.fabric.cables[h].rate = host;
          spec.links[2 * h].segments[0].rate = spec.links[2 * h + 1].segments[0].rate = host;
        }
        exchange(spec, Bytes(100'000), 2, 3);
        check_sums(explained(std::move(spec)));
      }
}

TEST_CASE("Parts of every wait sum to what elapsed: few credits, one lane and two") {
  for (const std::uint32_t lanes : {1u, 2u})
    for (const auto paths : {PathChoice::ecmp, PathChoice::spray})
      for (const std::uint32_t frames : {1u, 8u}) {
        CAPTURE(lanes);
        CAPTURE(static_cast<int>(paths));
        CAPTURE(frames);
        NetworkSpec spec = leaf_spine(4, 4, 2, 400_Gbps, 150ns);
        spec.transport = infiniband();
        spec.transport.credits = Bytes(12'000);
        spec.transport.virtual_lanes = lanes;
        spec.trains.most_frames = frames;
        spec.paths = paths;
        exchange(spec, Bytes(400'000), 4, 11);
        const NetworkResult r = explained(std::move(spec));
        check_sums(r);
        CHECK(idle(r, Cause::flow_control) > 0);
      }
}

TEST_CASE("Parts of every wait sum to what elapsed: a window of a quarter of what the way holds") {
  for (const std::uint32_t frames : {1u, 8u}) {
    CAPTURE(frames);
    NetworkSpec spec = leaf_spine(4, 1, 1, 400_Gbps, 5us); // 40 us there and back hold 480 frames
    spec.transport = infiniband();
    spec.transport.credits = Bytes(0);
    spec.transport.window_frames = 128;
    spec.trains.most_frames = frames;
    exchange(spec, Bytes(2'000'000), 1, 11);
    const NetworkResult r = explained(std::move(spec));
    check_sums(r);
    CHECK(idle(r, Cause::congestion_control) > 0);
    CHECK(idle(r, Cause::flow_control) == 0);
  }
}

namespace {
/// Hosts with two ports, one on each of two switches.
NetworkSpec two_planes(std::uint32_t hosts) {
  NetworkSpec spec;
  spec.fabric.hosts = hosts;
  spec.fabric.ports_per_host = 2;
  spec.fabric.switches = 2;
  auto table = std::make_shared<RouteTable>();
  for (std::uint32_t e = 0; e < 2 * hosts; ++e) {
    spec.fabric.cables.push_back({NodeId(e / 2), NodeId(hosts + e % 2), Tier::host, 400_Gbps});
    table->attachment.push_back({SwitchId(e % 2), static_cast<std::uint16_t>(e / 2)});
    for (int direction = 0; direction < 2; ++direction) // the second plane is farther away
      spec.links.push_back(healthy(400_Gbps, e % 2 == 0 ? 150ns : 400ns));
  }
  auto routes = std::make_shared<SwitchRoutes>();
  routes->group_of_leaf = {no_group, no_group};
  table->switches = {routes, routes};
  spec.routes.push_back({SimTime{}, table});
  return spec;
}
} // namespace

TEST_CASE("Parts of every wait sum to what elapsed: two ports per host, with and without a limit of the host bus") {
  for (const BitRate bus : {BitRate(0), 250_Gbps}) {
    CAPTURE(bus.bits_per_second);
    NetworkSpec spec = two_planes(6);
    spec.hosts.pcie = bus;
    exchange(spec, Bytes(300'001), 3, 2);
    const NetworkResult r = explained(std::move(spec));
    check_sums(r);
    for (const auto &link : r.attribution.links) // what comes last comes by the far plane
      CHECK((link.link.value / 2 % 2 == 1 || link.idle[Cause::propagation] == 0));
  }
}

TEST_CASE("Parts of every wait sum to what elapsed: frames are lost and sent again") {
  for (const auto recovery : {TransportSpec::Recovery::selective, TransportSpec::Recovery::go_back_n})
    for (const std::uint32_t frames : {1u, 32u}) {
      CAPTURE(static_cast<int>(recovery));
      CAPTURE(frames);
      NetworkSpec spec = leaf_spine(4, 4, 2, 400_Gbps, 150ns);
      spec.transport = infiniband();
      spec.transport.recovery = recovery;
      spec.trains.most_frames = frames;
      for (auto &link : spec.links)
        link.segments[0].uncorrectable_ratio = 1e-4;
      exchange(spec, Bytes(400'000), 4, 11);
      const NetworkResult r = explained(std::move(spec));
      check_sums(r);
      CHECK(r.frames_resent > 0);
      CHECK(idle(r, Cause::retransmission) > 0);
    }
}

TEST_CASE("Parts of every wait sum to what elapsed: a cable fails and routes change") {
  NetworkSpec spec = leaf_spine(4, 4, 2, 400_Gbps, 150ns);
  spec.transport = infiniband();
  spec.transport.retransmit_timeout = 200us;
  spec.routes.push_back({at_picoseconds(60'000'000), leaf_spine_table(4, 4, 2, 1)});
  for (std::uint32_t leaf = 0; leaf < 4; ++leaf)
    take_down(spec, 16 + 2 * leaf + 1, at_picoseconds(30'000'000));
  exchange(spec, Bytes(400'000), 4, 11);
  const NetworkResult r = explained(std::move(spec));
  check_sums(r);
  CHECK(idle(r, Cause::retransmission) > 0);
}

TEST_CASE("Explaining changes nothing: the digest is the same") {
  std::uint64_t digests[2];
  for (const bool on : {false, true}) {
    NetworkSpec spec = fat_tree(4, 400_Gbps, 150ns);
    spec.paths = PathChoice::spray;
    exchange(spec, Bytes(300'000), 3, 5);
    spec.explain_waiting = on;
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.attribution.available == on);
    digests[on ? 1 : 0] = r.digest;
  }
  CHECK(digests[0] == digests[1]);
}

namespace {
/// Each rank's messages have their links for themselves.
NetworkSpec quiet_ring() {
  NetworkSpec spec = star(4, 400_Gbps, 150ns);
  spec.hosts.message_overhead = 200ns;
  spec.steps = 1;
  Scripts scripts(4, std::vector<std::vector<Operation>>(1));
  for (std::uint32_t r = 0; r < 4; ++r) {
    std::vector<Operation> ops{compute(Duration(1'000'000 + 700'000 * r))};
    for (int round = 0; round < 6; ++round)
      for (const auto &op :
           {send((r + 1) % 4, Bytes(200'000)), receive((r + 3) % 4, Bytes(200'000)), compute(Duration(300'000))})
        ops.push_back(op);
    scripts[r][0] = step(0, ops);
  }
  give(spec, std::move(scripts));
  return spec;
}

/// Eight micro-batches through four stages, forward only.
NetworkSpec pipeline() {
  NetworkSpec spec = leaf_spine(4, 1, 1, 200_Gbps, 300ns);
  spec.steps = 1;
  Scripts scripts(4, std::vector<std::vector<Operation>>(1));
  for (std::uint32_t r = 0; r < 4; ++r) {
    std::vector<Operation> ops;
    for (std::uint32_t batch = 0; batch < 8; ++batch) {
      if (r > 0)
        ops.push_back(receive(r - 1, Bytes(500'000)));
      ops.push_back(compute(Duration(15'000'000 + 2'000'000 * ((r * 5 + batch * 3) % 7))));
      if (r < 3)
        ops.push_back(send(r + 1, Bytes(500'000)));
    }
    scripts[r][0] = step(0, ops);
  }
  give(spec, std::move(scripts));
  return spec;
}

/// A message goes there and back ten times along a line of switches.
NetworkSpec there_and_back() {
  NetworkSpec spec = chain({400_Gbps, 100_Gbps, 400_Gbps}, 500ns);
  spec.steps = 1;
  Scripts scripts(2, std::vector<std::vector<Operation>>(1));
  std::vector<Operation> first, second;
  for (int i = 0; i < 10; ++i) {
    first.push_back(compute(Duration(1'000'000)));
    first.push_back(send(1, Bytes(20'000)));
    first.push_back(receive(1, Bytes(50'000)));
    second.push_back(receive(0, Bytes(20'000)));
    second.push_back(compute(Duration(2'000'000)));
    second.push_back(send(0, Bytes(50'000)));
  }
  scripts[0][0] = step(0, first);
  scripts[1][0] = step(0, second);
  give(spec, std::move(scripts));
  return spec;
}

struct Removal {
  const char *name;
  Cause cause;
  std::function<void(NetworkSpec &)> remove;
};

void scale_rates(NetworkSpec &spec, std::int64_t factor) {
  for (auto &cable : spec.fabric.cables)
    cable.rate.bits_per_second *= factor;
  for (auto &link : spec.links)
    for (auto &segment : link.segments)
      segment.rate.bits_per_second *= factor;
}
void keep_latency(NetworkSpec &spec, bool propagation) {
  for (auto &link : spec.links)
    for (auto &segment : link.segments) {
      const Duration fibre = segment.latency * 2 / 3;
      segment.latency = std::max(Duration(1), propagation ? fibre : segment.latency - fibre);
    }
}
} // namespace

TEST_CASE("Where nothing contends, removing a cause gains between nothing and its share of the critical path") {
  const std::vector<Removal> removals{
      {"switching", Cause::switching, [](NetworkSpec &s) { s.switches.latency = Duration(0); }},
      {"host", Cause::host, [](NetworkSpec &s) { s.hosts.nic_latency = s.hosts.message_overhead = Duration(0); }},
      {"propagation", Cause::propagation, [](NetworkSpec &s) { keep_latency(s, false); }},
      {"optics", Cause::optics, [](NetworkSpec &s) { keep_latency(s, true); }},
      {"serialization", Cause::serialization, [](NetworkSpec &s) { scale_rates(s, 1000); }},
      {"half of serialization", Cause::serialization, [](NetworkSpec &s) { scale_rates(s, 2); }},
  };
  const std::vector<std::pair<const char *, NetworkSpec (*)()>> jobs{
      {"ring", quiet_ring}, {"pipeline", pipeline}, {"there and back", there_and_back}};
  for (const auto &[job, make] : jobs)
    for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward}) {
      CAPTURE(job);
      CAPTURE(static_cast<int>(forwarding));
      const auto built = [&, make = make] {
        NetworkSpec spec = make();
        spec.switches.forwarding = forwarding;
        return spec;
      };
      const NetworkResult before = explained(built());
      check_sums(before);
      const CauseTimes &share = before.attribution.steps[0].critical_path;
      CHECK(share[Cause::queueing] + share[Cause::flow_control] + share[Cause::congestion_control] == 0);
      for (const Removal &removal : removals) {
        CAPTURE(removal.name);
        NetworkSpec changed = built();
        removal.remove(changed);
        const NetworkResult after = simulate(std::move(changed), {});
        const std::int64_t gain = picoseconds(before.steps[0].end - after.steps[0].end);
        CHECK(gain >= 0);
        CHECK(gain <= share[removal.cause]);
        CHECK(share[removal.cause] > 0);
        if (job == jobs.back().first && removal.cause != Cause::serialization) // one chain: nothing else is in the way
          CHECK(gain == share[removal.cause]);
      }
    }
}
