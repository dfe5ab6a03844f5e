// Who waits for whom at the end of a run: cycles and chains of links, by hand and by brute force; rings that deadlock.

#include "sim/network/switch/standstill.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>

using namespace lightloom;
using namespace lightloom::test;

namespace {

WaitingPort port(std::uint32_t link, const std::vector<std::uint32_t> &waits_for, std::uint32_t lane = 0) {
  WaitingPort result;
  result.link = LinkId(link);
  result.lane = lane;
  for (const std::uint32_t other : waits_for)
    result.waits_for.emplace_back(other);
  return result;
}

std::vector<std::uint32_t> numbers(const std::vector<LinkId> &links) {
  std::vector<std::uint32_t> result;
  for (const LinkId link : links)
    result.push_back(link.value);
  return result;
}

/// Switches in a ring with one host each. Cables: host h = h, switch s to s + 1 = n + s. All frames go on clockwise.
NetworkSpec ring_of_switches(std::uint32_t n) {
  NetworkSpec spec;
  spec.fabric.hosts = n;
  spec.fabric.switches = n;
  for (std::uint32_t h = 0; h < n; ++h)
    spec.fabric.cables.push_back({NodeId(h), NodeId(n + h), Tier::host, 400_Gbps});
  for (std::uint32_t s = 0; s < n; ++s)
    spec.fabric.cables.push_back({NodeId(n + s), NodeId(n + (s + 1) % n), Tier::leaf, 400_Gbps});
  auto table = std::make_shared<RouteTable>();
  for (std::uint32_t s = 0; s < n; ++s) {
    table->attachment.push_back({SwitchId(s), 0});
    auto routes = std::make_shared<SwitchRoutes>();
    routes->group_of_leaf.assign(n, 0);
    routes->groups = {{0, 1, 1}};
    // Ports: the host; then the cable from before and the one to the next, of which the first switch has its own first.
    routes->ports = {static_cast<std::uint16_t>(s == 0 ? 1 : 2)};
    table->switches.push_back(routes);
  }
  spec.routes.push_back({SimTime{}, table});
  spec.links.assign(2 * spec.fabric.cables.size(), healthy(400_Gbps, 300ns));
  return spec;
}

/// Every host sends to the one two further on: links between switches carry two flows each.
void two_further(NetworkSpec &spec, Bytes size) {
  const std::uint32_t n = spec.fabric.hosts;
  std::vector<std::vector<std::vector<Operation>>> scripts(n);
  for (std::uint32_t i = 0; i < n; ++i)
    scripts[i] = {{send((i + 2) % n, size), receive((i + n - 2) % n, size)}};
  give(spec, std::move(scripts));
}

} // namespace

TEST_CASE("A cycle of ports that wait for each other is found and told from its lowest link on") {
  // 9 waits for 4, which is in the cycle 4 → 7 → 2 → 4; 5 waits for what does not wait.
  const Standstill found = find_standstill({port(9, {4}), port(4, {5, 7}), port(7, {2}), port(2, {4}), port(5, {30})});
  CHECK(found.cycle);
  CHECK(numbers(found.links) == std::vector<std::uint32_t>{2, 4, 7});
}

TEST_CASE("Without a cycle the longest chain is told, to the port that stands still although nobody is in its way") {
  const Standstill found = find_standstill({port(9, {4}), port(4, {5, 7}), port(7, {2}), port(2, {}), port(5, {})});
  CHECK_FALSE(found.cycle);
  CHECK(numbers(found.links) == std::vector<std::uint32_t>{9, 4, 7, 2});
  CHECK(find_standstill({}).links.empty());
}

TEST_CASE("Lanes wait for themselves: two halves of a cycle on different lanes are none") {
  CHECK_FALSE(find_standstill({port(1, {2}, 0), port(2, {1}, 1)}).cycle);
  CHECK(find_standstill({port(1, {2}, 1), port(2, {1}, 1)}).cycle);
}

TEST_CASE("A port that could send breaks a cycle") {
  std::vector<WaitingPort> ports{port(1, {2}), port(2, {3}), port(3, {1})};
  CHECK(find_standstill(ports).cycle);
  ports[1].stopped = false;
  CHECK_FALSE(find_standstill(ports).cycle);
}

