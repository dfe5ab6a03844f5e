// The fabric as built and hosts with limits, through whole runs: planes, NICs, rails, host bus, capacity, lots.

#include "analysis/summary.hpp"
#include "scenarios/build.hpp"
#include "scenarios/build/host_bus.hpp"
#include "scenarios/results/bounds.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

using namespace lightloom;

namespace {
const std::string permutation = "[cluster]\ngpus = 32\ngpus_per_node = 4\n[fabric]\nradix = 16\n[[traffic]]\nsize = "
                                "\"3MB\"\n";
const std::string collectives = "[cluster]\ngpus = 32\ngpus_per_node = 4\n[fabric]\nradix = 16\n"
                                "[[collective]]\nalgorithm = \"hierarchical\"\nsize = \"4MB\"\n"
                                "[[collective]]\nalgorithm = \"halving-doubling\"\nsize = \"4MB\"\n"
                                "[[collective]]\nop = \"all-to-all\"\nsize = \"1MB\"\n";
const std::string job = R"([cluster]
gpus = 32
gpus_per_node = 4
[fabric]
radix = 16
[model]
layers = 4
hidden = 256
heads = 8
sequence = 128
vocabulary = 1024
experts = 16
[job]
tensor = 2
sequence_parallel = true
pipeline = 2
data = 8
expert = 8
)";

RunOutcome run(const std::string &text, const std::vector<std::string> &settings = {}) {
  const auto s = load_scenario_text(text, "s.toml", settings);
  return run_built(s, build_run(s), {});
}

double longest_flow(const std::vector<std::string> &settings) {
  const auto outcome = run(permutation, settings);
  CHECK(outcome.code == ExitCode::done);
  return summary(outcome.results).flows.fct_max_s;
}

std::string refusal(const std::string &text, const std::vector<std::string> &settings) {
  try {
    build_run(load_scenario_text(text, "s.toml", settings));
    return "";
  } catch (const Error &e) { return e.what(); }
}
} // namespace

TEST_CASE("Every way to build the fabric keeps all laws and bounds, with every load") {
  for (const auto &text : {permutation, collectives, job})
    for (const char *setting : {"fabric.rails=4", "fabric.planes=2", "fabric.nic.per_gpu=2", "fabric.nic.pcie=gen4x16",
                                "fabric.levels=3", "scenario.granularity=64KiB", "scenario.granularity=auto",
                                "scenario.granularity=frame", "routing.policy=ecmp", "optics.latency_spread=0.05",
                                "fabric.switch.forwarding=store-and-forward", "transport.kind=ideal"}) {
      CAPTURE(text);
      CAPTURE(setting);
      const auto outcome = run(text, {setting});
      CHECK(outcome.code == ExitCode::done); // 4 would be a broken law or a time below its bound
      for (const auto &finding : outcome.findings)
        MESSAGE(finding);
    }
}

