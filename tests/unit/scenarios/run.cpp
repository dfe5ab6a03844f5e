// Whole runs through the front door: the numbers a reader checks by hand, and what every run checks of itself.

#include "scenarios/run.hpp"
#include "analysis/summary.hpp"
#include "scenarios/build.hpp"
#include "scenarios/results/bounds.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
RunOutcome run(const std::string &name, const std::vector<std::string> &settings = {}, std::uint32_t threads = 1) {
  const auto text = shipped_scenario(name);
  REQUIRE(text.has_value());
  const auto scenario = load_scenario_text(*text, name + ".toml", settings);
  RunRequest request;
  request.threads = threads;
  return run_built(scenario, build_run(scenario), request);
}
} // namespace

TEST_CASE("4,096 B on the wire over 400 Gb/s and 500 ns arrive at 581,920 ps") {
  const auto outcome = run("one-frame");
  CHECK(outcome.code == ExitCode::done);
  REQUIRE(outcome.results.flows.rows.size() == 1);
  CHECK(outcome.results.flows.rows[0].end_ps == 81'920 + 500'000);
  CHECK(outcome.results.flows.rows[0].ideal_ps == 581'920);
}

TEST_CASE("A ring all-reduce on ideal transport takes 2(n − 1) times path latency and chunk") {
  const auto outcome = run("ring-ideal");
  REQUIRE(outcome.results.collectives.size() == 1);
  const auto &row = outcome.results.collectives[0];
  // 14 × (2,500 ns + 256 frames × 4,116 B × 8 ÷ 400 Gb/s = 21,073.92 ns) = 330,034.88 ns
  CHECK(row.end_ps - row.start_ps == 330'034'880);
  CHECK(row.lower_bound_s <= 330'034'880e-12);
}

TEST_CASE("Incast is bound by the receiver's port") {
  const auto outcome = run("incast");
  CHECK(outcome.code == ExitCode::done);
  const auto s = summary(outcome.results);
  CHECK(s.flows.receivers == 1);
  CHECK(s.flow_bound.bottleneck == "leaf:0 to host:0, 800 Gb/s");
  // 31 × (1,000,000 B + 245 frames × 50 B) × 8 ÷ 800 Gb/s = 313.798 us, and the path within a leaf: NICs 1,400 ns,
  // the switch 500 ns and two links.
  CHECK(s.flow_bound.lower_bound_s > 313.798e-6 + 1.9e-6);
  CHECK(s.flow_bound.lower_bound_s <= s.flows.fct_max_s);
  CHECK(s.flow_bound.lower_bound_s > 0.999 * s.flows.fct_max_s); // credits keep the port busy
  // 31 × 1 MB of payload at 800 Gb/s: 310 us without any header.
  CHECK(s.flows.completed == 31);
  CHECK(s.flows.fct_max_s > 310e-6);
  CHECK(s.flows.fct_max_s < 330e-6);
}

TEST_CASE("Lost frames are sent again, and every byte arrives") {
  for (const char *name : {"link-down", "ber-step"}) {
    CAPTURE(name);
    const auto outcome = run(name);
    CHECK(outcome.code == ExitCode::done);
    std::uint64_t resent = 0, sent = 0, delivered = 1;
    for (const auto &counter : outcome.results.counters) {
      resent = counter.name == "frames_resent" ? counter.value : resent;
      sent = counter.name == "bytes_sent" ? counter.value : sent;
      delivered = counter.name == "bytes_delivered" ? counter.value : delivered;
    }
    CHECK(resent > 0);
    CHECK(sent == delivered);
    CHECK(outcome.results.identity.complete);
  }
}

TEST_CASE("A host whose only link is dead ends the job with a named failure") {
  const auto outcome = run("incast", {"inject.0.nic=host:5/0", "inject.0.at=10us", "transport.retransmit_timeout=1ms"});
  CHECK(outcome.code == ExitCode::failed_check);
  REQUIRE(!outcome.findings.empty());
  CHECK(outcome.findings[0].find("peer unreachable: rank 5 on host:5 gave up on rank 0 on host:0") !=
        std::string::npos);
  CHECK(outcome.findings[0].find("(inject.0)") != std::string::npos);
  CHECK(!outcome.results.identity.complete);
}

TEST_CASE("The digest of a scenario does not depend on threads, and does on the seed") {
  const auto one = run("incast");
  CHECK(run("incast", {}, 2).results.identity.digest == one.results.identity.digest);
  CHECK(run("incast", {"scenario.seed=2"}).results.identity.digest != one.results.identity.digest);
}

TEST_CASE("A host that is cut off from the start, for ever, is a named failure too") {
  const auto outcome = run("incast", {"inject.0.nic=host:5/0", "inject.0.at=0ns"});
  CHECK(outcome.code == ExitCode::failed_check);
  REQUIRE(!outcome.findings.empty());
  CHECK(outcome.findings[0].find("rank 5 on host:5 gave up on rank 0 on host:0") != std::string::npos);
  for (const auto &link : outcome.results.links)
    if (link.source == "leaf:0" && link.target == "host:5")
      CHECK(link.tx_frames == 0);
}

TEST_CASE("A collective that no rank came to the end of has no row") {
  const auto outcome = run("ring-ideal", {"inject.0.nic=host:5/0", "inject.0.at=10us"});
  CHECK(outcome.code == ExitCode::failed_check);
  CHECK(outcome.results.collectives.empty());
}

TEST_CASE("Routes that fall back to a root are said, on stderr and in the results, and everything still arrives") {
  // One leaf of a group keeps one uplink, one of another group loses one: detours around both could deadlock.
  std::vector<std::string> settings = {"collective.0.size=64KiB"};
  const char *links[] = {"leaf:13/spine:15", "leaf:13/spine:14", "leaf:13/spine:13", "leaf:11/spine:8"};
  for (int i = 0; i < 4; ++i) {
    settings.push_back("inject." + std::to_string(i) + ".at=1us");
    settings.push_back("inject." + std::to_string(i) + ".link=" + links[i]);
  }
  const auto outcome = run("dragonfly-plus", settings);
  CHECK(outcome.code == ExitCode::done);
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].starts_with("from 1.001 ms on all routes are up*/down* from a root"));
  CHECK(outcome.results.facts.back().key == "routing finding");
  CHECK(outcome.results.facts.back().value == outcome.warnings[0]);
}

