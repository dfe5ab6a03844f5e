// N long flows on one link: each gets its share, and together they use the link (docs/validation/fairness.md).

#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

using namespace lightloom;

namespace {
constexpr std::int64_t rate = 400'000'000'000;

/// N senders under one leaf, one link from there to the receiver's leaf. Rail 1 has the senders, rail 0 the receiver.
RunResults flows_on_one_link(const std::string &transport, int flows, std::int64_t size) {
  const auto fabric = fmt::format(R"([scenario]
telemetry = "500us"
[cluster]
gpus = {}
gpus_per_node = 2
[fabric]
radix = 64
levels = 2
rails = 2
oversubscription = {}
link_rate = "400Gbps"
)",
                                  2 * flows + 2, flows + 1);
  const auto outcome = flows::run_text(fabric + flows::incast_text(flows, size, transport));
  REQUIRE(outcome.code == ExitCode::done);
  return outcome.results;
}

struct Window {
  double utilization, jain;
};

/// Of the link, and of the rates at which the senders sent, from one time to another.
Window window(const RunResults &results, std::int64_t from_ps, std::int64_t to_ps) {
  const Telemetry &series = results.telemetry;
  std::vector<double> sums(series.links.size());
  int samples = 0;
  for (std::size_t t = 0; t < series.time_ps.size(); ++t) {
    if (series.time_ps[t] <= from_ps || series.time_ps[t] > to_ps)
      continue;
    ++samples;
    for (std::size_t column = 0; column < sums.size(); ++column)
      sums[column] += series.utilization[t * sums.size() + column];
  }
  REQUIRE(samples > 0);
  Window w{};
  double sum = 0, squares = 0, senders = 0;
  for (std::size_t column = 0; column < sums.size(); ++column) {
    if (series.links[column] == "leaf:1/spine:0")
      w.utilization = sums[column] / samples;
    if (!series.links[column].ends_with("/leaf:1") || sums[column] == 0)
      continue;
    ++senders;
    sum += sums[column];
    squares += sums[column] * sums[column];
  }
  w.jain = sum * sum / (senders * squares);
  return w;
}

constexpr std::int64_t ms = 1'000'000'000;
/// Bytes that each of `flows` needs so that all go on for `ms` milliseconds at full use of the link.
std::int64_t lasting(int milliseconds, int flows) { return rate / 8 / 1000 * milliseconds / flows; }
} // namespace

TEST_CASE("Each of N flows under ideal and infiniband has the N-th part of the link within 1 %") {
  struct Case {
    std::string transport;
    double header;
  };
  for (const Case &c : {Case{"\"ideal\"", 0}, Case{"\"infiniband\"", 30}})
    for (const int flows : {2, 8, 16, 32}) {
      const std::int64_t size = 2500 * 4096;
      const RunResults results = flows_on_one_link(c.transport, flows, size);
      REQUIRE(results.flows.rows.size() == static_cast<std::size_t>(flows));
      const double share = static_cast<double>(rate) * 4096 / (4096 + c.header + 20) / flows; // of payload [bit/s]
      for (const FlowRow &row : results.flows.rows) {
        CAPTURE(c.transport);
        CAPTURE(flows);
        const double path_ps = row.ideal_ps - static_cast<double>(size) * 8e12 / (share * flows);
        const double goodput =
            static_cast<double>(size) * 8e12 / (static_cast<double>(row.end_ps - row.start_ps) - path_ps);
        CHECK(goodput == doctest::Approx(share).epsilon(0.01));
      }
    }
}

TEST_CASE("N flows under DCQCN share a link after 10 ms") {
  for (const int flows : {2, 8, 16, 32}) {
    CAPTURE(flows);
    const RunResults results = flows_on_one_link("\"rocev2\"", flows, lasting(34, flows));
    const Window w = window(results, 10 * ms, 30 * ms);
    CHECK(w.utilization >= 0.95);
    CHECK(w.utilization <= 1.00001);
    CHECK(w.jain >= 0.95);
  }
}

TEST_CASE("N flows under NSCC share a link after 2 ms and fill it at once") {
  for (const int flows : {2, 8, 16, 32}) {
    CAPTURE(flows);
    const RunResults results = flows_on_one_link("\"uec\"", flows, lasting(10, flows));
    const Window w = window(results, 2 * ms, 8 * ms);
    CHECK(w.utilization >= 0.99);
    CHECK(w.jain >= 0.95);
    CHECK(window(results, 0, 1 * ms).utilization >= 0.95);
  }
}
