#include "sim/network/switch.hpp"

#include "sim/core/contract.hpp"
#include "sim/engine/bucket_order.hpp"
#include "sim/network/routing.hpp"

#include <algorithm>
#include <bit>

namespace lightloom {

namespace {
/// Scratch of one thread: the frames of the window being advanced, in channel order, and their order in time.
struct Scratch {
  BucketOrder order;
  std::vector<Frame *> frames;
};
thread_local Scratch scratch;
} // namespace

Switch::Switch(const Settings &settings, std::uint32_t ports)
    : settings_(settings), in_(ports), out_(ports), credits_(ports * settings.lanes), busy_ports_((ports + 63) / 64) {
  for (auto &port : out_) {
    port.queues = std::vector<Fifo<Frame>>(settings.lanes);
    port.seen.resize(settings.lanes);
  }
  next_epoch(SimTime{});
}

void Switch::next_epoch(SimTime now) {
  const auto &epochs = *settings_.epochs;
  while (epoch_ + 1 < epochs.size() && epochs[epoch_ + 1].from <= now)
    ++epoch_;
  table_ = epochs[epoch_].table.get();
  routes_ = table_->switches[settings_.self.index()].get();
  next_epoch_at_ = epoch_ + 1 < epochs.size() ? epochs[epoch_ + 1].from : never;
}

SimTime Switch::advance(SimTime until) {
  auto &order = scratch.order;
  auto &frames = scratch.frames;
  frames.clear();
  SimTime next = never;
  SimTime first = never;
  for (std::uint32_t p = 0; p < in_.size(); ++p) {
    for (;;) {
      Frame *frame = in_[p].frames.front();
      if (frame == nullptr)
        break;
      if (frame->time >= until) {
        next = std::min(next, frame->time);
        break;
      }
      frame->in_port = static_cast<std::uint16_t>(p);
      first = std::min(first, frame->time);
      frames.push_back(frame);
      in_[p].frames.pop();
    }
  }
  if (frames.size() == 1) {
    accept(*frames[0]);
  } else if (!frames.empty()) {
    order.start(first);
    for (std::uint32_t i = 0; i < frames.size(); ++i)
      order.push(frames[i]->time, i);
    order.order();
    for (std::size_t i = 0; i < order.size(); ++i)
      accept(*frames[order.item(i)]);
  }
  for (std::size_t word = 0; word < busy_ports_.size(); ++word) {
    for (std::uint64_t bits = busy_ports_[word]; bits != 0; bits &= bits - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(bits));
      OutPort &port = out_[word * 64 + bit];
      drain(port, until);
      const SimTime departure = next_departure(port, until);
      next = std::min(next, departure);
      if (std::all_of(port.queues.begin(), port.queues.end(), [](const auto &q) { return q.empty(); }))
        busy_ports_[word] &= ~(1ull << bit);
      port.link.publish();
    }
  }
  for (auto &credit : credits_)
    credit.publish();
  for (auto &port : in_)
    port.frames.release();
  return next;
}

void Switch::accept(Frame &frame) {
  if (frame.time >= next_epoch_at_) [[unlikely]]
    next_epoch(frame.time);
  digest_.fold(static_cast<std::uint64_t>(picoseconds(frame.time)) ^
               static_cast<std::uint64_t>(frame.destination) << 40 ^ static_cast<std::uint64_t>(frame.sequence) << 8 ^
               static_cast<std::uint64_t>(frame.kind) << 1 ^ static_cast<std::uint64_t>(frame.corrupt));
  const bool data = frame.kind == Frame::Kind::data;
  if (frame.corrupt && settings_.spec.forwarding == Forwarding::store_and_forward) [[unlikely]] {
    ++(data ? corrupt_data_ : corrupt_control_); // its tail was in when it was found out
    give_back(frame, frame.time);
    return;
  }
  const Attachment to = table_->attachment[frame.destination];
  std::uint32_t port = to.port;
  if (to.leaf != settings_.self) {
    const std::uint16_t group_index = routes_->group_of_leaf[to.leaf.index()];
    if (group_index == no_group) [[unlikely]] {
      ++(data ? unroutable_data_ : unroutable_control_);
      give_back(frame, frame.time);
      return;
    }
    const PortGroup &group = routes_->groups[group_index];
    port = routes_->ports[group.first + choose(group, frame, settings_.paths, settings_.self.value)];
  }
  enqueue(frame, port);
}

