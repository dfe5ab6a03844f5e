// How flows and frames spread over equal ports.

#include "sim/network/switch/path_choice.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {
Frame flow(RandomStream &random) {
  Frame frame;
  frame.destination = static_cast<std::uint32_t>(random.below(1024));
  frame.queue_pair = static_cast<std::uint32_t>(random.below(8));
  frame.entropy = static_cast<std::uint16_t>(random.bits());
  return frame;
}
} // namespace

TEST_CASE("ECMP spreads 10,000 flows over 8 ports as a fair die would: within 4 standard errors at every switch") {
  RandomStream random(1, Purpose::test, 0);
  const PortGroup group{0, 8, 1};
  const double error = std::sqrt(10'000 * (1.0 / 8) * (7.0 / 8)); // of a binomial count
  double worst = 0;
  for (std::uint32_t s = 0; s < 20; ++s) {
    std::vector<int> flows(8);
    for (int i = 0; i < 10'000; ++i)
      ++flows[choose(group, flow(random), PathChoice::ecmp, s)];
    for (const int count : flows)
      worst = std::max(worst, std::abs(count - 1250) / error);
  }
  MESSAGE("largest of 160 deviations: " << worst << " standard errors");
  CHECK(worst <= 4);
}

TEST_CASE("The most loaded of m links under m flows has the mean of throwing m balls into m bins") {
  RandomStream random(2, Purpose::test, 0);
  struct Reference {
    std::uint16_t links;
    double mean; ///< exact, by enumeration
  };
  for (const auto &r : {Reference{2, 1.5}, Reference{4, 2.125}, Reference{8, 2.597233}, Reference{16, 3.078247},
                        Reference{32, 3.532941}}) {
    constexpr int trials = 4000;
    double sum = 0, squares = 0;
    for (int t = 0; t < trials; ++t) {
      std::vector<int> load(r.links);
      for (int f = 0; f < r.links; ++f)
        ++load[choose({0, r.links, 1}, flow(random), PathChoice::ecmp, 7)];
      const double most = *std::max_element(load.begin(), load.end());
      sum += most;
      squares += most * most;
    }
    const double mean = sum / trials;
    const double error = std::sqrt((squares / trials - mean * mean) / trials);
    MESSAGE("m = " << r.links << ": " << mean << ", exact " << r.mean << ", " << (mean - r.mean) / error
                   << " standard errors");
    CHECK(std::abs(mean - r.mean) <= 4 * error);
  }
}

TEST_CASE("Two switches hash the same flows independently") {
  RandomStream random(3, Purpose::test, 0);
  int same = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Frame frame = flow(random);
    same += choose({0, 8, 1}, frame, PathChoice::ecmp, 1) == choose({0, 8, 1}, frame, PathChoice::ecmp, 2) ? 1 : 0;
  }
  CHECK(std::abs(same - 1250) <= 4 * std::sqrt(10'000 * (1.0 / 8) * (7.0 / 8)));
}

TEST_CASE("Spray sends the frames of a flow over all uplinks equally, to within one frame") {
  for (const std::uint16_t ports : std::initializer_list<std::uint16_t>{2, 3, 7, 16})
    for (const std::uint32_t stride : {1u, 4u}) {
      Frame frame;
      frame.entropy = 12'345;
      std::vector<std::int64_t> load(ports);
      for (frame.sequence = 0; frame.sequence < 997 * stride; ++frame.sequence)
        ++load[choose({0, ports, stride}, frame, PathChoice::spray, 0)];
      const auto [least, most] = std::minmax_element(load.begin(), load.end());
      CHECK(*most - *least <= stride);
    }
}

TEST_CASE("In a sprayed permutation the uplinks of a leaf differ by at most one frame per flow, and so do the spines' "
          "downlinks") {
  NetworkSpec spec = leaf_spine(4, 4, 4, 400_Gbps, 300ns);
  spec.paths = PathChoice::spray;
  std::vector<std::vector<std::vector<Operation>>> scripts(16);
  for (std::uint32_t r = 0; r < 16; ++r)
    scripts[r] = {{send((r + 4) % 16, 1'000'000_B), receive((r + 12) % 16, 1'000'000_B)}};
  give(spec, std::move(scripts));
  const NetworkResult result = simulate(std::move(spec), {});
  for (std::uint32_t leaf = 0; leaf < 4; ++leaf)
    for (const std::uint32_t direction : {0u, 1u}) {
      std::vector<std::uint64_t> bytes;
      for (std::uint32_t spine = 0; spine < 4; ++spine)
        bytes.push_back(result.links[2 * (16 + 4 * leaf + spine) + direction].tx_bytes);
      const auto [least, most] = std::minmax_element(bytes.begin(), bytes.end());
      CHECK(*most - *least <= 4 * 4116);
    }
}

TEST_CASE("In a fat-tree every core is used by one sprayed flow, equally to within one turn") {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.paths = PathChoice::spray;
  std::vector<std::vector<std::vector<Operation>>> scripts(16);
  scripts[0] = {{send(15, Bytes(4096 * 400))}};
  scripts[15] = {{receive(0, Bytes(4096 * 400))}};
  give(spec, std::move(scripts));
  const NetworkResult result = simulate(std::move(spec), {});
  for (std::uint32_t cable = 32; cable < 36;
       ++cable) // pod 0: two aggregation switches × two cores; data goes up (forward)
    CHECK(result.links[2 * cable].tx_frames == 100);
}
