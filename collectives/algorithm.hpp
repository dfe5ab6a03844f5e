#pragma once
// The table of algorithms: operation × name → cursor. A new algorithm is one file with its cursor and one line in
// algorithm.cpp. A pair that is not in the table is an Error which names what is; nothing is replaced silently.

#include "collectives/cursor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// One line of the table.
struct CollectiveAlgorithm {
  CollectiveOp op = CollectiveOp::all_reduce;
  const char *name = "";    ///< "ring", "halving-doubling", "hierarchical", "pairwise", "chain", "direct"
  const char *summary = ""; ///< one sentence
  std::unique_ptr<CollectiveCursor> (*make)(const CollectiveShape &) = nullptr;
  /// Group indexes that the member ever sends to, without repeats, in a fixed order.
  std::vector<std::uint32_t> (*sends_to)(const CollectiveShape &) = nullptr;
  /// How many blocks the data is cut into (numbers of CollectiveStep::block are below this).
  std::uint64_t (*blocks)(const CollectiveShape &) = nullptr;
  /// Why it cannot run on this shape ("needs a power of two"); empty when it can. Null: runs on every shape.
  std::string (*why_not)(const CollectiveShape &) = nullptr;
};

/// The whole table.
const std::vector<CollectiveAlgorithm> &collective_algorithms();

/// The line for (op, name). "auto" takes the first line of the operation (say so in the output: the line's name is what
/// runs). Throws Error that names the algorithms this operation has.
const CollectiveAlgorithm &find_algorithm(CollectiveOp op, std::string_view name);

/// Throws Error when the algorithm cannot run on this shape.
void check_shape(const CollectiveAlgorithm &algorithm, const CollectiveShape &shape);

// The algorithms, each in its own file.

/// ring.cpp: all-reduce (reduce-scatter then all-gather), reduce-scatter, all-gather. Step k sends right and receives
/// from the left.
std::unique_ptr<CollectiveCursor> make_ring_cursor(const CollectiveShape &shape);
/// algorithms/halving_doubling.cpp: reduce-scatter by recursive halving, all-gather by recursive doubling, all-reduce
/// by both. Needs a power of two.
std::unique_ptr<CollectiveCursor> make_halving_doubling_cursor(const CollectiveShape &shape);
/// algorithms/hierarchical.cpp: all-reduce as reduce-scatter inside each domain, ring all-reduce between domains on one
/// share, all-gather inside. Needs shape.domain > 1 that divides the ranks.
std::unique_ptr<CollectiveCursor> make_hierarchical_cursor(const CollectiveShape &shape);
/// algorithms/pairwise.cpp: all-to-all; step k = 1 … n − 1 sends to index + k and receives from index − k.
std::unique_ptr<CollectiveCursor> make_pairwise_cursor(const CollectiveShape &shape);
/// algorithms/chain.cpp: broadcast; pieces flow down the chain root, root + 1, …; each member passes a piece on once it
/// has it.
std::unique_ptr<CollectiveCursor> make_chain_cursor(const CollectiveShape &shape);
/// Pieces a chain broadcast of this size is cut into: ⌈bytes ÷ 512 KiB⌉, at least 1, at most 4096 (NCCL's Simple
/// protocol moves slices of about this size: 4 MiB buffer ÷ 8 steps).
std::uint32_t chain_pieces(Bytes bytes);
/// algorithms/point_to_point.cpp: send from root to (root + 1) mod n.
std::unique_ptr<CollectiveCursor> make_send_cursor(const CollectiveShape &shape);

} // namespace lightloom
