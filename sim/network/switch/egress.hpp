#pragma once
// What a switch without credits does with every frame: join a queue, leave it. Inlined into the loop over arrivals
// (switch/switch.cpp) and where decisions settle queues (switch/buffer.cpp), and nowhere else.

#include "sim/network/switch/switch.hpp"

#include <algorithm>
#include <bit>

namespace lightloom {

/// When a port's next frame leaves, and on which lane; `never` when none can.
[[gnu::always_inline]] inline SimTime Switch::departure(const OutPort &port, std::uint32_t &lane) const {
  SimTime first = never;
  for (std::uint32_t bits = port.waiting; bits != 0; bits &= bits - 1) { // at a tie the higher lane, mostly
    const auto l = static_cast<std::uint32_t>(std::countr_zero(bits));
    SimTime d = std::max(port.link.free(), port.queue(l).front().time);
    if (l == 0)
      d = std::max(d, port.stopped_until);
    if (d < first || (d == first && port.ahead_in_a_row < most_ahead_in_a_row)) {
      first = d;
      lane = l;
    }
  }
  return first;
}

/// The first frame of `queue` leaves at `d`.
[[gnu::always_inline]] inline void Switch::depart(OutPort &port, FrameQueue &queue, SimTime d) {
  if (queue.bytes() > port.most_backlog) [[unlikely]]
    note_backlog(port, d);
  const Frame &frame = queue.front();
  if (d > frame.time)
    port.add_wait(frame, d);
  port.link.send(frame, d);
  if (limited_)
    release(frame, d);
  queue.pop();
}

/// Commits what leaves a port before `horizon`.
[[gnu::always_inline]] inline void Switch::commit_inline(std::uint32_t index, SimTime horizon) {
  OutPort &port = out_[index];
  SimTime next = never;
  while (port.waiting == 1) { // lane 0 alone
    FrameQueue &queue = port.first;
    const SimTime d = std::max({port.link.free(), queue.front().time, port.stopped_until});
    if (d >= horizon) {
      due_[index] = d;
      return;
    }
    sending_[index / 64] |= 1ull << (index % 64);
    depart(port, queue, d);
    port.ahead_in_a_row = 0;
    if (queue.empty())
      port.waiting = 0;
  }
  if (port.waiting != 0) [[unlikely]]
    next = commit_lanes(port, index, horizon);
  due_[index] = next;
  if (port.waiting == 0)
    busy_ports_[index / 64] &= ~(1ull << (index % 64));
}

[[gnu::always_inline]] inline void Switch::enqueue(OutPort &port, Frame &frame) {
  FrameQueue &queue = port.queue(frame.lane);
  if (port.last_ready >= frame.time) [[unlikely]] {
    settle_tie(queue, frame);
    return;
  }
  port.last_ready = frame.time;
  queue.push(frame);
}

[[gnu::always_inline]] inline void Switch::accept_buffered(Frame &frame, std::uint32_t index) {
  OutPort &port = out_[index];
  const SimTime exit = frame.time + settings_.spec.latency; // of the pipeline: now everything is decided
  if (stopped_peers_ > 0) [[unlikely]]
    settle_in_order(exit);
  else if (due_[index] < exit)
    commit_inline(index, exit);
  frame.time = exit + (mixed_rates_ ? catch_up(frame, port) : Duration{});
  if (decides_ && !admit(port, frame, exit)) [[unlikely]]
    return;
  const SimTime earliest = std::max(port.link.free(), frame.time);
  due_[index] = port.waiting == 0 ? earliest : std::min(due_[index], earliest);
  busy_ports_[index / 64] |= 1ull << (index % 64);
  port.waiting |= 1u << frame.lane;
  enqueue(port, frame);
}

/// Bytes that wait when a frame joins. A train comes in while it leaves: of those ahead one is taken to be still
/// coming.
[[gnu::always_inline]] inline std::int64_t Switch::ahead_of(const FrameQueue &queue, const Frame &frame) {
  return frame.count < 2 ? queue.bytes() : std::max<std::int64_t>(0, queue.bytes() - frame.size);
}

/// Room for the frame, in the shared buffer or in the headroom; perhaps marked or trimmed. False: it was dropped.
[[gnu::always_inline]] inline bool Switch::admit(OutPort &port, Frame &frame, SimTime exit) {
  const std::int64_t waiting = ahead_of(port.queue(frame.lane), frame);
  if (frame.lane == 0 && waiting > settings_.spec.ecn.least.value && settings_.spec.ecn.enabled &&
      frame.kind == Frame::Kind::data)
    mark(port.link, frame, waiting, exit);
  if (!limited_)
    return true;
  if (frame.lane == 0 && !ingress_.empty()) {
    if (!has_headroom(frame, exit))
      return drop(port, frame);
    hold(frame, exit);
    return true;
  }
  if (!has_room(port, frame) && !find_room(port, frame, exit)) [[unlikely]]
    return false;
  held_ += frame.size;
  return true;
}

} // namespace lightloom
