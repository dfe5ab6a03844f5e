// From a script to what a run needs of it: what all ranks share, bytes on the network, the list of collectives.

#include "collectives/script_program.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>

namespace lightloom {

namespace {

template <class Visit> void for_each_instruction(const std::vector<Section> &sections, Visit visit) {
  for (const Section &section : sections)
    for (const Instruction &instruction : *section.block)
      visit(instruction, section.repeat);
}

bool same_network_use(const Instruction &a, const Instruction &b) {
  return a.kind == b.kind && a.communicator == b.communicator && a.algorithm == b.algorithm && a.channel == b.channel &&
         a.shift == b.shift;
}

void note_network_use(std::vector<Instruction> &uses, const Instruction &i) {
  const bool uses_network =
      i.kind == Instruction::Kind::send || (i.kind == Instruction::Kind::collective && i.algorithm != nullptr);
  if (uses_network && std::none_of(uses.begin(), uses.end(), [&](const auto &u) { return same_network_use(u, i); }))
    uses.push_back(i);
}

/// Payload that a role's ranks send over the network by one run of an instruction. A group that spans roles counts with
/// the share of its members here.
Bytes traffic(const Script &script, const Instruction &i) {
  const auto ranks = static_cast<std::int64_t>(script.ranks / script.roles.size());
  const Communicator &c = script.communicators[i.communicator];
  if (i.kind == Instruction::Kind::send)
    return i.bytes * ranks;
  if (i.kind != Instruction::Kind::collective || i.algorithm == nullptr)
    return Bytes(0);
  const Bytes group = i.algorithm->traffic != nullptr ? i.algorithm->traffic(shape_of(script, i, 0))
                                                      : group_traffic(i.op, c.size, i.bytes);
  if (ranks % c.size == 0)
    return group * (ranks / c.size);
  ASSERT_THAT(group.value % c.size == 0);
  return Bytes(group.value / c.size) * ranks;
}

/// Counts signals, marks and groups of a role, in `marks` on top of what other roles have.
RoleFacts facts_of(const Script &script, const Role &role, std::uint64_t &marks) {
  RoleFacts facts;
  const std::size_t communicators = script.communicators.size();
  facts.whole_groups.resize(communicators);
  facts.part_groups.resize(communicators);
  for (const auto &sections : role.streams) {
    facts.first_mark.push_back(static_cast<std::uint32_t>(marks));
    facts.network_uses.emplace_back();
    for_each_instruction(sections, [&](const Instruction &i, std::uint32_t repeat) {
      note_network_use(facts.network_uses.back(), i);
      if (i.kind == Instruction::Kind::signal || i.kind == Instruction::Kind::wait)
        facts.signals_per_step.resize(std::max<std::size_t>(facts.signals_per_step.size(), i.event + 1u));
      if (i.kind == Instruction::Kind::signal)
        facts.signals_per_step[i.event] += repeat;
      if (i.kind != Instruction::Kind::collective)
        return;
      marks += i.marked ? repeat : 0;
      if (i.algorithm == nullptr)
        facts.whole_groups[i.communicator] = true;
      if (uses_domain(script, i))
        facts.part_groups[i.communicator] = true;
    });
    if (marks * script.steps >= 1ull << 31)
      throw Error("a run of " + std::to_string(marks * script.steps) + " collectives", "at most 2147483647 fit",
                  "Simulate fewer steps or micro-batches.");
  }
  for (const std::uint32_t signals : facts.signals_per_step)
    if (static_cast<std::uint64_t>(signals) * script.steps >= 1ull << 32)
      throw Error("a run of " + std::to_string(script.steps) + " steps", "events are counted in 32 bits",
                  "Simulate fewer steps.");
  return facts;
}

/// All payload of the run. Bounded in floating point first: byte counts are 64 bits.
Bytes network_bytes(const Script &script) {
  double most = 0;
  Bytes total{};
  for (const Role &role : script.roles)
    for (const auto &sections : role.streams)
      for_each_instruction(sections, [&](const Instruction &i, std::uint32_t repeat) {
        if (i.bytes.value == 0)
          return;
        most += 2.0 * static_cast<double>(i.bytes.value) * script.ranks * repeat * script.steps;
        if (most > 4e18)
          throw Error("a run that moves more than 4 exabytes", "byte counts are 64 bits",
                      "Simulate fewer steps, or less.");
        total += traffic(script, i) * repeat * script.steps;
      });
  return total;
}

std::shared_ptr<SharedScript> share(Script script) {
  auto shared = std::make_shared<SharedScript>();
  std::uint32_t groups = 0;
  for (const Communicator &c : script.communicators) {
    EXPECTS(c.size > 1 && c.stride > 0 && script.ranks % c.span() == 0 && c.size % c.domain == 0);
    EXPECTS(!c.scale_up || c.domain == 1);
    shared->first_group.push_back(groups);
    groups += c.scale_up ? script.ranks / c.span() * c.stride : (c.domain > 1 ? script.ranks / c.domain : 0);
  }
  std::uint64_t marks = 0;
  for (const Role &role : script.roles)
    shared->roles.push_back(facts_of(script, role, marks));
  // A script for all ranks announces every scale-up group, used or not.
  if (script.roles.size() == 1)
    for (std::size_t c = 0; c < script.communicators.size(); ++c)
      shared->roles[0].whole_groups[c] = script.communicators[c].scale_up;
  shared->marks_per_step = static_cast<std::uint32_t>(marks);
  shared->script = std::move(script);
  return shared;
}

CollectiveInfo info_of(const Script &script, const Instruction &i, std::uint32_t step) {
  const CollectiveAlgorithm &algorithm =
      i.algorithm != nullptr ? *i.algorithm : find_algorithm(i.op, "auto", *script.algorithms);
  return {.step = step,
          .op = to_string(i.op),
          .algorithm = algorithm.name.c_str(),
          .bytes = i.bytes,
          .ranks = script.communicators[i.communicator].size,
          .scale_up = i.algorithm == nullptr,
          .inner_phases = i.algorithm != nullptr && algorithm.inner_phases,
          .label = i.label};
}

} // namespace

JobPlan plan_script(Script script) {
  EXPECTS(script.ranks > 0 && !script.roles.empty());
  EXPECTS(script.ranks % (script.role_stride * script.roles.size()) == 0);
  const Bytes bytes = network_bytes(script);
  const std::shared_ptr<const SharedScript> shared = share(std::move(script));
  const Script &s = shared->script;
  JobPlan plan;
  plan.ranks = s.ranks;
  plan.network_bytes = bytes;
  plan.program = [shared](std::uint32_t rank) { return make_script_program(shared, rank); };
  plan.collectives.reserve(static_cast<std::size_t>(shared->marks_per_step) * s.steps);
  for (std::uint32_t step = 0; step < s.steps; ++step)
    for (const Role &role : s.roles)
      for (const auto &sections : role.streams)
        for (const Section &section : sections)
          for (std::uint32_t repeat = 0; repeat < section.repeat; ++repeat)
            for (const Instruction &i : *section.block)
              if (i.kind == Instruction::Kind::collective && i.marked)
                plan.collectives.push_back(info_of(s, i, step));
  return plan;
}

} // namespace lightloom
