#pragma once
// Percentiles and log-binned histograms.

#include <cstddef>
#include <cstdint>
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

} // namespace lightloom
