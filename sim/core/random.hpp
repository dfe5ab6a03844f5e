#pragma once
// Counter-based random numbers: Philox 4x32-10 (Salmon et al., SC 2011; library Random123), keyed by (seed, purpose,
// entity). A draw depends on its key and counter alone, never on who drew before. Bits do not depend on the CPU
// (decision 0006).

#include <array>
#include <cstdint>

namespace lightloom {

/// What a stream of random numbers is for: streams of different purposes never overlap.
enum class Purpose : std::uint32_t {
  tie = 1,
  codeword,
  traffic,
  ecmp,
  spray_phase,
  placement,
  failure,
  module_lot,
  gpu_speed,
  compute_jitter,
  module_make,
  lot_make,
  plant_make,
  cable_event,
  test = 99
};

/// Four random words for (seed, purpose, entity) at a 64-bit counter pair.
std::array<std::uint32_t, 4> philox(std::uint64_t seed, Purpose purpose, std::uint32_t entity,
                                    std::uint64_t counter_low, std::uint32_t counter_high = 0);

/// A draw for one of several simultaneous events: Philox 2x32-7 (the fewest rounds that pass BigCrush), keyed by `key`
/// (see tie_key), counted by (time, channel).
std::uint64_t tie_draw(std::uint32_t key, std::int64_t time_ps, std::uint32_t channel);
/// The key of an entity's ties.
std::uint32_t tie_key(std::uint64_t seed, std::uint32_t entity);

/// A stream: draws one after another from its own counter.
class RandomStream {
public:
  RandomStream() = default;
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t entity)
      : seed_(seed), purpose_(purpose), entity_(entity) {}
  /// 64 uniform bits.
  std::uint64_t bits();
  /// Uniform in 0 … n − 1 (n > 0); bias below n / 2^64.
  std::uint64_t below(std::uint64_t n);
  /// Uniform in (0, 1], a multiple of 2^-53.
  double uniform();
  /// Exponentially distributed with mean 1, by inversion with portable bits.
  double exponential();

private:
  std::uint64_t seed_ = 0;
  Purpose purpose_ = Purpose::test;
  std::uint32_t entity_ = 0;
  std::uint64_t counter_ = 0;
};

} // namespace lightloom
