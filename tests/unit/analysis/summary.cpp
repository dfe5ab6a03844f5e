// The numbers of a summary, worked out by hand from the example run.

#include "analysis/summary.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace lightloom;

TEST_CASE("shares of waiting sum to the share of idle time") {
  RunResults results = example::results();
  REQUIRE(check_shape(results).empty());
  const RunSummary run = summary(results);
  CHECK(run.waits.scale_up + run.waits.network + run.waits.other == doctest::Approx(run.gpu_idle_share).epsilon(1e-12));
}

TEST_CASE("means are over all steps without warm-up, and leave the warm-up out with it") {
  RunResults results = example::results();
  derive_steps(results);
  RunSummary run = summary(results);
  // (100 + 80) / 2 ps; idle (40 + 30 + 20 + 20) / (2 × 180); 1000 tokens per 90 ps
  CHECK(run.step_time_s == doctest::Approx(90e-12));
  CHECK(run.gpu_idle_share == doctest::Approx(110.0 / 360));
  CHECK(run.tokens_per_s == doctest::Approx(1000 / 90e-12));
  // 2e12 FLOPs / (90 ps × 2 GPUs × 1e24 FLOP/s)
  CHECK(run.mfu == doctest::Approx(2e12 / (90e-12 * 2 * 1e24)));
  // busy: 65 and 60 → 62.5; waits: (10 + 30 + 10 + 15) / 2 → 32, (10 + 10 + 5 + 10) / 2 → 17 (rounded down)
  CHECK(run.compute_s == doctest::Approx(62.5e-12));
  CHECK(run.exposed_comm_s == doctest::Approx(24.5e-12));
  results.identity.warmup_steps = 1;
  run = summary(results);
  CHECK(run.step_time_s == doctest::Approx(80e-12));
  CHECK(run.gpu_idle_share == doctest::Approx(40.0 / 160));
  CHECK(run.collectives[0].count == 1);
  CHECK(run.collectives[0].time_s == doctest::Approx(20e-12));
}

TEST_CASE("equal collectives are one row with their mean") {
  const RunSummary run = summary(example::results());
  REQUIRE(run.collectives.size() == 1);
  const CollectiveSummary &row = run.collectives[0];
  CHECK(row.count == 2);
  CHECK(row.time_s == doctest::Approx(30e-12)); // (40 + 20) / 2 ps
  CHECK(row.time_max_s == doctest::Approx(40e-12));
  CHECK(row.algbw_Bps == doctest::Approx(4096 / 30e-12));
  CHECK(row.busbw_Bps == doctest::Approx(row.algbw_Bps)); // two ranks: 2 (n − 1) / n = 1
  CHECK(row.bottleneck == "leaf:0/spine:1");
}

TEST_CASE("flow figures count only what was delivered") {
  const FlowFigures flows = summary(example::results()).flows;
  CHECK(flows.count == 3);
  CHECK(flows.completed == 2);
  CHECK(flows.fct_p50_s == doctest::Approx(20e-12)); // nearest rank of 20 and 40 ps
  CHECK(flows.fct_p99_s == doctest::Approx(40e-12));
  CHECK(flows.goodput_bps == doctest::Approx(2000 * 8 / 40e-12));
}

TEST_CASE("only optics count as optics") {
  const OpticsSummary optics = summary(example::results()).optics;
  CHECK(optics.modules == 4);
  CHECK(optics.power_W == 60);
  CHECK(optics.cost_usd == 4800);
}

TEST_CASE("a run without steps, collectives and flows has no such numbers") {
  const RunSummary run = summary(RunResults{});
  CHECK(std::isnan(run.step_time_s));
  CHECK(std::isnan(run.gpu_idle_share));
  CHECK(std::isnan(run.optics.power_W));
  CHECK(std::isnan(run.flows.fct_p50_s));
}

TEST_CASE("busy and idle that do not add up to the step are found") {
  RunResults results = example::results();
  results.gpus.busy_ps[3] += 1;
  REQUIRE(check_shape(results).size() == 1);
  CHECK(check_shape(results)[0].find("step 1, GPU 1") != std::string::npos);
  results.gpus.busy_ps.pop_back();
  CHECK(check_shape(results).size() == 1);
}

TEST_CASE("the histogram of flows holds every completed flow") {
  RunResults results = example::results();
  compact_flows(results, 3);
  CHECK_FALSE(results.flows.histogram.has_value()); // three flows are not above a limit of three
  compact_flows(results, 2);
  REQUIRE(results.flows.histogram.has_value());
  CHECK(results.flows.rows.empty());
  std::uint64_t all = 0;
  for (const std::uint64_t count : results.flows.histogram->count)
    all += count;
  CHECK(all == 2);
}
