// Percentiles and histograms.

#include "analysis/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include <algorithm>
#include <numeric>

using namespace lightloom;

TEST_CASE("a percentile is a value that occurred, and grows with p") {
  const std::vector<double> values{7, 1, 5, 3, 9};
  double before = 0;
  for (int i = 0; i <= 100; ++i) {
    const double now = percentile(values, i / 100.0);
    CHECK(std::find(values.begin(), values.end(), now) != values.end());
    CHECK(now >= before);
    before = now;
  }
}

TEST_CASE("nearest rank: the ⌈p·n⌉-th smallest") {
  std::vector<double> hundred(100);
  std::iota(hundred.begin(), hundred.end(), 1.0); // 1 … 100
  CHECK(percentile(hundred, 0) == 1);
  CHECK(percentile(hundred, 0.5) == 50);
  CHECK(percentile(hundred, 0.99) == 99);
  CHECK(percentile(hundred, 1) == 100);
  CHECK(percentile({4}, 0.99) == 4);
}

TEST_CASE("a log-binned histogram counts every value in the bin that holds it") {
  const std::vector<double> values{1, 1.5, 9.9, 11, 55, 1100};
  const LogHistogram histogram = log_histogram(values, 1);
  REQUIRE(histogram.lower.size() == 4); // from 1, 10, 100, 1000
  CHECK(histogram.count == std::vector<std::uint64_t>{3, 2, 0, 1});
  CHECK(histogram.upper > 1100);
}

TEST_CASE("histograms of nothing, of zeros and of one value") {
  CHECK(log_histogram({}, 8).count.empty());
  CHECK(log_histogram({0, 0}, 8).count == std::vector<std::uint64_t>{2});
  CHECK(log_histogram({5, 5, 5}, 8).count == std::vector<std::uint64_t>{3});
}

TEST_CASE("a 95 % interval is the t quantile times the standard error") {
  // t(0.975) by degrees of freedom, Abramowitz & Stegun table 26.10: 4: 2.776, 1: 12.706.
  const MeanInterval five = mean_interval({1, 2, 3, 4, 5});
  CHECK(five.mean == 3);
  CHECK(five.ci95 == doctest::Approx(2.776 * std::sqrt(2.5 / 5)).epsilon(1e-3));
  const MeanInterval two = mean_interval({1, 3});
  CHECK(two.ci95 == doctest::Approx(12.706 * 1).epsilon(1e-4));
  CHECK(mean_interval({7, 7, 7}).ci95 == 0);
}

TEST_CASE("a single value has no interval, none has no mean") {
  CHECK(mean_interval({7}).mean == 7);
  CHECK(std::isnan(mean_interval({7}).ci95));
  CHECK(std::isnan(mean_interval({}).mean));
}
