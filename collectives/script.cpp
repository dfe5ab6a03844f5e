#include "collectives/script.hpp"

#include "collectives/closed_form.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace lightloom {

Instruction compute(Duration duration) {
  EXPECTS(duration >= Duration::zero());
  Instruction i;
  i.kind = Instruction::Kind::compute;
  i.duration = duration;
  return i;
}

Instruction signal_event(std::uint32_t event) {
  Instruction i;
  i.kind = Instruction::Kind::signal;
  i.event = event;
  return i;
}

Instruction wait_event(std::uint32_t event, std::uint32_t count) {
  Instruction i;
  i.kind = Instruction::Kind::wait;
  i.event = event;
  i.count = count;
  return i;
}

Instruction begin_step() {
  Instruction i;
  i.kind = Instruction::Kind::begin_step;
  return i;
}

Instruction end_step() {
  Instruction i;
  i.kind = Instruction::Kind::end_step;
  return i;
}

Instruction collective(const Script &script, std::uint32_t index, CollectiveOp op, Bytes bytes,
                       std::string_view algorithm) {
  EXPECTS(index < script.communicators.size());
  EXPECTS(bytes.value >= 0);
  const Communicator &communicator = script.communicators[index];
  Instruction i;
  i.kind = Instruction::Kind::collective;
  i.op = op;
  i.communicator = index;
  i.bytes = bytes;
  if (communicator.scale_up)
    i.duration = scale_up_time(op, communicator.size, bytes, communicator.bandwidth, communicator.latency);
  else
    i.algorithm = &find_algorithm(op, algorithm);
  return i;
}

namespace {

/// What all ranks share: the script, and counts derived from it.
struct SharedScript {
  Script script;
  std::vector<std::uint32_t> signals_per_step;   ///< one entry per event
  std::vector<std::uint32_t> stream_collectives; ///< one entry per stream: collectives per step
  std::uint32_t collectives_per_step = 0;
  std::vector<std::uint32_t> first_group; ///< one entry per communicator: its scale-up groups' first id
};

template <class Visit> void for_each_instruction(const std::vector<Section> &sections, Visit visit) {
  for (const Section &section : sections)
    for (const Instruction &instruction : section.instructions)
      visit(instruction, section.repeat);
}

/// Where a stream stands.
struct Position {
  std::uint32_t step = 0;
  std::size_t section = 0;
  std::uint32_t repeat = 0;
  std::size_t instruction = 0;
  std::uint32_t collective = 0; ///< id of the current or next collective, within step and stream
  enum class Phase : std::uint8_t { instruction, inside, end } phase = Phase::instruction;
  std::unique_ptr<CollectiveCursor> cursor;
};

class ScriptProgram final : public RankProgram {
public:
  ScriptProgram(std::shared_ptr<const SharedScript> shared, std::uint32_t rank)
      : shared_(std::move(shared)), rank_(rank), positions_(shared_->script.streams.size()) {}

  std::uint32_t streams() const override { return static_cast<std::uint32_t>(positions_.size()); }
  Operation next(std::uint32_t stream) override;
  std::vector<Peer> sends_to() const override;
  std::vector<Group> scale_up_groups() const override;

private:
  const Communicator &communicator(const Instruction &i) const { return shared_->script.communicators[i.communicator]; }
  CollectiveShape shape(const Instruction &i) const {
    return {i.op, communicator(i).size, communicator(i).index_of(rank_), i.bytes, 0};
  }
  /// Moves to the next section or step when the current one is used up; false at the very end.
  bool settle(Position &at, const std::vector<Section> &sections) const;
  Operation begin(Position &at, std::uint32_t stream, const Instruction &i) const;
  Operation inside(Position &at, std::uint32_t stream, const Instruction &i) const;
  Operation mark(const Position &at, std::uint32_t stream, Operation::Kind kind) const;
  Operation end_collective(Position &at, std::uint32_t stream) const;

