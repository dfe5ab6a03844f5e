// A permutation of long flows over a two-level Clos without oversubscription: what each path choice makes of it
// (docs/validation/path-choice.md).

#include "sim/core/random.hpp"
#include "sim/network/switch/path_choice.hpp"
#include "tests/validation/network/line_rate.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

constexpr std::uint32_t leaves = 4, below = 8, spines = 8, hosts = leaves * below;

/// Host i of a leaf sends to host i of the next leaf.
NetworkResult run(PathChoice paths, std::uint64_t seed) {
  NetworkSpec spec = leaf_spine(leaves, below, spines, 400_Gbps, 300ns);
  const Bytes size(frames * 4096);
  std::vector<std::vector<std::vector<Operation>>> scripts(hosts);
  for (std::uint32_t r = 0; r < hosts; ++r)
    scripts[r] = {{send((r + below) % hosts, size), receive((r + hosts - below) % hosts, size)}};
  give(spec, std::move(scripts));
  return run_flows(std::move(spec), paths, seed, hosts);
}

double slowest(const NetworkResult &r) { return slowest_flow(r, path_latency_ps(4)); }

bool within_one_percent(double value, double reference) { return std::abs(value / reference - 1) < 0.01; }

/// Flows on the fullest uplink, by the hash itself. In this permutation a downlink carries the flows of one uplink.
int fullest_by_hash(std::uint64_t seed) {
  int most = 0;
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    std::vector<int> load(spines);
    for (std::uint32_t i = 0; i < below; ++i) {
      Frame frame;
      const std::uint32_t source = leaf * below + i;
      frame.destination = (source + below) % hosts;
      frame.entropy = static_cast<std::uint16_t>(philox(seed, Purpose::spray_phase, source, frame.destination, 0)[0]);
      most = std::max(most, ++load[choose({0, spines, 1}, frame, PathChoice::ecmp, leaf)]);
    }
  }
  return most;
}

/// Frames on the fullest of a fabric's uplinks when each frame is thrown at random, ÷ the mean.
double fullest_at_random(RandomStream &random) {
  int most = 0;
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) {
    std::vector<int> load(spines);
    for (std::int64_t i = 0; i < below * frames; i += 4) { // 4 × 16 bits of a draw; 3 pick one of 8
      const std::uint64_t bits = random.bits();
      for (std::int64_t k = i; k < std::min(i + 4, below * frames); ++k)
        ++load[bits >> (16 * (k - i)) & 7u];
    }
    most = std::max(most, *std::max_element(load.begin(), load.end()));
  }
  return most * static_cast<double>(spines) / static_cast<double>(below * frames);
}

} // namespace

TEST_CASE("Per-flow round robin and the shortest queue give every flow of a permutation at least 99 % of "
          "payload-adjusted line rate") {
  const double turns = slowest(run(PathChoice::spray, 1)), adaptive = slowest(run(PathChoice::adaptive, 1)),
               two = slowest(run(PathChoice::spray_least_of_two, 1));
  MESSAGE("round robin " << 1 / turns << ", shortest queue " << 1 / adaptive << ", shorter of two " << 1 / two);
  CHECK(1 / turns >= 0.99);
  CHECK(1 / adaptive >= 0.99);
  CHECK(1 / two >= 0.99);
}

TEST_CASE("Random spray ends when the fullest link is empty: balls in bins within 1 %") {
  RandomStream random(1, Purpose::test, 0);
  double thrown = 0;
  for (int trial = 0; trial < 40; ++trial)
    thrown += fullest_at_random(random) / 40;
  double simulated = 0, from_counts = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const NetworkResult r = run(PathChoice::spray_random, seed);
    std::uint64_t most = 0;
    for (std::uint32_t cable = hosts; cable < hosts + leaves * spines; ++cable)
      most = std::max(most, r.links[2 * cable].tx_frames);
    simulated += slowest(r) / 6;
    from_counts += static_cast<double>(most) / frames / 6;
  }
  MESSAGE("slowest flow takes " << simulated << " of its least time, fullest link " << from_counts
                                << " of the mean, thrown " << thrown);
  CHECK(within_one_percent(simulated, from_counts));
  CHECK(within_one_percent(simulated, thrown));
}

TEST_CASE("ECMP ends when the fullest link of the same hash is empty, within 1 % run by run") {
  double mean = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const double took = slowest(run(PathChoice::ecmp, seed));
    const int most = fullest_by_hash(seed);
    CHECK(within_one_percent(took, most));
    mean += took / 8;
  }
  MESSAGE("slowest flow takes " << mean << " of its least time");
}
