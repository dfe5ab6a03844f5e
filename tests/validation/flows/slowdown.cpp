// No flow is faster than alone.

#include "analysis/summary.hpp"
#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

using namespace lightloom;

namespace {
RunSummary run(const std::string &transport, const std::string &policy, const std::string &traffic) {
  const auto outcome = flows::run_text(fmt::format(R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
[routing]
policy = "{}"
[transport]
kind = {}
[[traffic]]
{}
)",
                                                   policy, transport, traffic));
  REQUIRE(outcome.code == ExitCode::done);
  return summary(outcome.results);
}
} // namespace

TEST_CASE("no flow of a permutation or an incast is faster than alone") {
  for (const std::string transport : {"\"ideal\"", "\"infiniband\"", "\"rocev2\"\nrecovery = \"selective\"", "\"uec\""})
    for (const std::string policy : {"ecmp", "spray"}) {
      CAPTURE(transport);
      CAPTURE(policy);
      const RunSummary permutation = run(transport, policy, "pattern = \"permutation\"\nsize = \"500kB\"");
      CHECK(permutation.flows.completed == 32);
      CHECK(permutation.flows.slowdown_min > 0.99999);
      CHECK(permutation.flows.jain <= 1);
      const RunSummary incast = run(transport, policy, "pattern = \"incast\"\nfan_in = 16\nsize = \"500kB\"");
      CHECK(incast.flows.slowdown_min > 0.99999);
      // 16 flows share one port: the last of them is done when all bytes are through.
      CHECK(incast.flows.fct_max_s == doctest::Approx(incast.flow_bound.lower_bound_s).epsilon(0.01));
      CHECK(incast.network.max_queue_bytes > 0);
      CHECK(incast.network.max_queue_mean_bytes <= incast.network.max_queue_bytes);
    }
}

TEST_CASE("an open loop's figures leave its warm-up out, the rows keep it") {
  const auto outcome = flows::run_text(R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
[transport]
kind = "ideal"
[[traffic]]
pattern = "uniform"
arrivals = "poisson"
load = 0.3
size = "20kB"
duration = "100us"
warmup = "50us"
)");
  REQUIRE(outcome.code == ExitCode::done);
  const auto &rows = outcome.results.flows.rows;
  const auto early = static_cast<std::uint64_t>(
      std::count_if(rows.begin(), rows.end(), [](const FlowRow &row) { return row.start_ps < 50'000'000; }));
  const FlowFigures figures = summary(outcome.results).flows;
  CHECK(early > 0);
  CHECK(figures.left_out == early);
  CHECK(figures.count + early == rows.size());
  CHECK(figures.slowdown_min > 0.9999);
  // 0.3 of 32 × 800 Gb/s is offered; half a warm-up of 50 us holds some 2,400 flows: 5 standard deviations are 10 %.
  CHECK(figures.goodput_bps == doctest::Approx(0.3 * 32 * 800e9).epsilon(0.2));
}
