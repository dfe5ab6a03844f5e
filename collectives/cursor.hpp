#pragma once
// One rank's walk through one collective, as a lazy generator of sends and receives in group indexes (0 … ranks −
// 1). A cursor knows neither rank numbers nor streams: script.hpp maps it into a job's stream, symbolic.hpp proves it
// right. Each transfer names the block of data it carries and whether the receiver adds or stores it; the network
// ignores both.

#include "collectives/op.hpp"

#include <cstdint>
#include <memory>

namespace lightloom {

/// What is asked of a collective, as one member of the group sees it.
struct CollectiveShape {
  CollectiveOp op = CollectiveOp::all_reduce;
  std::uint32_t ranks = 1;  ///< members of the group
  std::uint32_t index = 0;  ///< this member, 0 … ranks − 1
  Bytes bytes{};            ///< the full vector (op.hpp)
  std::uint32_t root = 0;   ///< broadcast, send: who has the data; send goes to (root + 1) mod ranks
  std::uint32_t domain = 1; ///< consecutive members that share a scale-up domain; divides ranks
  bool closed_form = false; ///< algorithms with inner phases: as one scale_up step each, else as messages
};

/// One send or receive of a member, or a whole phase inside its domain.
struct CollectiveStep {
  enum class Kind : std::uint8_t {
    send,     ///< posted; done at once
    receive,  ///< blocks
    scale_up, ///< the members of the domain run `op` over `bytes` together, by closed form
    done      ///< the member's part is over; next() is not called again
  };
  Kind kind = Kind::done;
  std::uint32_t peer = 0;   ///< group index
  std::uint64_t block = 0;  ///< first block of data; all-to-all: source × ranks + destination; else the chunk's number
  std::uint64_t blocks = 1; ///< how many consecutive blocks travel together
  bool reduce = false;      ///< receive: add to the blocks (true) or store them (false)
  Bytes bytes{};
  CollectiveOp op = CollectiveOp::all_reduce; ///< scale_up
};

/// The generator. O(1) memory; next() depends on the shape and the calls before it alone.
/// A member's part ends with its last receive: posted sends may still be leaving, as with buffered sends in MPI.
class CollectiveCursor {
public:
  virtual ~CollectiveCursor() = default;
  virtual CollectiveStep next() = 0;
};

} // namespace lightloom
