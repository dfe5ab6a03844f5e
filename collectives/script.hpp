#pragma once
// A job as a script: one short list of instructions shared by all ranks, which each rank interprets lazily as a
// RankProgram. Training steps, SimAI workloads and plain collectives are scripts; a collective instruction unfolds
// through its cursor while it runs, so a rank holds a few words per stream whatever the length of the run. Leaves out:
// ranks that do different things (pipeline stages): every rank runs the same script in its own groups.

#include "collectives/algorithm.hpp"
#include "collectives/job_plan.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace lightloom {

/// How all ranks split into groups of equal size: the group of rank r is the ranks r + k·stride that agree with it in
/// everything but position (r ÷ stride) mod size. Requires that size × stride divides the number of ranks.
struct Communicator {
  std::uint32_t size = 1;
  std::uint32_t stride = 1;
  bool scale_up = false; ///< runs in the scale-up domain by closed form; stride 1
  BitRate bandwidth{};   ///< scale_up: per GPU and direction
  Duration latency{};    ///< scale_up

  std::uint32_t index_of(std::uint32_t rank) const { return rank / stride % size; }
  std::uint32_t rank_of(std::uint32_t rank, std::uint32_t index) const {
    return rank - index_of(rank) * stride + index * stride;
  }
  /// Number of the group of `rank`, 0 … ranks ÷ size − 1.
  std::uint32_t group_of(std::uint32_t rank) const { return rank / (stride * size) * stride + rank % stride; }
};

/// One instruction.
struct Instruction {
  enum class Kind : std::uint8_t { compute, collective, signal, wait, begin_step, end_step };
  Kind kind = Kind::compute;
  Duration duration{};                            ///< compute
  std::uint32_t event = 0;                        ///< signal, wait
  std::uint32_t count = 0;                        ///< wait: signals of this event within the same step
  CollectiveOp op = CollectiveOp::all_reduce;     ///< collective
  const CollectiveAlgorithm *algorithm = nullptr; ///< collective over the network; null in the scale-up domain
  std::uint32_t communicator = 0;                 ///< collective
  Bytes bytes{};                                  ///< collective, by the convention of op.hpp
};

/// Instructions run `repeat` times.
struct Section {
  std::uint32_t repeat = 1;
  std::vector<Instruction> instructions;
};

/// The whole script: each stream runs its sections, `steps` times over.
struct Script {
  std::uint32_t ranks = 1;
  std::uint32_t steps = 1;
  std::vector<Communicator> communicators;
  std::vector<std::vector<Section>> streams;
};

/// Builders of instructions.
Instruction compute(Duration duration);
Instruction signal_event(std::uint32_t event);
Instruction wait_event(std::uint32_t event, std::uint32_t count);
Instruction begin_step();
Instruction end_step();
/// A collective over communicator `index` of the script: closed form when it is a scale-up one, else `algorithm`.
Instruction collective(const Script &script, std::uint32_t index, CollectiveOp op, Bytes bytes,
                       std::string_view algorithm = "auto");

/// Turns a script into a plan: programs, collective infos (ids ascend by step, then stream, then order) and network
/// bytes. Throws Error when the run would have more than 2³¹ collectives. Steps, tokens and notes are the caller's to
/// fill.
JobPlan plan_script(Script script);

} // namespace lightloom
