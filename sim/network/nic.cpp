#include "sim/network/nic.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// A receiver asks for a missing frame when one this far ahead of it has come. On one path any gap is a loss; sprayed
/// frames overtake each other by queueing differences, so only a wide gap is. Recovery does not depend on it: time-outs
/// catch the rest. [frames]
constexpr std::uint32_t reorder_allowance = 256;
/// Frames of one message: a quarter of the circle of sequence numbers.
constexpr std::int64_t most_frames = std::int64_t{1} << 30;
} // namespace

Nic::Nic(const Settings &settings) : credits(settings.transport.virtual_lanes), settings_(settings) {}

void Nic::post(std::uint32_t index, Bytes size, SimTime now, std::vector<NicEvent> &events) {
  SendQueue &queue = send_queues[index];
  const std::int64_t mtu = settings_.transport.mtu.value;
  const auto count = static_cast<std::uint32_t>(size.value == 0 ? 1 : (size.value + mtu - 1) / mtu);
  if (size.value / mtu >= most_frames)
    throw Error(fmt::format("a message of {} B", size.value), "sequence numbers go round after 4 billion frames",
                "Send it in parts, or with a larger transport.mtu.");
  queue.messages.push({queue.posted, count, size.value});
  queue.posted += count;
  counters_.bytes_posted += static_cast<std::uint64_t>(size.value);
  events.push_back({NicEvent::Kind::message_ready, now + settings_.host.nic_latency + settings_.host.message_overhead,
                    index, count, 0});
}

void Nic::ready(std::uint32_t index, SimTime now) {
  drain(now);
  floor_ = now;
  SendQueue &queue = send_queues[index];
  for (std::uint32_t i = 0; i < queue.messages.size();
       ++i) // messages of a queue become ready in the order posted, one per event
    if (queue.messages[i].first == queue.end) {
      queue.end += queue.messages[i].frames;
      break;
    }
  activate(index);
}

void Nic::activate(std::uint32_t index) {
  SendQueue &queue = send_queues[index];
  if (!queue.active && !queue.dead && queue.has_work(window())) {
    queue.active = true;
    round_.push(index);
  }
}

void Nic::receive(const Frame &frame, std::vector<NicEvent> &events) {
  auto &credit = credits[frame.lane];
  if (credit.connected()) // the buffer is free once the tail is in memory's queue
    credit.push(Credit(frame.time + credit_delay, frame.size));
  if (frame.kind == Frame::Kind::data) [[likely]]
    receive_data(frame, events);
  else
    receive_control(frame, events);
}

void Nic::receive_data(const Frame &frame, std::vector<NicEvent> &events) {
  if (frame.corrupt) [[unlikely]] {
    ++counters_.data_corrupt;
    return;
  }
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  const auto &transport = settings_.transport;
  const bool selective = ideal() || transport.recovery == TransportSpec::Recovery::selective;
  sizes_.clear();
  const auto verdict = queue.take(frame.sequence, frame.size - overhead(), frame.last, selective,
                                  ideal() ? 1u << 16 : transport.window_frames, transport.mtu.value, sizes_);
  const bool taken = verdict == ReceiveQueue::Verdict::in_order || verdict == ReceiveQueue::Verdict::early;
  ++(taken ? counters_.data_delivered : counters_.data_discarded);
  for (const std::int64_t bytes : sizes_) {
    ++queue.arrived_messages;
    counters_.bytes_delivered += static_cast<std::uint64_t>(bytes);
    events.push_back(
        {NicEvent::Kind::message_arrived, frame.time + settings_.host.nic_latency, frame.queue_pair, 0, bytes});
  }
  if (verdict != ReceiveQueue::Verdict::in_order || queue.highest != queue.expected || queue.gap_deadline != never)
      [[unlikely]] {
    ask_for_missing(frame.queue_pair, verdict, selective, frame.time);
    watch_gap(queue, verdict == ReceiveQueue::Verdict::in_order, frame.time);
  }
  const std::uint32_t due = std::min(transport.ack_every, transport.window_frames / 2);
  if (!sizes_.empty() || (!ideal() && queue.unacknowledged >= due) || verdict == ReceiveQueue::Verdict::duplicate)
    acknowledge(frame.queue_pair, Frame::Kind::acknowledgement, frame.time);
}