TEST_CASE("In 2,000 random graphs a cycle is told exactly if taking away ports that wait for nobody leaves some, and "
          "each of its links waits for the next") {
  RandomStream random(1, Purpose::test, 0);
  int cycles = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    const auto n = static_cast<std::uint32_t>(2 + random.below(12));
    std::vector<WaitingPort> ports;
    std::map<LinkId, std::vector<LinkId>> waits;
    for (std::uint32_t l = 0; l < n; ++l) {
      std::vector<std::uint32_t> others;
      for (std::uint32_t o = 0; o < n; ++o)
        if (o != l && random.below(n) == 0)
          others.push_back(o);
      ports.push_back(port(l, others));
      waits[LinkId(l)] = ports.back().waits_for;
    }
    auto left = waits; // Kahn 1962
    for (bool changed = true; changed;) {
      changed = false;
      for (auto place = left.begin(); place != left.end();) {
        const auto &others = place->second;
        const bool free = std::none_of(others.begin(), others.end(), [&](LinkId o) { return left.count(o) > 0; });
        changed = changed || free;
        place = free ? left.erase(place) : std::next(place);
      }
    }
    const Standstill found = find_standstill(ports);
    REQUIRE(found.cycle == !left.empty());
    REQUIRE_FALSE(found.links.empty());
    cycles += found.cycle ? 1 : 0;
    for (std::size_t i = 0; i + (found.cycle ? 0 : 1) < found.links.size(); ++i) {
      const auto &next = waits[found.links[i]];
      REQUIRE(std::find(next.begin(), next.end(), found.links[(i + 1) % found.links.size()]) != next.end());
    }
  }
  CHECK(cycles > 200);
  CHECK(cycles < 1800);
}

TEST_CASE("Four switches in a ring with credits and clockwise routes deadlock, and the cycle is named") {
  for (const bool sequential : {true, false}) {
    NetworkSpec spec = ring_of_switches(4);
    spec.transport = infiniband();
    spec.transport.credits = Bytes(4 * 4146);
    two_further(spec, 1_MiB);
    ExecutionOptions options;
    options.sequential = sequential;
    const NetworkResult r = simulate(std::move(spec), options);
    CHECK(r.standstill.cycle);
    // Cable 4 + s leads from switch s to the next: link 2 × (4 + s).
    CHECK(numbers(r.standstill.links) == std::vector<std::uint32_t>{8, 10, 12, 14});
    CHECK(r.frames_held > 0);
    CHECK(r.failed); // the first peer that does not answer
    CHECK(r.violations.empty());
  }
}

TEST_CASE("The same ring finishes when every buffer holds what is under way") {
  NetworkSpec spec = ring_of_switches(4);
  spec.transport = infiniband();
  spec.transport.credits = Bytes(8 << 20);
  two_further(spec, 1_MiB);
  const NetworkResult r = simulate(std::move(spec), {});
  CHECK(r.standstill.links.empty());
  CHECK(r.frames_held == 0);
  CHECK(r.blocked.empty());
  CHECK(r.violations.empty());
}

TEST_CASE("Four switches in a ring with PFC and clockwise routes deadlock, drop nothing, and the cycle is named") {
  for (const bool sequential : {true, false}) {
    NetworkSpec spec = ring_of_switches(4);
    spec.switches.buffer = Bytes(4 << 20);
    spec.switches.pfc = {true, Bytes(40'000), Bytes(20'000), Bytes(200'000)};
    two_further(spec, 1_MiB);
    ExecutionOptions options;
    options.sequential = sequential;
    const NetworkResult r = simulate(std::move(spec), options);
    CHECK(r.standstill.cycle);
    CHECK(numbers(r.standstill.links) == std::vector<std::uint32_t>{8, 10, 12, 14});
    CHECK(r.frames_held > 0);
    CHECK(r.blocked.size() == 4); // no retransmission: every receiver waits
    CHECK(r.violations.empty());
    for (const std::uint32_t l : {8u, 10u, 12u, 14u}) {
      CHECK(r.links[l].buffer_drops == 0);
      CHECK(r.links[l].pauses >= 1);
    }
  }
}