TEST_CASE("A tie seed is the seed unless it is said, and changes the order of simultaneous frames") {
  const auto plain = run("incast");
  CHECK(run("incast", {"scenario.tie_seed=1"}).results.identity.digest == plain.results.identity.digest);
  const auto other = run("incast", {"scenario.tie_seed=2"});
  CHECK(other.results.identity.digest != plain.results.identity.digest);
  CHECK(other.results.identity.seed == plain.results.identity.seed);
}

TEST_CASE("Warm-up repetitions are left out of a collective's mean") {
  const auto outcome = run("ring-ideal", {"scenario.steps=3"});
  CHECK(outcome.results.collectives.size() == 3);
  CHECK(outcome.results.identity.warmup_steps == 1);
  CHECK(outcome.results.collectives[2].step == 2);
  REQUIRE(summary(outcome.results).collectives.size() == 1);
  CHECK(summary(outcome.results).collectives[0].count == 2);
}

TEST_CASE("Steps tile a run: their durations add up to its length, and no GPU time is counted twice") {
  const auto outcome = run("ties", {"scenario.steps=4"});
  const auto &steps = outcome.results.steps;
  REQUIRE(steps.size() == 4);
  for (std::size_t i = 1; i < steps.size(); ++i)
    CHECK(steps[i].start_ps == steps[i - 1].start_ps + steps[i - 1].duration_ps);
}