/// Under go-back-N a frame out of turn asks for the one expected, once. Under selective recovery each gap is asked for
/// once, when no frame can still be on its way by a longer path; what is lost again, a time-out finds.
void Nic::ask_for_missing(std::uint32_t index, ReceiveQueue::Verdict verdict, bool selective, SimTime now) {
  ReceiveQueue &queue = receive_queues[index];
  if (!selective) {
    if (verdict == ReceiveQueue::Verdict::refused && queue.nak_sent_for != queue.expected) {
      queue.nak_sent_for = queue.expected;
      acknowledge(index, Frame::Kind::negative_acknowledgement, now);
    }
    return;
  }
  const std::uint32_t allowed = settings_.paths == PathChoice::spray ? reorder_allowance : 0;
  for (auto gap = queue.next_gap(allowed); gap.count > 0; gap = queue.next_gap(allowed))
    acknowledge(index, Frame::Kind::negative_acknowledgement, now, gap);
}

/// A gap that nothing fills for a while is a loss, even if too few frames follow it to tell.
void Nic::watch_gap(ReceiveQueue &queue, bool progress, SimTime now) {
  if (queue.highest == queue.expected) {
    queue.gap_deadline = never;
  } else if (!settings_.lossless && (progress || queue.gap_deadline == never)) {
    queue.gap_deadline = now + settings_.reorder_patience;
    gap_check_at_ = std::min(gap_check_at_, queue.gap_deadline);
  }
}

void Nic::check_gaps(SimTime now) {
  gap_check_at_ = never;
  for (std::uint32_t i = 0; i < receive_queues.size(); ++i) {
    ReceiveQueue &queue = receive_queues[i];
    if (queue.gap_deadline <= now) {
      queue.gap_deadline = SimTime::max() - Duration(1); // asked: again only after progress
      for (auto gap = queue.next_gap(0); gap.count > 0; gap = queue.next_gap(0))
        acknowledge(i, Frame::Kind::negative_acknowledgement, now, gap);
    }
    if (queue.gap_deadline < SimTime::max() - Duration(1))
      gap_check_at_ = std::min(gap_check_at_, queue.gap_deadline);
  }
}

void Nic::acknowledge(std::uint32_t index, Frame::Kind kind, SimTime now, ReceiveQueue::Gap gap) {
  drain(now);
  floor_ = now;
  ReceiveQueue &queue = receive_queues[index];
  if (gap.count == 0)
    queue.unacknowledged = 0;
  acknowledgements_.push(
      {index, gap.count > 0 ? gap.first : queue.expected, kind, static_cast<std::uint16_t>(gap.count)});
}

void Nic::receive_control(const Frame &frame, std::vector<NicEvent> &events) {
  if (frame.corrupt) [[unlikely]] {
    ++counters_.control_corrupt;
    return;
  }
  ++counters_.control_delivered;
  drain(frame.time);
  floor_ = frame.time;
  SendQueue &queue = send_queues[frame.queue_pair];
  if (frame.missing > 0) {
    for (std::uint32_t s = frame.sequence; s != frame.sequence + frame.missing; ++s)
      if (!precedes(s, queue.acknowledged) && precedes(s, queue.next))
        queue.resend.push(s);
    activate(frame.queue_pair);
    return;
  }
  std::uint32_t done = 0;
  if (queue.acknowledge(frame.sequence, done)) {
    queue.retries = 0;
    arm(queue, frame.time);
    if (done > 0)
      events.push_back({NicEvent::Kind::send_finished, frame.time, frame.queue_pair, done, 0});
  }
  if (frame.kind == Frame::Kind::negative_acknowledgement && queue.acknowledged == frame.sequence &&
      precedes(frame.sequence, queue.next))
    queue.rewind();
  activate(frame.queue_pair);
}

