#pragma once
// Percentiles, log-binned histograms, means with confidence intervals.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace lightloom {

/// The smallest value that at least a fraction p of `values` do not exceed (nearest rank: the ⌈p·n⌉-th smallest, p = 0
/// the smallest). It is always one of the values. Requires 0 ≤ p ≤ 1 and at least one value, in any order.
double percentile(std::vector<double> values, double p);

/// Counts in bins of equal width in log10. Values ≤ 0 fall into the first bin.
struct LogHistogram {
  std::vector<double> lower;        ///< lower edge of each bin, ascending
  double upper = 0;                 ///< upper edge of the last
  std::vector<std::uint64_t> count; ///< one entry per bin; sums to the number of values
};

/// Bins from the smallest positive value to the largest. Empty when there are no values.
LogHistogram log_histogram(const std::vector<double> &values, std::size_t bins_per_decade);

/// A mean and the half-width of its 95 % confidence interval.
struct MeanInterval {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double ci95 = std::numeric_limits<double>::quiet_NaN(); ///< NaN with fewer than two values
};

/// Student t on n − 1 degrees of freedom, taking the values as independent and normal. NaN where a value is; both NaN
/// without values.
MeanInterval mean_interval(const std::vector<double> &values);

} // namespace lightloom
