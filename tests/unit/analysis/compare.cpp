// Comparisons: ratios, basis, verdict, JSON.

#include "analysis/compare.hpp"
#include "analysis/json.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace lightloom;

namespace {
/// A training run by its numbers.
RunSummary run(const std::string &name, double step_ms, double exposed_share, double watts) {
  RunSummary out;
  out.name = name;
  out.complete = true;
  out.step_time_s = step_ms * 1e-3;
  out.exposed_comm_s = exposed_share * out.step_time_s;
  out.optics.power_W = watts;
  out.facts = {{"fabric.radix", "64"}, {"fabric.link_rate", name}};
  return out;
}
} // namespace

TEST_CASE("the first run's ratios are ones, and ratios are value over first value") {
  const Comparison comparison = compare({run("a", 90, 0.2, 100), run("b", 60, 0.1, 200)});
  CHECK(comparison.ratios[0].step_time == 1);
  CHECK(comparison.ratios[1].step_time == doctest::Approx(60.0 / 90));
  CHECK(comparison.ratios[1].optics_power == doctest::Approx(2));
  CHECK(comparison.ratios[1].exposed_comm == doctest::Approx(6.0 / 18));
}

TEST_CASE("the basis tells what is equal from what differs") {
  const Basis basis = compare({run("a", 90, 0.2, 100), run("b", 60, 0.1, 200)}).basis;
  REQUIRE(basis.equal.size() == 1);
  CHECK(basis.equal[0].key == "fabric.radix");
  REQUIRE(basis.different.size() == 1);
  CHECK(basis.different[0].second == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the verdict names the faster run, whichever it is, with the numbers behind it") {
  CHECK(
      compare({run("gpt-800g", 91.5, 0.24, 1000), run("gpt-1600g", 68.3, 0.05, 2100)}).verdict ==
      "gpt-1600g trains 1.34× as fast as gpt-800g: step 68.30 ms against 91.50 ms; exposed communication 5.0 % against "
      "24.0 %; links 2.10× the power.");
  CHECK(compare({run("a", 60, 0.1, 200), run("b", 90, 0.2, 200)}).verdict ==
        "a trains 1.50× as fast as b: step 60.00 ms against 90.00 ms; exposed communication 10.0 % against 20.0 %; the "
        "same "
        "optics power.");
  CHECK(compare({run("a", 60, 0.1, 200), run("b", 60.1, 0.1, 200)}).verdict.starts_with("a and b train equally fast"));
}

TEST_CASE("there is no verdict on a run that did not finish") {
  RunSummary broken = run("b", 60, 0.1, 200);
  broken.complete = false;
  broken.outcome = "rank 3 could not reach rank 7";
  CHECK(compare({run("a", 60, 0.1, 200), broken}).verdict ==
        "No verdict: b is not complete (rank 3 could not reach rank 7).");
}

TEST_CASE("collectives are compared by bus bandwidth where there are no steps") {
  RunSummary slow, fast;
  slow.name = "slow";
  fast.name = "fast";
  slow.complete = fast.complete = true;
  CollectiveSummary row;
  row.op = "all-reduce";
  row.busbw_Bps = 1e9;
  slow.collectives = {row};
  row.busbw_Bps = 2e9;
  fast.collectives = {row};
  const Comparison comparison = compare({slow, fast});
  CHECK(comparison.ratios[1].collective_busbw == doctest::Approx(2));
  CHECK(comparison.verdict == "fast runs the same collectives at 2.00× the bus bandwidth of slow.");
}

TEST_CASE("the parts of a step are printed in its unit and add up to it, and what rounds to zero has no ratio") {
  RunSummary slow = run("slow", 80, 0.5, 100), fast = run("fast", 50, 0.2, 100);
  for (RunSummary *one : {&slow, &fast}) {
    one->waits.scale_up = 0.1; // 8 of 80 ms, 5 of 50 ms
    one->waits.network = one == &slow ? 0.4 : 0.1;
    one->waits.other = 1e-6; // 80 and 50 ns
    one->compute_s = one->step_time_s - one->exposed_comm_s;
  }
  const std::string text = to_text(compare({slow, fast}));
  for (const char *line : {"\n  exposed communication       40.00 ms  10.00 ms  0.25×\n",
                           "\n    for scale-up               8.00 ms   5.00 ms  ",
                           "\n    for the network           32.00 ms   5.00 ms  0.16×\n",
                           "\n  waiting for slower ranks     0.00 ms   0.00 ms      –\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, text);
}

TEST_CASE("a row has one unit, and few dollars are dollars") {
  RunSummary cheap = run("cheap", 80, 0.5, 5376), dear = run("dear", 50, 0.2, 10240);
  cheap.optics.cost_usd = 320;
  dear.optics.cost_usd = 640;
  cheap.flows.goodput_bps = 790e9;
  dear.flows.goodput_bps = 1.58e12;
  const std::string text = to_text(compare({cheap, dear}));
  for (const char *cell : {" 5.376 kW ", " 10.24 kW ", " $ 320 ", " $ 640 ", " 0.7900 Tb/s ", " 1.580 Tb/s "})
    CHECK_MESSAGE(text.find(cell) != std::string::npos, text);
}

TEST_CASE("collectives stand by the time spent in them, at most four of them, and say what they are") {
  RunSummary one = run("one", 80, 0.5, 100);
  for (int i = 1; i <= 6; ++i) {
    CollectiveSummary row;
    row.op = "all-reduce";
    row.algorithm = "ring";
    row.ranks = 16;
    row.bytes = i << 20;
    row.count = i == 1 ? 100 : 1; // 100 × 1 ms is the most of all
    row.time_s = i * 1e-3;
    row.busbw_Bps = 1e9;
    one.collectives.push_back(row);
  }
  const std::string text = to_text(compare({one, one}));
  const auto most = text.find("all-reduce ring, 16 ranks, 1 MiB, 100 times, busbw  ");
  CHECK_MESSAGE(most != std::string::npos, text);
  CHECK(most < text.find("6 MiB, 1 time, busbw"));
  CHECK(text.find("5 MiB") < text.find("4 MiB"));
  CHECK(text.find("4 MiB") != std::string::npos);
  CHECK(text.find("3 MiB") == std::string::npos);
}

TEST_CASE("JSON has the keys of the contract, and null for what is not known") {
  const auto json = nlohmann::json::parse(to_json(summary(example::results())));
  for (const char *key : {"name", "step_time_s", "tokens_per_s", "mfu", "gpu_idle_share", "idle_by_cause",
                          "critical_path_s", "collectives", "flows", "optics", "digest", "complete"})
    CHECK_MESSAGE(json.contains(key), key);
  for (const char *key :
       {"op", "algorithm", "bytes", "ranks", "time_s", "algbw_Bps", "busbw_Bps", "lower_bound_s", "bottleneck"})
    CHECK_MESSAGE(json["collectives"][0].contains(key), key);
  for (const char *key : {"count", "completed", "fct_p50_s", "fct_p99_s", "fct_max_s", "goodput_bps"})
    CHECK_MESSAGE(json["flows"].contains(key), key);
  for (const char *key : {"modules", "power_W", "pj_per_bit", "cost_usd"})
    CHECK_MESSAGE(json["optics"].contains(key), key);
  for (const char *key :
       {"granularity", "predicted_error", "energy_per_step_J", "energy_per_token_J", "cluster", "memory", "waiting"})
    CHECK_MESSAGE(json.contains(key), key);
  CHECK(json["idle_by_cause"].size() == 16);
  CHECK(json["idle_by_cause"]["serialization"].get<double>() == doctest::Approx(38.0 / 360));
  CHECK(json["critical_path_s"]["compute"].get<double>() == doctest::Approx(60e-12));
  CHECK(json["waiting"]["links_total"] == 2);
  CHECK(nlohmann::json::parse(to_json(summary(RunResults{})))["step_time_s"].is_null());
}

TEST_CASE("JSON of a comparison has runs, ratios, basis and verdict") {
  const auto json = nlohmann::json::parse(to_json(compare({run("a", 90, 0.2, 100), run("b", 60, 0.1, 200)})));
  CHECK(json["runs"].size() == 2);
  CHECK(json["ratios"][1]["step_time"].get<double>() == doctest::Approx(60.0 / 90));
  CHECK(json["basis"]["equal"]["fabric.radix"] == "64");
  CHECK(json["verdict"].is_string());
}

TEST_CASE("text that is not UTF-8 is replaced in JSON, not a crash") {
  RunSummary odd = run("\xff\xfe", 90, 0.2, 100);
  CHECK(nlohmann::json::parse(to_json(odd)).contains("name"));
}
