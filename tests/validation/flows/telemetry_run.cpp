// Samples of links agree with the links' own counters and change nothing.

#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <fmt/format.h>

using namespace lightloom;

namespace {
RunResults incast(const std::string &transport, const std::string &scenario_keys) {
  const auto outcome = flows::run_text(fmt::format(R"([scenario]
{}
[cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
[routing]
policy = "ecmp"
[transport]
kind = "{}"
[[traffic]]
pattern = "incast"
fan_in = 8
size = "300kB"
)",
                                                   scenario_keys, transport));
  REQUIRE(outcome.code == ExitCode::done);
  return outcome.results;
}

const LinkRow &link(const RunResults &results, const std::string &name) {
  return *std::find_if(results.links.begin(), results.links.end(), [&](const LinkRow &l) { return l.name == name; });
}
} // namespace

TEST_CASE("samples sum to what links sent, stay below their longest queues and leave the digest alone") {
  for (const std::string transport : {"ideal", "infiniband", "rocev2"}) {
    CAPTURE(transport);
    const RunResults plain = incast(transport, ""), sampled = incast(transport, "telemetry = \"1us\"");
    CHECK(plain.telemetry.time_ps.empty());
    CHECK(sampled.identity.digest == plain.identity.digest);
    const Telemetry &series = sampled.telemetry;
    REQUIRE(series.links.size() == sampled.links.size());
    REQUIRE(series.time_ps.size() > 20);
    CHECK(series.time_ps.front() == 1'000'000);
    bool waited = false;
    for (std::size_t column = 0; column < series.links.size(); ++column) {
      const LinkRow &row = link(sampled, series.links[column]);
      double busy_ps = 0;
      for (std::size_t t = 0; t < series.time_ps.size(); ++t) {
        busy_ps += series.utilization[t * series.links.size() + column] * 1e6;
        const std::uint64_t queue = series.queue_bytes[t * series.links.size() + column];
        CHECK(queue <= row.max_queue_bytes);
        waited |= queue > 0;
      }
      CHECK(busy_ps == doctest::Approx(static_cast<double>(row.busy_ps)).epsilon(1e-9));
    }
    CHECK(waited);
  }
}

TEST_CASE("only the links that are named are sampled, in both directions") {
  const RunResults results =
      incast("ideal", "telemetry = \"2us\"\ntelemetry_links = \"host:0/leaf:0, leaf:1/spine:0\"");
  CHECK(results.telemetry.links ==
        std::vector<std::string>{"host:0/leaf:0", "host:0/leaf:0 back", "leaf:1/spine:0", "leaf:1/spine:0 back"});
  CHECK_THROWS_AS(incast("ideal", "telemetry = \"2us\"\ntelemetry_links = \"leaf:1/spine:99\""), Error);
  CHECK_THROWS_AS(incast("ideal", "telemetry_links = \"all\""), Error); // without an interval
}
