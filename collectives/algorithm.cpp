// The table of algorithms. The first line of an operation is what "auto" takes.

#include "collectives/algorithm.hpp"

#include "sim/core/error.hpp"

#include <algorithm>
#include <bit>

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

Peers to_partners(const CollectiveShape &shape) {
  Peers peers;
  for (std::uint32_t distance = 1; distance < shape.ranks; distance *= 2)
    peers.push_back(shape.index ^ distance);
  return peers;
}

/// To the same seat of the next domain, and around the ring of the own domain.
Peers across_and_inside(const CollectiveShape &shape) {
  Peers peers;
  const std::uint32_t first = shape.index / shape.domain * shape.domain;
  if (!shape.closed_form)
    peers.push_back(first + (shape.index - first + 1) % shape.domain);
  if (const std::uint32_t across = (shape.index + shape.domain) % shape.ranks; across != shape.index)
    peers.push_back(across);
  return peers;
}

std::string unless_power_of_two(const CollectiveShape &shape) {
  return std::has_single_bit(shape.ranks) ? "" : "it needs a power of two";
}

std::string unless_domains(const CollectiveShape &shape) {
  if (shape.domain < 2)
    return "it needs a scale-up domain that several of them share";
  return shape.ranks % shape.domain == 0
             ? ""
             : "they do not fill scale-up domains of " + std::to_string(shape.domain) + " evenly";
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
       one_block_per_rank, nullptr},
      {CollectiveOp::all_reduce, "halving-doubling", "recursive halving, then recursive doubling",
       make_halving_doubling_cursor, to_partners, one_block_per_rank, unless_power_of_two},
      {CollectiveOp::all_reduce, "hierarchical", "reduce-scatter inside the scale-up domain, ring between, all-gather",
       make_hierarchical_cursor, across_and_inside, one_block_per_rank, unless_domains},
      {CollectiveOp::all_gather, "ring", "n − 1 steps around a ring", make_ring_cursor, to_the_right,
       one_block_per_rank, nullptr},
      {CollectiveOp::all_gather, "halving-doubling", "recursive doubling", make_halving_doubling_cursor, to_partners,
       one_block_per_rank, unless_power_of_two},
      {CollectiveOp::reduce_scatter, "ring", "n − 1 steps around a ring", make_ring_cursor, to_the_right,
       one_block_per_rank, nullptr},
      {CollectiveOp::reduce_scatter, "halving-doubling", "recursive halving", make_halving_doubling_cursor, to_partners,
       one_block_per_rank, unless_power_of_two},
      {CollectiveOp::all_to_all, "pairwise", "step k: send to i + k, receive from i − k", make_pairwise_cursor,
       to_all_others, one_block_per_pair, nullptr},
      {CollectiveOp::broadcast, "chain", "pieces pipelined down a chain", make_chain_cursor, down_the_chain,
       one_block_per_piece, nullptr},
      {CollectiveOp::send, "direct", "one message from rank 0 to rank 1", make_send_cursor, from_the_root, one_block,
       nullptr},
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

void check_shape(const CollectiveAlgorithm &algorithm, const CollectiveShape &shape) {
  if (shape.ranks == 1 || algorithm.why_not == nullptr)
    return;
  if (const std::string why = algorithm.why_not(shape); !why.empty())
    throw Error(std::string(algorithm.name) + " " + to_string(algorithm.op) + " over " + std::to_string(shape.ranks) +
                    " ranks",
                why, "Use \"ring\".");
}

} // namespace lightloom
