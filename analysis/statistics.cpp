// Nearest-rank percentiles (no interpolation: a percentile is a value that occurred) and log-binned histograms. Edges
// of bins are datasets, so their bits must not depend on the CPU (decision 0006).

#include "analysis/statistics.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/portable_math.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lightloom {

double percentile(std::vector<double> values, double p) {
  EXPECTS(!values.empty() && p >= 0 && p <= 1);
  const double rank = std::ceil(p * static_cast<double>(values.size()));
  const std::size_t index = std::min(values.size() - 1, rank < 1 ? 0 : static_cast<std::size_t>(rank) - 1);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

LogHistogram log_histogram(const std::vector<double> &values, std::size_t bins_per_decade) {
  EXPECTS(bins_per_decade > 0);
  LogHistogram histogram;
  if (values.empty())
    return histogram;
  double least = 0;
  double most = 0;
  for (const double value : values) {
    if (value > 0 && (least == 0 || value < least))
      least = value;
    most = std::max(most, value);
  }
  if (least == 0)
    least = most = 1; // nothing positive: one bin holds all
  const double width = 1.0 / static_cast<double>(bins_per_decade);
  const double decades = portable_log(most / least) / portable_log(10);
  const auto edge = [&](std::size_t i) { return least * portable_exp10(width * static_cast<double>(i)); };
  std::size_t bins = static_cast<std::size_t>(decades / width) + 1;
  while (edge(bins) <= most) // the last edge may fall on the largest value by rounding
    ++bins;
  for (std::size_t i = 0; i < bins; ++i)
    histogram.lower.push_back(edge(i));
  histogram.upper = edge(bins);
  histogram.count.assign(bins, 0);
  for (const double value : values) {
    const auto above = std::upper_bound(histogram.lower.begin(), histogram.lower.end(), value);
    const std::ptrdiff_t bin = std::max<std::ptrdiff_t>(0, above - histogram.lower.begin() - 1);
    ++histogram.count[static_cast<std::size_t>(bin)];
  }
  return histogram;
}

MeanInterval mean_interval(const std::vector<double> &values) {
  MeanInterval out;
  if (values.empty())
    return out;
  const auto n = static_cast<double>(values.size());
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2 || !std::isfinite(out.mean))
    return out;
  double squares = 0;
  for (const double value : values)
    squares += (value - out.mean) * (value - out.mean);
  const boost::math::students_t distribution(n - 1);
  out.ci95 = boost::math::quantile(distribution, 0.975) * std::sqrt(squares / (n - 1) / n);
  return out;
}

} // namespace lightloom
