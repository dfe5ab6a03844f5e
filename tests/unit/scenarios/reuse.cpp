// Steps that are reused equal the steps that a full simulation gives, in every figure; what cannot be reused is not.

#include "scenarios/results/reuse.hpp"
#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"
#include "sim/network/network.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lightloom;

namespace {
/// Eight steps on 16 GPUs in two levels under ECMP, ties by id.
const std::string eight_steps = R"([scenario]
name = "eight"
steps = 8
ties = "id"
[cluster]
gpus = 16
gpus_per_node = 1
scale_up = { kind = "none" }
[fabric]
radix = 8
link_rate = "400Gbps"
[routing]
policy = "ecmp"
)";

/// Of data parallelism, in rings.
Scenario ring_job(const std::vector<std::string> &settings = {}, const std::string &more = "") {
  return load_scenario_text(eight_steps + R"([model]
layers = 2
hidden = 256
heads = 4
sequence = 128
vocabulary = 1000
[job]
data = 16
global_batch = 16
)" + more,
                            "ring-job.toml", settings);
}

NetworkResult once(NetworkSpec spec) { return simulate(std::move(spec), {}); }

ReusedRun reuse(const Scenario &s) {
  BuiltRun built = build_run(s);
  return run_reusing(s, built, once);
}

bool same(const MarkResult &a, const MarkResult &b) { return a.begin == b.begin && a.end == b.end; }

void equal_runs(const NetworkResult &a, const NetworkResult &b) {
  CHECK(a.end == b.end);
  CHECK(a.silent == b.silent);
  REQUIRE(a.steps.size() == b.steps.size());
  REQUIRE(a.rank_steps.size() == b.rank_steps.size());
  for (std::size_t s = 0; s < a.steps.size(); ++s) {
    CAPTURE(s);
    CHECK(same(a.steps[s], b.steps[s]));
    for (std::size_t r = 0; r < a.rank_steps[s].size(); ++r) {
      const RankStep &x = a.rank_steps[s][r];
      const RankStep &y = b.rank_steps[s][r];
      CHECK(x.begin == y.begin);
      CHECK(x.end == y.end);
      CHECK(x.busy == y.busy);
      CHECK(x.wait_network == y.wait_network);
      CHECK(x.wait_scale_up == y.wait_scale_up);
    }
  }
  REQUIRE(a.collectives.size() == b.collectives.size());
  for (std::size_t c = 0; c < a.collectives.size(); ++c)
    CHECK(same(a.collectives[c], b.collectives[c]));
  CHECK(a.rank_end == b.rank_end);
  for (std::size_t l = 0; l < a.links.size(); ++l) {
    CHECK(a.links[l].tx_frames == b.links[l].tx_frames);
    CHECK(a.links[l].tx_bytes == b.links[l].tx_bytes);
    CHECK(a.links[l].busy == b.links[l].busy);
    CHECK(a.links[l].max_queue_bytes == b.links[l].max_queue_bytes);
  }
  CHECK(a.frames_injected == b.frames_injected);
  CHECK(a.frames_delivered == b.frames_delivered);
  CHECK(a.control_frames_injected == b.control_frames_injected);
  CHECK(a.control_frames_delivered == b.control_frames_delivered);
  CHECK(a.bytes_sent == b.bytes_sent);
  CHECK(a.bytes_delivered == b.bytes_delivered);
  CHECK(a.link_hops == b.link_hops);
  CHECK(a.flows.size() == b.flows.size());
}

void not_reused(const Scenario &s, const std::string &why) {
  const ReusedRun run = reuse(s);
  CHECK(run.reused == 0);
  CAPTURE(run.why_not);
  CHECK(run.why_not.find(why) != std::string::npos);
  CHECK(run.result.digest == once(build_run(s).network).digest); // then it is the simulation itself
}
} // namespace

TEST_CASE("Copied steps are those of the full simulation, in every row and counter") {
  // With credits on two levels ranks drift apart by nanoseconds, step by step; on one switch they do not.
  for (const auto &settings : {std::vector<std::string>{"transport.kind=ideal"},
                               std::vector<std::string>{"transport.kind=infiniband", "fabric.radix=32"}}) {
    CAPTURE(settings.front());
    const Scenario s = ring_job(settings);
    const ReusedRun run = reuse(s);
    CHECK(run.why_not == "");
    CHECK(run.reused == 5);
    const NetworkResult full = once(build_run(s).network);
    equal_runs(run.result, full);
    CHECK(run.link_hops * 8 == full.link_hops * 5); // of 2 + 3 steps
  }
}

