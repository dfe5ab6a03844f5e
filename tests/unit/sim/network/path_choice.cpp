// The choice among equal ports, policy by policy, against plain arithmetic and by hand.

#include "sim/network/switch/path_choice.hpp"
#include "sim/core/random.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <numeric>
#include <set>
#include <vector>

using namespace lightloom;

namespace {

std::vector<std::uint16_t> numbered(std::uint16_t count) {
  std::vector<std::uint16_t> ports(count);
  std::iota(ports.begin(), ports.end(), std::uint16_t{0});
  return ports;
}

Frame frame_of(std::uint32_t destination, std::uint32_t sequence, std::uint16_t entropy = 5) {
  Frame frame;
  frame.destination = destination;
  frame.sequence = sequence;
  frame.entropy = entropy;
  return frame;
}

PathChooser chooser(PathChoice paths, std::uint64_t seed = 1, std::uint32_t switch_id = 3) {
  return PathChooser({paths, seed, switch_id, Duration(50'000'000)});
}

const auto no_backlog = [](std::uint16_t) { return 0; };

} // namespace

TEST_CASE("Division by multiplication is exact for every divisor up to 512 and 32-bit numerators, and beyond by "
          "division") {
  RandomStream random(1, Purpose::test, 0);
  for (std::uint32_t d = 1; d <= 600; ++d) {
    const auto check = [d](std::uint32_t n) { return divided(n, d) == n / d; };
    CHECK((check(0) && check(UINT32_MAX) && check(UINT32_MAX - 1)));
    bool exact = true;
    for (int i = 0; i < 500; ++i) {
      const auto multiple = static_cast<std::uint32_t>(random.below(UINT32_MAX / d) + 1) * d; // where it would slip
      exact = exact && check(multiple) && check(multiple - 1) && check(static_cast<std::uint32_t>(random.bits()));
    }
    CHECK(exact);
  }
}

TEST_CASE(
    "Spray goes round the group: (frame ÷ turn ÷ stride + phase) modulo the ports, also where the sum goes round") {
  RandomStream random(2, Purpose::test, 0);
  PathChooser spray = chooser(PathChoice::spray);
  bool equal = true;
  for (int i = 0; i < 100'000; ++i) {
    const PortGroup group{0, static_cast<std::uint16_t>(1 + random.below(80)),
                          static_cast<std::uint32_t>(1 + random.below(5000))};
    Frame frame = frame_of(1, static_cast<std::uint32_t>(random.bits()), static_cast<std::uint16_t>(random.bits()));
    frame.turn_shift = static_cast<std::uint8_t>(random.below(4) & 15u);
    if (i % 2 == 0)
      frame.sequence = UINT32_MAX - static_cast<std::uint32_t>(random.below(1000));
    const std::uint32_t turn = (frame.sequence >> frame.turn_shift) / group.stride + frame.entropy;
    equal = equal && spray.choose(group, nullptr, frame, SimTime{}, no_backlog) == turn % group.count &&
            choose(group, frame, PathChoice::spray, 3) == turn % group.count;
  }
  CHECK(equal);
}

TEST_CASE("A group of one port is chosen whatever the policy, and queues are not asked for") {
  const std::vector<std::uint16_t> ports{7};
  for (const auto paths : {PathChoice::ecmp, PathChoice::spray, PathChoice::spray_random,
                           PathChoice::spray_least_of_two, PathChoice::flowlet, PathChoice::adaptive}) {
    bool asked = false;
    const auto backlog = [&](std::uint16_t) { return asked = true, 0; };
    CHECK(chooser(paths).choose({0, 1, 1}, ports.data(), frame_of(1, 2), SimTime{}, backlog) == 0);
    CHECK_FALSE(asked);
  }
}

