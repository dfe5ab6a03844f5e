#pragma once
// The collective operations by the names users write (docs/CONTRACT.md), how much each moves, and the busbw factors of
// nccl-tests. Sizes follow nccl-tests: `bytes` is the full vector. all-reduce, broadcast, send: the buffer of each
// rank; all-gather: what each rank holds afterwards; reduce-scatter, all-to-all: what each rank holds before. A ring
// chunk is bytes ÷ ranks for all of them. Source: NVIDIA nccl-tests, doc/PERFORMANCE.md.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace lightloom {

/// What a group of ranks does together.
enum class CollectiveOp : std::uint8_t { all_reduce, all_gather, reduce_scatter, all_to_all, broadcast, send };

/// "all-reduce", …; a static string.
const char *to_string(CollectiveOp op);
/// All operations, in the order shown to users.
const std::vector<CollectiveOp> &collective_ops();
/// The operation of this name. Throws Error with the nearest name.
CollectiveOp parse_collective_op(std::string_view name);

/// busbw = algbw × this, algbw = bytes ÷ time: all-reduce 2(n−1)/n; all-gather, reduce-scatter, all-to-all
/// (n−1)/n; others 1. `ranks` ≥ 1; 0 for a single rank of an operation that then moves nothing.
double busbw_factor(CollectiveOp op, std::uint32_t ranks);

/// Payload bytes that all ranks of one group send together: all-reduce 2(n−1)·bytes; all-gather, reduce-scatter,
/// all-to-all and broadcast (n−1)·bytes; send bytes. Exact whatever the chunking, for every algorithm here that
/// sends each chunk once per step.
Bytes group_traffic(CollectiveOp op, std::uint32_t ranks, Bytes bytes);

/// Payload bytes that the busiest rank's port must carry in one direction, whatever the algorithm without in-network
/// reduction: floor of group_traffic ÷ ranks; broadcast and send: bytes. `domain` > 1, which divides ranks: phases
/// inside domains of that many members stay off the network, and floor of group_traffic(ranks ÷ domain) ÷ ranks is
/// left. Bandwidth lower bounds rest on it.
Bytes busiest_port_traffic(CollectiveOp op, std::uint32_t ranks, Bytes bytes, std::uint32_t domain = 1);

} // namespace lightloom
