#pragma once
// Whether threads should share the windows of a run.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace lightloom {

/// Whether a window is worth sharing between threads: forking and joining takes microseconds, and so does a window in
/// which little happens. Tries both ways now and then and keeps the faster one. What it decides never shows in a
/// result.
class Sharing {
public:
  explicit Sharing(bool possible) : possible_(possible), shared_(possible) {}
  bool shared() const { return shared_; }
  /// After each window: entities visited so far.
  void window_done(std::uint64_t visits) {
    if (!possible_ || ++windows_ % block != 0)
      return;
    const auto now = std::chrono::steady_clock::now();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now - since_).count();
    cost_[shared_ ? 1 : 0] = 1000 * ns / static_cast<std::int64_t>(std::max<std::uint64_t>(1, visits - visits_));
    const std::uint64_t turn = windows_ / block % period;
    if (turn == 1)
      shared_ = !shared_; // try the other way for a block
    else if (turn == 2)
      shared_ = cost_[1] < cost_[0];
    since_ = now;
    visits_ = visits;
  }

private:
  static constexpr std::uint64_t block = 32;   ///< windows
  static constexpr std::uint64_t period = 100; ///< blocks
  bool possible_;
  bool shared_;
  std::int64_t cost_[2] = {}; ///< per visit, alone and shared [1e-12 s]
  std::uint64_t windows_ = 0;
  std::uint64_t visits_ = 0;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

} // namespace lightloom
