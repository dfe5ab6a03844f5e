#pragma once
// Who sends to whom: the patterns of [[traffic]], computed where a formula exists, in O(1) memory per rank.

#include "collectives/traffic/traffic_table.hpp"

#include <cstdint>
#include <memory>

namespace lightloom {

/// Destinations and sources of every rank, in each round (0 … repeat − 1).
class TrafficPattern {
public:
  virtual ~TrafficPattern() = default;
  virtual std::uint32_t sends(std::uint32_t rank) const = 0;
  virtual std::uint32_t to(std::uint32_t rank, std::uint32_t round, std::uint32_t i) const = 0;
  virtual std::uint32_t receives(std::uint32_t rank, std::uint32_t round) const = 0;
  virtual std::uint32_t from(std::uint32_t rank, std::uint32_t round, std::uint32_t i) const = 0;
};

/// The pattern of a table. Throws Error: unknown name, values out of range. Requires ranks ≥ 2 and a pattern other than
/// "file".
std::shared_ptr<const TrafficPattern> make_pattern(const TrafficSpec &spec, TableId id, std::uint32_t ranks);

/// A rank other than this one, uniformly. Requires ranks ≥ 2.
std::uint32_t draw_other(RandomStream &random, std::uint32_t rank, std::uint32_t ranks);

} // namespace lightloom