void Nic::arm(SendQueue &queue, SimTime now) {
  if (queue.acknowledged == queue.sent || (ideal() && queue.next != queue.end)) {
    queue.deadline = never;
    return;
  }
  queue.deadline = now + settings_.transport.retransmit_timeout;
  timeout_at_ = std::min(timeout_at_, queue.deadline);
}

void Nic::time_out(SimTime now, std::vector<NicEvent> &events) {
  if (gap_check_at_ <= now)
    check_gaps(now);
  if (timeout_at_ > now)
    return;
  drain(now);
  floor_ = now;
  timeout_at_ = never;
  for (std::uint32_t i = 0; i < send_queues.size(); ++i) {
    SendQueue &queue = send_queues[i];
    if (queue.deadline == never)
      continue;
    if (queue.deadline <= now) {
      if (++queue.retries > settings_.transport.retry_count) {
        queue.dead = true;
        queue.deadline = never;
        events.push_back({NicEvent::Kind::peer_unreachable, now, i, queue.retries - 1, 0});
        continue;
      }
      queue.rewind();
      queue.deadline = now + settings_.transport.retransmit_timeout;
      activate(i);
    }
    timeout_at_ = std::min(timeout_at_, queue.deadline);
  }
}

std::int64_t Nic::payload_of(const OutgoingMessage &message, std::uint32_t sequence) const {
  const std::int64_t mtu = settings_.transport.mtu.value;
  const bool last = sequence - message.first == message.frames - 1;
  return last ? message.bytes - mtu * (message.frames - 1) : mtu;
}

std::int64_t Nic::next_data_size() {
  SendQueue &queue = send_queues[round_.front()];
  if (!queue.resend.empty())
    return payload_of(queue.message_of(queue.resend.front()), queue.resend.front()) + overhead();
  return payload_of(queue.message_of_next(), queue.next) + overhead();
}

SimTime Nic::earliest_data(SimTime until) {
  while (!round_.empty()) { // a queue that was acknowledged while it waited may have nothing left
    SendQueue &queue = send_queues[round_.front()];
    while (!queue.resend.empty() && precedes(queue.resend.front(), queue.acknowledged))
      queue.resend.pop();
    if (!queue.dead && queue.has_work(window()))
      return link.earliest(0, next_data_size(), floor_, until);
    queue.active = false;
    round_.pop();
  }
  return never;
}

SimTime Nic::earliest_control(SimTime until) {
  if (acknowledgements_.empty())
    return never;
  return link.earliest(settings_.transport.virtual_lanes - 1, control_size(), floor_, until);
}

void Nic::drain(SimTime until) {
  while (link.free() < until) {
    if (acknowledgements_.empty()) [[likely]] {
      if (round_.empty())
        return;
      if (round_.size() == 1 && burst(until))
        continue;
    }
    const SimTime control = earliest_control(until);
    // On one lane data never overtakes an acknowledgement that waits for credit.
    const bool only_control = settings_.transport.virtual_lanes == 1 && !acknowledgements_.empty();
    const SimTime data = only_control ? never : earliest_data(until);
    if (std::min(control, data) >= until)
      return;
    if (control <= data)
      send_control(control);
    else
      send_data(data);
  }
}

