#pragma once
// What the clock of codewords is held against: a symbol-by-symbol sampler with a generator of its own, bounds of
// counts, and a link by itself that is kept busy (docs/validation/codeword-clock.md).

#include "sim/engine/simulation.hpp"
#include "sim/network/link.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace lightloom::test {

/// RS(544,514) at 800 Gb/s, four codewords of 640 octets to a block: 25,600 ps.
constexpr BitRate bench_rate = 800_Gbps;
constexpr std::int64_t block_bytes = 4 * 640;
constexpr std::int64_t ps_per_byte = 10;
constexpr std::int64_t codewords_per_second = 800'000'000'000 / (8 * 640);

/// xoshiro256++ (Blackman and Vigna 2019), seeded by splitmix64: nothing in common with the simulator's Philox.
class Xoshiro {
public:
  explicit Xoshiro(std::uint64_t seed) {
    for (auto &word : s_) {
      seed += 0x9e3779b97f4a7c15;
      word = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
      word = (word ^ word >> 27) * 0x94d049bb133111eb;
      word ^= word >> 31;
    }
  }
  std::uint64_t operator()() {
    const std::uint64_t result = std::rotl(s_[0] + s_[3], 23) + s_[0], t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = std::rotl(s_[3], 45);
    return result;
  }

private:
  std::array<std::uint64_t, 4> s_;
};

/// How many right symbols lie before the next wrong one, by tables of P(more than k): to 2^-64.
class RightSymbols {
public:
  explicit RightSymbols(double bit_error_ratio) {
    const double right = 10 * std::log1p(-bit_error_ratio); // log P(a symbol of ten bits is right)
    for (double k = 1; more_.empty() || more_.back() > 0; ++k)
      more_.push_back(static_cast<std::uint64_t>(0x1p64 * std::exp(k * right)));
    for (std::uint64_t top = 0; top < least_.size(); ++top) {
      least_[top] = 0;
      while (((top + 1) << 52) - 1 < more_[least_[top]])
        ++least_[top];
    }
  }
  std::uint64_t operator()(std::uint64_t random) const {
    std::uint32_t k = least_[random >> 52];
    while (random < more_[k])
      ++k;
    return k;
  }

private:
  std::vector<std::uint64_t> more_;       ///< [k]: P(more than k) × 2^64
  std::array<std::uint32_t, 4096> least_; ///< by the first 12 bits
};

/// Codewords with more than 15 of 544 ten-bit symbols wrong, of so many, by going from one wrong symbol to the next.
inline std::uint64_t bad_by_symbols(double bit_error_ratio, std::uint64_t codewords, std::uint64_t seed) {
  const RightSymbols right(bit_error_ratio);
  const std::uint64_t symbols = 544 * codewords;
  Xoshiro random(seed);
  std::uint64_t bad = 0, end = 0, wrong = 0; // of the codeword: where it ends, its wrong symbols
  for (std::uint64_t symbol = right(random()); symbol < symbols; symbol += 1 + right(random())) {
    if (symbol >= end) {
      end = (symbol / 544 + 1) * 544;
      wrong = 0;
    }
    if (++wrong == 16)
      ++bad;
  }
  return bad;
}

/// Σ_{i≤k} e^−m mⁱ ÷ i!.
inline double poisson_at_most(std::uint64_t k, double mean) {
  double sum = 0;
  for (std::uint64_t i = k + 1; i-- > 0;) {
    const auto x = static_cast<double>(i);
    const double term = std::exp(x * std::log(mean) - mean - std::lgamma(x + 1));
    sum += term;
    if (x < mean && term < 1e-18)
      break;
  }
  return sum;
}
/// The 99 % interval of a Poisson count: all k with P(≤ k) > 0.5 % and P(≥ k) > 0.5 %.
inline std::pair<std::uint64_t, std::uint64_t> poisson_interval(double mean) {
  const auto wide = static_cast<std::uint64_t>(5 * std::sqrt(mean) + 10);
  const auto centre = static_cast<std::uint64_t>(mean);
  std::uint64_t low = centre > wide ? centre - wide : 0, high = centre;
  while (poisson_at_most(low, mean) <= 0.005)
    ++low;
  while (1 - poisson_at_most(high, mean) > 0.005)
    ++high;
  return {low, high};
}
/// How many standard deviations two counts of equally many trials lie apart.
inline double apart(std::uint64_t a, std::uint64_t b) {
  return (static_cast<double>(a) - static_cast<double>(b)) / std::sqrt(static_cast<double>(a + b));
}
constexpr double within_99_percent = 2.5758; ///< of a normal law

