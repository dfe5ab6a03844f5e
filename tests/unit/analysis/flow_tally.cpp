// Figures of flows: closed forms, and histograms against the rows they stand for.

#include "analysis/flow_tally.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/json.hpp"
#include "analysis/summary.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <numeric>

using namespace lightloom;

namespace {
/// Flows of sizes from 1 B to 10 MB, whose times spread over five decades: a multiplicative congruence (Lehmer, K).
std::vector<FlowRow> many_flows(std::size_t count) {
  std::vector<FlowRow> rows;
  std::uint64_t state = 42;
  const auto draw = [&] {
    state = state * 48271 % 2147483647;
    return static_cast<double>(state) / 2147483647.0;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto size = static_cast<std::int64_t>(std::pow(10, 7 * draw()));
    const auto start = static_cast<std::int64_t>(1e9 * draw());
    const double ideal = 1e6 + static_cast<double>(size) * 20;
    const auto time = static_cast<std::int64_t>(ideal * std::pow(10, 3 * draw()));
    rows.push_back(
        {static_cast<std::uint32_t>(i % 7), static_cast<std::uint32_t>(i % 11), size, start, start + time, ideal});
  }
  return rows;
}

FlowTally tally(const std::vector<FlowRow> &rows, bool exact, std::int64_t warmup_ps = 0) {
  FlowTally out(exact, warmup_ps);
  for (const FlowRow &row : rows)
    out.add(row);
  return out;
}

FlowRow flow(std::int64_t size, std::int64_t start, std::int64_t end, double ideal = not_known) {
  return {0, 1, size, start, end, ideal};
}
} // namespace

TEST_CASE("percentiles of a histogram are off by no more than it states, and all else is exact") {
  const std::vector<FlowRow> rows = many_flows(20'000);
  const FlowFigures exact = tally(rows, true).figures(), binned = tally(rows, false).figures();
  CHECK(exact.percentile_error == 0);
  CHECK(binned.percentile_error == doctest::Approx(std::pow(10, 1.0 / 256) - 1).epsilon(0.01));
  const auto near = [&](double value, double truth) {
    return std::fabs(value / truth - 1) <= binned.percentile_error && value != truth;
  };
  CHECK(near(binned.fct_p50_s, exact.fct_p50_s));
  CHECK(near(binned.fct_p99_s, exact.fct_p99_s));
  CHECK(near(binned.slowdown_p50, exact.slowdown_p50));
  CHECK(near(binned.slowdown_p99, exact.slowdown_p99));
  CHECK(binned.fct_max_s == exact.fct_max_s);
  CHECK(binned.fct_mean_s == exact.fct_mean_s);
  CHECK(binned.slowdown_max == exact.slowdown_max);
  CHECK(binned.slowdown_min == exact.slowdown_min);
  CHECK(binned.goodput_bps == exact.goodput_bps);
  CHECK(binned.jain == exact.jain);
  CHECK(binned.bytes == exact.bytes);
  CHECK(binned.receivers == 11);
  // The same for each decade of sizes.
  const std::vector<FlowDecade> truth = tally(rows, true).by_size(), read = tally(rows, false).by_size();
  REQUIRE(truth.size() == 7);
  REQUIRE(read.size() == 7);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    CHECK(read[i].from_bytes == truth[i].from_bytes);
    CHECK(read[i].count == truth[i].count);
    CHECK(near(read[i].fct_p50_s, truth[i].fct_p50_s));
    CHECK(near(read[i].slowdown_p99, truth[i].slowdown_p99));
  }
}

TEST_CASE("decades of sizes hold every flow once, bounds below and not above") {
  const std::vector<FlowDecade> decades =
      tally({flow(0, 0, 5), flow(1, 0, 5), flow(9, 0, 5), flow(10, 0, 5), flow(99, 0, not_ended), flow(100, 0, 5),
             flow(1'000'000'000'000'000'000, 0, 5)},
            true)
          .by_size();
  REQUIRE(decades.size() == 5);
  CHECK(decades[0].from_bytes == 0);
  CHECK(decades[0].count == 1);
  CHECK(decades[1].from_bytes == 1);
  CHECK(decades[1].count == 2);
  CHECK(decades[2].from_bytes == 10);
  CHECK(decades[2].count == 2);
  CHECK(decades[2].completed == 1);
  CHECK(decades[3].from_bytes == 100);
  CHECK(decades[4].from_bytes == 1'000'000'000'000'000'000);
}

