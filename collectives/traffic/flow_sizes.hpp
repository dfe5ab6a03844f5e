#pragma once
// Sizes of flows in open loops: one size, named distributions, published ones, and files of them.

#include "sim/core/quantity.hpp"
#include "sim/core/random.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// A distribution of flow sizes. Every size drawn is at least 1 B.
class FlowSizes {
public:
  /// Always `bytes` (≥ 1 B).
  static FlowSizes fixed(Bytes bytes);
  /// Exponential with this mean, rounded up to whole bytes.
  static FlowSizes exponential(Bytes mean);
  /// Bounded Pareto with this mean: shape 1.5, the largest size 10^4 times the smallest.
  static FlowSizes pareto(Bytes mean);
  /// One of published_names(). Throws Error on another name.
  static FlowSizes published(const std::string &name);
  /// "websearch", "hadoop", "alibaba-storage".
  static const std::vector<std::string> &published_names();
  /// A cumulative distribution as text: per line a size in bytes and the probability of a flow no larger, in percent
  /// (the last one is 100) or as a share (it is 1); linear in between; "#" begins a comment. The format of HPCC's and
  /// ns-3's traffic generators. Throws Error with `file`:line.
  static FlowSizes from_text(const std::string &text, const std::string &file);
  static FlowSizes from_file(const std::string &path);

  FlowSizes() : FlowSizes(fixed(Bytes(1))) {}
  Bytes draw(RandomStream &random) const;
  /// Expected size before rounding to bytes. [B]
  double mean() const { return mean_; }
  /// No draw is larger. Exponential: 37 means, the largest that a draw of 53 bits gives.
  Bytes largest() const { return largest_; }
  /// One size only: draw() takes nothing from the stream.
  bool is_fixed() const { return kind_ == Kind::fixed; }

private:
  enum class Kind : std::uint8_t { fixed, exponential, pareto, table };
  struct Point {
    double bytes = 0;
    double probability = 0; ///< of a flow no larger
  };
  explicit FlowSizes(Kind kind) : kind_(kind) {}
  static FlowSizes from_points(std::vector<Point> points);
  Kind kind_;
  double mean_ = 1;
  Bytes largest_{1};
  std::vector<Point> points_;
};

} // namespace lightloom