  std::shared_ptr<const SharedScript> shared_;
  std::uint32_t rank_;
  std::vector<Position> positions_;
};

bool ScriptProgram::settle(Position &at, const std::vector<Section> &sections) const {
  while (at.step < shared_->script.steps) {
    if (at.section == sections.size()) {
      ++at.step;
      at.section = 0;
      at.collective = 0;
      if (sections.empty())
        return false;
      continue;
    }
    const Section &section = sections[at.section];
    if (at.repeat < section.repeat && at.instruction < section.instructions.size())
      return true;
    at.instruction = 0;
    if (section.instructions.empty() || ++at.repeat >= section.repeat) {
      at.repeat = 0;
      ++at.section;
    }
  }
  return false;
}

Operation ScriptProgram::mark(const Position &at, std::uint32_t stream, Operation::Kind kind) const {
  Operation op;
  op.kind = kind;
  op.id = at.step * shared_->collectives_per_step + at.collective;
  for (std::uint32_t s = 0; s < stream; ++s)
    op.id += shared_->stream_collectives[s];
  return op;
}

Operation ScriptProgram::end_collective(Position &at, std::uint32_t stream) const {
  const Operation op = mark(at, stream, Operation::Kind::end_collective);
  at.cursor.reset();
  at.phase = Position::Phase::instruction;
  ++at.collective;
  ++at.instruction;
  return op;
}

Operation ScriptProgram::begin(Position &at, std::uint32_t stream, const Instruction &i) const {
  Operation op;
  switch (i.kind) {
  case Instruction::Kind::collective:
    at.phase = Position::Phase::inside;
    if (i.algorithm != nullptr)
      at.cursor = i.algorithm->make(shape(i));
    return mark(at, stream, Operation::Kind::begin_collective);
  case Instruction::Kind::compute:
    op.kind = Operation::Kind::compute;
    op.duration = i.duration;
    break;
  case Instruction::Kind::signal:
    op.kind = Operation::Kind::signal;
    op.id = i.event;
    break;
  case Instruction::Kind::wait:
    op.kind = Operation::Kind::wait;
    op.id = i.event;
    op.count = at.step * shared_->signals_per_step[i.event] + i.count;
    break;
  case Instruction::Kind::begin_step:
    op.kind = Operation::Kind::begin_step;
    op.id = at.step;
    break;
  case Instruction::Kind::end_step:
    op.kind = Operation::Kind::end_step;
    op.id = at.step;
    break;
  }
  ++at.instruction;
  return op;
}

Operation ScriptProgram::inside(Position &at, std::uint32_t stream, const Instruction &i) const {
  Operation op;
  op.bytes = i.bytes;
  if (i.algorithm == nullptr) {
    op.kind = Operation::Kind::scale_up;
    op.id = shared_->first_group[i.communicator] + communicator(i).group_of(rank_);
    op.duration = i.duration;
    at.phase = Position::Phase::end;
    return op;
  }
  const CollectiveStep step = at.cursor->next();
  if (step.kind == CollectiveStep::Kind::done)
    return end_collective(at, stream);
  op.kind = step.kind == CollectiveStep::Kind::send ? Operation::Kind::send : Operation::Kind::receive;
  op.peer = communicator(i).rank_of(rank_, step.peer);
  op.channel = stream;
  op.bytes = step.bytes;
  return op;
}

Operation ScriptProgram::next(std::uint32_t stream) {
  EXPECTS(stream < positions_.size());
  Position &at = positions_[stream];
  const auto &sections = shared_->script.streams[stream];
  if (!settle(at, sections))
    return {};
  const Instruction &i = sections[at.section].instructions[at.instruction];
  switch (at.phase) {
  case Position::Phase::instruction:
    return begin(at, stream, i);
  case Position::Phase::inside:
    return inside(at, stream, i);
  case Position::Phase::end:
    return end_collective(at, stream);
  }
  return {};
}

std::vector<Peer> ScriptProgram::sends_to() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (std::uint32_t s = 0; s < streams(); ++s) {
    // Algorithms of one communicator repeat over layers: look at each (algorithm, communicator) once.
    std::vector<std::pair<const CollectiveAlgorithm *, std::uint32_t>> seen;
    for_each_instruction(shared_->script.streams[s], [&](const Instruction &i, std::uint32_t) {
      if (i.kind != Instruction::Kind::collective || i.algorithm == nullptr)
        return;
      const std::pair key{i.algorithm, i.communicator};
      if (std::find(seen.begin(), seen.end(), key) != seen.end())
        return;
      seen.push_back(key);
      for (const std::uint32_t peer : i.algorithm->sends_to(shape(i)))
        found.emplace_back(s, communicator(i).rank_of(rank_, peer));
    });
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<Peer> peers;
  peers.reserve(found.size());
  for (const auto &[stream, rank] : found)
    peers.push_back({stream, rank});
  return peers;
}

std::vector<RankProgram::Group> ScriptProgram::scale_up_groups() const {
  std::vector<Group> groups;
  const auto &communicators = shared_->script.communicators;
  for (std::size_t c = 0; c < communicators.size(); ++c)
    if (communicators[c].scale_up)
      groups.push_back({shared_->first_group[c] + communicators[c].group_of(rank_), communicators[c].size});
  return groups;
}

/// Counts signals, collectives and groups, and checks what the builders promise.
std::shared_ptr<SharedScript> share(Script script) {
  auto shared = std::make_shared<SharedScript>();
  std::uint32_t groups = 0;
  for (const Communicator &c : script.communicators) {
    EXPECTS(c.size > 1 && c.stride > 0 && script.ranks % (c.size * c.stride) == 0);
    shared->first_group.push_back(groups);
    groups += c.scale_up ? script.ranks / c.size : 0;
  }
  std::uint64_t total = 0;
  double network_bytes = 0; // of the whole run, as a bound against overflow
  for (const auto &sections : script.streams) {
    std::uint64_t collectives = 0;
    for_each_instruction(sections, [&](const Instruction &i, std::uint32_t repeat) {
      if (i.kind == Instruction::Kind::collective) {
        collectives += repeat;
        network_bytes += 2.0 * static_cast<double>(i.bytes.value) * script.ranks * repeat * script.steps;
      }
      if (i.kind == Instruction::Kind::signal || i.kind == Instruction::Kind::wait)
        shared->signals_per_step.resize(std::max<std::size_t>(shared->signals_per_step.size(), i.event + 1u));
      if (i.kind == Instruction::Kind::signal)
        shared->signals_per_step[i.event] += repeat;
    });
    total += collectives;
    if (total * script.steps >= 1ull << 31)
      throw Error("a run of " + std::to_string(total * script.steps) + " collectives", "at most 2147483647 fit",
                  "Simulate fewer steps or micro-batches.");
    if (network_bytes > 4e18)
      throw Error("a run that moves more than 4 exabytes", "byte counts are 64 bits", "Simulate fewer steps, or less.");
    shared->stream_collectives.push_back(static_cast<std::uint32_t>(collectives));
  }
  for (const std::uint32_t signals : shared->signals_per_step)
    if (static_cast<std::uint64_t>(signals) * script.steps >= 1ull << 32)
      throw Error("a run of " + std::to_string(script.steps) + " steps", "events are counted in 32 bits",
                  "Simulate fewer steps.");
  shared->collectives_per_step = static_cast<std::uint32_t>(total);
  shared->script = std::move(script);
  return shared;
}

CollectiveInfo info_of(const Script &script, const Instruction &i, std::uint32_t step) {
  CollectiveInfo info;
  info.step = step;
  info.op = to_string(i.op);
  info.algorithm = i.algorithm != nullptr ? i.algorithm->name : find_algorithm(i.op, "auto").name;
  info.bytes = i.bytes;
  info.ranks = script.communicators[i.communicator].size;
  info.scale_up = i.algorithm == nullptr;
  return info;
}

} // namespace

JobPlan plan_script(Script script) {
  EXPECTS(script.ranks > 0 && !script.streams.empty());
  const std::shared_ptr<const SharedScript> shared = share(std::move(script));
  const Script &s = shared->script;
  JobPlan plan;
  plan.ranks = s.ranks;
  plan.program = [shared](std::uint32_t rank) { return std::make_unique<ScriptProgram>(shared, rank); };
  plan.collectives.reserve(static_cast<std::size_t>(shared->collectives_per_step) * s.steps);
  for (std::uint32_t step = 0; step < s.steps; ++step)
    for (const auto &sections : s.streams)
      for (const Section &section : sections)
        for (std::uint32_t repeat = 0; repeat < section.repeat; ++repeat)
          for (const Instruction &i : section.instructions)
            if (i.kind == Instruction::Kind::collective) {
              plan.collectives.push_back(info_of(s, i, step));
              if (i.algorithm != nullptr) {
                const std::uint32_t size = s.communicators[i.communicator].size;
                plan.network_bytes += group_traffic(i.op, size, i.bytes) * static_cast<std::int64_t>(s.ranks / size);
              }
            }
  return plan;
}

} // namespace lightloom
