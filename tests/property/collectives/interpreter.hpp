#pragma once
// Runs the programs of all ranks without time: posts sends into FIFO queues, matches receives, meets scale-up groups,
// counts events. Tells whether a plan holds its laws: every send is taken with its size, nothing stalls, marks pair up,
// peers were announced.

#include "collectives/job_plan.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace lightloom::test {

/// What came of it.
struct Interpretation {
  std::vector<std::string> problems; ///< broken laws; empty = all hold
  Bytes sent{};                      ///< payload of all messages
  std::vector<Bytes> sent_by;        ///< one entry per rank
  /// One entry per rank: payload by label.
  std::vector<std::map<std::uint16_t, Bytes>> sent_for;
  std::vector<Duration> computed;   ///< one entry per rank: compute operations of all streams
  std::vector<std::uint32_t> ended; ///< one entry per collective: ranks that ended it
  std::vector<std::string> order;   ///< what rank 0 did on stream 0: "compute", "scale_up", "signal 0", …
};

class Interpreter {
public:
  /// `stages`: the ranks fall into this many parts, each with collectives of its own.
  explicit Interpreter(const JobPlan &plan, std::uint32_t stages = 1) : plan_(plan), stages_(stages) {
    result_.sent_by.resize(plan.ranks);
    result_.sent_for.resize(plan.ranks);
    result_.computed.resize(plan.ranks);
    result_.ended.resize(plan.collectives.size());
    begun_.resize(plan.collectives.size());
    for (std::uint32_t r = 0; r < plan.ranks; ++r) {
      ranks_.emplace_back();
      Rank &rank = ranks_.back();
      rank.program = plan.program(r);
      rank.streams.resize(rank.program->streams());
      for (const Peer &p : rank.program->sends_to())
        if (!rank.peers.insert({p.channel, p.rank}).second)
          problem("rank " + std::to_string(r) + " announces a peer twice");
      for (const auto &g : rank.program->scale_up_groups())
        rank.groups[g.id] = g.members;
    }
  }

  Interpretation run() {
    bool moved = true;
    while (moved && result_.problems.empty()) {
      moved = false;
      for (std::uint32_t r = 0; r < plan_.ranks; ++r)
        for (std::uint32_t s = 0; s < ranks_[r].streams.size(); ++s)
          while (result_.problems.empty() && step(r, s))
            moved = true;
    }
    if (result_.problems.empty())
      finish();
    return result_;
  }

private:
  struct Stream {
    bool finished = false;
    bool pending = false; ///< `operation` has been asked for and is not done
    bool joined = false;  ///< scale_up: already counted in its group
    std::uint64_t meeting = 0;
    Operation operation;
  };
  struct Rank {
    std::unique_ptr<RankProgram> program;
    std::vector<Stream> streams;
    std::set<std::pair<std::uint32_t, std::uint32_t>> peers;
    std::map<std::uint32_t, std::uint32_t> groups;
    std::map<std::uint32_t, std::uint32_t> events;
  };
  struct Counted {
    std::uint64_t arrived = 0;
    std::uint64_t awaited = 0;
  };
  struct Meeting {
    std::uint32_t arrived = 0;
    std::uint64_t held = 0; ///< meetings completed
    Duration duration{};
    Bytes bytes{};
  };

  void problem(const std::string &text) { result_.problems.push_back(text); }
  void check_label(const Operation &op) {
    if (op.label >= plan_.labels.size())
      problem("label " + std::to_string(op.label) + " has no name");
  }

  /// Tries to get stream s of rank r one operation further.
  bool step(std::uint32_t r, std::uint32_t s) {
    Stream &stream = ranks_[r].streams[s];
    if (stream.finished)
      return false;
    if (!stream.pending) {
      stream.operation = ranks_[r].program->next(s);
      stream.pending = true;
      stream.joined = false;
      if (r == 0 && s == 0)
        note(stream.operation);
    }
    if (!complete(r, stream))
      return false;
    stream.pending = false;
    return true;
  }

  void note(const Operation &op) {
    switch (op.kind) {
    case Operation::Kind::compute:
      result_.order.emplace_back("compute");
      break;
    case Operation::Kind::scale_up:
      result_.order.emplace_back("scale_up");
      break;
    case Operation::Kind::signal:
      result_.order.push_back("signal " + std::to_string(op.id));
      break;
    case Operation::Kind::wait:
      result_.order.push_back("wait " + std::to_string(op.id));
      break;
    default:
      break;
    }
  }

