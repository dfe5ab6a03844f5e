#include "collectives/symbolic.hpp"

#include "sim/core/contract.hpp"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace lightloom {
namespace {

/// Which members' data a block holds, one bit each.
using Contributions = std::uint64_t;
using Blocks = std::map<std::uint64_t, Contributions>;

struct Message {
  std::uint64_t block = 0;
  std::vector<Contributions> data; ///< one entry per block, from `block` on
  Bytes bytes{};
};

struct Member {
  std::unique_ptr<CollectiveCursor> cursor;
  Blocks holds;
  CollectiveStep waiting; ///< the receive it is blocked in; done when finished
  bool blocked = false;
};

class SymbolicRun {
public:
  SymbolicRun(const CollectiveAlgorithm &algorithm, CollectiveShape shape)
      : op_(shape.op), ranks_(shape.ranks), root_(shape.root), members_(shape.ranks) {
    blocks_ = algorithm.blocks != nullptr ? algorithm.blocks(shape) : ranks_;
    for (std::uint32_t i = 0; i < ranks_; ++i) {
      shape.index = i;
      members_[i] = {algorithm.make(shape), start(i), {}, false};
    }
  }

  SymbolicResult run() {
    bool moved = true;
    while (moved && result_.problem.empty()) {
      moved = false;
      for (std::uint32_t i = 0; i < ranks_ && result_.problem.empty(); ++i)
        moved = advance(i) || moved;
    }
    if (result_.problem.empty())
      check_end();
    result_.proven = result_.problem.empty();
    return result_;
  }

private:
  static Contributions bit(std::uint32_t i) { return Contributions{1} << i; }
  Contributions everyone() const { return ranks_ == 64 ? ~Contributions{0} : bit(ranks_) - 1; }

  Blocks start(std::uint32_t i) const;
  Blocks goal(std::uint32_t i) const;
  /// Runs member i until it blocks or ends; true when it did anything.
  bool advance(std::uint32_t i);
  bool take(std::uint32_t i);
  void store(std::uint32_t i, std::uint64_t block, Contributions data, bool reduce);
  void post(std::uint32_t i, const CollectiveStep &step);
  void check_end();

