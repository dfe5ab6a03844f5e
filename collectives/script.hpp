#pragma once
// A job as a script: a few short lists of instructions, shared by all ranks of a role (a pipeline stage), which each
// rank interprets lazily as a RankProgram. Training steps, SimAI workloads and plain collectives are scripts. A
// collective instruction unfolds through its cursor while it runs, so a rank holds a few words per stream whatever the
// length of the run; the order of the lists is held once per role.

#include "collectives/algorithm.hpp"
#include "collectives/job_plan.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace lightloom {

/// How ranks split into groups of equal size: within each run of `period` ranks, the group of rank r is the ranks that
/// agree with it in everything but position (r mod period) ÷ stride. Requires that period divides the number of ranks.
struct Communicator {
  std::uint32_t size = 1;
  std::uint32_t stride = 1;
  std::uint32_t period = 0; ///< 0 = size × stride: everybody is in a group
  bool scale_up = false;    ///< the whole group runs in the scale-up domain by closed form
  std::uint32_t domain = 1; ///< consecutive members that share a scale-up domain (CollectiveShape::domain)

  std::uint32_t span() const { return period != 0 ? period : size * stride; }
  std::uint32_t index_of(std::uint32_t rank) const { return rank % span() / stride; }
  std::uint32_t rank_of(std::uint32_t rank, std::uint32_t index) const {
    return rank - index_of(rank) * stride + index * stride;
  }
  /// Number of the group of `rank`, below ranks ÷ span × stride.
  std::uint32_t group_of(std::uint32_t rank) const { return rank / span() * stride + rank % stride; }
  /// Number of its part of `domain` members, below ranks ÷ domain.
  std::uint32_t part_of(std::uint32_t rank) const { return group_of(rank) * (size / domain) + index_of(rank) / domain; }
};

/// A communicator of `size` members at `stride`, placed: in the scale-up domain when every group shares one, else over
/// the network, with what the domain can do for hierarchical algorithms.
Communicator place(std::uint32_t size, std::uint32_t stride, const ScaleUpDomain &domain);

/// One instruction.
struct Instruction {
  enum class Kind : std::uint8_t { compute, collective, send, receive, signal, wait, begin_step, end_step };
  Kind kind = Kind::compute;
  std::uint16_t label = 0;                    ///< index into JobPlan::labels
  bool marked = true;                         ///< collective: has an id of its own in results
  CollectiveOp op = CollectiveOp::all_reduce; ///< collective
  Duration duration{};                        ///< compute; collective in the scale-up domain; send: Operation::duration
  std::uint32_t event = 0;                    ///< signal, wait
  std::uint32_t count = 0;                    ///< wait: signals of this event within the same step
  const CollectiveAlgorithm *algorithm = nullptr; ///< collective over the network; null in the scale-up domain
  std::uint32_t communicator = 0;                 ///< collective, send, receive
  std::uint32_t channel = 0;                      ///< send, receive; a collective uses the channel of its stream
  std::int32_t shift = 0;                         ///< send, receive: the peer is this many members further, around
  Bytes bytes{};                                  ///< collective, by the convention of op.hpp; send, receive
};

/// Instructions that are run in order.
using Block = std::vector<Instruction>;

/// A block, run `repeat` times. Sections that run the same block share it.
struct Section {
  std::uint32_t repeat = 1;
  std::shared_ptr<const Block> block;
};
Section section(Block block, std::uint32_t repeat = 1);

/// What the ranks of a role do: each stream runs its sections, in every step.
struct Role {
  std::vector<std::vector<Section>> streams;
};

/// The whole script, run `steps` times over. Rank r has role (r ÷ role_stride) mod the number of roles.
struct Script {
  std::uint32_t ranks = 1;
  std::uint32_t steps = 1;
  std::uint32_t role_stride = 1;
  ScaleUpDomain scale_up{};
  /// What collective() finds its algorithms in. Instructions point into it; copies of the script share it.
  std::shared_ptr<const AlgorithmTable> algorithms = std::make_shared<const AlgorithmTable>(collective_algorithms());
  std::vector<Communicator> communicators;
  std::vector<Role> roles;

  std::size_t role_of(std::uint32_t rank) const { return rank / role_stride % roles.size(); }
};

/// Builders of instructions.
Instruction compute(Duration duration, std::uint16_t label = 0);
Instruction signal_event(std::uint32_t event);
Instruction wait_event(std::uint32_t event, std::uint32_t count);
Instruction begin_step();
Instruction end_step();
/// A message to, or from, the member `shift` further of communicator `index`, around.
Instruction send_to(std::uint32_t index, std::int32_t shift, std::uint32_t channel, Bytes bytes, std::uint16_t label);
Instruction receive_from(std::uint32_t index, std::int32_t shift, std::uint32_t channel, Bytes bytes,
                         std::uint16_t label);
/// A collective over communicator `index` of the script: closed form when it is a scale-up one, else `algorithm`.
/// Throws Error when the algorithm does not exist or cannot run on that many ranks.
Instruction collective(const Script &script, std::uint32_t index, CollectiveOp op, Bytes bytes,
                       std::string_view algorithm = "auto", std::uint16_t label = 0);

/// Turns a script into a plan: programs, collective infos (ids ascend by step, then role, then stream, then order) and
/// network bytes. Throws Error when the run would have more than 2³¹ marked collectives. Steps, tokens, labels and
/// notes are the caller's to fill.
JobPlan plan_script(Script script);

} // namespace lightloom
