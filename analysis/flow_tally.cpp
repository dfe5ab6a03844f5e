// Edges of bins are datasets, so their bits must not depend on the CPU (decision 0006).

#include "analysis/flow_tally.hpp"

#include "analysis/statistics.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>

namespace lightloom {
namespace {

constexpr double seconds_per_ps = 1e-12;
constexpr double least_value = 1e-15;

double edge(double bin) { return portable_exp10(bin / flow_bins_per_decade); }

std::int32_t bin_of(double value) {
  static const double per_e_fold = flow_bins_per_decade / portable_log(10);
  return static_cast<std::int32_t>(std::floor(portable_log(std::max(value, least_value)) * per_e_fold));
}

std::int64_t decade_of(std::int64_t size) {
  std::int64_t from = size > 0 ? 1 : 0;
  while (size > 0 && size / 10 >= from)
    from *= 10;
  return from;
}

} // namespace

void FlowValues::add(double value) {
  least_ = size_ == 0 ? value : std::min(least_, value);
  most_ = size_ == 0 ? value : std::max(most_, value);
  sum_ += value;
  ++size_;
  if (exact_)
    values_.push_back(value);
  else
    ++bins_[bin_of(value)];
}

double FlowValues::percentile(double p) const {
  if (size_ == 0)
    return not_known;
  if (exact_)
    return lightloom::percentile(values_, p);
  const auto rank = static_cast<std::uint64_t>(std::max(1.0, std::ceil(p * static_cast<double>(size_))));
  std::uint64_t below = 0;
  for (const auto &[bin, count] : bins_) {
    below += count;
    if (below >= rank)
      return std::clamp(edge(bin + 0.5), least_, most_);
  }
  return most_;
}

FlowBins FlowValues::bins() const {
  FlowBins out;
  if (bins_.empty())
    return out;
  const std::int32_t first = bins_.begin()->first, last = bins_.rbegin()->first;
  for (std::int32_t bin = first; bin <= last; ++bin) {
    const auto found = bins_.find(bin);
    out.lower.push_back(edge(bin));
    out.count.push_back(found == bins_.end() ? 0 : found->second);
  }
  out.upper = edge(last + 1);
  return out;
}

void FlowTally::add(const FlowRow &row) {
  if (row.start_ps < warmup_ps_) {
    ++left_out_;
    return;
  }
  first_ps_ = all_.count == 0 ? row.start_ps : std::min(first_ps_, row.start_ps);
  if (row.destination >= receives_.size())
    receives_.resize(row.destination + 1u);
  receives_[row.destination] = true;
  Sizes &decade = decades_.try_emplace(decade_of(row.size_bytes), exact_).first->second;
  ++all_.count;
  ++decade.count;
  if (row.end_ps == not_ended)
    return;
  last_ps_ = std::max(last_ps_, row.end_ps);
  const double ps = static_cast<double>(row.end_ps - row.start_ps), size = static_cast<double>(row.size_bytes);
  bytes_ += size;
  if (ps > 0) {
    const double goodput = size / (ps * seconds_per_ps);
    goodputs_ += goodput;
    squares_ += goodput * goodput;
  }
  for (Sizes *sizes : {&all_, &decade}) {
    sizes->fct.add(ps * seconds_per_ps);
    if (row.ideal_ps > 0)
      sizes->slowdown.add(ps / row.ideal_ps);
  }
}

FlowFigures FlowTally::figures() const {
  FlowFigures out;
  out.count = all_.count;
  out.completed = all_.fct.size();
  out.left_out = left_out_;
  out.receivers = static_cast<std::uint64_t>(std::count(receives_.begin(), receives_.end(), true));
  if (out.completed == 0)
    return out;
  out.fct_p50_s = all_.fct.percentile(0.50);
  out.fct_p99_s = all_.fct.percentile(0.99);
  out.fct_max_s = all_.fct.most();
  out.fct_mean_s = all_.fct.mean();
  out.slowdown_mean = all_.slowdown.mean();
  out.slowdown_p50 = all_.slowdown.percentile(0.50);
  out.slowdown_p99 = all_.slowdown.percentile(0.99);
  out.slowdown_max = all_.slowdown.most();
  out.slowdown_min = all_.slowdown.least();
  out.bytes = bytes_;
  if (last_ps_ > first_ps_)
    out.goodput_bps = 8 * bytes_ / (static_cast<double>(last_ps_ - first_ps_) * seconds_per_ps);
  if (squares_ > 0)
    out.jain = goodputs_ / squares_ * goodputs_ / static_cast<double>(out.completed);
  out.percentile_error = exact_ ? 0 : flow_percentile_error;
  return out;
}

std::vector<FlowDecade> FlowTally::by_size() const {
  std::vector<FlowDecade> out;
  for (const auto &[from, sizes] : decades_)
    out.push_back({from, sizes.count, sizes.fct.size(), sizes.fct.percentile(0.50), sizes.fct.percentile(0.99),
                   sizes.slowdown.percentile(0.50), sizes.slowdown.percentile(0.99)});
  return out;
}

FlowHistogram FlowTally::histogram() const { return {figures(), all_.fct.bins(), all_.slowdown.bins(), by_size()}; }

FlowTally tally_of(const Flows &flows) {
  FlowTally tally(true, flows.warmup_ps);
  for (const FlowRow &row : flows.rows)
    tally.add(row);
  return tally;
}

} // namespace lightloom
