#include "collectives/script_program.hpp"

#include "collectives/closed_form.hpp"
#include "sim/core/contract.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace lightloom {
namespace {

/// Where a stream stands.
struct Position {
  std::uint32_t step = 0;
  std::size_t section = 0;
  std::uint32_t repeat = 0;
  std::size_t instruction = 0;
  std::uint32_t marks = 0; ///< marked collectives ended in this step
  enum class Phase : std::uint8_t { instruction, inside, end } phase = Phase::instruction;
  std::unique_ptr<CollectiveCursor> cursor;
};

class ScriptProgram final : public RankProgram {
public:
  ScriptProgram(std::shared_ptr<const SharedScript> shared, std::uint32_t rank)
      : shared_(std::move(shared)), rank_(rank), role_(shared_->script.role_of(rank)), positions_(streams_().size()) {}

  std::uint32_t streams() const override { return static_cast<std::uint32_t>(positions_.size()); }
  Operation next(std::uint32_t stream) override;
  std::vector<Peer> sends_to() const override;
  std::vector<Group> scale_up_groups() const override;

private:
  const std::vector<std::vector<Section>> &streams_() const { return shared_->script.roles[role_].streams; }
  const RoleFacts &facts() const { return shared_->roles[role_]; }
  const Communicator &communicator(const Instruction &i) const { return shared_->script.communicators[i.communicator]; }
  std::uint32_t peer_of(const Instruction &i) const {
    const Communicator &c = communicator(i);
    const std::int64_t size = c.size;
    const std::int64_t index = (static_cast<std::int64_t>(c.index_of(rank_)) + i.shift + size) % size;
    return c.rank_of(rank_, static_cast<std::uint32_t>(index));
  }
  /// Moves to the next section or step when the current one is used up; false at the very end.
  bool settle(Position &at, const std::vector<Section> &sections) const;
  /// The operation of an instruction that is not a collective.
  Operation simple(const Position &at, const Instruction &i) const;
  /// The next operation of a collective; nothing when it is over and the position has moved on.
  std::optional<Operation> collective(Position &at, std::uint32_t stream, const Instruction &i) const;
  std::optional<Operation> inside(Position &at, std::uint32_t stream, const Instruction &i) const;
  Operation mark(const Position &at, std::uint32_t stream, Operation::Kind kind) const;

