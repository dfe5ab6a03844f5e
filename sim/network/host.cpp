#include "sim/network/host.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>
#include <utility>

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

/// Sum of twelve uniform draws less six: mean 0, standard deviation 1, within ±6; only + and × (decision 0006).
double standard_normal(RandomStream &draw) {
  double sum = -6;
  for (int i = 0; i < 12; ++i)
    sum += draw.uniform();
  return sum;
}
} // namespace

Host::Speed Host::draw_speed(const ComputeSpec &spec, std::uint64_t seed, std::uint32_t host) {
  Speed speed{1, spec.jitter, RandomStream(seed, Purpose::compute_jitter, host)};
  if (spec.speed_spread > 0) {
    RandomStream draw(seed, Purpose::gpu_speed, host);
    speed.slowness = 1 / std::max(0.05, 1 + spec.speed_spread * standard_normal(draw));
  }
  return speed;
}

void Host::give_program(RankProgram &program, std::uint32_t rank, std::uint32_t steps, bool remember) {
  rank_ = rank;
  for (const SendQueue &queue : nics.front()->send_queues)
    unfinished_sends_.resize(std::max<std::size_t>(unfinished_sends_.size(), queue.channel + 1u));
  taken_.resize(nics.front()->receive_queues.size());
  for (const ReceiveQueue &queue : nics.front()->receive_queues) {
    counted_.push_back(program.counts(queue.channel) ? 1 : 0);
    if (counted_.back() != 0)
      parts_arrived_.resize(std::max<std::size_t>(parts_arrived_.size(), queue.channel + 1u));
  }
  runner_ = std::make_unique<RankRunner>(program, rank, steps, static_cast<RankHost &>(*this));
  if (!remember)
    return;
  history_.streams.resize(program.streams());
  history_.ports.resize(nics.size());
  for (std::size_t p = 0; p < nics.size(); ++p) {
    PortHistory &port = history_.ports[p];
    for (const SendQueue &queue : nics[p]->send_queues)
      port.send_queues.push_back({queue.peer_rank, queue.remote});
    for (const ReceiveQueue &queue : nics[p]->receive_queues)
      port.receive_queues.push_back({queue.peer_rank, queue.remote});
    port.sent.resize(port.send_queues.size());
    port.received.resize(port.receive_queues.size());
    nics[p]->history = &port;
  }
  runner_->history = &history_;
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
  SimTime next = next_arrival().time;
  for (auto &nic : nics) {
    nic->drain(until + foresight);
    if (const SimTime departure = nic->next_departure(until + foresight); departure != never)
      next = std::min(next, departure - foresight);
  }
  next = std::min(next, next_own_event());
  for (auto &nic : nics)
    nic->publish();
  if (std::exchange(seats_used_, false))
    for (auto &seat : seats) {
      seat->to_group.publish();
      seat->from_group.release();
    }
  return next;
}

Host::Arrival Host::next_arrival() {
  Arrival next;
  for (auto &nic : nics)
    if (const Frame *frame = nic->frames.front(); frame != nullptr && frame->time < next.time)
      next = {frame->time, nic.get()};
  return next;
}

SimTime Host::next_own_event() {
  SimTime next = std::min(next_meeting(), timers_.empty() ? never : timers_.front().time);
  for (const auto &nic : nics)
    next = std::min(next, nic->next_due());
  return next;
}

/// Frames before `until` that nothing else interrupts; false when there were none.
bool Host::handle_frames(SimTime until) {
  bool handled = false;
  for (Arrival next = next_arrival(); next.time < until; next = next_arrival()) {
    handled = true;
    EXPECTS(next.time >= now_);
    now_ = next.time;
    handle_frame(*next.nic, *next.nic->frames.front());
    if (!nic_events_.empty() || next.nic->next_due() < until) [[unlikely]] { // look at the clock again
      collect_nic_events();
      return true;
    }
  }
  return handled;
}

/// Handles the next event before `until`, or a run of frames that nothing else interrupts; false when there is none.
bool Host::handle_next(SimTime until) {
  const SimTime own = next_own_event();
  // At a tie a meeting goes first, a timer after: frames of that instant below.
  if (handle_frames(std::min(own, until)))
    return true;
  if (own >= until)
    return false;
  EXPECTS(own >= now_);
  now_ = own;
  const Arrival arrival = next_arrival();
  if (next_meeting() == own) {
    handle_meeting(own);
  } else if (arrival.time == own) {
    handle_frame(*arrival.nic, *arrival.nic->frames.front());
  } else if (!timers_.empty() && timers_.front().time == own) {
    std::pop_heap(timers_.begin(), timers_.end(), later);
    const Timer due = timers_.back();
    timers_.pop_back();
    handle(due);
  } else {
    for (auto &nic : nics)
      if (nic->next_due() <= own)
        nic->handle_due(own, nic_events_);
  }
  collect_nic_events();
  return true;
}

SimTime Host::next_meeting() {
  if (meeting_news_.load(std::memory_order_relaxed) != 0) {
    meeting_news_.exchange(0, std::memory_order_acq_rel);
    meetings_in_sight_ = true;
  }
  if (!meetings_in_sight_)
    return never;
  SimTime next = never;
  for (auto &seat : seats)
    if (const Meeting *meeting = seat->from_group.front())
      next = std::min(next, meeting->time);
  meetings_in_sight_ = next != never;
  return next;
}

void Host::handle_meeting(SimTime now) {
  for (auto &seat : seats) {
    const Meeting *meeting = seat->from_group.front();
    if (meeting == nullptr || meeting->time != now)
      continue;
    const Meeting done = *meeting;
    seat->from_group.pop();
    seats_used_ = true;
    runner_->finish_blocking(done.stream, now, done.last_rank, done.last_stream);
    return;
  }
}

