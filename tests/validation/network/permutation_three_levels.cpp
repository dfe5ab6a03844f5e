// A random permutation of 20 MB per flow over 128 hosts in three levels, `ideal` (docs/validation/path-choice.md):
// round robin at line rate, random spray by balls in bins, ECMP by the same hash, the last two outside the simulator.

#include "sim/core/random.hpp"
#include "sim/network/switch/path_choice.hpp"
#include "tests/validation/network/line_rate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

// An 8-port fat-tree: 4 hosts per leaf, 4 leaves and 4 spines per pod, 8 pods, 16 cores.
constexpr std::uint32_t half = 4, leaves = 32, hosts = leaves * half, pods = 8, cores = half * half;

NetworkResult run(PathChoice paths, std::uint64_t seed) {
  NetworkSpec spec = fat_tree(2 * half, 400_Gbps, 300ns);
  permutation(spec, Bytes(frames * 4096), seed);
  return run_flows(std::move(spec), paths, seed, hosts);
}

double slowest(const NetworkResult &r) { return slowest_flow(r, path_latency_ps(6)); } // in different pods

/// Links between switches that a frame crosses, in order: leaf → spine, spine → core, core → spine, spine → leaf.
/// `up` and `across`: the ports it takes.
struct Way {
  std::array<std::uint32_t, 4> link{};
  std::uint32_t end = 0; ///< of link
  std::uint32_t destination = 0;
};
Way way(std::uint32_t source, std::uint32_t destination, std::uint32_t up, std::uint32_t across) {
  const std::uint32_t from = source / half, to = destination / half, level = leaves * half;
  const std::uint32_t core = up * half + across;
  Way w;
  w.link = {from * half + up, level + (from / half * half + up) * half + across, 2 * level + core * pods + to / half,
            3 * level + (to / half * half + up) * half + to % half};
  w.end = from == to ? 0 : 4;
  if (from != to && from / half == to / half) {
    w.link[1] = w.link[3];
    w.end = 2;
  }
  return w;
}
constexpr std::uint32_t links = 4 * leaves * half;

/// The permutation outside the simulator: every frame's way is given, every link serves in the order of arrival
/// (Lindley's recursion, tier by tier: nothing flows back). Times in frame times; latencies left out, as they are equal
/// on all ways but for what stays in a pod. Returns when the last frame arrives, as a multiple of a flow's frames.
class Tandem {
public:
  explicit Tandem(const NetworkResult &r) : flows_(r.flows), load_(links) {}

  template <class Draw> void send(Draw draw) {
    for (std::uint32_t f = 0; f < flows_.size(); ++f)
      for (std::int64_t i = 0; i < frames; ++i) {
        const Way w = draw(flows_[f].source, flows_[f].destination);
        frames_.push_back({static_cast<double>(i + 1), w});
        for (std::uint32_t l = 0; l < w.end; ++l)
          ++load_[w.link[l]];
        frames_.back().way.destination = flows_[f].destination;
      }
  }
  double fullest() const { return *std::max_element(load_.begin(), load_.end()) / static_cast<double>(frames); }
  double last() {
    for (std::uint32_t tier = 0; tier < 4; ++tier)
      serve([&](const Way &w) { return tier < w.end ? w.link[tier] : nowhere; });
    serve([](const Way &w) { return w.destination; });
    double last = 0;
    for (const auto &frame : frames_)
      last = std::max(last, frame.time);
    return last / static_cast<double>(frames);
  }

private:
  static constexpr std::uint32_t nowhere = 0xffffffffu;
  struct InFlight {
    double time; ///< its tail is in
    Way way;
  };
  template <class LinkOf> void serve(LinkOf link_of) {
    std::sort(frames_.begin(), frames_.end(), [](const InFlight &a, const InFlight &b) { return a.time < b.time; });
    std::vector<double> free(links);
    for (auto &frame : frames_) // cut-through: an idle link adds nothing
      if (const std::uint32_t link = link_of(frame.way); link != nowhere)
        frame.time = free[link] = std::max(frame.time, free[link] + 1);
  }
  const std::vector<FlowResult> &flows_;
  std::vector<InFlight> frames_;
  std::vector<int> load_;
};

/// The way of a flow by the hash that switches use.
Way way_by_hash(std::uint32_t source, std::uint32_t destination, std::uint64_t seed) {
  Frame frame;
  frame.destination = destination;
  frame.entropy = static_cast<std::uint16_t>(philox(seed, Purpose::spray_phase, source, destination, 0)[0]);
  const std::uint32_t leaf = source / half;
  const std::uint32_t up = choose({0, half, 1}, frame, PathChoice::ecmp, leaf);
  const std::uint32_t spine = leaves + leaf / half * half + up;
  return way(source, destination, up, choose({0, half, half}, frame, PathChoice::ecmp, spine));
}

} // namespace

TEST_CASE("Round robin per flow gives a permutation of 128 hosts at least 99 % of payload-adjusted line rate") {
  const double took = slowest(run(PathChoice::spray, 1));
  MESSAGE("slowest flow at " << 1 / took << " of line rate");
  CHECK(1 / took >= 0.99);
}

TEST_CASE("Random spray of a permutation of 128 hosts ends by balls in bins over four tiers within 1 %") {
  RandomStream random(1, Purpose::test, 0);
  constexpr int seeds = 8; // a run's fullest link has a standard deviation of 0.8 %
  double simulated = 0, thrown = 0, fullest = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const NetworkResult r = run(PathChoice::spray_random, seed);
    simulated += slowest(r) / seeds;
    Tandem outside(r);
    outside.send([&](std::uint32_t source, std::uint32_t destination) {
      const auto bits = static_cast<std::uint32_t>(random.bits() >> 32);
      return way(source, destination, bits & 3u, bits >> 2 & 3u);
    });
    fullest += outside.fullest() / seeds;
    thrown += outside.last() / seeds;
  }
  MESSAGE("slowest flow takes " << simulated << " of its least time, thrown " << thrown << ", fullest link "
                                << fullest);
  CHECK(std::abs(simulated / thrown - 1) < 0.01);
}

TEST_CASE("ECMP of a permutation of 128 hosts ends when the same hash says so, within 1 % run by run") {
  for (std::uint64_t seed = 3; seed <= 5; ++seed) {
    const NetworkResult r = run(PathChoice::ecmp, seed);
    Tandem outside(r);
    outside.send(
        [&](std::uint32_t source, std::uint32_t destination) { return way_by_hash(source, destination, seed); });
    const double simulated = slowest(r), hashed = outside.last();
    MESSAGE("slowest flow takes " << simulated << " of its least time, by the hash " << hashed
                                  << ", flows on the fullest " << outside.fullest());
    CHECK(std::abs(simulated / hashed - 1) < 0.01);
    CHECK(simulated > 0.99 * outside.fullest());
  }
}
