// The table of algorithms. The first line of an operation is what "auto" takes.

#include "collectives/algorithm.hpp"

#include "sim/core/error.hpp"

namespace lightloom {
namespace {

using Peers = std::vector<std::uint32_t>;

Peers to_the_right(const CollectiveShape &shape) {
  return shape.ranks == 1 ? Peers{} : Peers{(shape.index + 1) % shape.ranks};
}

Peers to_all_others(const CollectiveShape &shape) {
  Peers peers;
  peers.reserve(shape.ranks - 1);
  for (std::uint32_t k = 1; k < shape.ranks; ++k)
    peers.push_back((shape.index + k) % shape.ranks);
  return peers;
}

Peers down_the_chain(const CollectiveShape &shape) {
  const bool last = (shape.index + 1) % shape.ranks == shape.root;
  return last ? Peers{} : to_the_right(shape);
}

Peers from_the_root(const CollectiveShape &shape) { return shape.index == shape.root ? to_the_right(shape) : Peers{}; }

std::uint64_t one_block_per_rank(const CollectiveShape &shape) { return shape.ranks; }
std::uint64_t one_block_per_pair(const CollectiveShape &shape) {
  return static_cast<std::uint64_t>(shape.ranks) * shape.ranks;
}
std::uint64_t one_block_per_piece(const CollectiveShape &shape) { return chain_pieces(shape.bytes); }
std::uint64_t one_block(const CollectiveShape &) { return 1; }

} // namespace

const std::vector<CollectiveAlgorithm> &collective_algorithms() {
  static const std::vector<CollectiveAlgorithm> table = {
      {CollectiveOp::all_reduce, "ring", "ring reduce-scatter, then ring all-gather", make_ring_cursor, to_the_right,
       one_block_per_rank},
      {CollectiveOp::all_gather, "ring", "n − 1 steps around a ring", make_ring_cursor, to_the_right,
       one_block_per_rank},
      {CollectiveOp::reduce_scatter, "ring", "n − 1 steps around a ring", make_ring_cursor, to_the_right,
       one_block_per_rank},
      {CollectiveOp::all_to_all, "pairwise", "step k: send to i + k, receive from i − k", make_pairwise_cursor,
       to_all_others, one_block_per_pair},
      {CollectiveOp::broadcast, "chain", "pieces pipelined down a chain", make_chain_cursor, down_the_chain,
       one_block_per_piece},
      {CollectiveOp::send, "direct", "one message from rank 0 to rank 1", make_send_cursor, from_the_root, one_block},
  };
  return table;
}

const CollectiveAlgorithm &find_algorithm(CollectiveOp op, std::string_view name) {
  std::string known;
  std::string first;
  for (const auto &line : collective_algorithms()) {
    if (line.op != op)
      continue;
    if (name == line.name || name == "auto")
      return line;
    if (first.empty())
      first = line.name;
    known += (known.empty() ? "" : ", ") + std::string(line.name);
  }
  throw Error("algorithm \"" + std::string(name) + "\" for " + to_string(op), "this version has " + known + " for it",
              "Use \"" + first + "\" or \"auto\".");
}

} // namespace lightloom