TEST_CASE("Random choices depend on seed, switch, frame and time alone, not on who was asked before") {
  const auto ports = numbered(64);
  const PortGroup group{0, 64, 1};
  const auto random_port = [&](PathChooser &by, std::uint32_t destination, std::uint32_t sequence, std::int64_t ps) {
    return by.choose(group, ports.data(), frame_of(destination, sequence), at_picoseconds(ps), no_backlog);
  };
  PathChooser one = chooser(PathChoice::spray_random), other = chooser(PathChoice::spray_random);
  std::vector<std::uint32_t> forward, backward;
  for (std::uint32_t i = 0; i < 1000; ++i)
    forward.push_back(random_port(one, i % 7, i, 1000 + i));
  for (std::uint32_t i = 1000; i-- > 0;)
    backward.push_back(random_port(other, i % 7, i, 1000 + i));
  std::reverse(backward.begin(), backward.end());
  CHECK(forward == backward);
  // Anything that changes draws anew: of 1,000 draws among 64 ports 15.6 agree by chance, standard deviation 3.9.
  const auto agreeing = [&](PathChooser &by, std::uint32_t destination, std::uint32_t sequence, std::int64_t ps) {
    int same = 0;
    for (std::uint32_t i = 0; i < 1000; ++i)
      same += random_port(by, i % 7 + destination, i + sequence, 1000 + i + ps) == forward[i] ? 1 : 0;
    return same;
  };
  PathChooser reseeded = chooser(PathChoice::spray_random, 2), elsewhere = chooser(PathChoice::spray_random, 1, 4);
  CHECK(agreeing(one, 0, 0, 0) == 1000);
  CHECK(agreeing(one, 100, 0, 0) < 35);
  CHECK(agreeing(one, 0, 100'000, 0) < 35);
  CHECK(agreeing(one, 0, 0, 500'000) < 35); // sent again
  CHECK(agreeing(reseeded, 0, 0, 0) < 35);
  CHECK(agreeing(elsewhere, 0, 0, 0) < 35);
}

TEST_CASE("Of two ports drawn the shorter queue wins, the two differ, and of equal ones the first drawn does") {
  const auto ports = numbered(16);
  const PortGroup group{0, 16, 1};
  PathChooser two = chooser(PathChoice::spray_least_of_two), random = chooser(PathChoice::spray_random);
  std::set<std::uint32_t> pairs;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const Frame frame = frame_of(9, i);
    const SimTime now = at_picoseconds(1 + i);
    std::vector<std::uint16_t> asked;
    const auto backlog = [&](std::uint16_t port) { return asked.push_back(port), std::int64_t{port} * 100; };
    const std::uint32_t chosen = two.choose(group, ports.data(), frame, now, backlog);
    REQUIRE(asked.size() == 2);
    REQUIRE(asked[0] != asked[1]);
    REQUIRE(chosen == std::min(asked[0], asked[1]));
    pairs.insert(asked[0] * 16u + asked[1]);
    // With equal queues it is the first of the two, which is the one that random spray takes.
    REQUIRE(two.choose(group, ports.data(), frame, now, no_backlog) ==
            random.choose(group, ports.data(), frame, now, no_backlog));
  }
  CHECK(pairs.size() == 15 * 16); // P(one of 240 ordered pairs missing in 20,000 ÷ 2 draws) = 240 e^(−41.7)
}

TEST_CASE("A flow keeps its port while it pauses no longer than the gap and draws anew after a longer pause") {
  const auto ports = numbered(64);
  const PortGroup group{0, 64, 1};
  const std::int64_t gap = 50'000'000;
  int moved = 0;
  for (std::uint32_t flow = 0; flow < 1000; ++flow) {
    PathChooser flowlet = chooser(PathChoice::flowlet);
    SimTime now = at_picoseconds(1'000 + flow);
    const auto next = [&](std::int64_t later, std::uint32_t sequence) {
      now += Duration(later);
      return flowlet.choose(group, ports.data(), frame_of(flow, sequence), now, no_backlog);
    };
    const std::uint32_t port = next(0, 0);
    for (std::uint32_t i = 1; i < 20; ++i)
      REQUIRE(next(i % 3 == 0 ? gap : 1'000, i) == port);
    moved += next(gap + 1, 20) != port ? 1 : 0;
  }
  CHECK(std::abs(moved - 1000.0 * 63 / 64) < 4 * 3.93); // a new draw among 64 ports: standard deviation 3.92
}

TEST_CASE("Flows that share an entry of the flowlet table share its port") {
  const auto ports = numbered(64);
  const PortGroup group{0, 64, 1};
  const auto entry = [](std::uint32_t flow) { return scaled(flow_hash(frame_of(flow, 0), 3), 4096); };
  std::uint32_t other = 2;
  while (entry(other) != entry(1))
    ++other;
  PathChooser flowlet = chooser(PathChoice::flowlet);
  const auto at = [&](std::uint32_t flow, std::int64_t ps) {
    return flowlet.choose(group, ports.data(), frame_of(flow, 0), at_picoseconds(ps), no_backlog);
  };
  const std::uint32_t port = at(1, 1000);
  CHECK(at(other, 2000) == port);
  // … and neither pauses while the other sends: the gap of flow 1 is bridged.
  CHECK(at(other, 45'000'000) == port);
  CHECK(at(1, 90'000'000) == port);
}

TEST_CASE("Adaptive takes the shortest queue, and equal ones equally often") {
  const auto ports = numbered(8);
  const PortGroup group{0, 8, 1};
  PathChooser adaptive = chooser(PathChoice::adaptive);
  const std::vector<int> queue{5, 2, 9, 2, 2, 7, 2, 3}; // ports 1, 3, 4, 6 are shortest
  std::vector<int> chosen(8);
  for (std::uint32_t i = 0; i < 40'000; ++i)
    ++chosen[adaptive.choose(group, ports.data(), frame_of(2, i), at_picoseconds(1 + i),
                             [&](std::uint16_t port) { return queue[port]; })];
  for (std::size_t p = 0; p < 8; ++p)
    if (queue[p] == 2)
      CHECK(std::abs(chosen[p] - 10'000) < 4 * 86.6); // binomial: sqrt(40,000 × 1/4 × 3/4)
    else
      CHECK(chosen[p] == 0);
}
