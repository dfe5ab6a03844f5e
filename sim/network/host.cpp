#include "sim/network/host.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace lightloom {

namespace {
/// Heap order: the earliest timer at the front.
constexpr auto later = [](const auto &a, const auto &b) {
  return std::tie(a.time, a.what, a.index, a.order) > std::tie(b.time, b.what, b.index, b.order);
};

/// Queues are sorted by (channel, peer rank).
template <class Queues> auto find_queue(Queues &queues, std::uint32_t channel, std::uint32_t peer) {
  const auto at =
      std::lower_bound(queues.begin(), queues.end(), std::pair(channel, peer),
                       [](const auto &q, const auto &key) { return std::pair(q.channel, q.peer_rank) < key; });
  return at != queues.end() && at->channel == channel && at->peer_rank == peer ? at : queues.end();
}
} // namespace

void Host::give_program(RankProgram &program, std::uint32_t rank, std::uint32_t collectives, std::uint32_t steps) {
  rank_ = rank;
  for (const SendQueue &queue : nic.send_queues)
    unfinished_sends_.resize(std::max<std::size_t>(unfinished_sends_.size(), queue.channel + 1u));
  runner_ = std::make_unique<RankRunner>(program, rank, collectives, steps, static_cast<RankHost &>(*this));
}

std::uint64_t Host::digest() const {
  Digest digest = digest_;
  if (runner_)
    digest.fold(runner_->digest());
  return digest.value();
}

SimTime Host::advance(SimTime until) {
  if (!started_) {
    started_ = true;
    if (runner_)
      schedule({SimTime{}, Timer::What::start});
  }
  while (handle_next(until)) {}
  nic.drain(until);
  const SimTime next = std::min({nic.next_departure(until), next_own_event(), next_arrival()});
  nic.publish();
  for (auto &seat : seats) {
    seat->to_domain.publish();
    seat->from_domain.release();
  }
  return next;
}

SimTime Host::next_arrival() {
  const Frame *frame = nic.frames.front();
  return frame != nullptr ? frame->time : never;
}

SimTime Host::next_own_event() {
  const SimTime timer = timers_.empty() ? never : timers_.front().time;
  return std::min({next_meeting(), timer, nic.next_timeout()});
}

/// Handles the next event before `until`, or a run of frames that nothing else interrupts; false when there is none.
bool Host::handle_next(SimTime until) {
  const SimTime own = next_own_event();
  const SimTime frames_until =
      std::min(own, until); // at a tie a meeting goes first, a timer after: frames of that instant below
  bool handled = false;
  for (Frame *frame = nic.frames.front(); frame != nullptr && frame->time < frames_until; frame = nic.frames.front()) {
    handled = true;
    EXPECTS(frame->time >= now_);
    now_ = frame->time;
    handle_frame(*frame);
    nic.frames.pop();
    if (!nic_events_.empty()) [[unlikely]] { // it made something happen: look at the clock again
      collect_nic_events();
      return true;
    }
  }
  if (own >= until)
    return handled;
  EXPECTS(own >= now_);
  now_ = own;
  if (next_meeting() == own) {
    handle_meeting(own);
  } else if (next_arrival() == own) {
    handle_frame(*nic.frames.front());
    nic.frames.pop();
  } else if (!timers_.empty() && timers_.front().time == own) {
    std::pop_heap(timers_.begin(), timers_.end(), later);
    const Timer due = timers_.back();
    timers_.pop_back();
    handle(due);
  } else {
    nic.time_out(own, nic_events_);
  }
  collect_nic_events();
  return true;
}

SimTime Host::next_meeting() {
  SimTime next = never;
  for (auto &seat : seats)
    if (const Meeting *meeting = seat->from_domain.front())
      next = std::min(next, meeting->time);
  return next;
}

void Host::handle_meeting(SimTime now) {
  for (auto &seat : seats) {
    const Meeting *meeting = seat->from_domain.front();
    if (meeting == nullptr || meeting->time != now)
      continue;
    const std::uint32_t stream = meeting->stream;
    seat->from_domain.pop();
    runner_->finish_blocking(stream, now);
    return;
  }
}