TEST_CASE("Waiting is copied with the steps it belongs to") {
  const Scenario s = ring_job({"transport.kind=ideal"});
  BuiltRun built = build_run(s);
  const ReusedRun run = run_reusing(s, built, [](NetworkSpec spec) {
    spec.explain_waiting = true;
    return once(std::move(spec));
  });
  REQUIRE(run.reused == 5);
  NetworkSpec spec = build_run(s).network;
  spec.explain_waiting = true;
  const Attribution full = once(std::move(spec)).attribution;
  const Attribution &copied = run.result.attribution;
  REQUIRE(full.available);
  REQUIRE(copied.steps.size() == full.steps.size());
  for (std::size_t i = 0; i < full.steps.size(); ++i) {
    CHECK(copied.steps[i].begin == full.steps[i].begin);
    CHECK(copied.steps[i].end == full.steps[i].end);
    CHECK(copied.steps[i].busy_ps == full.steps[i].busy_ps);
    for (std::size_t r = 0; r < full.steps[i].idle.size(); ++r)
      CHECK(copied.steps[i].idle[r].ps == full.steps[i].idle[r].ps);
  }
  REQUIRE(copied.links.size() == full.links.size());
  for (std::size_t l = 0; l < full.links.size(); ++l)
    CHECK(copied.links[l].idle.ps == full.links[l].idle.ps);
  CHECK(copied.messages_explained == full.messages_explained);
}

TEST_CASE("Ranks that drift apart make steps that differ") {
  const Scenario s = ring_job({"transport.kind=infiniband"});
  const auto steps = once(build_run(s).network).rank_steps;
  // Durations of whole steps are equal; where ranks begin in them is not.
  REQUIRE(steps[1][1].begin - steps[1][0].begin != steps[2][1].begin - steps[2][0].begin);
  not_reused(s, "steps 1 and 2 differ");
}

TEST_CASE("A step that draws at random is simulated") {
  not_reused(ring_job({"cluster.jitter=0.01"}), "jitter");
  // At 1e-2 before the FEC nearly every codeword is beyond repair; at 3.6e-4 some are.
  not_reused(ring_job({"optics.host.pre_fec_ber=1e-3"}), "random");
}

TEST_CASE("A codeword that fails in a step to come is known from the seed") {
  // The copies would be clean; somewhere between the bit error ratios that spoil three steps and none lies one that
  // spoils a later one. Reused or not, what comes out is the full simulation.
  int late = 0;
  for (const char *ber : {"3.2e-4", "3.6e-4", "4e-4", "4.4e-4", "4.8e-4", "5.2e-4", "5.6e-4", "6e-4"}) {
    const Scenario s = ring_job({fmt::format("optics.host.pre_fec_ber={}", ber)});
    const ReusedRun run = reuse(s);
    const NetworkResult full = once(build_run(s).network);
    CHECK(run.result.end == full.end);
    CHECK(run.result.frames_corrupted == full.frames_corrupted);
    if (run.why_not.find("codeword") != std::string::npos) {
      ++late;
      CHECK(full.frames_corrupted > 0);
    }
  }
  CHECK(late > 0);
}

TEST_CASE("Ties settled by chance are draws") {
  // Under common switches all ranks send at the same picosecond: with ties drawn, every step draws.
  not_reused(ring_job({"scenario.ties=random"}), "draws");
}

TEST_CASE("What is injected makes steps differ") {
  not_reused(ring_job({}, "[[inject]]\nat = \"10ms\"\nkind = \"down\"\nlink = \"leaf:0/spine:0\"\nfor = \"1us\"\n"),
             "inject");
}

TEST_CASE("Under spray a flow goes on where it stopped, which whole rounds over the ports undo") {
  // Chunks of a bucket: so many frames that a step ends in the middle of a round.
  not_reused(ring_job({"routing.policy=spray", "transport.kind=ideal", "transport.mtu=2000"}), "turn");
  const Scenario s = ring_job({"routing.policy=spray", "transport.kind=ideal"});
  const ReusedRun run = reuse(s);
  CHECK(run.why_not == "");
  CHECK(run.reused == 5);
  equal_runs(run.result, once(build_run(s).network));
}

TEST_CASE("Remainders of a picosecond go on from step to step") {
  not_reused(ring_job({"fabric.link_rate=300Gbps"}), "picoseconds");
}

TEST_CASE("Three steps are simulated in any case") { not_reused(ring_job({"scenario.steps=3"}), "3 steps"); }

TEST_CASE("A network that is not idle when a step begins is simulated on") {
  // Plain collectives follow each other at once: the last acknowledgements of one meet the first frames of the next.
  const Scenario s = load_scenario_text(eight_steps + R"([[collective]]
op = "all-reduce"
algorithm = "ring"
size = "1MiB"
)",
                                        "rings.toml");
  const ReusedRun run = reuse(s);
  CHECK(run.reused == 0);
  CHECK_FALSE(run.why_not.empty());
}

TEST_CASE("A run marks the steps that were reused, and passes every check of a run") {
  const Scenario whole = ring_job({"transport.kind=ideal"});
  const Scenario s = ring_job({"transport.kind=ideal", "scenario.reuse_steps=true"});
  const RunOutcome copied = run_built(s, build_run(s), {});
  const RunOutcome full = run_built(whole, build_run(whole), {});
  CHECK(copied.code == ExitCode::done);
  CHECK(copied.warnings.empty());
  REQUIRE(copied.results.steps.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(copied.results.steps[i].reused == (i >= 3));
    CHECK_FALSE(full.results.steps[i].reused);
    CHECK(copied.results.steps[i].start_ps == full.results.steps[i].start_ps);
    CHECK(copied.results.steps[i].duration_ps == full.results.steps[i].duration_ps);
  }
  CHECK(copied.results.gpus.wait_network_ps == full.results.gpus.wait_network_ps);
}
