// The numbers of a summary, worked out by hand from the example run.

#include "analysis/summary.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

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
  // busy: 65 and 60 → 62.5; idle but bubble and imbalance: (35 + 25) / 2 = 30, (20 + 15) / 2 → 17 (rounded down)
  CHECK(run.compute_s == doctest::Approx(62.5e-12));
  CHECK(run.exposed_comm_s == doctest::Approx(23.5e-12));
  results.identity.warmup_steps = 1;
  run = summary(results);
  CHECK(run.step_time_s == doctest::Approx(80e-12));
  CHECK(run.gpu_idle_share == doctest::Approx(40.0 / 160));
  CHECK(run.collectives[0].count == 1);
  CHECK(run.collectives[0].time_s == doctest::Approx(20e-12));
}

TEST_CASE("without causes exposed communication is what computing waited in scale-up and network") {
  RunResults results = example::results();
  results.gpus.idle_by_cause_ps.clear();
  derive_steps(results);
  // (10 + 30 + 10 + 15) / 2 → 32, (10 + 10 + 5 + 10) / 2 → 17 (rounded down)
  const RunSummary run = summary(results);
  CHECK(run.exposed_comm_s == doctest::Approx(24.5e-12));
  CHECK(run.idle_by_cause.empty());
  CHECK(run.critical_path_s.empty());
}

TEST_CASE("causes sum to the idle share and the critical path to the step, without the warm-up too") {
  RunResults results = example::results();
  for (const std::uint32_t warmup : {0u, 1u}) {
    results.identity.warmup_steps = warmup;
    const RunSummary run = summary(results);
    const auto sum = [](const std::vector<double> &values) {
      return std::accumulate(values.begin(), values.end(), 0.0);
    };
    CHECK(sum(run.idle_by_cause) == doctest::Approx(run.gpu_idle_share).epsilon(1e-12));
    CHECK(sum(run.critical_path_s) == doctest::Approx(run.step_time_s).epsilon(1e-12));
  }
  const RunSummary last = summary(results); // second step only: queueing 10 of 160 ps of GPU time, 20 of 80 ps of path
  CHECK(last.idle_by_cause[static_cast<std::size_t>(Cause::queueing)] == doctest::Approx(10.0 / 160));
  CHECK(last.critical_path_s[static_cast<std::size_t>(Cause::queueing)] == doctest::Approx(20e-12));
  CHECK(last.steps_reused == 1);
}

TEST_CASE("a picosecond without a cause is found, and so is one that is charged twice or negative") {
  const auto broken = [](const auto &change) {
    RunResults results = example::results();
    change(results);
    return check_shape(results);
  };
  CHECK(broken([](RunResults &) {}).empty());
  auto found = broken([](RunResults &r) { r.gpus.idle_by_cause_ps[2][Cause::optics] -= 1; });
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "step 1, GPU 0: its causes sum to 19 ps and it was idle for 20 ps");
  found = broken([](RunResults &r) { r.steps[1].critical_path[Cause::host] += 1; });
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "step 1: the critical path sums to 81 ps and the step took 80 ps");
  found = broken([](RunResults &r) {
    r.gpus.idle_by_cause_ps[0][Cause::host] = -1;
    r.gpus.idle_by_cause_ps[0][Cause::serialization] += 1;
  });
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("negative") != std::string::npos);
  CHECK(broken([](RunResults &r) { r.gpus.idle_by_cause_ps.pop_back(); }).size() == 1);
}

TEST_CASE("the whole cluster has power and cost only when every line of its bill has") {
  const auto bill = [](double switch_W) {
    return std::vector<BillRow>{{"B200-SXM", 2, 2000, 80'000, false, "GPU"},
                                {"switch:leaf", 1, switch_W, 50'000, false, "switch"},
                                {"800G-DR8", 4, 60, 4800, true, ""},
                                {"800G-AEC", 2, 20, 400, true, "optics"}};
  };
  const ClusterSummary whole = cluster_summary(bill(1500));
  CHECK(whole.power_W == 3580); // 2000 + 1500 + 60 + 20
  CHECK(whole.cost_usd == 135'200);
  REQUIRE(whole.by_category.size() == 3);
  CHECK(whole.by_category[2].category == "optics"); // a line of before there were categories counts too
  CHECK(whole.by_category[2].count == 6);
  CHECK(std::isnan(cluster_summary(bill(not_known)).power_W));
  CHECK(cluster_summary(bill(not_known)).cost_usd == 135'200);
  auto no_gpus = bill(1500);
  no_gpus.erase(no_gpus.begin());
  CHECK(std::isnan(cluster_summary(no_gpus).power_W));
}

TEST_CASE("energy is power times step time, per token and per step") {
  RunResults results = example::results();
  results.fabric.bill[2].power_W = 940; // 2000 + 60 + 940 = 3 kW
  results.fabric.bill[2].cost_usd = 15'200;
  const RunSummary run = summary(results);
  CHECK(run.energy_per_step_J == doctest::Approx(3000 * 90e-12));
  CHECK(run.energy_per_token_J == doctest::Approx(3000 * 90e-12 / 1000));
  CHECK(run.cost_per_token_rate == doctest::Approx(100'000 / (1000 / 90e-12)));
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
  for (const std::uint64_t count : results.flows.histogram->fct.count)
    all += count;
  CHECK(all == 2);
}