TEST_CASE("Bounds hold where hosts and inner links differ in rate, stored or cut through, sprayed or not") {
  // One flow over two leaves; 2 × 400 Gb/s of uplinks carry a sprayed flow of 800 Gb/s.
  const std::string text = "[cluster]\ngpus = 2\ngpus_per_node = 1\n[fabric]\nradix = 64\nlevels = 2\n[[traffic]]\n"
                           "pattern = \"incast\"\nfan_in = 1\n[optics]\nhost = { module = \"1.6T-AEC\" }\nleaf = "
                           "{ module = \"1.6T-DR8\" }\n";
  for (const char *forwarding : {"cut-through", "store-and-forward"})
    for (const char *policy : {"spray", "ecmp"})
      for (const auto &[host, leaf] : {std::pair{"400Gbps", "800Gbps"},
                                       {"800Gbps", "400Gbps"},
                                       {"300Gbps", "700Gbps"},
                                       {"1600Gbps", "500Gbps"},
                                       {"800Gbps", "800Gbps"}})
        for (const char *size : {"64B", "5000B", "12290B", "202300B", "1MB"}) {
          CAPTURE(forwarding);
          CAPTURE(policy);
          CAPTURE(host);
          CAPTURE(leaf);
          CAPTURE(size);
          const auto scenario = load_scenario_text(
              text, "s.toml",
              {std::string("fabric.switch.forwarding=") + forwarding, std::string("routing.policy=") + policy,
               std::string("fabric.rates.host=") + host, std::string("fabric.rates.leaf=") + leaf,
               std::string("traffic.0.size=") + size, "transport.kind=ideal"});
          const auto outcome = run_built(scenario, build_run(scenario), {});
          CHECK(outcome.findings.empty());
          const auto &flow = outcome.results.flows.rows.at(0);
          const double took = static_cast<double>(flow.end_ps - flow.start_ps);
          CHECK(flow.ideal_ps <= took + 16);
          CHECK(flow.ideal_ps >= 0.7 * took); // and are of use
          const bool head_waits = std::string(forwarding) == "cut-through" && host[0] < leaf[0] && host[1] == leaf[1];
          if (std::string(policy) == "ecmp" && !head_waits) // one path: exact but for rounding
            CHECK(flow.ideal_ps == doctest::Approx(took).epsilon(1e-5));
        }
}

TEST_CASE("A link down from the start and repaired makes later ways shorter than the first") {
  const std::string text = R"([cluster]
gpus = 3
gpus_per_node = 1
[fabric]
topology = "dragonfly-plus"
radix = 8
groups = 3
leaves_per_group = 1
spines_per_group = 1
hosts_per_leaf = 1
[routing]
detection = "0s"
reroute = "0s"
[optics]
global = { latency = "50us" }
[[inject]]
link = "random:global"
for = "1us"
[[traffic]]
size = "1MB"
)";
  const auto scenario = load_scenario_text(text, "s.toml");
  CHECK(run_built(scenario, build_run(scenario), {}).code == ExitCode::done);
}

TEST_CASE("A host bus slower than the port bounds what goes through it, frames or trains, sprayed or not") {
  const std::string fabric = "[cluster]\ngpus = 16\ngpus_per_node = 4\nscale_up = { kind = \"none\" }\n[fabric]\n"
                             "radix = 16\nlink_rate = \"400Gbps\"\nnic = { pcie = \"gen4x16\" }\n";
  for (const char *load : {"[[traffic]]\nsize = \"3MB\"\n", "[[traffic]]\npattern = \"incast\"\nsize = \"64KiB\"\n",
                           "[[collective]]\nsize = \"8MB\"\n", "[[collective]]\nop = \"send\"\nsize = \"8MB\"\n",
                           "[[collective]]\nop = \"broadcast\"\nsize = \"8MB\"\n",
                           "[[collective]]\nop = \"all-to-all\"\nsize = \"50KB\"\n"})
    for (const char *setting : {"fabric.planes=1", "fabric.planes=2", "fabric.nic.per_gpu=2", "transport.mtu=256",
                                "scenario.granularity=64KiB", "routing.policy=ecmp"}) {
      CAPTURE(load);
      CAPTURE(setting);
      const auto s = load_scenario_text(fabric + load, "s.toml", {setting});
      const auto outcome = run_built(s, build_run(s), {});
      CHECK(outcome.code == ExitCode::done); // no bound is broken
      for (const auto &c : outcome.results.collectives)
        CHECK(c.bottleneck.starts_with("host bus, "));
      if (!outcome.results.flows.rows.empty())
        CHECK(outcome.results.flows.bound.bottleneck.find("host bus, ") != std::string::npos);
    }
  const auto s = load_scenario_text(fabric + "[[collective]]\nop = \"send\"\nsize = \"8MB\"\n", "s.toml");
  const auto outcome = run_built(s, build_run(s), {});
  REQUIRE(outcome.results.collectives.size() == 1);
  const auto &c = outcome.results.collectives[0];
  CHECK(c.lower_bound_s * 1e12 > 0.99 * static_cast<double>(c.end_ps - c.start_ps));
}

