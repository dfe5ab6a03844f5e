#pragma once
// The interpreter of scripts: what all ranks share, and one rank's walk. Private to script_plan.cpp and
// script_program.cpp.

#include "collectives/script.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// Counts derived from a role.
struct RoleFacts {
  std::vector<std::uint32_t> signals_per_step; ///< one entry per event
  std::vector<std::uint32_t> first_mark; ///< one entry per stream: id of its first marked collective, within a step
  /// One of each kind of instruction that uses the network, per stream: who is sent to follows from it.
  std::vector<std::vector<Instruction>> network_uses;
  std::vector<bool> whole_groups; ///< one entry per communicator: runs in the scale-up domain as a whole
  std::vector<bool> part_groups;  ///< one entry per communicator: its domains run inner phases there
};

/// What all ranks share.
struct SharedScript {
  Script script;
  std::vector<RoleFacts> roles;
  std::uint32_t marks_per_step = 0;
  std::vector<std::uint32_t> first_group; ///< one entry per communicator: its scale-up groups' first id
};

/// Whether the inner phases of this instruction's algorithm run in the scale-up domain.
bool uses_domain(const Script &script, const Instruction &instruction);
/// The shape of a collective instruction as `rank` sees it.
CollectiveShape shape_of(const Script &script, const Instruction &instruction, std::uint32_t rank);

/// The program of one rank.
std::unique_ptr<RankProgram> make_script_program(std::shared_ptr<const SharedScript> shared, std::uint32_t rank);

} // namespace lightloom
