#pragma once
// Orders the inbound messages of one entity over one window: one bucket pass over the window, then an insertion pass
// that finds nearly everything in place. A sketch: 9 ns per frame, against 28 for sorting and 30 for a tournament merge
// of the channels. Expected linear because arrivals spread over the window; n² only if nearly all fall into one bucket
// of a long window and not at one instant (equal times cost nothing: the pass is stable).

#include "sim/core/contract.hpp"
#include "sim/core/quantity.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lightloom {

/// Collects (time, item) of one window and orders them by (time, item). Scratch memory, one per thread.
class BucketOrder {
public:
  /// A new window of `count` items with times in [first, last], at most longest_window apart.
  void start(SimTime first, SimTime last, std::uint32_t count) {
    first_ = picoseconds(first);
    ASSERT_THAT(last >= first && picoseconds(last) - first_ < std::int64_t{1} << 31);
    scale_ = (static_cast<std::uint64_t>(count) << 32) / (static_cast<std::uint64_t>(picoseconds(last) - first_) + 1);
    keys_.resize(count);
    if (count > few)
      ends_.assign(count + 1, 0);
    pushed_ = 0;
  }
  /// Items must be numbered in the order pushed: equal times keep that order.
  void push(SimTime time, std::uint32_t item) {
    const auto offset = static_cast<std::uint64_t>(picoseconds(time) - first_);
    keys_[pushed_++] = offset << 32 | item;
  }
  /// Orders all `count` items; the i-th key holds the i-th item.
  const std::uint64_t *order();
  static std::uint32_t item(std::uint64_t key) { return static_cast<std::uint32_t>(key); }

private:
  static constexpr std::uint32_t few = 12; ///< below, the insertion pass alone
  static void insertion_pass(std::uint64_t *keys, std::size_t count);
  std::size_t bucket(std::uint64_t key) const { return (key >> 32) * scale_ >> 32; }

  std::int64_t first_ = 0;
  std::uint64_t scale_ = 0; ///< bucket = offset × count / span
  std::uint32_t pushed_ = 0;
  std::vector<std::uint64_t> keys_; ///< (time − first) << 32 | item
  std::vector<std::uint64_t> sorted_;
  std::vector<std::uint32_t> ends_; ///< bucket → next free place
};

inline void BucketOrder::insertion_pass(std::uint64_t *keys, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const std::uint64_t key = keys[i];
    std::size_t j = i;
    for (; j > 0 && keys[j - 1] > key; --j)
      keys[j] = keys[j - 1];
    keys[j] = key;
  }
}

inline const std::uint64_t *BucketOrder::order() {
  const std::size_t count = keys_.size();
  ASSERT_THAT(pushed_ == count);
  const std::uint64_t *const keys = keys_.data();
  if (count <= few) {
    insertion_pass(keys_.data(), count);
    return keys;
  }
  sorted_.resize(count);
  std::uint32_t *const ends = ends_.data();
  std::uint64_t *const sorted = sorted_.data();
  for (std::size_t i = 0; i < count; ++i)
    ++ends[bucket(keys[i]) + 1];
  for (std::size_t b = 1; b < count; ++b)
    ends[b] += ends[b - 1];
  for (std::size_t i = 0; i < count; ++i)
    sorted[ends[bucket(keys[i])]++] = keys[i];
  insertion_pass(sorted, count);
  return sorted;
}

} // namespace lightloom
