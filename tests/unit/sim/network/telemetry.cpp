// Time series: nothing is lost by cutting time into intervals, whatever the order of the reports and however often the
// intervals double.

#include "sim/network/telemetry.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace lightloom;

namespace {
constexpr SimTime at(std::int64_t ns) { return at_picoseconds(1000 * ns); }
constexpr Duration ns(std::int64_t n) { return Duration(1000 * n); }

TelemetrySpec one_link(Duration interval) { return {interval, {LinkId(0)}}; }
} // namespace

TEST_CASE("utilization and queue of one link, by hand") {
  LinkTelemetry link(ns(100), 1000);
  link.joined(at(20), 500);
  link.joined(at(30), 700);
  link.left(at(20), 500, ns(100));  // 20 … 120 ns
  link.left(at(120), 700, ns(200)); // 120 … 320 ns
  const TelemetryResult series = collect({link}, one_link(ns(100)), at(350));
  REQUIRE(series.time == std::vector<SimTime>{at(100), at(200), at(300), at(400)});
  CHECK(series.utilization == std::vector<double>{0.8, 1, 1, 0.2});
  CHECK(series.queue_bytes == std::vector<std::uint64_t>{700, 0, 0, 0});
}

TEST_CASE("the order of the reports does not matter") {
  LinkTelemetry a(ns(10), 64), b(ns(10), 64);
  for (std::int64_t i = 0; i < 50; ++i) {
    a.joined(at(7 * i), 100 + i);
    a.left(at(7 * i + 3), 100 + i, ns(5));
    const std::int64_t j = 49 - i; // departures and later frames first
    b.left(at(7 * j + 3), 100 + j, ns(5));
    b.joined(at(7 * j), 100 + j);
  }
  const TelemetryResult one = collect({a}, one_link(ns(10)), at(400)), two = collect({b}, one_link(ns(10)), at(400));
  CHECK(one.queue_bytes == two.queue_bytes);
  CHECK(one.utilization == two.utilization);
}

TEST_CASE("intervals that double keep the time spent sending and the queue at their ends") {
  constexpr std::size_t most = 8;
  LinkTelemetry narrow(ns(10), most), wide(ns(10), 4096);
  for (std::int64_t i = 0; i < 100; ++i)
    for (LinkTelemetry *link : {&narrow, &wide}) {
      link->joined(at(9 * i), 40);
      link->left(at(10 * i), 40, ns(i % 7));
    }
  CHECK(narrow.size() <= most);
  CHECK(narrow.interval() == ns(160)); // 10 ns × 2⁴: 8 of them hold 993 ns
  std::int64_t sum_narrow = 0, sum_wide = 0;
  for (std::size_t i = 0; i < narrow.size(); ++i)
    sum_narrow += narrow.busy(i).count();
  for (std::size_t i = 0; i < wide.size(); ++i)
    sum_wide += wide.busy(i).count();
  CHECK(sum_narrow == sum_wide);
  wide.widen_to(narrow.interval());
  for (std::size_t i = 0; i < most; ++i) {
    CHECK(wide.busy(i) == narrow.busy(i));
    CHECK(wide.growth(i) == narrow.growth(i));
  }
}

TEST_CASE("links that doubled differently stand side by side in the widest intervals") {
  LinkTelemetry busy(ns(10), 8), idle(ns(10), 8);
  busy.left(at(500), 0, ns(100));
  idle.left(at(0), 0, ns(10));
  const TelemetrySpec spec{ns(10), {LinkId(4), LinkId(2)}};
  const TelemetryResult series = collect({busy, idle}, spec, at(600));
  CHECK(series.links == spec.links);
  CHECK(series.interval == ns(80));
  REQUIRE(series.utilization.size() == 2 * series.time.size());
  CHECK(series.utilization[1] == 0.125); // 10 of the first 80 ns
  double busy_ns = 0;
  for (std::size_t row = 0; row < series.time.size(); ++row)
    busy_ns += series.utilization[2 * row] * 80;
  CHECK(busy_ns == doctest::Approx(100));
}

TEST_CASE("what does not fit into 64 MiB, or is shorter than a frame, is refused with what to do") {
  const auto refusal = [](const TelemetrySpec &spec) {
    try {
      telemetry_intervals(spec);
    } catch (const Error &error) { return std::string(error.what()); }
    return std::string();
  };
  CHECK(refusal({ns(0), {LinkId(0)}}).find("below 1 ns") != std::string::npos);
  TelemetrySpec spec{ns(10'000), std::vector<LinkId>(65'536)};
  CHECK(refusal(spec).empty());
  CHECK(telemetry_intervals(spec) == least_telemetry_intervals);
  spec.links.emplace_back(0);
  CHECK(refusal(spec).find("at most 65536") != std::string::npos);
}