  CollectiveOp op_;
  std::uint32_t ranks_;
  std::uint32_t root_;
  std::uint64_t blocks_ = 1;
  std::vector<Member> members_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<Message>> in_flight_; ///< (source, destination)
  SymbolicResult result_;
};

Blocks SymbolicRun::start(std::uint32_t i) const {
  Blocks blocks;
  switch (op_) {
  case CollectiveOp::all_reduce:
  case CollectiveOp::reduce_scatter:
    for (std::uint64_t b = 0; b < blocks_; ++b)
      blocks[b] = bit(i);
    break;
  case CollectiveOp::all_gather:
    blocks[i] = bit(i);
    break;
  case CollectiveOp::all_to_all:
    for (std::uint64_t d = 0; d < ranks_; ++d)
      blocks[i * static_cast<std::uint64_t>(ranks_) + d] = bit(i);
    break;
  case CollectiveOp::broadcast:
  case CollectiveOp::send:
    for (std::uint64_t b = 0; b < blocks_ && i == root_; ++b)
      blocks[b] = bit(i);
    break;
  }
  return blocks;
}

/// What member i must hold at the end; it may hold more.
Blocks SymbolicRun::goal(std::uint32_t i) const {
  Blocks blocks;
  switch (op_) {
  case CollectiveOp::all_reduce:
    for (std::uint64_t b = 0; b < blocks_; ++b)
      blocks[b] = everyone();
    break;
  case CollectiveOp::reduce_scatter:
    blocks[i] = everyone();
    break;
  case CollectiveOp::all_gather:
    for (std::uint32_t b = 0; b < ranks_; ++b)
      blocks[b] = bit(b);
    break;
  case CollectiveOp::all_to_all:
    for (std::uint32_t s = 0; s < ranks_; ++s)
      blocks[s * static_cast<std::uint64_t>(ranks_) + i] = bit(s);
    break;
  case CollectiveOp::broadcast:
  case CollectiveOp::send:
    for (std::uint64_t b = 0; b < blocks_ && (op_ == CollectiveOp::broadcast || i == (root_ + 1) % ranks_); ++b)
      blocks[b] = bit(root_);
    break;
  }
  return blocks;
}

void SymbolicRun::post(std::uint32_t i, const CollectiveStep &step) {
  Message message{step.block, {}, step.bytes};
  for (std::uint64_t block = step.block; block < step.block + step.blocks; ++block) {
    const auto held = members_[i].holds.find(block);
    if (held == members_[i].holds.end()) {
      result_.problem = fmt::format("member {} sends block {}, which it does not have", i, block);
      return;
    }
    message.data.push_back(held->second);
  }
  if (step.peer >= ranks_ || step.peer == i) {
    result_.problem = fmt::format("member {} sends to member {}", i, step.peer);
    return;
  }
  in_flight_[{i, step.peer}].push_back(std::move(message));
  ++result_.messages;
  result_.sent += step.bytes;
}

bool SymbolicRun::take(std::uint32_t i) {
  Member &member = members_[i];
  const CollectiveStep &want = member.waiting;
  auto &queue = in_flight_[{want.peer, i}];
  if (queue.empty())
    return false;
  const Message message = std::move(queue.front());
  queue.pop_front();
  member.blocked = false;
  if (message.block != want.block || message.data.size() != want.blocks || message.bytes != want.bytes) {
    result_.problem = fmt::format(
        "member {} expects {} blocks from {} on of {} B from member {}, gets {} from {} on of {} B", i, want.blocks,
        want.block, want.bytes.value, want.peer, message.data.size(), message.block, message.bytes.value);
    return true;
  }
  for (std::uint64_t b = 0; b < want.blocks; ++b)
    store(i, want.block + b, message.data[b], want.reduce);
  return true;
}

void SymbolicRun::store(std::uint32_t i, std::uint64_t block, Contributions data, bool reduce) {
  Blocks &holds = members_[i].holds;
  if (!reduce) {
    holds[block] = data;
    return;
  }
  const auto held = holds.find(block);
  if (held == holds.end() || (held->second & data) != 0)
    result_.problem = fmt::format("member {} adds to block {} what it cannot or already has", i, block);
  else
    held->second |= data;
}

bool SymbolicRun::advance(std::uint32_t i) {
  Member &member = members_[i];
  bool moved = false;
  while (result_.problem.empty() && member.cursor) {
    if (member.blocked) {
      if (!take(i))
        return moved;
      moved = true;
      continue;
    }
    const CollectiveStep step = member.cursor->next();
    moved = true;
    switch (step.kind) {
    case CollectiveStep::Kind::send:
      post(i, step);
      break;
    case CollectiveStep::Kind::receive:
      member.waiting = step;
      member.blocked = true;
      break;
    case CollectiveStep::Kind::scale_up:
      result_.problem = fmt::format("member {} leaves a phase to a closed form, which proves nothing", i);
      break;
    case CollectiveStep::Kind::done:
      member.cursor.reset();
      break;
    }
  }
  return moved;
}

void SymbolicRun::check_end() {
  for (std::uint32_t i = 0; i < ranks_; ++i)
    if (members_[i].blocked)
      result_.problem += fmt::format("{}member {} waits for member {}", result_.problem.empty() ? "deadlock: " : ", ",
                                     i, members_[i].waiting.peer);
  for (const auto &[pair, queue] : in_flight_)
    if (result_.problem.empty() && !queue.empty())
      result_.problem =
          fmt::format("{} messages from member {} to member {} are never taken", queue.size(), pair.first, pair.second);
  for (std::uint32_t i = 0; i < ranks_ && result_.problem.empty(); ++i)
    for (const auto &[block, contributions] : goal(i)) {
      const auto held = members_[i].holds.find(block);
      if (held != members_[i].holds.end() && held->second == contributions)
        continue;
      result_.problem = fmt::format("member {} ends without the right block {}", i, block);
      return;
    }
}

} // namespace

SymbolicResult prove(const CollectiveAlgorithm &algorithm, std::uint32_t ranks, Bytes bytes, std::uint32_t root,
                     std::uint32_t domain) {
  EXPECTS(ranks >= 1 && ranks <= 64 && root < ranks);
  return SymbolicRun(algorithm, {algorithm.op, ranks, 0, bytes, root, domain, false}).run();
}

} // namespace lightloom
