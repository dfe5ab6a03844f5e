#pragma once
// Whole things dealt out as evenly as they can be: ring chunks over ranks, a message over NIC ports, uplinks over
// spines.

#include "sim/core/quantity.hpp"

#include <concepts>
#include <cstdint>

namespace lightloom {

/// How much share `index` of `parts` holds of `total` whole things: the first total mod parts shares hold one more.
/// The shares sum to `total`. Requires index < parts.
template <std::integral Whole> constexpr Whole even_share(Whole total, std::uint32_t parts, std::uint32_t index) {
  const auto count = static_cast<Whole>(parts);
  return total / count + (static_cast<Whole>(index) < total % count ? 1 : 0);
}

/// The same of bytes.
constexpr Bytes even_share(Bytes total, std::uint32_t parts, std::uint32_t index) {
  return Bytes(even_share(total.value, parts, index));
}

} // namespace lightloom