void Switch::enqueue(Frame &frame, std::uint32_t index) {
  OutPort &port = out_[index];
  Frame queued = frame;
  queued.time = frame.time + settings_.spec.latency;
  const BitRate in_rate = in_[frame.in_port].rate;
  const BitRate out_rate = port.link.nominal_rate();
  if (in_rate < out_rate && settings_.spec.forwarding == Forwarding::cut_through) [[unlikely]]
    // Slow to fast: start late enough never to run dry.
    queued.time += transmission_time(Bytes(frame.size), in_rate) - transmission_time(Bytes(frame.size), out_rate);
  auto &queue = port.queues[frame.lane];
  if (!queue.empty() && queue.back().time >= queued.time) [[unlikely]]
    settle_tie(queue, queued);
  else
    queue.push(queued);
  busy_ports_[index / 64] |= 1ull << (index % 64);
}

// Frames from different links that could leave at the same instant are ordered by a draw (decision 0001); frames of one link keep
// their order, whatever their sizes. Frames of a slow in-link can be ready later than younger ones of a fast one.
void Switch::settle_tie(Fifo<Frame> &queue, const Frame &frame) {
  const auto draw = [&](const Frame &f) {
    if (settings_.ties_by_id)
      return std::uint64_t{f.in_port};
    const auto words = philox(settings_.seed, Purpose::tie, id().value, static_cast<std::uint64_t>(picoseconds(f.time)), f.in_port);
    return static_cast<std::uint64_t>(words[0]) << 32 | words[1];
  };
  const std::uint64_t mine = draw(frame);
  queue.push(frame);
  std::uint32_t at = queue.size() - 1;
  for (; at > 0; --at) {
    const Frame &before = queue[at - 1];
    const bool later = before.time > frame.time || (before.time == frame.time && draw(before) > mine);
    if (before.in_port == frame.in_port || !later)
      break;
    queue[at] = before;
  }
  queue[at] = frame;
}

void Switch::give_back(const Frame &frame, SimTime d) {
  auto &credit = credits_[frame.in_port * settings_.lanes + frame.lane];
  if (credit.connected())
    credit.push_sorted({d + in_[frame.in_port].credit_delay, frame.size});
}

void Switch::count_backlog(OutPort &port, SimTime d) {
  for (std::uint32_t lane = 0; lane < port.queues.size(); ++lane) {
    auto &queue = port.queues[lane];
    std::uint32_t &seen = port.seen[lane];
    while (seen < queue.size() && queue[seen].time <= d)
      port.backlog += queue[seen++].size;
  }
  port.link.counters().max_queue_bytes =
      std::max(port.link.counters().max_queue_bytes, static_cast<std::uint64_t>(port.backlog));
}

void Switch::drain(OutPort &port, SimTime until) {
  for (;;) {
    std::uint32_t lane = 0;
    SimTime d = never;
    for (auto l = static_cast<std::uint32_t>(port.queues.size()); l-- > 0;) { // the higher lane first on a tie
      if (port.queues[l].empty())
        continue;
      const Frame &frame = port.queues[l].front();
      const SimTime departure = port.link.earliest(l, frame.size, frame.time, until);
      if (departure < d) {
        d = departure;
        lane = l;
      }
    }
    if (d >= until)
      return;
    count_backlog(port, d);
    auto &queue = port.queues[lane];
    const Frame frame = queue.front();
    queue.pop();
    --port.seen[lane];
    port.backlog -= frame.size;
    give_back(frame, d);
    port.link.transmit(frame, d);
  }
}

SimTime Switch::next_departure(OutPort &port, SimTime until) {
  SimTime next = never;
  for (std::uint32_t lane = 0; lane < port.queues.size(); ++lane) {
    if (port.queues[lane].empty())
      continue;
    const Frame &frame = port.queues[lane].front();
    const SimTime departure = port.link.earliest(lane, frame.size, frame.time, until);
    next = std::min(next, departure != never ? departure : port.link.next_credit(lane));
  }
  return next;
}

std::uint64_t Switch::queued_frames() const {
  std::uint64_t count = 0;
  for (const auto &port : out_)
    for (const auto &queue : port.queues)
      count += queue.size();
  return count;
}

} // namespace lightloom
