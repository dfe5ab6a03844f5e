#pragma once
// Runs the programs of all ranks in time, on a network that costs nothing: a message is there when it is sent, a
// scale-up meeting ends its duration after the last member came. What is left is compute and the order of things.

#include "collectives/job_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace lightloom::test {

struct Timing {
  bool finished = true;            ///< nothing was stuck
  Duration end{};                  ///< when the last rank was done
  std::vector<Duration> computing; ///< one entry per rank: time in compute on stream 0
  std::vector<Duration> step_end;  ///< one entry per step: the latest end_step
};

class TimingRun {
public:
  explicit TimingRun(const JobPlan &plan) {
    result_.computing.resize(plan.ranks);
    result_.step_end.resize(plan.steps);
    for (std::uint32_t r = 0; r < plan.ranks; ++r) {
      ranks_.emplace_back();
      ranks_.back().program = plan.program(r);
      ranks_.back().streams.resize(ranks_.back().program->streams());
      for (const auto &g : ranks_.back().program->scale_up_groups())
        members_[g.id] = g.members;
    }
  }

  Timing run() {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::uint32_t r = 0; r < ranks_.size(); ++r)
        for (std::uint32_t s = 0; s < ranks_[r].streams.size(); ++s)
          while (advance(r, s))
            moved = true;
    }
    for (const Rank &rank : ranks_)
      for (const Stream &stream : rank.streams) {
        result_.finished = result_.finished && stream.done;
        result_.end = std::max(result_.end, stream.now);
      }
    return result_;
  }

private:
  struct Stream {
    Operation operation;
    bool asked = false, joined = false, done = false;
    std::size_t meeting = 0;
    Duration now{};
  };
  struct Rank {
    std::unique_ptr<RankProgram> program;
    std::vector<Stream> streams;
    std::map<std::uint32_t, std::vector<Duration>> signals; ///< event → times, sorted
  };
  struct Meeting {
    std::uint32_t arrived = 0;
    Duration latest{};
  };

  bool advance(std::uint32_t r, std::uint32_t s) {
    Stream &stream = ranks_[r].streams[s];
    if (stream.done)
      return false;
    if (!stream.asked) {
      stream.operation = ranks_[r].program->next(s);
      stream.asked = true;
      stream.joined = false;
    }
    if (!complete(r, s, stream))
      return false;
    stream.asked = false;
    return true;
  }

  bool complete(std::uint32_t r, std::uint32_t s, Stream &stream) {
    const Operation &op = stream.operation;
    switch (op.kind) {
    case Operation::Kind::compute:
      stream.now += op.duration;
      if (s == 0)
        result_.computing[r] += op.duration;
      return true;
    case Operation::Kind::send:
      queues_[{r, op.peer, op.channel}].push_back(stream.now);
      return true;
    case Operation::Kind::receive: {
      auto &queue = queues_[{op.peer, r, op.channel}];
      if (queue.empty())
        return false;
      stream.now = std::max(stream.now, queue.front());
      queue.pop_front();
      return true;
    }
    case Operation::Kind::signal: {
      auto &times = ranks_[r].signals[op.id];
      times.insert(std::upper_bound(times.begin(), times.end(), stream.now), stream.now);
      return true;
    }
    case Operation::Kind::wait: {
      const auto &times = ranks_[r].signals[op.id];
      if (times.size() < op.count)
        return false;
      stream.now = op.count == 0 ? stream.now : std::max(stream.now, times[op.count - 1]);
      return true;
    }
    case Operation::Kind::scale_up:
      return meet(stream);
    case Operation::Kind::end_step:
      result_.step_end[op.id] = std::max(result_.step_end[op.id], stream.now);
      return true;
    case Operation::Kind::finish:
      stream.done = true;
      return false;
    default:
      return true;
    }
  }

  bool meet(Stream &stream) {
    const Operation &op = stream.operation;
    auto &held = meetings_[op.id];
    if (!stream.joined) {
      if (held.empty() || held.back().arrived == members_[op.id])
        held.emplace_back();
      stream.joined = true;
      stream.meeting = held.size() - 1;
      ++held.back().arrived;
      held.back().latest = std::max(held.back().latest, stream.now);
    }
    const Meeting &meeting = held[stream.meeting];
    if (meeting.arrived < members_[op.id])
      return false;
    stream.now = meeting.latest + op.duration;
    return true;
  }

  std::vector<Rank> ranks_;
  std::map<std::uint32_t, std::uint32_t> members_;
  std::map<std::uint32_t, std::vector<Meeting>> meetings_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::deque<Duration>> queues_;
  Timing result_;
};

inline Timing time_without_network(const JobPlan &plan) { return TimingRun(plan).run(); }

} // namespace lightloom::test
