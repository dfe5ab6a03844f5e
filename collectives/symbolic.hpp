#pragma once
// Proof by execution that an algorithm does what its operation promises: all members run side by side on sets of
// contributions instead of numbers. Finds wrong data, data added twice, sizes that do not match, messages nobody takes,
// and deadlock. Leaves out: time, and any member order but round robin: with FIFO pairs, posted sends and blocking
// receives the result does not depend on the order (a Kahn network).

#include "collectives/algorithm.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// What the execution found.
struct SymbolicResult {
  bool proven = false;
  std::string problem; ///< empty when proven: "deadlock: member 2 waits for member 1, …"
  std::uint64_t messages = 0;
  Bytes sent{}; ///< payload of all messages
};

/// Runs `algorithm` over `ranks` members (1 … 64: contributions are one bit each) on a vector of `bytes`, rooted at
/// `root`; hierarchical ones over domains of `domain` members, inner phases as rings. The algorithm must be able to run
/// on that many members (check_shape).
SymbolicResult prove(const CollectiveAlgorithm &algorithm, std::uint32_t ranks, Bytes bytes, std::uint32_t root = 0,
                     std::uint32_t domain = 1);

} // namespace lightloom