void Host::handle_frame(Nic &nic, const Frame &frame) {
  digest_.fold(digest_word(frame, frame.queue_pair));
  nic.receive(frame, nic_events_);
  nic.frames.pop();
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
    schedule({.time = e.time,
              .what = what[static_cast<std::size_t>(e.kind)],
              .index = e.index,
              .count = e.count,
              .bytes = e.bytes,
              .port = e.port});
  }
  nic_events_.clear();
}

void Host::handle(const Timer &timer) {
  switch (timer.what) {
  case Timer::What::start:
    runner_->start(timer.time);
    return;
  case Timer::What::message_ready:
    nics[timer.port]->ready(timer.index, timer.time);
    return;
  case Timer::What::message_arrived:
    digest_.fold(static_cast<std::uint64_t>(picoseconds(timer.time)) ^ static_cast<std::uint64_t>(timer.bytes));
    if (ReceiveQueue &queue = nics[timer.port]->receive_queues[timer.index]; counted_[timer.index] != 0)
      ++parts_arrived_[queue.channel];
    else
      queue.delivered.push(timer.bytes);
    if (record_flows)
      delivered_.push_back({timer.index, timer.port, timer.time});
    runner_->look_again(timer.time);
    return;
  case Timer::What::send_finished:
    unfinished_sends_[nics.front()->send_queues[timer.index].channel] -= timer.count;
    runner_->look_again(timer.time);
    return;
  case Timer::What::peer_unreachable:
    if (!failure_)
      failure_ = JobFailure{timer.time, rank_, nics[timer.port]->send_queues[timer.index].peer_rank, timer.count};
    return;
  case Timer::What::blocking_done:
    runner_->finish_blocking(timer.index, timer.time);
    return;
  }
}

Duration Host::start_compute(std::uint32_t stream, Duration duration, SimTime now) {
  Duration takes = duration;
  if (speed_.slowness != 1 || speed_.jitter > 0) {
    double factor = speed_.slowness;
    if (speed_.jitter > 0) {
      factor *= std::max(0.0, 1 + speed_.jitter * standard_normal(speed_.draw));
      ++draws_;
    }
    takes = Duration(static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor + 0.5));
  }
  schedule({now + takes, Timer::What::blocking_done, stream});
  return takes - duration;
}

void Host::start_waiting(std::uint32_t stream, SimTime at) { schedule({at, Timer::What::blocking_done, stream}); }

void Host::post_send(const Operation &send, std::uint32_t stream, SimTime now) {
  EXPECTS(send.bytes.value >= 0);
  const auto &queues = nics.front()->send_queues;
  const auto found = find_queue(queues, send.channel, send.peer);
  if (found == queues.end())
    broken_contract("precondition", "a program sends only to the peers it named", __FILE__, __LINE__,
                    fmt::format("rank {} stream {} channel {} to rank {}", rank_, stream, send.channel, send.peer));
  const auto index = static_cast<std::uint32_t>(found - queues.begin());
  const auto ports = static_cast<std::uint32_t>(nics.size());
  unfinished_sends_[send.channel] += ports;
  if (record_flows)
    posted_.push_back({index, now, send.bytes});
  SentMessage origin;
  origin.posted = now;
  origin.stream = stream;
  origin.label = send.label;
  for (std::uint32_t port = 0; port < ports; ++port)
    nics[port]->post(index, send, even_share(send.bytes, ports, port), origin, nic_events_);
}

bool Host::take_message(const Operation &receive, LastPart &by) {
  auto &queues = nics.front()->receive_queues;
  const auto queue = find_queue(queues, receive.channel, receive.peer);
  if (queue == queues.end())
    return false; // nobody will ever send: shows up as a stall that names it
  const auto index = static_cast<std::uint32_t>(queue - queues.begin());
  for (const auto &nic : nics)
    if (nic->receive_queues[index].delivered.empty())
      return false;
  std::int64_t bytes = 0;
  SimTime last{};
  for (std::uint32_t port = 0; port < nics.size(); ++port) {
    auto &part = nics[port]->receive_queues[index].delivered;
    bytes += part.front();
    part.pop();
    if (history_.ports.empty())
      continue;
    const SimTime at = history_.ports[port].received[index][taken_[index]].delivered;
    if (at > last || port == 0) {
      last = at;
      by = {port << 24 | index, taken_[index]};
    }
  }
  ++taken_[index];
  if (bytes != receive.bytes.value && complaints_.size() < 8)
    complaints_.push_back(fmt::format("rank {} channel {} expected {} B from rank {} and got {} B", rank_,
                                      receive.channel, receive.bytes.value, receive.peer, bytes));
  return true;
}

std::uint32_t Host::unfinished_sends(std::uint32_t channel) {
  return channel < unfinished_sends_.size() ? unfinished_sends_[channel] : 0;
}

std::uint64_t Host::arrived(std::uint32_t channel) {
  return channel < parts_arrived_.size() ? parts_arrived_[channel] / nics.size() : 0;
}

void Host::enter_scale_up(std::uint32_t stream, std::uint32_t group, Duration duration, SimTime now) {
  for (auto &seat : seats)
    if (seat->group == group) {
      seats_used_ = true;
      seat->to_group.push({now + meeting_delay, duration, stream});
      return;
    }
  broken_contract("precondition", "a program meets only the groups it named", __FILE__, __LINE__);
}

} // namespace lightloom
