#include "sim/network/codeword_clock.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lightloom {

namespace {
constexpr double expected_per_stretch = 16384; ///< bad codewords, at least: far into the normal law; a choice
constexpr int longest_stretch = 62;            ///< log2; as long as the longest segment
constexpr __int128 bit_ps = 1'000'000'000'000;

std::int64_t codewords_per_block(const CodewordShape &shape) { return std::max(1, shape.interleave); }
std::int64_t block_bits(const CodewordShape &shape) {
  return shape.interleave > 0 ? std::int64_t{8} * shape.interleave * shape.payload_bytes : 8;
}

/// Whole blocks in a time ≥ 0, and whether a part of one is left.
struct Blocks {
  std::int64_t whole = 0;
  bool part = false;
};
Blocks blocks_in(Duration time, BitRate rate, const CodewordShape &shape) {
  const __int128 sent = static_cast<__int128>(time.count()) * rate.bits_per_second;
  const __int128 block = block_bits(shape) * bit_ps;
  const __int128 most = (__int128{1} << longest_stretch) / codewords_per_block(shape) - 1;
  return {static_cast<std::int64_t>(std::min(sent / block, most)), sent % block != 0};
}
} // namespace

CodewordClock::CodewordClock(const LinkHealth &health, RandomStream draws) : health_(&health), segments_(draws) {
  EXPECTS(!health.segments.empty() && health.codeword.payload_bytes > 0);
  begin_segment(0);
  settle();
}

SimTime CodewordClock::segment_end() const {
  return segment_ + 1 < health_->segments.size() ? health_->segments[segment_ + 1].from : never;
}

std::int64_t CodewordClock::blocks_over(SimTime t) const {
  const LinkHealthSegment &segment = health_->segments[segment_];
  return blocks_in(std::max(Duration{}, t - segment.from), segment.rate, health_->codeword).whole;
}

std::int64_t CodewordClock::blocks_begun(SimTime t) const {
  const LinkHealthSegment &segment = health_->segments[segment_];
  const Blocks blocks = blocks_in(std::max(Duration{}, t - segment.from), segment.rate, health_->codeword);
  return blocks.whole + (blocks.part ? 1 : 0);
}

void CodewordClock::begin_segment(std::size_t number) {
  segment_ = number;
  seed_ = segments_.bits();
  ++drawn_;
  next_bad_ = last_ = 0;
  const LinkHealthSegment &segment = health_->segments[number];
  if (segment.rate.bits_per_second == 0 || !(segment.uncorrectable_ratio > 0))
    return;
  ratio_ = std::min(1.0, segment.uncorrectable_ratio);
  per_codeword_ = ratio_ < 1 ? -portable_log1p(-ratio_) : std::numeric_limits<double>::infinity();
  if (health_->codeword.interleave == 0 && ratio_ < 1) {
    per_codeword_ /= health_->codeword.payload_bytes;
    ratio_ = -portable_expm1(-per_codeword_);
  }
  shift_ = 0;
  for (double expected = ratio_; expected < expected_per_stretch && shift_ < longest_stretch; expected *= 2)
    ++shift_;
  last_ = blocks_begun(segment_end()) * codewords_per_block(health_->codeword);
  begin_stretch(0);
  draw(0);
}

void CodewordClock::begin_stretch(std::int64_t stretch) {
  stretch_ = stretch;
  cursor_ = stretch << shift_;
  in_stretch_ = RandomStream(seed_, Purpose::codeword, static_cast<std::uint32_t>(stretch));
}

