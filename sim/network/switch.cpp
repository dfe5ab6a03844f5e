#include "sim/network/switch.hpp"

#include "sim/core/contract.hpp"
#include "sim/engine/bucket_order.hpp"
#include "sim/network/forwarding.hpp"
#include "sim/network/routing.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace lightloom {

namespace {
/// Scratch of one thread: the frames of the window being advanced, in channel order, and their order in time.
struct Scratch {
  BucketOrder order;
  std::vector<Frame *> frames;
};
thread_local Scratch scratch;
} // namespace

void give_back_train(Sender<Credit> &credits, const Frame &train, std::int64_t full_frame, SimTime back) {
  const std::int64_t last = train.size - (train.count - 1) * full_frame;
  const std::uint32_t full = last == full_frame ? train.count : train.count - 1u;
  credits.push_sorted(Credit::of_full_frames(back, full));
  if (full != train.count)
    credits.push_sorted(Credit(back, last));
}

Switch::Switch(const Settings &settings, std::uint32_t ports)
    : settings_(settings), in_(ports), out_(ports), more_credits_(ports * (settings.lanes - 1)), in_links_(ports),
      busy_ports_((ports + 63) / 64), news_(std::make_unique<std::atomic<std::uint64_t>[]>((ports + 63) / 64)),
      credit_news_(std::make_unique<std::atomic<std::uint64_t>[]>((ports + 63) / 64)), in_sight_((ports + 63) / 64),
      due_(ports), touched_((ports + 63) / 64) {
  if (settings.lanes > 1)
    for (auto &port : out_)
      port.more = std::make_unique<FrameQueue[]>(settings.lanes - 1);
  next_epoch(SimTime{});
}

void Switch::set_in_link(std::uint32_t port, const LinkHealth &health) {
  in_links_[port] = &health;
  for (const auto &segment : health.segments)
    for (const auto &out : out_)
      mixed_rates_ |= segment.rate.bits_per_second > 0 && segment.rate != out.link.fastest_rate();
}

void Switch::next_epoch(SimTime now) {
  const auto &epochs = *settings_.epochs;
  while (epoch_ + 1 < epochs.size() && epochs[epoch_ + 1].from <= now)
    ++epoch_;
  const RouteTable &table = *epochs[epoch_].table;
  const SwitchRoutes &routes = *table.switches[settings_.self.index()];
  attachment_ = table.attachment.data();
  group_of_leaf_ = routes.group_of_leaf.data();
  groups_ = routes.groups.data();
  ports_of_groups_ = routes.ports.data();
  next_epoch_at_ = epoch_ + 1 < epochs.size() ? epochs[epoch_ + 1].from : never;
}

SimTime Switch::advance(SimTime until) {
  const SimTime next_arrival = gather(until);
  handle_arrivals();
  now_ = until;
  SimTime next_departure = drain_ports(until + settings_.foresight);
  if (next_departure != never)
    next_departure -= settings_.foresight;
  publish_credits();
  return std::min(next_arrival, next_departure);
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

/// Puts what arrives before `until` into the scratch, channel by channel; returns the first arrival after that, as far
/// as it is in sight. Only ports with something in sight are looked at.
SimTime Switch::gather(SimTime until) {
  scratch.frames.clear();
  std::size_t ports = 0;
  for (std::size_t word = 0; word < in_sight_.size(); ++word) {
    in_sight_[word] |= news_[word].exchange(0, std::memory_order_acq_rel);
    ports += static_cast<std::size_t>(std::popcount(in_sight_[word]));
  }
  if (ports > in_.size() / 4)
    return gather_from_all(until);
  SimTime next = never;
  for (std::size_t word = 0; word < in_sight_.size(); ++word)
    for (std::uint64_t bits = in_sight_[word]; bits != 0; bits &= bits - 1)
      next = std::min(
          next, gather_from(static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(bits)),
                            until));
  return next;
}

/// One port; returns its first arrival at or after `until`.
[[gnu::always_inline]] inline SimTime Switch::gather_from(std::uint32_t port, SimTime until) {
  auto &frames = scratch.frames;
  Receiver<Frame> &channel = in_[port].frames;
  const std::uint64_t bit = std::uint64_t{1} << (port % 64);
  touched_[port / 64] |= bit;
  for (Frame *frame = channel.front(); frame != nullptr; frame = channel.front()) {
    if (frame->time >= until) {
      in_sight_[port / 64] |= bit;
      return frame->time;
    }
    frame->in_port = static_cast<std::uint16_t>(port);
    frames.push_back(frame);
    channel.pop();
  }
  in_sight_[port / 64] &= ~bit;
  return never;
}

/// The same for a busy switch: every port, with what will be needed next asked for in time.
SimTime Switch::gather_from_all(SimTime until) {
  SimTime next = never;
  const auto ports = static_cast<std::uint32_t>(in_.size());
  InPort *const in = in_.data();
  OutPort *const out = out_.data();
  for (std::uint32_t p = 0; p < ports; ++p) {
    if (p + 3 < ports)
      in[p + 3].frames.prefetch();
    for (std::size_t line = 0; line < 256; line += 64) // its hot part: ports are as busy out as in
      __builtin_prefetch(reinterpret_cast<const char *>(out + p) + line, 1);
    in[p].credits.prefetch();
    if (p >= 4) {
      out[p - 4].first.prefetch_back();
      out[p - 4].first.prefetch_front();
      out[p - 4].link.prefetch();
    }
    if (p >= 8)
      out[p - 8].first.prefetch_second();
    next = std::min(next, gather_from(p, until));
  }
  return next;
}

