#pragma once
// An order-sensitive 64-bit hash of what was simulated. One multiplication per word; not cryptographic.
// Two runs with equal digests simulated the same events in the same order at every entity (decision 0001).

#include <cstdint>
#include <string>

namespace lightloom {

/// Folds words; the order matters.
class Digest {
public:
  constexpr void fold(std::uint64_t word) {
    // Multiply-xorshift: the multiplier is 2^64 / golden ratio, odd (Knuth, TAOCP 3, §6.4).
    state_ = (state_ ^ word) * 0x9E3779B97F4A7C15ull;
    state_ ^= state_ >> 29;
  }
  constexpr std::uint64_t value() const { return state_; }

private:
  std::uint64_t state_ = 0xcbf29ce484222325ull;
};

/// Sixteen lower-case hexadecimal digits.
std::string to_hex(std::uint64_t value);

} // namespace lightloom