  std::shared_ptr<const SharedScript> shared_;
  std::uint32_t rank_;
  std::size_t role_;
  std::vector<Position> positions_;
};

bool ScriptProgram::settle(Position &at, const std::vector<Section> &sections) const {
  while (at.step < shared_->script.steps) {
    if (at.section == sections.size()) {
      ++at.step;
      at.section = 0;
      at.marks = 0;
      if (sections.empty())
        return false;
      continue;
    }
    const Section &section = sections[at.section];
    if (at.repeat < section.repeat && at.instruction < section.block->size())
      return true;
    at.instruction = 0;
    if (section.block->empty() || ++at.repeat >= section.repeat) {
      at.repeat = 0;
      ++at.section;
    }
  }
  return false;
}

Operation ScriptProgram::mark(const Position &at, std::uint32_t stream, Operation::Kind kind) const {
  Operation op;
  op.kind = kind;
  op.id = at.step * shared_->marks_per_step + facts().first_mark[stream] + at.marks;
  return op;
}

Operation ScriptProgram::simple(const Position &at, const Instruction &i) const {
  Operation op;
  op.label = i.label;
  switch (i.kind) {
  case Instruction::Kind::compute:
    op.kind = Operation::Kind::compute;
    op.duration = i.duration;
    break;
  case Instruction::Kind::send:
  case Instruction::Kind::receive:
    op.kind = i.kind == Instruction::Kind::send ? Operation::Kind::send : Operation::Kind::receive;
    op.peer = peer_of(i);
    op.channel = i.channel;
    op.bytes = i.bytes;
    op.duration = i.duration;
    break;
  case Instruction::Kind::signal:
    op.kind = Operation::Kind::signal;
    op.id = i.event;
    break;
  case Instruction::Kind::wait:
    op.kind = Operation::Kind::wait;
    op.id = i.event;
    op.count = at.step * facts().signals_per_step[i.event] + i.count;
    break;
  case Instruction::Kind::begin_step:
    op.kind = Operation::Kind::begin_step;
    op.id = at.step;
    break;
  case Instruction::Kind::end_step:
    op.kind = Operation::Kind::end_step;
    op.id = at.step;
    break;
  case Instruction::Kind::collective:
    ASSERT_THAT(false);
    break;
  }
  return op;
}

std::optional<Operation> ScriptProgram::inside(Position &at, std::uint32_t stream, const Instruction &i) const {
  const Communicator &c = communicator(i);
  const ScaleUpDomain &domain = shared_->script.scale_up;
  Operation op;
  op.label = i.label;
  op.bytes = i.bytes;
  if (i.algorithm == nullptr) {
    op.kind = Operation::Kind::scale_up;
    op.id = shared_->first_group[i.communicator] + c.group_of(rank_);
    op.duration = i.duration;
    at.phase = Position::Phase::end;
    return op;
  }
  const CollectiveStep step = at.cursor->next();
  op.bytes = step.bytes;
  switch (step.kind) {
  case CollectiveStep::Kind::done:
    at.cursor.reset();
    at.phase = Position::Phase::end;
    return std::nullopt;
  case CollectiveStep::Kind::scale_up:
    op.kind = Operation::Kind::scale_up;
    op.id = shared_->first_group[i.communicator] + c.part_of(rank_);
    op.duration = scale_up_time(step.op, c.domain, step.bytes, domain.bandwidth, domain.latency);
    return op;
  case CollectiveStep::Kind::send:
  case CollectiveStep::Kind::receive:
    break;
  }
  op.kind = step.kind == CollectiveStep::Kind::send ? Operation::Kind::send : Operation::Kind::receive;
  op.peer = c.rank_of(rank_, step.peer);
  op.channel = stream;
  op.crossing = i.algorithm->crossing;
  return op;
}

std::optional<Operation> ScriptProgram::collective(Position &at, std::uint32_t stream, const Instruction &i) const {
  if (at.phase == Position::Phase::instruction) {
    at.phase = Position::Phase::inside;
    if (i.algorithm != nullptr)
      at.cursor = i.algorithm->make(shape_of(shared_->script, i, rank_));
    if (i.marked)
      return mark(at, stream, Operation::Kind::begin_collective);
  }
  if (at.phase == Position::Phase::inside)
    if (const auto op = inside(at, stream, i))
      return op;
  at.phase = Position::Phase::instruction;
  ++at.instruction;
  if (!i.marked)
    return std::nullopt;
  const Operation op = mark(at, stream, Operation::Kind::end_collective);
  ++at.marks;
  return op;
}

Operation ScriptProgram::next(std::uint32_t stream) {
  EXPECTS(stream < positions_.size());
  Position &at = positions_[stream];
  const auto &sections = streams_()[stream];
  while (settle(at, sections)) {
    const Instruction &i = (*sections[at.section].block)[at.instruction];
    if (i.kind == Instruction::Kind::collective) {
      if (const auto op = collective(at, stream, i))
        return *op;
      continue;
    }
    const Operation op = simple(at, i);
    ++at.instruction;
    return op;
  }
  return {};
}

std::vector<Peer> ScriptProgram::sends_to() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found; // (channel, rank)
  for (std::uint32_t s = 0; s < streams(); ++s)
    for (const Instruction &i : facts().network_uses[s]) {
      if (i.kind == Instruction::Kind::send)
        found.emplace_back(i.channel, peer_of(i));
      else
        for (const std::uint32_t peer : i.algorithm->sends_to(shape_of(shared_->script, i, rank_)))
          found.emplace_back(s, communicator(i).rank_of(rank_, peer));
    }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<Peer> peers;
  peers.reserve(found.size());
  for (const auto &[channel, rank] : found)
    peers.push_back({channel, rank});
  return peers;
}

std::vector<RankProgram::Group> ScriptProgram::scale_up_groups() const {
  std::vector<Group> groups;
  const auto &communicators = shared_->script.communicators;
  for (std::size_t c = 0; c < communicators.size(); ++c) {
    if (facts().whole_groups[c])
      groups.push_back({shared_->first_group[c] + communicators[c].group_of(rank_), communicators[c].size});
    if (facts().part_groups[c])
      groups.push_back({shared_->first_group[c] + communicators[c].part_of(rank_), communicators[c].domain});
  }
  return groups;
}

} // namespace

bool uses_domain(const Script &script, const Instruction &i) {
  return i.kind == Instruction::Kind::collective && i.algorithm != nullptr && i.algorithm->inner_phases &&
         script.communicators[i.communicator].domain > 1;
}

CollectiveShape shape_of(const Script &script, const Instruction &i, std::uint32_t rank) {
  const Communicator &c = script.communicators[i.communicator];
  return {i.op, c.size, c.index_of(rank), i.bytes, 0, c.domain, uses_domain(script, i)};
}

std::unique_ptr<RankProgram> make_script_program(std::shared_ptr<const SharedScript> shared, std::uint32_t rank) {
  return std::make_unique<ScriptProgram>(std::move(shared), rank);
}

} // namespace lightloom
