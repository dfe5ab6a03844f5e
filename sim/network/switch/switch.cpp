// What comes into a switch: gathered from the channels of a window, put in order, routed. switch/switch.hpp says what
// it models.

#include "sim/network/switch/switch.hpp"

#include "sim/core/contract.hpp"
#include "sim/engine/bucket_order.hpp"
#include "sim/network/switch/forwarding.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace lightloom {

namespace {
/// Scratch of one thread: the frames of the window being advanced, in channel order, and their order in time.
struct Scratch {
  BucketOrder order;
  std::vector<Frame *> frames;
  SimTime first{}; ///< least and greatest time of them
  SimTime last{};
};
thread_local Scratch scratch;

constexpr std::uint32_t no_port = UINT32_MAX;
/// Of an OutPort: its queue, and what its link needs for a frame.
constexpr std::size_t hot_bytes = 320;
} // namespace

Switch::Switch(const Settings &settings, std::uint32_t ports)
    : settings_(settings), chooser_({settings.paths, settings.seed, settings.self.value, settings.spec.flowlet_gap,
                                     settings.spec.own_policy}),
      in_(ports), out_(ports), more_credits_(ports * (settings.lanes - 1)), in_links_(ports),
      busy_ports_((ports + 63) / 64), news_(std::make_unique<std::atomic<std::uint64_t>[]>((ports + 63) / 64)),
      credit_news_(std::make_unique<std::atomic<std::uint64_t>[]>((ports + 63) / 64)), in_sight_((ports + 63) / 64),
      due_(ports), touched_((ports + 63) / 64), sending_((ports + 63) / 64) {
  with_credits_ = settings.with_credits;
  limited_ = settings.spec.buffer.value > 0 || settings.spec.queue_limit.value > 0 || settings.spec.pfc.enabled;
  decides_ = limited_ || settings.spec.ecn.enabled;
  if (settings.spec.pfc.enabled)
    ingress_.resize(ports);
  shared_ = settings.spec.buffer.value - static_cast<std::int64_t>(ingress_.size()) * settings.spec.pfc.headroom.value;
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
  SimTime next_departure = with_credits_ ? drain_ports(until) : commit_ports(until + settings_.spec.latency);
  if (!with_credits_ && next_departure != never)
    next_departure -= settings_.spec.latency;
  publish_credits();
  return std::min(next_arrival, next_departure);
}

/// Puts what arrives before `until` into the scratch, channel by channel; returns the first arrival after that, as far
/// as it is in sight. Only ports with something in sight are looked at.
SimTime Switch::gather(SimTime until) {
  scratch.frames.clear();
  scratch.first = never;
  scratch.last = SimTime{};
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
  Frame *frame = channel.front();
  if (frame != nullptr && frame->time < until) {
    scratch.first = std::min(scratch.first, frame->time);
    Frame *last = frame;
    do {
      last = frame;
      frame->in_port = static_cast<std::uint16_t>(port);
      frames.push_back(frame);
      channel.pop();
      frame = channel.front();
    } while (frame != nullptr && frame->time < until);
    scratch.last = std::max(scratch.last, last->time);
  }
  if (frame != nullptr) {
    in_sight_[port / 64] |= bit;
    return frame->time;
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
    for (std::size_t line = 0; line < hot_bytes; line += 64) // its hot part: ports are as busy out as in
      __builtin_prefetch(reinterpret_cast<const char *>(out + p) + line, 1);
    in[p].credits.prefetch();
    if (p >= 4) {
      out[p - 4].first.prefetch_back();
      out[p - 4].first.prefetch_front();
      out[p - 4].link.prefetch();
      if (settings_.lanes > 1)
        __builtin_prefetch(out[p - 4].more.get(), 1);
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
  check_time(scratch.first);
  order.start(scratch.first, scratch.last, count);
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
  digest_.fold(digest_word(frame, frame.destination));
  if (frame.corrupt && settings_.spec.forwarding == Forwarding::store_and_forward) [[unlikely]] {
    discard(frame, corrupt_data_, corrupt_control_); // its tail was in when it was found out
    return;
  }
  if (frame.kind == Frame::Kind::pause) [[unlikely]] {
    obey(frame);
    return;
  }
  const std::uint32_t index = route(frame);
  if (index == no_port) [[unlikely]] {
    discard(frame, unroutable_data_, unroutable_control_);
    return;
  }
  if (!with_credits_) {
    accept_buffered(frame, index);
    return;
  }
  OutPort &port = out_[index];
  frame.time += settings_.spec.latency + (mixed_rates_ ? catch_up(frame, port) : Duration{});
  busy_ports_[index / 64] |= 1ull << (index % 64);
  due_[index] = SimTime{};
  enqueue(port, frame);
}

[[gnu::always_inline]] inline std::uint32_t Switch::route(const Frame &frame) {
  const Attachment to = attachment_[frame.destination];
  if (to.leaf == settings_.self)
    return to.port;
  const std::uint16_t group_index = group_of_leaf_[to.leaf.index()];
  if (group_index == no_group) [[unlikely]]
    return no_port;
  const PortGroup &group = groups_[group_index];
  const std::uint16_t *const ports = ports_of_groups_ + group.first;
  const SimTime now = frame.time;
  return ports[chooser_.choose(group, ports, frame, now, [&](std::uint32_t port) { return backlog(port, now); })];
}

/// What is ahead of a frame that comes now, of all lanes: waiting, or under way. [ps of transmission]
std::int64_t Switch::backlog(std::uint32_t index, SimTime now) {
  OutPort &port = out_[index];
  if (stopped_peers_ > 0) { // a departure anywhere may send a pause's end out here
    settle_in_order(now + settings_.spec.latency);
  } else if (!port.first.empty() || settings_.lanes > 1) {
    if (with_credits_)
      drain_any(port, now);
    else
      commit(index, now + settings_.spec.latency);
  }
  std::int64_t bytes = 0;
  for (std::uint32_t lane = 0; lane < settings_.lanes; ++lane)
    bytes += port.queue(lane).bytes();
  const SimTime passed = with_credits_ ? now : now + settings_.spec.latency;
  return transmission_time(Bytes(bytes), port.link.nominal_rate()).count() +
         std::max<std::int64_t>(0, (port.link.free() - passed).count());
}

void Switch::discard(const Frame &frame, std::uint64_t &data, std::uint64_t &control) {
  (frame.kind == Frame::Kind::data ? data : control) += frame.frames();
  if (with_credits_)
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
