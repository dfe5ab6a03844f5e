#include "collectives/traffic/flow_sizes.hpp"

#include "collectives/files/text_words.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Bounded Pareto on [L, 10^4 L] with shape 3/2: mean = L · 3 · (1 − 10^-2) ÷ (1 − 10^-6). (C)
constexpr double pareto_tail = 1e-6;                               ///< (largest ÷ smallest)^-shape
constexpr double pareto_range = 1e4;                               ///< largest ÷ smallest
constexpr double pareto_mean = 3 * (1 - 1e-2) / (1 - pareto_tail); ///< ÷ smallest
/// −ln of the smallest uniform draw, 2^-53, is 36.7.
constexpr double exponential_range = 37;
/// Sizes beyond this would leave 64-bit times. [B]
constexpr double most_bytes = 1e12;

Bytes whole(double bytes) {
  auto n = static_cast<std::int64_t>(bytes);
  if (static_cast<double>(n) < bytes)
    ++n;
  return Bytes(std::max<std::int64_t>(1, n));
}

[[noreturn]] void fail(const std::string &file, std::uint32_t line, std::uint32_t column, std::string what,
                       std::string why) {
  throw Error(Problem{{file, line, column},
                      std::move(what),
                      std::move(why),
                      "A line is a size in bytes and the "
                      "probability of a flow no larger."});
}
} // namespace

FlowSizes FlowSizes::fixed(Bytes bytes) {
  FlowSizes sizes(Kind::fixed);
  sizes.mean_ = static_cast<double>(bytes.value);
  sizes.largest_ = bytes;
  return sizes;
}

FlowSizes FlowSizes::exponential(Bytes mean) {
  FlowSizes sizes(Kind::exponential);
  sizes.mean_ = static_cast<double>(mean.value);
  sizes.largest_ = whole(sizes.mean_ * exponential_range);
  return sizes;
}

FlowSizes FlowSizes::pareto(Bytes mean) {
  FlowSizes sizes(Kind::pareto);
  sizes.mean_ = static_cast<double>(mean.value);
  sizes.largest_ = whole(sizes.mean_ / pareto_mean * pareto_range * (1 + 1e-9)); // rounding of the inversion
  return sizes;
}

FlowSizes FlowSizes::from_points(std::vector<Point> points) {
  FlowSizes sizes(Kind::table);
  sizes.mean_ = points.front().bytes * points.front().probability;
  for (std::size_t i = 1; i < points.size(); ++i)
    sizes.mean_ += (points[i].bytes + points[i - 1].bytes) / 2 * (points[i].probability - points[i - 1].probability);
  sizes.largest_ = whole(points.back().bytes);
  sizes.points_ = std::move(points);
  return sizes;
}

const std::vector<std::string> &FlowSizes::published_names() {
  static const std::vector<std::string> names{"websearch", "hadoop", "alibaba-storage"};
  return names;
}

// Points as the generator of HPCC has them (Li et al., SIGCOMM 2019; github.com/alibaba-edu/High-Precision-Congestion-
// Control, traffic_gen/), in percent. (S)
FlowSizes FlowSizes::published(const std::string &name) {
  if (name == "websearch") // Alizadeh et al., DCTCP, SIGCOMM 2010
    return from_text("0 0\n10000 15\n20000 20\n30000 30\n50000 40\n80000 53\n200000 60\n1000000 70\n2000000 80\n"
                     "5000000 90\n10000000 97\n30000000 100\n",
                     name);
  if (name == "hadoop") // Roy et al., Inside the Social Network's (Datacenter) Network, SIGCOMM 2015
    return from_text("0 0\n100 1\n200 2\n300 5\n350 15\n400 20\n500 30\n600 40\n700 50\n1000 60\n2000 67\n7000 70\n"
                     "30000 72\n50000 82\n80000 87\n120000 90\n300000 95\n1000000 97.5\n2000000 99\n10000000 100\n",
                     name);
  if (name == "alibaba-storage") // AliStorage2019
    return from_text("0 0\n4000 22.93\n8000 69.21\n16000 80.61\n32000 90.47\n64000 93.53\n128000 96.77\n"
                     "256000 97.53\n2000000 100\n",
                     name);
  throw Error("sizes = \"" + name + "\"", "no such distribution", "");
}

FlowSizes FlowSizes::from_text(const std::string &text, const std::string &file) {
  std::vector<Point> points;
  std::uint32_t line = 0;
  for (const std::string_view all : lines_of(text)) {
    ++line;
    const auto words = words_of(all.substr(0, all.find('#')));
    if (words.empty())
      continue;
    if (words.size() != 2)
      fail(file, line, words.back().column, fmt::format("{} words", words.size()), "a line has two");
    const auto bytes = real_number(words[0].text);
    const auto probability = real_number(words[1].text);
    if (!bytes || *bytes < 0 || *bytes > most_bytes)
      fail(file, line, words[0].column, "size " + shown(words[0].text), "must be 0 to 1e12");
    if (!probability || *probability < 0 || *probability > 100)
      fail(file, line, words[1].column, "probability " + shown(words[1].text), "must be 0 to 1, or 0 to 100 %");
    if (!points.empty() && (*bytes < points.back().bytes || *probability < points.back().probability))
      fail(file, line, 1, shown(all), "sizes and probabilities must not fall from line to line");
    points.push_back({*bytes, *probability});
  }
  if (points.empty())
    fail(file, 1, 1, "no sizes", "the file is empty");
  const double all = points.back().probability;
  if (all != 1 && all != 100)
    fail(file, line, 1, fmt::format("the last probability is {:g}", all), "must be 1, or 100 %");
  for (Point &p : points)
    p.probability /= all;
  if (points.back().bytes <= 0)
    fail(file, line, 1, "every flow is empty", "the largest size is 0");
  return from_points(std::move(points));
}

FlowSizes FlowSizes::from_file(const std::string &path) { return from_text(text_of_file(path), path); }

Bytes FlowSizes::draw(RandomStream &random) const {
  switch (kind_) {
  case Kind::fixed:
    return largest_;
  case Kind::exponential:
    return whole(mean_ * random.exponential());
  case Kind::pareto: {
    const double tail = 1 - random.uniform() * (1 - pareto_tail);
    return std::min(largest_, whole(mean_ / pareto_mean * portable_exp(portable_log(tail) * (-2.0 / 3))));
  }
  case Kind::table: {
    const double u = random.uniform();
    const auto at = std::lower_bound(points_.begin(), points_.end(), u,
                                     [](const Point &p, double value) { return p.probability < value; });
    ASSERT_THAT(at != points_.end());
    if (at == points_.begin())
      return whole(at->bytes);
    const Point &before = *(at - 1);
    return whole(before.bytes +
                 (at->bytes - before.bytes) * ((u - before.probability) / (at->probability - before.probability)));
  }
  }
  return Bytes(1);
}

} // namespace lightloom