TEST_CASE("Jain's index is 1 for equal goodputs and follows its formula otherwise") {
  CHECK(tally({flow(100, 0, 10), flow(100, 5, 15), flow(200, 0, 20)}, true).figures().jain == doctest::Approx(1));
  // Goodputs 1, 1, 1 and 3 B/ps: (1 + 1 + 1 + 3)² ÷ (4 × (1 + 1 + 1 + 9)) = 36 / 48
  CHECK(tally({flow(10, 0, 10), flow(20, 0, 20), flow(30, 0, 30), flow(30, 0, 10)}, true).figures().jain ==
        doctest::Approx(0.75));
}

TEST_CASE("slowdown is completion time over ideal, of the flows that ended and have one") {
  const FlowFigures figures =
      tally({flow(1, 0, 20, 10), flow(1, 10, 40, 10), flow(1, 0, 10, 10), flow(1, 0, not_ended, 10), flow(1, 0, 50)},
            true)
          .figures();
  CHECK(figures.count == 5);
  CHECK(figures.completed == 4);
  CHECK(figures.slowdown_mean == doctest::Approx(2)); // 2, 3 and 1
  CHECK(figures.slowdown_p50 == doctest::Approx(2));
  CHECK(figures.slowdown_p99 == doctest::Approx(3));
  CHECK(figures.slowdown_max == doctest::Approx(3));
  CHECK(figures.slowdown_min == doctest::Approx(1));
  CHECK(figures.fct_mean_s == doctest::Approx(27.5e-12)); // 20, 30, 10 and 50 ps
}

TEST_CASE("flows of the warm-up are left out of every figure") {
  const std::vector<FlowRow> rows{flow(100, 0, 1000, 1), flow(100, 99, 1000, 1), flow(100, 100, 120, 10),
                                  flow(100, 150, 200, 10)};
  const FlowTally counted = tally(rows, true, 100);
  const FlowFigures figures = counted.figures();
  CHECK(figures.left_out == 2);
  CHECK(figures.count == 2);
  CHECK(figures.fct_max_s == doctest::Approx(50e-12));
  CHECK(figures.slowdown_max == doctest::Approx(5));
  CHECK(figures.goodput_bps == doctest::Approx(8 * 200 / 100e-12)); // from 100 to 200 ps
  CHECK(counted.by_size().front().count == 2);
}

TEST_CASE("a histogram in a file gives the same JSON as before it was written") {
  const example::Folder folder;
  RunResults results = example::results();
  results.flows.rows = many_flows(500);
  results.flows.warmup_ps = 100'000'000;
  compact_flows(results, 10);
  REQUIRE(results.flows.histogram.has_value());
  const FlowHistogram &histogram = *results.flows.histogram;
  for (const FlowBins *bins : {&histogram.fct, &histogram.slowdown}) {
    REQUIRE(bins->lower.size() == bins->count.size());
    CHECK(std::accumulate(bins->count.begin(), bins->count.end(), std::uint64_t{0}) == histogram.figures.completed);
    CHECK(bins->upper > bins->lower.back());
  }
  CHECK(histogram.figures.left_out > 0);
  write_results(results, folder.file("many.h5"), false);
  const RunResults read = read_results(folder.file("many.h5"));
  CHECK(hdf5_image(read) == hdf5_image(results));
  CHECK(read.missing.empty());
  CHECK(to_json(summary(read)) == to_json(summary(results)));
}

TEST_CASE("JSON names the figures of flows as the contract does") {
  const auto flows = nlohmann::json::parse(to_json(summary(example::results())))["flows"];
  for (const char *key : {"count", "completed", "fct_p50_s", "fct_p99_s", "fct_max_s", "goodput_bps", "fct_mean_s",
                          "slowdown_mean", "slowdown_p50", "slowdown_p99", "slowdown_max", "bytes", "jain"})
    CHECK_MESSAGE(flows[key].is_number(), key);
  CHECK(flows["bytes"] == 2000);
  CHECK(flows["slowdown_max"].get<double>() == doctest::Approx(40.0 / 30));
  CHECK(flows["by_size"].size() == 2); // of 500 and of 1000 bytes
}