TEST_CASE("What a host bus carries is raw rate × encoding × packets") {
  // Gen 5: 16 × 32 GT/s × 128/130 × 256/280 = 460.9 Gb/s; gen 6: 16 × 64 GT/s × 236/256 × 256/272 = 888.5 Gb/s.
  CHECK(usable_rate("gen4x16") == BitRate(230'456'000'000));
  CHECK(usable_rate("gen5x16") == BitRate(460'913'000'000));
  CHECK(usable_rate("gen6x16") == BitRate(888'471'000'000));
  CHECK(usable_rate("none") == BitRate(0));
}

TEST_CASE("A host bus slower than its NIC sets the pace, with a warning") {
  const auto outcome = run(permutation, {"fabric.nic.pcie=gen4x16"});
  REQUIRE(!outcome.warnings.empty());
  CHECK(outcome.warnings.front() ==
        "fabric.nic.pcie = \"gen4x16\" carries 230.46 Gb/s of payload, less than the 800 Gb/s "
        "of its NIC: the bus sets the pace");
  // 3 MB ÷ 230.457 Gb/s = 104.1 us, and a few us of path.
  CHECK(summary(outcome.results).flows.fct_max_s > 104.1e-6);
  CHECK(summary(outcome.results).flows.fct_max_s < 110e-6);
  CHECK(run(permutation, {"fabric.nic.pcie=gen6x16"}).warnings.empty());
}

TEST_CASE("Two planes or two NICs carry a message in half the time that its bytes take") {
  const double one = longest_flow({});
  // 3 MB = 733 frames of 4,146 B at 800 Gb/s = 30.4 us; what is left is the path's latency, the same for all.
  const double latency = one - 733 * 4146 * 8 / 800e9;
  for (const char *setting : {"fabric.planes=2", "fabric.nic.per_gpu=2"}) {
    CAPTURE(setting);
    const double half = longest_flow({setting});
    CHECK(half > 733 * 4146 * 4 / 800e9);
    CHECK(half < 733 * 4146 * 4 / 800e9 + 1.2 * latency);
  }
}

TEST_CASE("The radix follows from the capacity, and both given must agree") {
  std::string text = permutation;
  text.erase(text.find("radix = 16\n"), 11);
  const auto by_capacity = build_fabric_of(load_scenario_text(text, "s.toml", {"fabric.switch.capacity=12.8Tbps"}));
  CHECK(by_capacity.fabric.radix() == 16);
  CHECK(by_capacity.fabric.switches() == build_fabric_of(load_scenario_text(permutation, "s.toml")).fabric.switches());
  CHECK(refusal(permutation, {"fabric.switch.capacity=12.8Tbps"}).empty());
  CHECK(
      refusal(permutation, {"fabric.switch.capacity=51.2Tbps"}) ==
      "--set fabric.switch.capacity=51.2Tbps: fabric.switch.capacity = 51.2 Tb/s (fabric.radix = 16 ports of 800 Gb/s "
      "are 12.8 Tb/s). Keep one of them: the radix follows from the capacity.");
}

TEST_CASE("Rails divide the NICs of a node") {
  CHECK(
      refusal(permutation, {"fabric.rails=3"}) ==
      "--set fabric.rails=3: fabric.rails = 3 (must divide the 4 NICs of a node, gpus_per_node × nic.per_gpu). Try 2.");
  // GPU 0 of every node is on the same leaf.
  const auto rails = build_fabric_of(load_scenario_text(permutation, "s.toml", {"fabric.rails=4"}));
  for (std::uint32_t node = 1; node < 8; ++node)
    CHECK(rails.fabric.leaf_of(HostId(4 * node)) == rails.fabric.leaf_of(HostId(0)));
  CHECK(rails.fabric.leaf_of(HostId(1)) != rails.fabric.leaf_of(HostId(0)));
}

TEST_CASE("Oversubscription is a number, or a table per level") {
  const auto leaf = load_scenario_text(permutation, "s.toml", {"fabric.oversubscription=3"});
  CHECK(leaf.fabric.oversubscription == 3);
  std::string text = permutation;
  text.insert(text.find("radix"), "oversubscription = { leaf = 2, spine = 4 }\n");
  const auto table = load_scenario_text(text, "s.toml");
  CHECK(table.fabric.oversubscription == 2);
  CHECK(table.fabric.spine_oversubscription == 4);
  CHECK(refusal(text, {"fabric.levels=2"}) == "s.toml:5:32: fabric.oversubscription.spine has no effect (a fat-tree of "
                                              "two levels has no cores). Leave it out.");
}

TEST_CASE("Lots of modules spread latencies by no more than they say, and the seed decides") {
  const auto run_at = [](const char *seed) {
    return build_run(load_scenario_text(permutation, "s.toml", {"optics.latency_spread=0.05", seed}));
  };
  const auto a = run_at("scenario.seed=1"), b = run_at("scenario.seed=1"), c = run_at("scenario.seed=2");
  CHECK(a.cable_latency == b.cable_latency);
  CHECK(a.cable_latency != c.cable_latency);
  const auto nominal = build_run(load_scenario_text(permutation, "s.toml"));
  for (std::size_t i = 0; i < a.cable_latency.size(); ++i)
    CHECK(std::abs((a.cable_latency[i] - nominal.cable_latency[i]).count()) <=
          nominal.cable_latency[i].count() / 20 + 1);
}

TEST_CASE("Waiting is explained to the picosecond, and rankings follow") {
  const auto outcome = run(job);
  const RunResults &r = outcome.results;
  REQUIRE(has_causes(r));
  for (std::size_t i = 0; i < r.gpus.idle_ps.size(); ++i)
    CHECK(r.gpus.idle_by_cause_ps[i].total() == r.gpus.idle_ps[i]);
  for (const auto &step : r.steps)
    CHECK(step.critical_path.total() == step.duration_ps);
  std::set<std::string> kinds;
  for (const auto &row : r.waiting)
    kinds.insert(row.kind);
  CHECK(kinds == std::set<std::string>{"activity", "critical path", "link", "module"});
  CHECK(r.memory.size() == 2); // pipeline stages
  CHECK(r.granularity.setting == "auto");
  CHECK(run(job, {"scenario.explain=false"}).results.identity.digest == r.identity.digest);
  CHECK(!has_causes(run(job, {"scenario.explain=false"}).results));
}

TEST_CASE("Stragglers slow a step down, by the seed") {
  const auto step_time = [](const std::vector<std::string> &settings) {
    return summary(run(job, settings).results).step_time_s;
  };
  const double even = step_time({});
  CHECK(step_time({"cluster.speed_spread=0.1"}) > even);
  CHECK(step_time({"cluster.jitter=0.1"}) > even);
  CHECK(step_time({"cluster.jitter=0.1"}) == step_time({"cluster.jitter=0.1"}));
  CHECK(step_time({"cluster.jitter=0.1", "scenario.seed=2"}) != step_time({"cluster.jitter=0.1"}));
}
