#pragma once
// What a collective algorithm is to the rest of the program: a row of plain data and functions. A new one is one file
// in collectives/algorithms/ and one line in algorithm.cpp; a program that uses the library appends rows to a copy of
// the table. A pair of operation and name that is not in the table is an Error which names what is; nothing is replaced
// silently.

#include "collectives/closed_form.hpp"
#include "collectives/cursor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// One row of the table. Functions that are given a shape must be pure: ranks ask in any order, and from any thread.
struct CollectiveAlgorithm {
  CollectiveOp op = CollectiveOp::all_reduce;
  std::string name; ///< as scenarios write it: "ring"
  std::function<std::unique_ptr<CollectiveCursor>(const CollectiveShape &)> make;
  /// Group indexes that the member ever sends to, without repeats, in a fixed order.
  std::function<std::vector<std::uint32_t>(const CollectiveShape &)> sends_to;
  /// How many blocks the data is cut into (numbers of CollectiveStep::block are below this). Null: one per member.
  std::function<std::uint64_t(const CollectiveShape &)> blocks{};
  /// Why it cannot run on this shape ("it needs a power of two"); empty when it can. Null: runs on every shape.
  std::function<std::string(const CollectiveShape &)> why_not{};
  /// Payload that all members send over the network together. Null: group_traffic().
  std::function<Bytes(const CollectiveShape &)> traffic{};
  /// Partners change from exchange to exchange, so that delays of one set the members apart for the next
  /// (Operation::crossing).
  bool crossing = false;
  /// Phases inside a scale-up domain run there by closed form, where there is one (CollectiveShape::closed_form).
  bool inner_phases = false;
  /// What a report should say of a run, one sentence. Null: nothing.
  std::function<std::string(const CollectiveShape &)> note{};
  /// Seconds by the alpha–beta model: of messages between domains, and of those inside. Null: no form is known.
  std::function<double(const CollectiveShape &, const AlphaBeta &between, const AlphaBeta &inside)> alpha_beta{};
  /// Time when every message takes such a path and no two share a link: exact when bytes divide by the members, else an
  /// upper bound within one byte per step. Null: no form is known.
  std::function<Duration(const CollectiveShape &, const HomogeneousPath &)> homogeneous_time{};
};

/// Of an operation's rows the first is what "auto" takes.
using AlgorithmTable = std::vector<CollectiveAlgorithm>;

/// What comes with the library.
const AlgorithmTable &collective_algorithms();
/// The same and, behind it, what a program brings along.
AlgorithmTable algorithms_with(const AlgorithmTable &own);

/// The row for (op, name), or the operation's first one for "auto" (say so in the output: the row's name is what runs).
/// Throws Error that names the algorithms this operation has.
const CollectiveAlgorithm &find_algorithm(CollectiveOp op, std::string_view name,
                                          const AlgorithmTable &table = collective_algorithms());

/// The names of the table, each once, in its order.
std::vector<std::string> algorithm_names(const AlgorithmTable &table = collective_algorithms());

/// Throws Error when the algorithm cannot run on this shape.
void check_shape(const CollectiveAlgorithm &algorithm, const CollectiveShape &shape);

/// The next member of the group, around, if there is another: who the members of a ring send to.
std::vector<std::uint32_t> next_member(const CollectiveShape &shape);

} // namespace lightloom