/// The next bad codeword; those before `wanted` need only be counted.
void CodewordClock::draw(std::int64_t wanted) {
  for (;;) {
    const std::int64_t size = std::int64_t{1} << shift_;
    const std::int64_t left = size - (cursor_ - stretch_ * size);
    const double skip = in_stretch_.exponential() / per_codeword_;
    ++drawn_;
    if (skip < static_cast<double>(left)) {
      next_bad_ = cursor_ + static_cast<std::int64_t>(skip);
      cursor_ = next_bad_ + 1;
      return;
    }
    if (left >= last_ - cursor_) {
      next_bad_ = last_;
      return;
    }
    std::int64_t next = stretch_ + 1;
    if (const std::int64_t target = wanted >> shift_; target > next) {
      uncorrectable_ += drawn_in(next, target - next);
      next = target;
    }
    begin_stretch(next);
  }
}

/// Bad codewords in so many stretches that nobody looked into, from number `stretch` on.
std::uint64_t CodewordClock::drawn_in(std::int64_t stretch, std::int64_t stretches) {
  RandomStream draws(~seed_, Purpose::codeword, static_cast<std::uint32_t>(stretch));
  double normal = -6; // the sum of twelve uniform draws less six, as in host.cpp; √ is exact to the last bit (IEEE 754)
  for (int i = 0; i < 12; ++i)
    normal += draws.uniform();
  drawn_ += 12;
  const double all = static_cast<double>(stretches) * static_cast<double>(std::int64_t{1} << shift_);
  const double bad = all * ratio_ + normal * std::sqrt(all * ratio_ * (1 - ratio_));
  return static_cast<std::uint64_t>(std::clamp(bad + 0.5, 0.0, all));
}

void CodewordClock::skip_to(std::int64_t codeword) {
  codeword = std::min(codeword, last_);
  while (next_bad_ < codeword) {
    ++uncorrectable_;
    draw(codeword);
  }
}

/// Goes on to the next segment while this one has no bad block left; says where the next one lies.
void CodewordClock::settle() {
  while (next_bad_ >= last_ && segment_ + 1 < health_->segments.size())
    begin_segment(segment_ + 1);
  bad_from_ = bad_until_ = never;
  if (next_bad_ >= last_)
    return;
  const LinkHealthSegment &segment = health_->segments[segment_];
  const __int128 block = block_bits(health_->codeword) * bit_ps;
  const __int128 rate = segment.rate.bits_per_second;
  const __int128 number = next_bad_ / codewords_per_block(health_->codeword);
  const __int128 until = picoseconds(segment.from) + ((number + 1) * block + rate - 1) / rate;
  if (until >= picoseconds(never))
    return;
  bad_from_ = segment.from + Duration(static_cast<std::int64_t>(number * block / rate));
  bad_until_ = std::min(at_picoseconds(static_cast<std::int64_t>(until)), segment_end());
}

void CodewordClock::pass(SimTime t) {
  while (bad_until_ <= t) {
    skip_to(t >= segment_end() ? last_ : blocks_over(t) * codewords_per_block(health_->codeword));
    settle();
  }
}

std::uint64_t CodewordClock::uncorrectable_before(SimTime t) const {
  CodewordClock ahead = *this;
  while (ahead.bad_from_ < t) {
    ahead.skip_to(t >= ahead.segment_end() ? ahead.last_
                                           : ahead.blocks_begun(t) * codewords_per_block(health_->codeword));
    ahead.settle();
  }
  return ahead.uncorrectable_;
}

std::uint64_t codewords_before(const LinkHealth &health, SimTime t) {
  std::uint64_t sum = 0;
  for (std::size_t s = 0; s < health.segments.size(); ++s) {
    const LinkHealthSegment &segment = health.segments[s];
    const SimTime end = s + 1 < health.segments.size() ? std::min(t, health.segments[s + 1].from) : t;
    if (segment.rate.bits_per_second == 0 || end <= segment.from)
      continue;
    const Blocks blocks = blocks_in(end - segment.from, segment.rate, health.codeword);
    sum += static_cast<std::uint64_t>((blocks.whole + (blocks.part ? 1 : 0)) * codewords_per_block(health.codeword));
  }
  return sum;
}

} // namespace lightloom
