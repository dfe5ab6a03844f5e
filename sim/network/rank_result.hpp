#pragma once
// What came of the ranks: when their steps and collectives were, where their time went, what stopped them.

#include "sim/core/quantity.hpp"
#include "sim/network/plain/rank_program.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// When a step or a collective was, over all ranks.
struct MarkResult {
  SimTime begin = never; ///< earliest over ranks
  SimTime end{};         ///< latest over ranks
};

/// One rank in one step.
struct RankStep {
  SimTime begin{};
  SimTime end{};
  Duration busy{};          ///< computing, all streams of kind compute
  Duration wait_scale_up{}; ///< stream 0 waited in a scale-up collective
  Duration wait_network{};  ///< stream 0 waited in receive, drain or wait
};

/// The first rank that could not go on because its peer did not answer.
struct JobFailure {
  SimTime at{};
  std::uint32_t rank = 0;
  std::uint32_t peer = 0;
  std::uint32_t retries = 0;
};

/// A stream that never finished: what it waits for.
struct BlockedStream {
  std::uint32_t rank = 0;
  std::uint32_t stream = 0;
  Operation operation;
  std::string describe; ///< "rank 3 stream 0 waits for 1048576 bytes from rank 2"
};

} // namespace lightloom
