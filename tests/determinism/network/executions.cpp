// Decision 0001: the same scenario and seed give the same result however a run is executed. Every scene runs
// sequentially (the definition of correct) and in windows on 1, 2, 3 and 8 threads × three groupings of entities;
// nothing may differ.

#include "tests/determinism/network/result_text.hpp"
#include "tests/determinism/network/scenes.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;
using namespace lightloom::test;

namespace {

NetworkResult run(const Scene &scene, std::uint64_t seed, const ExecutionOptions &options) {
  NetworkSpec spec = scene.build(seed);
  spec.record_flows = true;
  return simulate(std::move(spec), options);
}

void check_every_execution(const Scene &scene) {
  CAPTURE(scene.name);
  ExecutionOptions options;
  options.sequential = true;
  const NetworkResult right = run(scene, 1, options);
  const std::string expected = as_text(right);
  CHECK(right.violations.empty());
  CHECK(right.frames_injected > 0);
  options.sequential = false;
  using Grouping = ExecutionOptions::Grouping;
  for (const auto grouping : {Grouping::one_entity, Grouping::by_leaf, Grouping::all_in_one})
    for (const std::uint32_t threads : {1u, 2u, 3u, 8u}) {
      options.grouping = grouping;
      options.threads = threads;
      const NetworkResult result = run(scene, 1, options);
      CAPTURE(static_cast<int>(grouping));
      CAPTURE(threads);
      CHECK(result.digest == right.digest);
      CHECK(first_difference(expected, as_text(result)) == "");
    }
}

} // namespace

TEST_CASE("One result for the sequential executor and for 1, 2, 3 and 8 threads in every grouping") {
  const auto table = scenes();
  for (const auto &scene : table) // a subcase per scene would repeat the building of the table
    check_every_execution(scene);
}

TEST_CASE("The same run twice in one process gives the same result: nothing is global") {
  for (const auto &scene : scenes()) {
    CAPTURE(scene.name);
    CHECK(as_text(run(scene, 3, {})) == as_text(run(scene, 3, {})));
  }
}

TEST_CASE("Where randomness acts, another seed gives another digest") {
  for (const auto &scene : scenes()) {
    CAPTURE(scene.name);
    std::set<std::uint64_t> digests;
    for (std::uint64_t seed = 1; seed <= 4; ++seed)
      digests.insert(run(scene, seed, {}).digest);
    CHECK(digests.size() == (scene.random ? 4 : 1));
  }
}

TEST_CASE("Where nothing is random, the seed does not show") {
  const auto one_flow = [](std::uint64_t seed) {
    NetworkSpec spec = star(2, 400_Gbps, 500ns);
    spec.seed = seed;
    stream_of_messages(spec, 1_MiB);
    return simulate(std::move(spec), {}).digest;
  };
  CHECK(one_flow(1) == one_flow(2));
}

TEST_CASE("A send that waited for an earlier one goes out in its turn, also with a NIC without latency") {
  const auto spec = [] {
    NetworkSpec s = star(5, 800_Gbps, 500ns);
    s.hosts.nic_latency = Duration{};
    std::vector<std::vector<std::vector<Operation>>> scripts(5);
    scripts[3] = {{send(1, 1_B), plain(Operation::Kind::drain), send(2, 1_B)}, {send(4, 8192_B)}};
    give(s, std::move(scripts));
    s.record_flows = true;
    return s;
  };
  ExecutionOptions options;
  const NetworkResult windows = simulate(spec(), options);
  options.sequential = true;
  CHECK(first_difference(as_text(simulate(spec(), options)), as_text(windows)) == "");
}

TEST_CASE("A run that is stopped early says so and has no opinion on conservation") {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  permutation(spec, 16_MiB, 5);
  ExecutionOptions options;
  options.grouping = ExecutionOptions::Grouping::one_entity;
  options.progress = [](const ExecutionOptions::Progress &) { return false; };
  const NetworkResult result = simulate(std::move(spec), options);
  CHECK(result.stopped_early);
  CHECK(result.violations.empty());
}