void Switch::handle_arrivals() {
  auto &order = scratch.order;
  Frame **const frames = scratch.frames.data();
  const auto count = static_cast<std::uint32_t>(scratch.frames.size());
  if (count == 1) {
    check_time(frames[0]->time);
    accept(*frames[0]);
  }
  if (count <= 1)
    return;
  SimTime first = never;
  SimTime last{};
  for (std::uint32_t i = 0; i < count; ++i) {
    first = std::min(first, frames[i]->time);
    last = std::max(last, frames[i]->time);
  }
  check_time(first);
  order.start(first, last, count);
  for (std::uint32_t i = 0; i < count; ++i)
    order.push(frames[i]->time, i);
  const std::uint64_t *const keys = order.order();
  for (std::uint32_t i = 0; i < count; ++i)
    accept(*frames[BucketOrder::item(keys[i])]);
}

/// Time never goes back.
void Switch::check_time(SimTime first) { EXPECTS(first >= now_); }

[[gnu::always_inline]] inline void Switch::accept(Frame &frame) {
  if (frame.time >= next_epoch_at_) [[unlikely]]
    next_epoch(frame.time);
  digest_.fold(static_cast<std::uint64_t>(picoseconds(frame.time)) ^
               static_cast<std::uint64_t>(frame.destination) << 40 ^ static_cast<std::uint64_t>(frame.sequence) << 8 ^
               static_cast<std::uint64_t>(frame.kind) << 1 ^ static_cast<std::uint64_t>(frame.corrupt) ^
               static_cast<std::uint64_t>(frame.frames() - 1) << 48);
  if (frame.corrupt && settings_.spec.forwarding == Forwarding::store_and_forward) [[unlikely]] {
    discard(frame, corrupt_data_, corrupt_control_); // its tail was in when it was found out
    return;
  }
  const Attachment to = attachment_[frame.destination];
  std::uint32_t index = to.port;
  if (to.leaf != settings_.self) {
    const std::uint16_t group_index = group_of_leaf_[to.leaf.index()];
    if (group_index == no_group) [[unlikely]] {
      discard(frame, unroutable_data_, unroutable_control_);
      return;
    }
    const PortGroup &group = groups_[group_index];
    index = ports_of_groups_[group.first + choose(group, frame, settings_.paths, settings_.self.value)];
  }
  OutPort &port = out_[index];
  const Duration latency = settings_.spec.latency + (mixed_rates_ ? catch_up(frame, port) : Duration{});
  frame.time += latency;
  FrameQueue &queue = frame.lane == 0 ? port.first : port.more[frame.lane - 1];
  busy_ports_[index / 64] |= 1ull << (index % 64);
  due_[index] = SimTime{};
  if (port.last_ready >= frame.time) [[unlikely]] {
    settle_tie(queue, frame);
    return;
  }
  port.last_ready = frame.time;
  queue.push(frame);
}

void Switch::discard(const Frame &frame, std::uint64_t &data, std::uint64_t &control) {
  (frame.kind == Frame::Kind::data ? data : control) += frame.frames();
  give_back(frame, frame.time);
}

Duration Switch::catch_up(const Frame &frame, const OutPort &port) const {
  const auto &segments = in_links_[frame.in_port]->segments;
  BitRate in_rate = segments.front().rate;
  for (const auto &segment : segments) // the one in which its head left
    if (segment.rate.bits_per_second > 0 && segment.from + segment.latency <= frame.time)
      in_rate = segment.rate;
  return catch_up_delay(frame.size, settings_.full_frame, in_rate, port.link.fastest_rate(), settings_.spec.forwarding);
}

// Frames from different links that could leave at the same instant are ordered by a draw (decision 0001); frames of one
// link keep their order, whatever their sizes. Frames of a slow in-link can be ready later than younger ones of a fast
// one.
void Switch::settle_tie(FrameQueue &queue, const Frame &frame) {
  if (tie_key_ == 0)
    tie_key_ = tie_key(settings_.seed, id().value);
  const auto draw = [&](const Frame &f) {
    return settings_.ties_by_id ? f.in_port : tie_draw(tie_key_, picoseconds(f.time), f.in_port);
  };
  draws_ += settings_.ties_by_id ? 0 : 1;
  const std::uint64_t mine = draw(frame);
  queue.insert(frame, [&](const Frame &before) {
    return before.in_port != frame.in_port &&
           (before.time > frame.time || (before.time == frame.time && draw(before) > mine));
  });
}

[[gnu::always_inline]] inline void Switch::give_back(const Frame &frame, SimTime d) {
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
      const SimTime departure = settings_.lanes == 1 ? drain(port, until) : drain_lanes(port, until);
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
    give_back(frame, d);
    count_waiting(frame, frame.time, std::max(frame.time, port.link.free()), d);
    port.link.transmit(frame, d);
    queue.pop();
  }
}

std::uint64_t Switch::queued_frames() const {
  std::uint64_t count = 0;
  for (const auto &port : out_) {
    count += port.first.size(); // trains count once
    for (std::uint32_t lane = 1; lane < settings_.lanes; ++lane)
      count += port.more[lane - 1].size();
  }
  return count;
}

} // namespace lightloom