TEST_CASE("A result below its bound is found") {
  auto outcome = run("one-frame");
  CHECK(below_bounds(outcome.results, 581'920).empty());
  outcome.results.flows.rows[0].end_ps -= 1000;
  CHECK(below_bounds(outcome.results, 581'920).size() == 2); // the flow, and all flows through the port
  outcome.results.links[0].tx_bytes = 1'000'000;
  CHECK(below_bounds(outcome.results, 581'920).size() == 3); // and the link
}

TEST_CASE("What travels after the last rank is done is not a link faster than its rate") {
  // A time-out of 20 us where each of 31 senders waits for its turn of 31 frames: copies of frames that were never
  // lost, on their way long after the receiver has everything.
  const auto outcome =
      run("incast", {"fabric.link_rate=10Gbps", "transport.retransmit_timeout=500us", "transport.retry_count=1000"});
  CHECK(outcome.findings.empty());
  CHECK(outcome.code == ExitCode::done);
}

namespace {
/// 31 senders to one on a slow fabric: nothing is lost, and nothing should be sent again.
void check_slow_incast(std::vector<std::string> settings) {
  settings.push_back("fabric.link_rate=10Gbps");
  const auto outcome = run("incast", settings);
  CHECK(outcome.code == ExitCode::done);
  for (const auto &counter : outcome.results.counters)
    if (counter.name == "frames_resent")
      CHECK(counter.value == 0);
  const auto s = summary(outcome.results);
  CHECK(s.flow_bound.lower_bound_s > 0.999 * s.flows.fct_max_s);
}
} // namespace

TEST_CASE("Nothing is sent again on a slow, congested fabric without bit errors, or on one path") {
  check_slow_incast({"optics.host.pre_fec_ber=0", "optics.leaf.pre_fec_ber=0"});
  check_slow_incast({"routing.policy=ecmp"});
}

TEST_CASE("Nothing is sent again on a slow, congested fabric with optics of common quality") { check_slow_incast({}); }

TEST_CASE("A fault after the end is said") {
  const auto outcome = run("incast", {"inject.0.nic=host:5/0", "inject.0.at=10ms"});
  CHECK(outcome.code == ExitCode::done);
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].starts_with("inject.0 begins at 10 ms, after the run ended"));
  CHECK(run("incast").warnings.empty());
}

TEST_CASE("Two runs in one process do not know of each other") {
  const auto first = run("dragonfly-plus");
  CHECK(first.code == ExitCode::done);
  CHECK(run("dragonfly-plus").results.identity.digest == first.results.identity.digest);
}

TEST_CASE("uec: a link that passes nothing, one way, slows pairs down and cuts none off") {
  // Answers to what arrives again take another path each time, as the frames do: 7 time-outs in a row without progress
  // would need the dead one of 8 paths each time. The same pairs over one path would give up.
  const std::string text = R"([cluster]
gpus = 64
gpus_per_node = 8
[fabric]
radix = 16
levels = 2
[transport]
kind = "uec"
[[inject]]
link = "leaf:6/spine:0"
kind = "ber"
ber = 0.02
[[traffic]]
pattern = "permutation"
size = "4MB"
)";
  for (const char *seed : {"scenario.seed=1", "scenario.seed=2", "scenario.seed=3"}) {
    const Scenario scenario = load_scenario_text(text, "dark.toml", {seed});
    const RunOutcome outcome = run_built(scenario, build_run(scenario), RunRequest{});
    CHECK(outcome.code == ExitCode::done);
    CHECK(outcome.results.identity.outcome == "");
  }
}
