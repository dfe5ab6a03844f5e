// No flow is faster than alone.

#include "analysis/summary.hpp"
#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

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