  bool complete(std::uint32_t r, Stream &stream) {
    const Operation &op = stream.operation;
    Rank &rank = ranks_[r];
    check_label(op);
    switch (op.kind) {
    case Operation::Kind::compute:
      result_.computed[r] += op.duration;
      return true;
    case Operation::Kind::send:
      if (rank.peers.count({op.channel, op.peer}) == 0)
        problem("rank " + std::to_string(r) + " sends to rank " + std::to_string(op.peer) + " unannounced");
      if (ranks_[op.peer].program->counts(op.channel))
        ++counted_[{op.peer, op.channel}].arrived;
      else
        queues_[{r, op.peer, op.channel}].push_back(op.bytes);
      result_.sent += op.bytes;
      result_.sent_by[r] += op.bytes;
      result_.sent_for[r][op.label] += op.bytes;
      return true;
    case Operation::Kind::receive: {
      auto &queue = queues_[{op.peer, r, op.channel}];
      if (queue.empty())
        return false;
      if (queue.front() != op.bytes)
        problem("rank " + std::to_string(r) + " expects another size from rank " + std::to_string(op.peer));
      queue.pop_front();
      return true;
    }
    case Operation::Kind::drain:
    case Operation::Kind::wait_until:
      return true;
    case Operation::Kind::scale_up:
      return meet(rank, stream);
    case Operation::Kind::signal:
      ++rank.events[op.id];
      return true;
    case Operation::Kind::wait:
      return rank.events[op.id] >= op.count;
    case Operation::Kind::begin_collective:
      return mark(begun_, op.id);
    case Operation::Kind::end_collective:
      return mark(result_.ended, op.id);
    case Operation::Kind::begin_step:
      ++steps_begun_[op.id];
      return true;
    case Operation::Kind::end_step:
      ++steps_ended_[op.id];
      return true;
    case Operation::Kind::arrivals: {
      Counted &counted = counted_[{r, op.channel}];
      counted.awaited = op.count;
      return counted.arrived >= op.count;
    }
    case Operation::Kind::finish:
      stream.finished = true;
      return false;
    }
    return false;
  }

  bool mark(std::vector<std::uint32_t> &counts, std::uint32_t id) {
    if (id >= counts.size())
      problem("collective id " + std::to_string(id) + " out of range");
    else
      ++counts[id];
    return true;
  }

  bool meet(Rank &rank, Stream &stream) {
    const Operation &op = stream.operation;
    const auto members = rank.groups.find(op.id);
    if (members == rank.groups.end()) {
      problem("an unannounced scale-up group " + std::to_string(op.id));
      return false;
    }
    Meeting &meeting = meetings_[op.id];
    if (!stream.joined) {
      if (meeting.arrived > 0 && (meeting.duration != op.duration || meeting.bytes != op.bytes))
        problem("members of scale-up group " + std::to_string(op.id) + " disagree");
      stream.joined = true;
      stream.meeting = meeting.held;
      meeting.duration = op.duration;
      meeting.bytes = op.bytes;
      if (++meeting.arrived == members->second) {
        meeting.arrived = 0;
        ++meeting.held;
      }
    }
    return meeting.held > stream.meeting;
  }

  void finish() {
    for (std::uint32_t r = 0; r < plan_.ranks; ++r)
      for (std::size_t s = 0; s < ranks_[r].streams.size(); ++s)
        if (!ranks_[r].streams[s].finished)
          problem("rank " + std::to_string(r) + " stream " + std::to_string(s) + " is stuck");
    for (const auto &[key, queue] : queues_)
      if (!queue.empty())
        problem("a message from rank " + std::to_string(std::get<0>(key)) + " is never taken");
    for (const auto &[key, counted] : counted_)
      if (counted.arrived != counted.awaited)
        problem("rank " + std::to_string(key.first) + " awaits " + std::to_string(counted.awaited) + " messages of " +
                std::to_string(counted.arrived));
    for (std::size_t c = 0; c < begun_.size(); ++c)
      if (begun_[c] != plan_.ranks / stages_ || result_.ended[c] != plan_.ranks / stages_)
        problem("collective " + std::to_string(c) + " is not begun and ended once by each rank");
    for (std::uint32_t s = 0; s < plan_.steps; ++s)
      if (steps_begun_[s] != plan_.ranks || steps_ended_[s] != plan_.ranks)
        problem("step " + std::to_string(s) + " is not begun and ended once by each rank");
    if (result_.sent != plan_.network_bytes)
      problem("sent " + std::to_string(result_.sent.value) + " B, planned " +
              std::to_string(plan_.network_bytes.value) + " B");
  }

  const JobPlan &plan_;
  std::uint32_t stages_;
  std::vector<Rank> ranks_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::deque<Bytes>>
      queues_;                                                         ///< (source, destination, stream)
  std::map<std::pair<std::uint32_t, std::uint32_t>, Counted> counted_; ///< (destination, channel)
  std::map<std::uint32_t, Meeting> meetings_;
  std::map<std::uint32_t, std::uint32_t> steps_begun_;
  std::map<std::uint32_t, std::uint32_t> steps_ended_;
  std::vector<std::uint32_t> begun_;
  Interpretation result_;
};

inline Interpretation interpret(const JobPlan &plan, std::uint32_t stages = 1) {
  return Interpreter(plan, stages).run();
}

/// All problems in one text, for CHECK messages.
inline std::string problems_of(const Interpretation &i) {
  std::string text;
  for (const auto &p : i.problems)
    text += p + "\n";
  return text;
}

} // namespace lightloom::test
