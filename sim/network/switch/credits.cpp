// The discipline of a switch with credits: a frame leaves when its link is free and the far end has room for it on its
// lane; the room that it took here goes back to where it came from.

#include "sim/network/switch/switch.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace lightloom {

void give_back_train(Sender<Credit> &credits, const Frame &train, std::int64_t full_frame, SimTime back) {
  const std::int64_t last = train.size - (train.count - 1) * full_frame;
  const std::uint32_t full = last == full_frame ? train.count : train.count - 1u;
  credits.push_sorted(Credit::of_full_frames(back, full));
  if (full != train.count)
    credits.push_sorted(Credit(back, last));
}

void Switch::publish_credits() {
  for (std::size_t word = 0; word < touched_.size(); ++word)
    for (std::uint64_t bits = std::exchange(touched_[word], 0); bits != 0; bits &= bits - 1) {
      const std::size_t port = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      in_[port].credits.publish();
      in_[port].frames.release();
      for (std::uint32_t lane = 1; lane < settings_.lanes; ++lane)
        more_credits_[port * (settings_.lanes - 1) + lane - 1].publish();
    }
}

void Switch::give_back(const Frame &frame, SimTime d) {
  Sender<Credit> &credits = credit(frame.in_port, frame.lane);
  if (!credits.connected())
    return;
  touched_[frame.in_port / 64] |= std::uint64_t{1} << (frame.in_port % 64);
  const SimTime back = d + in_[frame.in_port].credit_delay;
  if (frame.frames() == 1) [[likely]]
    credits.push_sorted(Credit(back, frame.size));
  else
    give_back_train(credits, frame, settings_.full_frame, back);
}

/// Commits the departures before `until` of every port with queued frames; returns the earliest one after that. A port
/// whose next departure is known and later is left alone.
SimTime Switch::drain_ports(SimTime until) {
  SimTime next = never;
  for (std::size_t word = 0; word < busy_ports_.size(); ++word) {
    const std::uint64_t fed = credit_news_[word].exchange(0, std::memory_order_acq_rel);
    for (std::uint64_t bits = busy_ports_[word]; bits != 0; bits &= bits - 1) {
      const auto index = static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(bits));
      if (due_[index] >= until && (fed >> (index % 64) & 1u) == 0) {
        next = std::min(next, due_[index]);
        continue;
      }
      OutPort &port = out_[index];
      if (const std::uint64_t others = bits & (bits - 1); others != 0) {
        const OutPort &following = out_[word * 64 + static_cast<std::uint32_t>(std::countr_zero(others))];
        following.first.prefetch_front();
        following.link.prefetch();
      }
      const SimTime departure = drain_any(port, until);
      next = std::min(next, departure);
      bool empty = true;
      for (std::uint32_t lane = 0; lane < settings_.lanes; ++lane)
        empty = empty && port.queue(lane).empty();
      if (empty)
        busy_ports_[word] &= ~(1ull << (index % 64));
      due_[index] = departure;
      port.link.publish();
    }
  }
  return next;
}

/// Marks are set at departure: what joins after a frame, before it leaves, is known only then.
SimTime Switch::drain_any(OutPort &port, SimTime until) {
  return settings_.lanes == 1 && !settings_.spec.ecn.enabled ? drain(port, until) : drain_lanes(port, until);
}

/// One lane: departures in queue order.
SimTime Switch::drain(OutPort &port, SimTime until) {
  struct Departures {
    enum : bool { counts_waiting = true };
    Switch &self;
    OutPort &port;
    bool empty() const { return port.first.empty(); }
    const Frame &front() const { return port.first.front(); }
    void sent(SimTime d) const {
      if (port.first.bytes() > port.most_backlog) [[unlikely]]
        port.most_backlog = std::max(port.most_backlog, port.first.ready_bytes(d));
      port.add_wait(front(), d);
      self.give_back(front(), d);
      port.first.pop();
    }
  };
  return port.link.run(Departures{*this, port}, until);
}

/// Several lanes: the earliest departure first; on a tie the higher lane.
SimTime Switch::drain_lanes(OutPort &port, SimTime until) {
  for (;;) {
    std::uint32_t lane = 0;
    SimTime d = never;
    SimTime wait = never;
    for (std::uint32_t l = settings_.lanes; l-- > 0;) {
      if (port.queue(l).empty())
        continue;
      const Frame &frame = port.queue(l).front();
      const SimTime departure = port.link.earliest(l, frame.size, frame.time, until, overdraft_of(frame));
      wait = std::min(wait, departure != never ? departure : port.link.next_credit(l));
      if (departure < d) {
        d = departure;
        lane = l;
      }
    }
    if (d >= until)
      return wait;
    std::int64_t backlog = 0;
    for (std::uint32_t l = 0; l < settings_.lanes; ++l)
      backlog += port.queue(l).ready_bytes(d);
    port.most_backlog = std::max(port.most_backlog, backlog);
    FrameQueue &queue = port.queue(lane);
    Frame frame = queue.front();
    port.add_wait(frame, d);
    give_back(frame, d);
    count_waiting(frame, frame.time, std::max(frame.time, port.link.free()), d);
    if (settings_.spec.ecn.enabled && frame.kind == Frame::Kind::data)
      mark(port.link, frame, queue.ready_bytes(d) - frame.size, d);
    port.link.transmit(frame, d);
    queue.pop();
  }
}

} // namespace lightloom
