// How flows and frames spread over equal ports: uniformity, independence of tiers, the most loaded link
// (docs/validation/path-choice.md).

#include "sim/network/switch/path_choice.hpp"
#include "sim/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <numeric>
#include <string>
#include <vector>

using namespace lightloom;

namespace {

/// Flows as fabrics have them: structured, not drawn.
struct Family {
  std::string name;
  Frame (*flow)(std::uint32_t i);
};

Frame flow_of(std::uint32_t destination, std::uint32_t queue_pair, std::uint32_t entropy) {
  Frame frame;
  frame.destination = destination;
  frame.queue_pair = queue_pair;
  frame.entropy = static_cast<std::uint16_t>(entropy);
  return frame;
}

/// The entropy that a queue pair is given: 16 drawn bits.
std::uint32_t drawn(std::uint32_t flow) { return philox(1, Purpose::spray_phase, flow, 0)[0]; }

const Family families[] = {
    {"one destination after another", [](std::uint32_t i) { return flow_of(i, 0, drawn(i)); }},
    {"every 64th destination", [](std::uint32_t i) { return flow_of(64 * i, 0, drawn(i)); }},
    {"one destination, queue pairs in order", [](std::uint32_t i) { return flow_of(17, i, drawn(i)); }},
    {"one queue pair, entropies in order", [](std::uint32_t i) { return flow_of(17, 3, i); }},
    {"all pairs of 128 hosts", [](std::uint32_t i) { return flow_of(i / 128, i % 128, drawn(i)); }},
};

/// Chi-square of counts against equal ones as a standard normal deviate (Wilson and Hilferty 1931: its cube root).
double chi_square_deviate(const std::vector<int> &counts) {
  const double expected = std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  const double freedom = static_cast<double>(counts.size() - 1);
  double chi = 0;
  for (const int count : counts)
    chi += (count - expected) * (count - expected) / expected;
  const double variance = 2 / (9 * freedom);
  return (std::cbrt(chi / freedom) - (1 - variance)) / std::sqrt(variance);
}

/// P(the fullest of m bins holds at most c of k balls): m independent Poisson counts of mean k ÷ m, given their sum k.
double at_most(int c, int k, int m) {
  const auto balls = static_cast<std::size_t>(k);
  const auto most = static_cast<std::size_t>(c);
  const double mean = static_cast<double>(k) / m;
  std::vector<double> bin(balls + 1), all(balls + 1);
  bin[0] = std::exp(-mean);
  for (std::size_t i = 1; i <= balls; ++i)
    bin[i] = bin[i - 1] * mean / static_cast<double>(i);
  all[0] = 1;
  for (int b = 0; b < m; ++b) {
    std::vector<double> next(balls + 1);
    for (std::size_t i = 0; i <= balls; ++i)
      for (std::size_t j = 0; i + j <= balls && j <= most; ++j)
        next[i + j] += all[i] * bin[j];
    all = std::move(next);
  }
  return all[balls] / std::exp(k * std::log(k) - k - std::lgamma(k + 1.0));
}

/// Mean of the fullest bin: Σ P(fullest > c).
double mean_most(int k, int m) {
  double mean = 0;
  for (int c = 0; c < k; ++c) {
    const double more = c * m < k ? 1 : 1 - at_most(c, k, m);
    mean += more;
    if (more < 1e-10)
      break;
  }
  return mean;
}

struct Mean {
  double sum = 0, squares = 0;
  int count = 0;
  void add(double x) {
    sum += x;
    squares += x * x;
    ++count;
  }
  double mean() const { return sum / count; }
  double error() const { return std::sqrt((squares / count - mean() * mean()) / count); }
};

std::vector<std::uint16_t> numbered(std::uint32_t count) {
  std::vector<std::uint16_t> ports(count);
  std::iota(ports.begin(), ports.end(), std::uint16_t{0});
  return ports;
}

/// Loads after `frames` frames of 32 flows went to `ports` ports that never empty.
std::vector<int> fill(PathChoice paths, std::uint64_t seed, std::uint32_t frames, std::uint32_t ports) {
  PathChooser chooser({paths, seed, 0, Duration(1)});
  const auto numbers = numbered(ports);
  const PortGroup group{0, static_cast<std::uint16_t>(ports), 1};
  std::vector<int> load(ports);
  for (std::uint32_t i = 0; i < frames; ++i) {
    Frame frame = flow_of(i % 32, 0, 0);
    frame.sequence = i / 32;
    ++load[chooser.choose(group, numbers.data(), frame, at_picoseconds(1 + std::int64_t{82'320} * i),
                          [&](std::uint16_t port) { return load[port]; })];
  }
  return load;
}

} // namespace

TEST_CASE("The ECMP hash spreads structured flows as a fair die: chi-square within 4.5 standard deviations for every "
          "family, switch and group size") {
  constexpr std::uint32_t flows = 16'384;
  Mean all;
  for (const auto &family : families) {
    std::vector<Frame> frames(flows);
    for (std::uint32_t i = 0; i < flows; ++i)
      frames[i] = family.flow(i);
    double worst = 0;
    for (const std::uint32_t ports : {2u, 3u, 7u, 8u, 16u, 60u, 64u})
      for (std::uint32_t s = 0; s < 32; ++s) {
        std::vector<int> count(ports);
        for (const Frame &frame : frames)
          ++count[choose({0, static_cast<std::uint16_t>(ports), 1}, frame, PathChoice::ecmp, s)];
        all.add(chi_square_deviate(count));
        worst = std::max(worst, std::abs(chi_square_deviate(count)));
      }
    MESSAGE(family.name << ": largest of 224 deviations " << worst);
    CHECK(worst < 4.5);
  }
  MESSAGE("mean of all: " << all.mean() << ", " << all.mean() / all.error() << " standard errors");
  CHECK(std::abs(all.mean()) < 4 * all.error());
}

TEST_CASE("Switches of successive tiers choose independently: the flows that one sends to a port are spread as a fair "
          "die by the next") {
  constexpr std::uint32_t flows = 16'384, ports = 8;
  double worst = 0;
  for (const auto &family : families)
    for (std::uint32_t pair = 0; pair < 64; ++pair) {
      const std::uint32_t lower = pair, upper = pair < 32 ? pair + 1 : 64 + 16 * pair; // neighbours in number and not
      std::vector<int> table(ports * ports);
      for (std::uint32_t i = 0; i < flows; ++i) {
        const Frame frame = family.flow(i);
        const std::uint32_t first = choose({0, ports, 1}, frame, PathChoice::ecmp, lower);
        ++table[first * ports + choose({0, ports, 1}, frame, PathChoice::ecmp, upper)];
      }
      worst = std::max(worst, std::abs(chi_square_deviate(table)));
    }
  MESSAGE("largest of 320 deviations: " << worst);
  CHECK(worst < 4.5);
}

TEST_CASE(
    "Where all flows have the same entropy and destinations are strided the hash is no fair die, but no port gets "
    "twice its share") {
  // Stated as a limit: flows of the simulator have drawn entropies.
  double worst = 0, fullest = 0;
  for (std::uint32_t s = 0; s < 256; ++s) {
    std::vector<int> count(64);
    for (std::uint32_t i = 0; i < 16'384; ++i)
      ++count[choose({0, 64, 1}, flow_of(64 * i, 0, 0), PathChoice::ecmp, s)];
    worst = std::max(worst, chi_square_deviate(count));
    fullest = std::max(fullest, *std::max_element(count.begin(), count.end()) / 256.0);
  }
  MESSAGE("largest of 256 deviations: " << worst << ", fullest port " << fullest << " of its share");
  CHECK(fullest < 2);
}

TEST_CASE("k hashed flows on m links: the mean of the most loaded, of links used and of the slowest flow's rate are "
          "those of balls in bins, within 4 standard errors") {
  struct Figure {
    int flows, links;
    double most, used, slowest; ///< facts: enumeration; 0: not given
  };
  const Figure figures[] = {{2, 2, 1.5, 0.75, 0.75},
                            {4, 4, 2.125, 0.683594, 0.511719},
                            {8, 8, 2.597233, 0.656391, 0.409994},
                            {16, 16, 3.078247, 0.643926, 0.344533},
                            {32, 32, 3.532941, 0.637945, 0.295224},
                            {64, 16, 0, 0, 0},
                            {128, 32, 0, 0, 0}};
  RandomStream random(4, Purpose::test, 0);
  for (const auto &f : figures) {
    const double exact = mean_most(f.flows, f.links);
    if (f.most > 0)
      CHECK(std::abs(exact - f.most) < 1e-6);
    Mean most, used, slowest;
    for (std::uint32_t trial = 0; trial < 5000; ++trial) {
      std::vector<int> load(static_cast<std::size_t>(f.links));
      const std::uint32_t self = trial % 500; // a permutation: each flow its own destination and drawn entropy
      for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(f.flows); ++i)
        ++load[choose({0, static_cast<std::uint16_t>(f.links), 1},
                      flow_of(trial * 128 + i, 0, static_cast<std::uint32_t>(random.bits())), PathChoice::ecmp, self)];
      const int fullest = *std::max_element(load.begin(), load.end());
      most.add(fullest);
      slowest.add(1.0 / fullest);
      used.add(1 - static_cast<double>(std::count(load.begin(), load.end(), 0)) / f.links);
    }
    MESSAGE(f.flows << " on " << f.links << ": " << most.mean() << ", exact " << exact << ", "
                    << (most.mean() - exact) / most.error() << " standard errors");
    CHECK(std::abs(most.mean() - exact) < 4 * most.error());
    CHECK(std::abs(used.mean() - (1 - std::pow(1 - 1.0 / f.links, f.flows))) < 4 * used.error());
    if (f.slowest > 0)
      CHECK(std::abs(slowest.mean() - f.slowest) < 4 * slowest.error() + 1e-6);
  }
}

TEST_CASE(
    "Random spray fills ports as balls fill bins: mean of the fullest within 4 standard errors of the exact law") {
  for (const auto &[frames, ports] : {std::pair{64, 16}, std::pair{256, 16}, std::pair{512, 64}}) {
    Mean most;
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
      const auto load =
          fill(PathChoice::spray_random, seed, static_cast<std::uint32_t>(frames), static_cast<std::uint32_t>(ports));
      most.add(*std::max_element(load.begin(), load.end()));
    }
    const double exact = mean_most(frames, ports);
    MESSAGE(frames << " frames on " << ports << ": " << most.mean() << ", exact " << exact << ", "
                   << (most.mean() - exact) / most.error() << " standard errors");
    CHECK(std::abs(most.mean() - exact) < 4 * most.error());
  }
}

TEST_CASE(
    "The shorter of two queues: the shares of ports with at least 1, 2, 3 frames follow Mitzenmacher's limit, and "
    "the fullest stays far below random's") {
  // n balls into n bins, two choices: ds_i/dt = s_{i−1}² − s_i², s_0 = 1, up to t = 1 (Mitzenmacher 2001, section 3).
  constexpr std::uint32_t n = 4096;
  std::vector<double> share{1, 0, 0, 0, 0, 0};
  for (int step = 0; step < 100'000; ++step)
    for (std::size_t i = share.size() - 1; i > 0; --i)
      share[i] += 1e-5 * (share[i - 1] * share[i - 1] - share[i] * share[i]);
  CHECK(std::abs(share[1] - std::tanh(1.0)) < 1e-5);
  Mean at_least[4], most, most_random;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto load = fill(PathChoice::spray_least_of_two, seed, n, n);
    for (int i = 1; i <= 3; ++i)
      at_least[i].add(static_cast<double>(std::count_if(load.begin(), load.end(), [i](int l) { return l >= i; })) / n);
    most.add(*std::max_element(load.begin(), load.end()));
    const auto random = fill(PathChoice::spray_random, seed, n, n);
    most_random.add(*std::max_element(random.begin(), random.end()));
  }
  for (int i = 1; i <= 3; ++i) {
    MESSAGE("at least " << i << ": " << at_least[i].mean() << ", limit " << share[static_cast<std::size_t>(i)]);
    CHECK(std::abs(at_least[i].mean() - share[static_cast<std::size_t>(i)]) < 4 * at_least[i].error() + 1.0 / n);
  }
  MESSAGE("fullest port: " << most.mean() << " against " << most_random.mean() << " at random");
  CHECK(most.mean() <= 3.2); // log log n ÷ log 2 + O(1) (Azar et al. 1999)
  CHECK(most_random.mean() >= 6);
}

TEST_CASE("Adaptive never lets two ports of a group that only fills differ by more than a frame") {
  for (const std::uint32_t ports : {2u, 7u, 16u, 64u})
    for (const std::uint32_t frames : {100u, 1000u}) {
      const auto load = fill(PathChoice::adaptive, 1, frames, ports);
      const auto [least, most] = std::minmax_element(load.begin(), load.end());
      CHECK(*most - *least <= 1);
    }
}