void Host::handle_frame(const Frame &frame) {
  digest_.fold(static_cast<std::uint64_t>(picoseconds(frame.time)) ^
               static_cast<std::uint64_t>(frame.queue_pair) << 40 ^ static_cast<std::uint64_t>(frame.sequence) << 8 ^
               static_cast<std::uint64_t>(frame.kind) << 1 ^ static_cast<std::uint64_t>(frame.corrupt));
  nic.receive(frame, nic_events_);
}

void Host::schedule(const Timer &timer) {
  timers_.push_back(timer);
  timers_.back().order = timer_order_++;
  std::push_heap(timers_.begin(), timers_.end(), later);
}

void Host::collect_nic_events() {
  for (std::size_t i = 0; i < nic_events_.size(); ++i) {
    const NicEvent &e = nic_events_[i];
    static constexpr Timer::What what[] = {Timer::What::message_ready, Timer::What::message_arrived,
                                           Timer::What::send_finished, Timer::What::peer_unreachable};
    schedule({e.time, what[static_cast<std::size_t>(e.kind)], e.index, 0, e.count, e.bytes});
  }
  nic_events_.clear();
}

void Host::handle(const Timer &timer) {
  switch (timer.what) {
  case Timer::What::start:
    runner_->start(timer.time);
    return;
  case Timer::What::message_ready:
    nic.ready(timer.index, timer.time);
    return;
  case Timer::What::message_arrived:
    digest_.fold(static_cast<std::uint64_t>(picoseconds(timer.time)) ^ static_cast<std::uint64_t>(timer.bytes));
    nic.receive_queues[timer.index].delivered.push(timer.bytes);
    if (record_flows)
      delivered_.push_back({timer.index, timer.time});
    runner_->look_again(timer.time);
    return;
  case Timer::What::send_finished:
    unfinished_sends_[nic.send_queues[timer.index].channel] -= timer.count;
    runner_->look_again(timer.time);
    return;
  case Timer::What::peer_unreachable:
    if (!failure_)
      failure_ = JobFailure{timer.time, rank_, nic.send_queues[timer.index].peer_rank, timer.count};
    return;
  case Timer::What::compute_done:
    runner_->finish_blocking(timer.index, timer.time);
    return;
  }
}

void Host::start_compute(std::uint32_t stream, Duration duration, SimTime now) {
  schedule({now + duration, Timer::What::compute_done, stream});
}

void Host::post_send(const Operation &send, std::uint32_t stream, SimTime now) {
  EXPECTS(send.bytes.value >= 0);
  const auto found = find_queue(nic.send_queues, send.channel, send.peer);
  if (found == nic.send_queues.end())
    broken_contract("precondition", "a program sends only to the peers it named", __FILE__, __LINE__,
                    fmt::format("rank {} stream {} channel {} to rank {}", rank_, stream, send.channel, send.peer));
  const auto index = static_cast<std::uint32_t>(found - nic.send_queues.begin());
  ++unfinished_sends_[send.channel];
  if (record_flows)
    posted_.push_back({index, now, send.bytes});
  nic.post(index, send.bytes, now, nic_events_);
}

bool Host::take_message(const Operation &receive) {
  const auto queue = find_queue(nic.receive_queues, receive.channel, receive.peer);
  if (queue == nic.receive_queues.end())
    return false; // nobody will ever send: shows up as a stall that names it
  if (queue->delivered.empty())
    return false;
  if (queue->delivered.front() != receive.bytes.value && complaints_.size() < 8)
    complaints_.push_back(fmt::format("rank {} channel {} expected {} B from rank {} and got {} B", rank_,
                                      receive.channel, receive.bytes.value, receive.peer, queue->delivered.front()));
  queue->delivered.pop();
  return true;
}

std::uint32_t Host::unfinished_sends(std::uint32_t channel) {
  return channel < unfinished_sends_.size() ? unfinished_sends_[channel] : 0;
}

void Host::enter_scale_up(std::uint32_t stream, std::uint32_t group, Duration duration, SimTime now) {
  for (auto &seat : seats)
    if (seat->group == group) {
      seat->to_domain.push({now + meeting_delay, duration, stream});
      return;
    }
  broken_contract("precondition", "a program meets only the groups it named", __FILE__, __LINE__);
}

} // namespace lightloom
