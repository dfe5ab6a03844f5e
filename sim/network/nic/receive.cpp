// What comes in: frames into memory, acknowledgements and requests for missing frames back.

#include "sim/network/nic/nic.hpp"
#include "sim/network/switch/switch.hpp"

#include <algorithm>

namespace lightloom {

namespace {
/// A receiver asks for a missing frame when one this far ahead of it has come. On one path any gap is a loss; sprayed
/// frames overtake each other by queueing differences, so only a wide gap is. Recovery does not depend on it: time-outs
/// catch the rest. [frames]
constexpr std::uint32_t reorder_allowance = 256;
} // namespace

/// When the host's memory has a frame whose tail is in at frame.time: with a host bus, once that has carried it.
SimTime Nic::in_memory(const Frame &frame) {
  if (bus_fs_per_byte_ == 0)
    return frame.time;
  const std::int64_t first = std::min<std::int64_t>(frame.size, rules_.full_frame);
  const SimTime first_in = frame.time - transmission_time(Bytes(frame.size - first), link.nominal_rate());
  bus_free_ = std::max(bus_free_, first_in) + Duration(frame.size * bus_fs_per_byte_ / 1000);
  return bus_free_ = std::max(bus_free_, frame.time + Duration(first * bus_fs_per_byte_ / 1000));
}

void Nic::receive(const Frame &frame, std::vector<NicEvent> &events) {
  if (frame.kind == Frame::Kind::pause) [[unlikely]] {
    obey_pause(frame);
    return;
  }
  const SimTime in = in_memory(frame);
  auto &credit = credits[frame.lane];
  if (credit.connected()) { // the buffer is free once the tail is in memory's queue
    if (frame.frames() == 1)
      credit.push(Credit(in + credit_delay, frame.size));
    else
      give_back_train(credit, frame, rules_.full_frame, in + credit_delay);
  }
  if (frame.kind == Frame::Kind::data) [[likely]] {
    if (frame.corrupt) [[unlikely]]
      counters_.frames_corrupted += frame.count;
    else
      transport_->receive_data(frame, in, events);
    return;
  }
  if (frame.corrupt) [[unlikely]] {
    ++counters_.control_frames_lost;
    return;
  }
  ++counters_.control_frames_delivered;
  take_effect(frame.time);
  transport_->receive_control(frame, events);
}

ReceiveQueue::Taken Nic::take(const Frame &frame, SimTime in, std::vector<NicEvent> &events) {
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  finished_.clear();
  const auto taken = queue.take({frame.sequence, frame.count, frame.size - frame.count * rules_.overhead, frame.last},
                                rules_.selective, rules_.receive_window, rules_.payload, finished_);
  counters_.frames_delivered += taken.frames;
  counters_.frames_discarded += frame.count - taken.frames;
  for (const auto &message : finished_) {
    ++queue.arrived_messages;
    counters_.bytes_delivered += static_cast<std::uint64_t>(message.bytes);
    const SimTime delivered = in + settings_.host.nic_latency;
    if (history != nullptr)
      remember(frame.queue_pair, frame, message, delivered);
    events.push_back({.kind = NicEvent::Kind::message_arrived,
                      .time = delivered,
                      .index = frame.queue_pair,
                      .bytes = message.bytes,
                      .port = settings_.port});
  }
  return taken;
}

/// Frames that an acknowledgement waits for where trains of `count` come: those are acknowledged by the four, as one
/// each would double the work. Under a window of few trains that would be too late: each is.
std::uint32_t Nic::acknowledgement_due(std::uint32_t count) const {
  if (count == 1) [[likely]]
    return std::min(rules_.ack_every, rules_.window_frames / 2);
  return std::min(std::max(rules_.ack_every, rules_.trains_per_answer * count), rules_.window_frames / 8);
}

/// The peer's buffer is full (IEEE 802.1Qbb): the lane stops until it may go on.
void Nic::obey_pause(const Frame &frame) {
  ++counters_.control_frames_delivered;
  take_effect(frame.time);
  const auto lane = static_cast<std::uint8_t>(1u << frame.lane);
  const std::uint8_t before = stopped_;
  stopped_ = static_cast<std::uint8_t>(frame.count != 0 ? stopped_ | lane : stopped_ & ~lane);
  link.counters().pauses += frame.count != 0 ? 1 : 0;
  if (before == 0 && stopped_ != 0)
    stopped_since_ = floor_;
  forget_pauses_at_ = stopped_ != 0 ? link.light_back_after(frame.time) : never;
  if (before != 0 && stopped_ == 0)
    link.counters().paused += floor_ - stopped_since_;
}

/// The link has come back after an outage, which may have swallowed the end of a pause: it begins without any.
void Nic::forget_pauses() {
  take_effect(forget_pauses_at_);
  forget_pauses_at_ = never;
  stopped_ = 0;
  link.counters().paused += floor_ - stopped_since_;
}

void Nic::look_for_gaps(const Frame &frame, ReceiveQueue::Verdict verdict, bool selective) {
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  queue.longest_train = std::max<std::uint32_t>(queue.longest_train, frame.count);
  ask_for_missing(frame.queue_pair, verdict, selective, frame.time);
  watch_gap(queue, verdict == ReceiveQueue::Verdict::in_order, frame.time);
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
  const std::uint32_t allowed =
      reordering() ? std::max({reorder_allowance, 16 * queue.longest_train, rules_.least_gap}) : 0;
  for (auto gap = queue.next_gap(allowed); gap.count > 0; gap = queue.next_gap(allowed))
    acknowledge(index, Frame::Kind::negative_acknowledgement, now, gap);
}

/// A gap that nothing fills for a while is a loss, even if too few frames follow it to tell.
void Nic::watch_gap(ReceiveQueue &queue, bool progress, SimTime now) {
  if (queue.highest == queue.expected) {
    queue.gap_deadline = never;
  } else if (!settings_.lossless && (progress || queue.gap_deadline == never)) {
    queue.gap_deadline = now + settings_.reorder_patience;
    if (queue.longest_train > 1)
      queue.gap_deadline += queue.longest_train * settings_.reorder_patience_per_frame;
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
  take_effect(now);
  ReceiveQueue &queue = receive_queues[index];
  PendingControl pending;
  pending.queue = index;
  pending.sequence = gap.count > 0 ? gap.first : queue.expected;
  pending.kind = kind;
  pending.count = static_cast<std::uint16_t>(1 + gap.count);
  if (gap.count == 0) {
    queue.unacknowledged = 0;
    pending.marked = rules_.echoes && queue.marked;
    queue.marked = false;
  }
  acknowledgements_.push(pending);
}

bool Nic::take_acknowledgement(std::uint32_t index, const Frame &frame, std::vector<NicEvent> &events) {
  std::uint32_t done = 0;
  const bool news = send_queues[index].acknowledge(frame.sequence, done);
  if (done > 0)
    events.push_back({.kind = NicEvent::Kind::send_finished,
                      .time = frame.time,
                      .index = index,
                      .count = done,
                      .port = settings_.port});
  return news;
}

} // namespace lightloom
