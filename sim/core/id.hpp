#pragma once
// Typed indices: a host is not a switch, and a cable is not a link, even though each is a small number.

#include "sim/core/contract.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>

namespace lightloom {

/// An index into some array of the model, typed by what it counts.
template <class Tag> struct Id {
  std::uint32_t value = 0xffffffffu;
  constexpr Id() = default;
  explicit constexpr Id(std::uint32_t v) : value(v) {}
  explicit constexpr Id(std::size_t v) : value(static_cast<std::uint32_t>(v)) {}
  explicit constexpr Id(int v) : value(static_cast<std::uint32_t>(v)) {}
  constexpr bool valid() const { return value != 0xffffffffu; }
  constexpr std::size_t index() const {
    ASSERT_THAT(valid());
    return value;
  }
  constexpr auto operator<=>(const Id &) const = default;
};

using HostId = Id<struct HostTag>;     ///< a NIC with its GPU; 0 … hosts − 1
using SwitchId = Id<struct SwitchTag>; ///< 0 … switches − 1
using NodeId = Id<struct NodeTag>;     ///< hosts first, then switches
using CableId = Id<struct CableTag>;   ///< full-duplex
using LinkId = Id<struct LinkTag>;     ///< one direction of a cable: 2 × cable (a→b), 2 × cable + 1 (b→a)
using EntityId = Id<struct EntityTag>; ///< engine: hosts, then switches, then scale-up domains

} // namespace lightloom
