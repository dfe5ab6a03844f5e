#pragma once
// Figures of plain flows: completion times, slowdown against ideal, goodput, fairness. Computed from all rows, or added
// up flow by flow where there are too many to keep (a histogram, whose size does not grow with the flows).

#include "analysis/results.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lightloom {

/// Flows kept as rows; more become a histogram. 40 MB.
inline constexpr std::size_t most_flow_rows = 1'000'000;
/// Bins per decade: a bin ends 1.8 % above its begin.
inline constexpr int flow_bins_per_decade = 128;
/// A percentile read from bins is its bin's geometric middle: off by 10^(1 / (2 × 128)) − 1 at most, relative.
inline constexpr double flow_percentile_error = 0.0091;

/// Positive values, as they are or binned. Values below 1e-15 count as that.
class FlowValues {
public:
  explicit FlowValues(bool exact) : exact_(exact) {}
  void add(double value);
  std::uint64_t size() const { return size_; }
  /// not_known without values.
  double percentile(double p) const;
  double mean() const { return size_ > 0 ? sum_ / static_cast<double>(size_) : not_known; }
  double least() const { return size_ > 0 ? least_ : not_known; }
  double most() const { return size_ > 0 ? most_ : not_known; }
  FlowBins bins() const;

private:
  bool exact_;
  std::vector<double> values_;                 ///< exact
  std::map<std::int32_t, std::uint64_t> bins_; ///< else; bin k begins at 10^(k / 128)
  std::uint64_t size_ = 0;
  double sum_ = 0, least_ = 0, most_ = 0;
};

/// Adds flows up.
class FlowTally {
public:
  FlowTally(bool exact, std::int64_t warmup_ps) : exact_(exact), warmup_ps_(warmup_ps) {}
  void add(const FlowRow &row);
  FlowFigures figures() const;
  /// By rising size; decades without a flow are left out.
  std::vector<FlowDecade> by_size() const;
  FlowHistogram histogram() const;

private:
  struct Sizes {
    explicit Sizes(bool exact) : fct(exact), slowdown(exact) {}
    std::uint64_t count = 0;
    FlowValues fct, slowdown;
  };

  bool exact_;
  std::int64_t warmup_ps_;
  std::uint64_t left_out_ = 0;
  Sizes all_{exact_};
  std::map<std::int64_t, Sizes> decades_;
  std::vector<bool> receives_; ///< [rank]
  std::int64_t first_ps_ = 0, last_ps_ = 0;
  double bytes_ = 0;
  double goodputs_ = 0, squares_ = 0; ///< of the flows' own goodputs [B/s]
};

/// Of rows, exact.
FlowTally tally_of(const Flows &flows);

} // namespace lightloom