/// Full frames from the middle of a message of the only queue with work, one after another: the common case, made
/// short. Returns whether it sent any; never sends the last frame of a message, nor one for the second time.
bool Nic::burst(SimTime until) {
  SendQueue &queue = send_queues[round_.front()];
  const bool unarmed = !ideal() && queue.deadline == never; // the frame that starts the clock goes the long way
  if (queue.dead || unarmed || !queue.resend.empty() || queue.next != queue.sent || queue.next == queue.end)
    return false;
  const OutgoingMessage &message = queue.message_of_next();
  const std::uint32_t in_message = message.first + message.frames - 1 - queue.next;
  const std::uint32_t in_window =
      window() - (queue.next - queue.acknowledged); // the last frame of the window ends the turn elsewhere
  const std::uint32_t most = std::min(in_message, in_window > 0 ? in_window - 1 : 0);
  struct Frames {
    Frame &frame;
    std::uint32_t &left;
    bool empty() const { return left == 0; }
    const Frame &front() const { return frame; }
    void sent(SimTime /*departure*/) const {
      --left;
      ++frame.sequence;
    }
  };
  Frame frame;
  frame.time = floor_;
  frame.destination = queue.host;
  frame.queue_pair = queue.remote;
  frame.sequence = queue.next;
  frame.size = static_cast<std::uint16_t>(settings_.transport.mtu.value + overhead());
  frame.entropy = queue.entropy;
  std::uint32_t left = most;
  link.run(Frames{frame, left}, until);
  queue.next = queue.sent = frame.sequence;
  counters_.data_injected += most - left;
  return left < most;
}

SimTime Nic::next_departure(SimTime until) {
  SimTime next = never;
  if (!acknowledgements_.empty()) {
    const SimTime control = earliest_control(until);
    next = control != never ? control : link.next_credit(settings_.transport.virtual_lanes - 1);
  }
  const SimTime data = earliest_data(until);
  if (!round_.empty())
    next = std::min(next, data != never ? data : link.next_credit(0));
  return next;
}

void Nic::send_control(SimTime d) {
  const PendingControl pending = acknowledgements_.front();
  acknowledgements_.pop();
  const ReceiveQueue &queue = receive_queues[pending.receive_queue];
  Frame frame;
  frame.destination = queue.host;
  frame.queue_pair = queue.remote;
  frame.sequence = pending.sequence;
  frame.size = static_cast<std::uint16_t>(control_size());
  frame.entropy = queue.entropy;
  frame.kind = pending.kind;
  frame.missing = pending.missing;
  frame.lane = static_cast<std::uint8_t>(settings_.transport.virtual_lanes - 1);
  ++counters_.control_injected;
  link.transmit(frame, d);
}

void Nic::send_data(SimTime d) {
  const std::uint32_t index = round_.front();
  round_.pop();
  SendQueue &queue = send_queues[index];
  Frame frame;
  const bool again = !queue.resend.empty();
  frame.sequence = again ? queue.resend.front() : queue.next;
  OutgoingMessage &message = again ? queue.message_of(frame.sequence) : queue.message_of_next();
  frame.destination = queue.host;
  frame.queue_pair = queue.remote;
  frame.size = static_cast<std::uint16_t>(payload_of(message, frame.sequence) + overhead());
  frame.entropy = queue.entropy;
  frame.last = frame.sequence - message.first == message.frames - 1;
  const bool resent = precedes(frame.sequence, queue.sent);
  if (resent) { // another path, in case the first one is dead
    ++counters_.data_resent;
    frame.entropy = static_cast<std::uint16_t>(frame.entropy + 1 + queue.retries * 7919);
  }
  if (again) {
    queue.resend.pop();
  } else {
    ++queue.next;
    if (!resent)
      queue.sent = queue.next;
  }
  ++counters_.data_injected;
  link.transmit(frame, d);
  if (ideal() ? frame.last && !settings_.lossless : queue.deadline == never)
    arm(queue, d); // an ideal sender hears of a message's end only
  if (queue.has_work(window()))
    round_.push(index);
  else
    queue.active = false;
}

void Nic::publish() {
  link.publish();
  for (auto &credit : credits)
    credit.publish();
  frames.release();
}

} // namespace lightloom
