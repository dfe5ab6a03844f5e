#include "sim/core/random.hpp"

#include "sim/core/portable_math.hpp"

#include <Random123/philox.h>

namespace lightloom {

std::array<std::uint32_t, 4> philox(std::uint64_t seed, Purpose purpose, std::uint32_t entity,
                                    std::uint64_t counter_low, std::uint32_t counter_high) {
  // The key is the seed; purpose and entity sit in the counter: 2^64 draws each. counter_high and purpose share a word.
  const r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(counter_low),
                                               static_cast<std::uint32_t>(counter_low >> 32), entity,
                                               static_cast<std::uint32_t>(purpose) << 24 ^ counter_high}};
  const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const auto words = r123::Philox4x32()(counter, key);
  return {words[0], words[1], words[2], words[3]};
}

std::uint32_t tie_key(std::uint64_t seed, std::uint32_t entity) { return philox(seed, Purpose::tie, entity, 0)[0]; }

std::uint64_t tie_draw(std::uint32_t key, std::int64_t time_ps, std::uint32_t channel) {
  const auto time = static_cast<std::uint64_t>(time_ps); // below 2^53 (104 minutes) time and channel cannot collide
  const r123::Philox2x32::ctr_type counter = {
      {static_cast<std::uint32_t>(time), static_cast<std::uint32_t>(time >> 32) << 11 ^ channel}};
  const auto words = r123::Philox2x32_R<7>()(counter, r123::Philox2x32::key_type{{key}});
  return static_cast<std::uint64_t>(words[0]) << 32 | words[1];
}

std::uint64_t RandomStream::bits() {
  const auto words = philox(seed_, purpose_, entity_, counter_++);
  return static_cast<std::uint64_t>(words[0]) << 32 | words[1];
}

std::uint64_t RandomStream::below(std::uint64_t n) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits()) * n) >> 64);
}

double RandomStream::uniform() { return static_cast<double>((bits() >> 11) + 1) * 0x1p-53; }

double RandomStream::exponential() { return -portable_log(uniform()); }

} // namespace lightloom