/// A link of which so many codewords are bad.
inline LinkHealth bench_health(double ratio) { return healthy(bench_rate, 300ns, ratio); }
inline CodewordClock bench_clock(const LinkHealth &health, std::uint64_t seed) {
  return {health, RandomStream(seed, Purpose::codeword, 0)};
}

/// The sending end of such a link; what it sends is read at once.
class BenchLink {
public:
  BenchLink(double ratio, std::uint64_t seed) : health_(bench_health(ratio)) {
    Link::Settings settings;
    settings.full_frame = Bytes(greatest_frame_bytes);
    link_.configure(health_, settings, RandomStream(seed, Purpose::codeword, 0));
    simulation_.add(idle_, 0);
    far_end_.connect(link_.out, idle_);
  }
  /// Whether a frame of so many wire bytes that leaves at d arrives corrupt.
  bool corrupts(std::int64_t wire, SimTime d) {
    frame_.size = static_cast<std::uint32_t>(wire);
    frame_.time = d;
    link_.send(frame_, d);
    link_.publish();
    const bool corrupt = far_end_.front()->corrupt;
    far_end_.pop();
    far_end_.release();
    return corrupt;
  }
  Link &link() { return link_; }

private:
  struct Idle final : Entity {
    SimTime advance(SimTime) override { return never; }
    std::uint64_t digest() const override { return 0; }
  } idle_;
  LinkHealth health_;
  Link link_;
  Receiver<Frame> far_end_;
  Simulation simulation_{1};
  Frame frame_;
};

/// What frames of one size, back to back, lost to the bad blocks.
struct Bursts {
  std::uint64_t frames = 0, lost = 0;
  std::uint64_t bad = 0;             ///< uncorrectable codewords that passed
  std::vector<std::uint64_t> length; ///< [k]: bad blocks with none near that killed k frames
  /// Frames that a block kills on average, and the share of blocks that kill one more than the fewest: a block of B
  /// bytes holds B ÷ N ends of frames.
  static double mean(std::int64_t wire) { return 1 + static_cast<double>(block_bytes) / static_cast<double>(wire); }
  static std::uint64_t fewest(std::int64_t wire) { return static_cast<std::uint64_t>(1 + block_bytes / wire); }
  static double share_of_more(std::int64_t wire) { return mean(wire) - static_cast<double>(fewest(wire)); }
  /// E[K²] ÷ E[K]: by what dying together raises the variance of the lost frames.
  static double clumping(std::int64_t wire) {
    const auto k = static_cast<double>(fewest(wire));
    const double more = share_of_more(wire);
    return (k * k * (1 - more) + (k + 1) * (k + 1) * more) / mean(wire);
  }
  /// Of the two lengths that occur, one degree of freedom: 1 % lie above 6.635.
  double chi_square(std::int64_t wire) const {
    const std::uint64_t k = fewest(wire);
    const auto few = static_cast<double>(length.at(k)), more = static_cast<double>(length.at(k + 1));
    const double n = few + more, p = share_of_more(wire);
    return (more - n * p) * (more - n * p) / (n * p * (1 - p));
  }
  /// Bursts of a length that the geometry does not allow.
  std::uint64_t impossible(std::int64_t wire) const {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < length.size(); ++k)
      sum += k == fewest(wire) || k == fewest(wire) + 1 ? 0 : length[k];
    return sum;
  }
};

/// Sends frames back to back until `end`, the first 5 ps after a block begins: half an octet, so that no end of a frame
/// meets one of a block. Bursts are told apart by a second clock of the same seed.
inline Bursts send_back_to_back(double ratio, std::uint64_t seed, std::int64_t wire, SimTime end) {
  BenchLink bench(ratio, seed);
  const LinkHealth health = bench_health(ratio);
  CodewordClock twin = bench_clock(health, seed);
  Bursts bursts;
  bursts.length.resize(bursts.fewest(wire) + 2);
  const Duration frame(wire * ps_per_byte), far_off = 3 * frame;
  std::uint64_t length = 0;
  bool alone = twin.bad_from() - SimTime{} > far_off; // nothing bad shortly before
  for (SimTime d = at_picoseconds(5); d + frame < end; d += frame) {
    while (twin.bad_until() <= d) { // all frames that the block could meet have been sent
      const SimTime gone = twin.bad_until();
      twin.pass(gone);
      const bool far = twin.bad_from() - gone > far_off;
      if (alone && far)
        ++bursts.length.at(length);
      alone = far;
      length = 0;
    }
    const bool corrupt = bench.corrupts(wire, d);
    ++bursts.frames;
    bursts.lost += corrupt ? 1 : 0;
    length += corrupt ? 1 : 0;
  }
  bursts.bad = bench.link().uncorrectable_before(end);
  return bursts;
}

} // namespace lightloom::test
