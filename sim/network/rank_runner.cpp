#include "sim/network/rank_runner.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace lightloom {

using Kind = Operation::Kind;

RankRunner::RankRunner(RankProgram &program, std::uint32_t rank, std::uint32_t steps, RankHost &host)
    : program_(program), host_(host), rank_(rank), streams_(program.streams()), unfinished_(program.streams()),
      steps_(steps) {}

void RankRunner::start(SimTime now) {
  for (std::uint32_t s = 0; s < streams_.size(); ++s)
    streams_[s].operation = program_.next(s);
  for (std::uint32_t s = 0; s < streams_.size(); ++s)
    run(s, now);
  if (signalled_)
    look_again(now);
}

void RankRunner::run(std::uint32_t s, SimTime now) {
  Stream &stream = streams_[s];
  while (!stream.done && perform(s, now)) {
    digest_.fold(static_cast<std::uint64_t>(picoseconds(now)) ^
                 static_cast<std::uint64_t>(stream.operation.kind) << 56 ^ static_cast<std::uint64_t>(s) << 48 ^
                 static_cast<std::uint64_t>(stream.operation.bytes.value));
    if (stream.operation.kind == Kind::finish) {
      stream.done = true;
      finished_at_ = finished_at_ == never ? now : std::max(finished_at_, now);
      --unfinished_;
    } else {
      stream.operation = program_.next(s);
    }
  }
  if (!stream.done && !stream.blocked) {
    stream.blocked = true;
    stream.blocked_since = now;
  }
}

bool RankRunner::perform(std::uint32_t s, SimTime now) {
  const Operation &op = streams_[s].operation;
  switch (op.kind) {
  case Kind::compute:
    streams_[s].excess = host_.start_compute(s, op.duration, now);
    return false;
  case Kind::wait_until:
    if (SimTime(op.duration) <= now)
      return true;
    host_.start_waiting(s, SimTime(op.duration));
    return false;
  case Kind::scale_up:
    host_.enter_scale_up(s, op.id, op.duration, now);
    return false;
  case Kind::send:
    host_.post_send(op, s, now);
    return true;
  case Kind::receive:
    return host_.take_message(op, streams_[s].by);
  case Kind::drain:
    return host_.unfinished_sends(op.channel) == 0;
  case Kind::signal:
    if (events_.size() <= op.id)
      events_.resize(op.id + 1);
    ++events_[op.id].count;
    events_[op.id].signalled_by = s;
    signalled_ = true;
    return true;
  case Kind::wait:
    return op.id < events_.size() && events_[op.id].count >= op.count;
  case Kind::begin_collective:
    streams_[s].collective = static_cast<std::uint32_t>(collectives_.size());
    collectives_.push_back({op.id, now, SimTime{} - Duration(1)});
    return true;
  case Kind::end_collective:
    EXPECTS(streams_[s].collective < collectives_.size() && collectives_[streams_[s].collective].id == op.id);
    collectives_[streams_[s].collective].end = now;
    return true;
  case Kind::begin_step:
    EXPECTS(op.id < steps_.size());
    step_ = op.id;
    steps_[step_].begin = now;
    return true;
  case Kind::end_step:
    EXPECTS(op.id < steps_.size());
    steps_[op.id].end = now;
    return true;
  case Kind::finish:
    return true;
  case Kind::arrivals:
    return host_.arrived(op.channel) >= op.count;
  }
  return false;
}

void RankRunner::charge(const Operation &op, Duration waited) {
  if (steps_.empty())
    return;
  RankStep &step = steps_[step_];
  if (op.kind == Kind::compute)
    step.busy += waited;
  else if (op.kind == Kind::scale_up)
    step.wait_scale_up += waited;
  else
    step.wait_network += waited;
}

void RankRunner::unblock(std::uint32_t s, SimTime now) {
  Stream &stream = streams_[s];
  stream.blocked = false;
  if (s == 0)
    charge(stream.operation, now - stream.blocked_since);
}

void RankRunner::remember(std::uint32_t s, SimTime now, std::uint32_t releaser, std::int64_t detail) {
  const Stream &stream = streams_[s];
  if (history == nullptr || stream.blocked_since == now)
    return;
  using Record = ActivityRecord::Kind;
  const Kind kind = stream.operation.kind;
  const Record what = kind == Kind::compute    ? Record::compute
                      : kind == Kind::scale_up ? Record::scale_up
                      : kind == Kind::receive  ? Record::receive
                      : kind == Kind::wait     ? Record::wait
                                               : Record::drain;
  history->streams[s].push_back({now, detail, releaser, stream.operation.label, what});
}

void RankRunner::finish_blocking(std::uint32_t s, SimTime now, std::uint32_t last_rank, std::uint32_t last_stream) {
  Stream &stream = streams_[s];
  EXPECTS(stream.blocked);
  if (stream.operation.kind == Kind::compute)
    remember(s, now, 0, stream.excess.count());
  else
    remember(s, now, last_rank, last_stream);
  unblock(s, now);
  digest_.fold(static_cast<std::uint64_t>(picoseconds(now)) ^ static_cast<std::uint64_t>(s) << 48);
  stream.operation = program_.next(s);
  signalled_ = false;
  run(s, now);
  if (signalled_)
    look_again(now);
}

void RankRunner::look_again(SimTime now) {
  do {
    signalled_ = false;
    for (std::uint32_t s = 0; s < streams_.size(); ++s) {
      Stream &stream = streams_[s];
      const Kind kind = stream.operation.kind;
      if (!stream.blocked || stream.done || kind == Kind::compute || kind == Kind::wait_until || kind == Kind::scale_up)
        continue;
      const SimTime since = stream.blocked_since;
      if (!perform(s, now))
        continue;
      const bool waited_for_event = kind == Kind::wait;
      remember(s, now, waited_for_event ? events_[stream.operation.id].signalled_by : stream.by.releaser,
               waited_for_event ? 0 : stream.by.ordinal);
      unblock(s, now);
      digest_.fold(static_cast<std::uint64_t>(picoseconds(now)) ^ static_cast<std::uint64_t>(kind) << 56 ^
                   static_cast<std::uint64_t>(picoseconds(since)));
      stream.operation = program_.next(s);
      run(s, now);
    }
  } while (signalled_);
}

std::string describe_blocked(std::uint32_t rank, std::uint32_t stream, const Operation &op) {
  const auto who = fmt::format("rank {} stream {}", rank, stream);
  switch (op.kind) {
  case Kind::receive:
    return fmt::format("{} waits for {} B from rank {}", who, op.bytes.value, op.peer);
  case Kind::arrivals:
    return fmt::format("{} waits for {} messages on channel {}", who, op.count, op.channel);
  case Kind::scale_up:
    return fmt::format("{} waits for the other members of scale-up group {}", who, op.id);
  case Kind::drain:
    return fmt::format("{} waits for its sends to be acknowledged", who);
  case Kind::wait:
    return fmt::format("{} waits for event {} to reach {}", who, op.id, op.count);
  default:
    return fmt::format("{} is stuck", who);
  }
}

std::vector<BlockedStream> RankRunner::blocked() const {
  std::vector<BlockedStream> result;
  for (std::uint32_t s = 0; s < streams_.size(); ++s)
    if (!streams_[s].done)
      result.push_back({rank_, s, streams_[s].operation, describe_blocked(rank_, s, streams_[s].operation)});
  return result;
}

} // namespace lightloom
