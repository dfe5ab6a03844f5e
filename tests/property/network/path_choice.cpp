// Path choices in whole runs: one result however a run is executed, everything delivered, and what looking at queues is
// worth.

#include "tests/unit/sim/network/fabrics.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

constexpr PathChoice all_choices[] = {PathChoice::ecmp,         PathChoice::spray,    PathChoice::flowlet,
                                      PathChoice::spray_random, PathChoice::adaptive, PathChoice::spray_least_of_two};

enum class Buffers : std::uint8_t { unlimited, shared, lossless, credits };

NetworkSpec tree(PathChoice paths, Buffers buffers) {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.paths = paths;
  spec.switches.flowlet_gap = 2us;
  if (buffers == Buffers::credits) {
    spec.transport = infiniband();
    spec.transport.credits = Bytes(30'000);
  }
  if (buffers == Buffers::shared || buffers == Buffers::lossless) {
    spec.switches.buffer = Bytes(400'000);
    spec.transport = infiniband();
    spec.transport.credits = Bytes{};
    spec.transport.retransmit_timeout = 200us;
    spec.transport.retry_count = 100;
  }
  if (buffers == Buffers::lossless)
    spec.switches.pfc = {true, Bytes(20'000), Bytes(10'000), Bytes(60'000)};
  return spec;
}

} // namespace

TEST_CASE("Every path choice gives one digest for the sequential executor, any threads and any grouping, whatever the "
          "buffers") {
  for (const auto paths : all_choices)
    for (const auto buffers : {Buffers::unlimited, Buffers::shared, Buffers::lossless, Buffers::credits}) {
      CAPTURE(static_cast<int>(paths));
      CAPTURE(static_cast<int>(buffers));
      const auto run = [&](const ExecutionOptions &options) {
        NetworkSpec spec = tree(paths, buffers);
        all_to_all(spec, 30'000_B);
        return simulate(std::move(spec), options);
      };
      ExecutionOptions sequential;
      sequential.sequential = true;
      const NetworkResult reference = run(sequential);
      CHECK(reference.violations.empty());
      CHECK(reference.blocked.empty());
      CHECK_FALSE(reference.failed);
      CHECK(reference.standstill.links.empty());
      CHECK(reference.bytes_delivered == reference.bytes_sent);
      for (const auto &[threads, grouping] :
           {std::pair{1u, ExecutionOptions::Grouping::by_leaf}, std::pair{2u, ExecutionOptions::Grouping::by_leaf},
            std::pair{3u, ExecutionOptions::Grouping::one_entity},
            std::pair{1u, ExecutionOptions::Grouping::all_in_one}}) {
        ExecutionOptions options;
        options.threads = threads;
        options.grouping = grouping;
        CHECK(run(options).digest == reference.digest);
      }
    }
}

TEST_CASE("Another seed gives another run under every path choice, and the same seed the same") {
  const auto digest = [](PathChoice paths, std::uint64_t seed) {
    NetworkSpec spec = tree(paths, Buffers::unlimited);
    spec.seed = seed;
    permutation(spec, 100_KiB, 3);
    return simulate(std::move(spec), {}).digest;
  };
  for (const auto paths : all_choices) {
    CHECK(digest(paths, 1) == digest(paths, 1));
    CHECK(digest(paths, 1) != digest(paths, 2));
  }
}

TEST_CASE("In a sprayed permutation the greatest queue falls from random to the shorter of two to the shortest of all, "
          "and the permutation ends no later") {
  struct Outcome {
    double queue = 0, end = 0;
  };
  const auto run = [](PathChoice paths) {
    Outcome sum;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      NetworkSpec spec = leaf_spine(4, 8, 8, 400_Gbps, 300ns);
      spec.paths = paths;
      spec.seed = seed;
      std::vector<std::vector<std::vector<Operation>>> scripts(32);
      for (std::uint32_t r = 0; r < 32; ++r)
        scripts[r] = {{send((r + 8) % 32, 1'000'000_B), receive((r + 24) % 32, 1'000'000_B)}};
      give(spec, std::move(scripts));
      const NetworkResult r = simulate(std::move(spec), {});
      CHECK(r.violations.empty());
      std::uint64_t queue = 0; // of the leaves' uplinks: cables 32 …, forward
      for (std::uint32_t cable = 32; cable < 64; ++cable)
        queue = std::max(queue, r.links[2 * cable].max_queue_bytes);
      sum.queue += static_cast<double>(queue) / 5;
      sum.end += static_cast<double>(picoseconds(r.end)) / 5;
    }
    MESSAGE(static_cast<int>(paths) << ": greatest uplink queue " << sum.queue << " B, end " << sum.end / 1e6 << " us");
    return sum;
  };
  const Outcome random = run(PathChoice::spray_random), two = run(PathChoice::spray_least_of_two),
                adaptive = run(PathChoice::adaptive), turns = run(PathChoice::spray), ecmp = run(PathChoice::ecmp);
  CHECK(two.queue < random.queue / 2);
  CHECK(adaptive.queue <= two.queue);
  CHECK(two.end <= random.end);
  CHECK(adaptive.end <= random.end);
  CHECK(turns.end <= random.end);
  CHECK(random.end < ecmp.end); // flows that share a link at half its rate
}

TEST_CASE("A flow without pauses stays on one path under flowlet switching, and one that pauses takes others") {
  const auto used = [](Duration pause) {
    NetworkSpec spec = leaf_spine(2, 1, 8, 400_Gbps, 300ns);
    spec.paths = PathChoice::flowlet;
    spec.switches.flowlet_gap = 5us;
    std::vector<Operation> sender, receiver;
    for (int i = 0; i < 40; ++i) {
      sender.push_back(send(1, 20'000_B));
      if (pause > Duration{})
        sender.push_back(compute(pause));
      receiver.push_back(receive(0, 20'000_B));
    }
    give(spec, {{sender}, {receiver}});
    const NetworkResult r = simulate(std::move(spec), {});
    int links = 0;
    for (std::uint32_t cable = 2; cable < 10; ++cable)
      links += r.links[2 * cable].tx_frames > 0 ? 1 : 0;
    return links;
  };
  CHECK(used(Duration{}) == 1);
  CHECK(used(2us) == 1);
  CHECK(used(20us) >= 6); // 40 draws among 8: all but e^(−5) × 8 are met
}

TEST_CASE("Trains keep the error that is predicted for them under every path choice, and are not thrown at random") {
  for (const auto paths : all_choices) {
    const auto run = [&](const TrainSpec &trains) {
      NetworkSpec spec = leaf_spine(4, 8, 8, 400_Gbps, 300ns);
      spec.paths = paths;
      spec.trains = trains;
      std::vector<std::vector<std::vector<Operation>>> scripts(32);
      for (std::uint32_t r = 0; r < 32; ++r)
        scripts[r] = {{send((r + 8) % 32, 2'000'000_B), receive((r + 24) % 32, 2'000'000_B)}};
      give(spec, std::move(scripts));
      return simulate(std::move(spec), {});
    };
    const NetworkResult frames = run({}), trains = run({1024, 0.02, 0});
    const double error =
        std::abs(static_cast<double>(picoseconds(trains.end)) / static_cast<double>(picoseconds(frames.end)) - 1);
    CAPTURE(static_cast<int>(paths));
    CHECK(error <= trains.train_error);
    CHECK((trains.bytes_in_trains == 0) == (paths == PathChoice::spray_random));
  }
}
