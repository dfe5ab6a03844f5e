// Fair comparisons: one job, a stated basis, intervals over seeds, and a verdict that does not claim what they cannot
// show.

#include "analysis/compare.hpp"
#include "analysis/json.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace lightloom;

namespace {
/// A training run by its numbers, with the bill of a whole cluster.
RunSummary run(const std::string &name, double step_ms, double cluster_kW, std::uint64_t seed = 1) {
  RunSummary out;
  out.name = name;
  out.seed = seed;
  out.complete = true;
  out.step_time_s = step_ms * 1e-3;
  out.exposed_comm_s = 0.1 * out.step_time_s;
  out.tokens_per_step = 1e6;
  out.tokens_per_s = out.tokens_per_step / out.step_time_s;
  out.cluster.power_W = cluster_kW * 1e3;
  out.cluster.cost_usd = 40e6;
  out.cluster.by_category = {{"GPU", 1024, out.cluster.power_W, 40e6}};
  out.energy_per_step_J = out.cluster.power_W * out.step_time_s;
  out.energy_per_token_J = out.energy_per_step_J / out.tokens_per_step;
  out.cost_per_token_rate = out.cluster.cost_usd / out.tokens_per_s;
  out.facts = {{"job", "gpt3-175b"}, {"cluster.gpus", "1024"}, {"cluster.gpu", "B200-SXM"}};
  return out;
}

std::vector<RunSummary> seeds(const std::string &name, const std::vector<double> &steps_ms, double cluster_kW) {
  std::vector<RunSummary> out;
  for (std::size_t i = 0; i < steps_ms.size(); ++i)
    out.push_back(run(name, steps_ms[i], cluster_kW, i + 1));
  return out;
}

std::string error_of(const std::vector<RunSummary> &runs) {
  try {
    check_comparable(runs);
  } catch (const Error &error) {
    CHECK(error.code() == ExitCode::bad_input);
    return error.what();
  }
  return {};
}

RunSummary with_basis(const std::string &name, const char *radix, const char *silicon, const char *bandwidth) {
  RunSummary out = run(name, 80, 1000);
  out.facts.push_back({fact_radix, radix});
  out.facts.push_back({fact_silicon, silicon});
  out.facts.push_back({fact_gpu_bandwidth, bandwidth});
  return out;
}

bool holds(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("different jobs are refused with both names and what differs") {
  RunSummary other = run("moe", 60, 1000);
  other.facts = {{"job", "mixtral-8x7b"}, {"cluster.gpus", "512"}, {"cluster.gpu", "B200-SXM"}};
  CHECK(
      error_of({run("dense", 60, 1000), other}) ==
      "dense and moe are different jobs (job: gpt3-175b against mixtral-8x7b; cluster.gpus: 1024 against 512). Compare "
      "runs of one job on the same GPUs; fabric, optics and transport may differ.");
  CHECK_THROWS_AS(compare({run("dense", 60, 1000), other}), Error);
}

TEST_CASE("a job against none, another batch and another model are different jobs") {
  RunSummary none = run("flows", 60, 1000);
  none.facts[0] = {"traffic", "permutation of 20 MB"};
  CHECK(holds(error_of({run("a", 60, 1000), none}), "job: gpt3-175b against none; traffic: none against permutation"));
  RunSummary batch = run("b", 60, 1000);
  batch.tokens_per_step = 2e6;
  CHECK(holds(error_of({run("a", 60, 1000), batch}), "tokens per step: 1000000 against 2000000"));
  RunSummary first = run("a", 60, 1000), model = run("b", 60, 1000);
  first.flops_per_step = 1e18;
  model.flops_per_step = 1.5e18;
  CHECK(holds(error_of({first, model}), "model FLOPs per step"));
}

TEST_CASE("other fabrics are comparable, and so is a run whose first moments alone are known") {
  RunSummary other = run("b", 60, 1000);
  other.facts.push_back({"fabric.radix", "32"});
  CHECK(error_of({run("a", 60, 1000), other}).empty());
  RunSummary begun;
  begun.name = "begun";
  CHECK(error_of({run("a", 60, 1000), begun}).empty());
}

TEST_CASE("files of the first version, which worded the job otherwise, are told apart by tokens per step") {
  RunSummary old = run("old", 60, 1000);
  old.facts[0].value = "gpt3-175b, tensor 8, data 128, global batch 768";
  old.missing = {"/causes", "/steps/reused"};
  CHECK(error_of({run("a", 60, 1000), old}).empty());
  old.tokens_per_step = 2e6;
  CHECK(holds(error_of({run("a", 60, 1000), old}), "(tokens per step: 1000000 against 2000000)"));
}

TEST_CASE("the basis says what a pair holds equal") {
  const auto basis = [](const RunSummary &b) {
    return compare({with_basis("a", "64", "51.2 Tb/s", "0.8 Tb/s"), b}).basis;
  };
  CHECK(
      basis(with_basis("b", "64", "102.4 Tb/s", "1.6 Tb/s")).sentence ==
      "Equal radix (64); different switch silicon (51.2 Tb/s against 102.4 Tb/s), bandwidth per GPU (0.8 Tb/s against "
      "1.6 Tb/s).");
  CHECK(
      basis(with_basis("b", "32", "51.2 Tb/s", "1.6 Tb/s")).sentence.starts_with("Equal switch silicon (51.2 Tb/s);"));
  CHECK(basis(with_basis("b", "32", "102.4 Tb/s", "0.8 Tb/s"))
            .sentence.starts_with("Equal bandwidth per GPU (0.8 Tb/s);"));
  CHECK(basis(with_basis("b", "32", "102.4 Tb/s", "1.6 Tb/s"))
            .sentence.starts_with("Nothing of the three usual bases is equal; different radix (64 against 32), "));
  const auto json = nlohmann::json::parse(to_json(
      compare({with_basis("a", "64", "51.2 Tb/s", "0.8 Tb/s"), with_basis("b", "32", "51.2 Tb/s", "1.6 Tb/s")})));
  CHECK(json["basis"]["silicon"] == "equal");
  CHECK(json["basis"]["radix"] == std::vector<std::string>{"64", "32"});
  CHECK(json["basis"]["gpu_bandwidth"] == std::vector<std::string>{"0.8 Tb/s", "1.6 Tb/s"});
}

TEST_CASE("means and intervals over seeds are Student's, ratios paired by seed") {
  const Comparison comparison = compare({seeds("a", {80, 82, 84}, 1000), seeds("b", {40, 41, 42}, 1000)});
  const RunIntervals &a = comparison.intervals[0], &b = comparison.intervals[1];
  // Standard error 2 / √3 ms; t(0.975) at 2 degrees of freedom 4.3027 (Abramowitz & Stegun table 26.10).
  CHECK(a.step_time_s.mean == doctest::Approx(82e-3));
  CHECK(a.step_time_s.ci95 == doctest::Approx(4.3027 * 2e-3 / std::sqrt(3.0)).epsilon(1e-4));
  // Each seed's ratio is one half: the pairs know nothing of the spread between seeds.
  CHECK(b.step_time_ratio.mean == doctest::Approx(0.5));
  CHECK(b.step_time_ratio.ci95 < 1e-12);
  CHECK(comparison.runs[0].step_time_s == doctest::Approx(82e-3));
  CHECK(comparison.ratios[1].step_time == doctest::Approx(0.5));
  CHECK(holds(to_text(comparison), "82.00 ± 4.97 ms"));
  const auto json = nlohmann::json::parse(to_json(comparison));
  CHECK(json["intervals"][0]["step_time_s"]["ci95"].get<double>() == doctest::Approx(a.step_time_s.ci95));
  CHECK(json["intervals"][1]["seeds"] == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("seeds pair by number whatever their order, and other seeds are refused") {
  auto mixed = seeds("b", {40, 41, 42}, 1000);
  std::swap(mixed[0], mixed[2]);
  CHECK(compare({seeds("a", {80, 82, 84}, 1000), mixed}).intervals[1].step_time_ratio.ci95 < 1e-12);
  CHECK_THROWS_AS(compare({seeds("a", {80, 82, 84}, 1000), seeds("b", {40, 41}, 1000)}), Error);
  mixed[0].seed = 9;
  CHECK_THROWS_AS(compare({seeds("a", {80, 82, 84}, 1000), mixed}), Error);
  CHECK_NOTHROW(compare({run("a", 80, 1000, 1), run("b", 40, 1000, 2)})); // single runs pair as they are
}

TEST_CASE("a difference within the interval is none that the seeds can show, and its price is said") {
  const Comparison comparison =
      compare({seeds("800G", {80.0, 80.4, 79.8}, 1200), seeds("1.6T", {80.3, 80.1, 80.3}, 1238)});
  CHECK(comparison.verdict.starts_with("1.6T changes the step of 800G by +0.2 ± 1.3 %: no difference that these seeds "
                                       "can show; it draws 38.00 kW more, takes "));
  CHECK(holds(comparison.verdict, " per token against "));
  CHECK(holds(comparison.verdict, " per token/s against "));
}

TEST_CASE("a small difference that every seed shows is a difference") {
  const std::string verdict =
      compare({seeds("800G", {80.0, 82.0, 84.0}, 1200), seeds("1.6T", {79.76, 81.75, 83.75}, 1200)}).verdict;
  CHECK(verdict.starts_with("1.6T trains 1.0030× as fast as 800G: step 81.75 ± "));
  CHECK(holds(verdict, "; it draws the same power, "));
}

TEST_CASE("a difference below the predicted error of trains is none") {
  RunSummary a = run("800G", 80, 1200), b = run("1.6T", 79.5, 1200);
  b.granularity = {"auto", 64, 0.9, 0.008, 0.01, ""};
  CHECK(compare({a, b}).verdict.starts_with(
      "1.6T changes the step of 800G by -0.6 %: less than the predicted error of trains of frames (0.8 %); it draws"));
  b.granularity.payload_in_trains = 0; // frames alone have no such error
  CHECK(compare({a, b}).verdict.starts_with("1.6T trains 1.0063× as fast as 800G"));
}

TEST_CASE("faster optics that buy nothing: single runs within half a per cent are equally fast") {
  CHECK(
      compare({run("800G", 80, 1200), run("1.6T", 79.9, 1238)}).verdict ==
      "1.6T and 800G train equally fast: step 79.90 ms against 80.00 ms; exposed communication 10.0 % against 10.0 %; "
      "it draws 38.00 kW more, takes 98.92 mJ per token against 96.00 mJ and costs $ 3.196 per token/s against $ "
      "3.200.");
}

TEST_CASE("one incomplete seed is no verdict") {
  auto broken = seeds("b", {40, 41, 42}, 1000);
  broken[1].complete = false;
  broken[1].outcome = "rank 3 could not reach rank 7";
  CHECK(compare({seeds("a", {80, 82, 84}, 1000), broken}).verdict ==
        "No verdict: b is not complete (rank 3 could not reach rank 7).");
}

TEST_CASE("causes stand side by side in percentage points, the greatest first") {
  RunSummary a = run("a", 80, 1000), b = run("b", 60, 1000);
  for (RunSummary *one : {&a, &b})
    one->idle_by_cause.assign(cause_count, 0.0);
  const auto queueing = static_cast<std::size_t>(Cause::queueing), host = static_cast<std::size_t>(Cause::host);
  a.idle_by_cause[queueing] = 0.2;
  b.idle_by_cause[queueing] = 0.05;
  a.idle_by_cause[host] = 0.01;
  b.idle_by_cause[host] = 0.012;
  b.idle_by_cause[static_cast<std::size_t>(Cause::optics)] = 0.0004; // below 0.05 %
  const std::string text = to_text(compare({a, b}));
  CHECK_MESSAGE(holds(text, "20.0 %      5.0 %  -15.0 pp\n"), text);
  CHECK(holds(text, "1.0 %      1.2 %   +0.2 pp\n"));
  CHECK(text.find("  queueing ") < text.find("  host "));
  CHECK_FALSE(holds(text, "optics  "));
}
