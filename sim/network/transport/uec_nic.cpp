// The NIC's part of transport `uec` (transport/uec.hpp): acknowledgements, lost frames, windows and credits.

#include "sim/network/nic/nic.hpp"

#include <algorithm>

namespace lightloom {

/// Whether the queue has a frame that its window and its credit let go. A full frame must fit: a short one never goes
/// beyond the window either. With nothing in flight one frame always may.
bool Nic::has_work_uec(SendQueue &queue, const UecSender &sender) {
  forget_answered(static_cast<std::uint32_t>(&queue - send_queues.data()));
  if (queue.resend.empty() && (queue.next == queue.end || queue.next - queue.acknowledged >= rules_.window))
    return false;
  if (rules_.window_control && sender.in_flight != 0 && sender.in_flight + rules_.full_frame > sender.nscc.window())
    return false;
  if (!rules_.credit_control)
    return true;
  const auto credit = static_cast<std::int64_t>(sender.granted + sender.unsolicited - sender.used);
  if (credit >= settings_.transport.mtu.value)
    return true;
  const std::uint32_t next = queue.resend.empty() ? queue.next : queue.resend.front();
  const OutgoingMessage &message = queue.resend.empty() ? queue.message_of_next() : queue.message_of(next);
  return credit >= payload_of(message, next);
}

/// Frames that may still leave; at least one.
std::uint32_t Nic::frames_allowed(const UecSender &sender) const {
  std::int64_t most = rules_.window;
  if (rules_.window_control)
    most = std::min(most, (sender.nscc.window() - sender.in_flight) / rules_.full_frame);
  if (rules_.credit_control)
    most = std::min(most, static_cast<std::int64_t>(sender.granted + sender.unsolicited - sender.used) /
                              settings_.transport.mtu.value);
  return static_cast<std::uint32_t>(std::max<std::int64_t>(1, most));
}

/// With a window of few frames an acknowledgement for every few would come too late.
bool Nic::answer_each_frame(const UecSender &sender) const {
  return rules_.window_control && sender.nscc.window() < 4 * rules_.ack_every * rules_.full_frame;
}

std::uint16_t Nic::next_entropy(const SendQueue &queue, UecSender &sender) const {
  const std::uint32_t entropies = settings_.transport.entropies;
  const std::uint16_t turn = sender.turn;
  sender.turn = entropies < 2 || turn + 1u == entropies ? 0 : static_cast<std::uint16_t>(turn + 1);
  return static_cast<std::uint16_t>(queue.entropy + turn);
}

void Nic::receive_data_uec(const Frame &frame, SimTime in, std::vector<NicEvent> &events) {
  if (frame.trimmed) [[unlikely]] {
    receive_trimmed(frame);
    return;
  }
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  const std::uint32_t due = queue.unacknowledged + frame.count; // take() counts what became in order
  const auto taken = take(frame, in, events);
  queue.unacknowledged = due;
  if (queue.highest != queue.expected || queue.gap_deadline != never) {
    queue.longest_train = std::max<std::uint32_t>(queue.longest_train, frame.count);
    ask_for_missing(frame.queue_pair, taken.verdict, true, frame.time);
    watch_gap(queue, taken.verdict == ReceiveQueue::Verdict::in_order, frame.time);
  }
  const bool early_train = frame.count > 1 && taken.verdict == ReceiveQueue::Verdict::early;
  if (due >= acknowledgement_due(frame.count) || frame.marked || frame.wants_answer || frame.last ||
      !finished_.empty() || taken.verdict == ReceiveQueue::Verdict::duplicate || early_train)
    acknowledge_uec(frame, frame.time);
}

void Nic::acknowledge_uec(const Frame &frame, SimTime now) {
  take_effect(now);
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  queue.unacknowledged = 0;
  const auto ahead = static_cast<std::int32_t>(frame.sequence - queue.expected);
  const std::int32_t clamped = std::clamp(ahead, -32'768, 32'767);
  PendingControl pending;
  pending.queue = frame.queue_pair;
  pending.sequence = queue.expected;
  pending.count = static_cast<std::uint16_t>(clamped);
  pending.marked = frame.marked;
  pending.last = frame.count > 1;
  pending.bitmap = frame.count > 1 ? frame.count : ahead == clamped ? queue.early_around(frame.sequence) : 0;
  acknowledgements_.push(pending);
}

/// The header of frames that found no room: they are asked for, unless they are here already.
void Nic::receive_trimmed(const Frame &frame) {
  counters_.data_trimmed += frame.count;
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  std::uint32_t first = frame.sequence;
  std::uint32_t end = frame.sequence + frame.count;
  while (first != end && queue.has(first))
    ++first;
  while (first != end && queue.has(end - 1))
    --end;
  if (first == end) {
    acknowledge_uec(frame, frame.time);
    return;
  }
  take_effect(frame.time);
  PendingControl pending;
  pending.queue = frame.queue_pair;
  pending.kind = Frame::Kind::negative_acknowledgement;
  pending.sequence = first;
  pending.count = static_cast<std::uint16_t>(1 + end - first);
  pending.marked = frame.marked;
  pending.trimmed = true;
  acknowledgements_.push(pending);
}

void Nic::receive_control_uec(const Frame &frame, std::vector<NicEvent> &events) {
  const std::uint32_t index = frame.queue_pair;
  if (frame.kind == Frame::Kind::credit_request) {
    receive_request(frame);
    return;
  }
  SendQueue &queue = send_queues[index];
  UecSender &sender = uec_[index];
  if (frame.kind == Frame::Kind::negative_acknowledgement) {
    lose_frames(index, frame);
  } else if (frame.kind == Frame::Kind::credit_grant) {
    sender.granted = std::max(sender.granted, frame.bitmap());
    queue.retries = 0;
  } else {
    const auto news = sender.acknowledge(queue, frame, frame.time);
    std::uint32_t done = 0;
    const bool moved = queue.acknowledge(frame.sequence, done);
    if (done > 0)
      events.push_back({NicEvent::Kind::send_finished, frame.time, index, done, 0, settings_.port});
    if (news.bytes > 0) {
      queue.retries = 0;
      if (rules_.window_control && news.timed)
        sender.nscc.acknowledged(frame.time, news.bytes, frame.marked, news.round_trip - behind_head(frame));
    }
    if (moved)
      arm_uec(queue, sender, frame.time);
  }
  activate(index);
}

/// How much later than its first frame the train that an acknowledgement answers was in. What a frame would have taken
/// is what congestion is measured by.
Duration Nic::behind_head(const Frame &acknowledgement) const {
  const auto others = acknowledgement.last ? static_cast<std::int64_t>(acknowledgement.bitmap()) - 1 : 0;
  return transmission_time(Bytes(others * rules_.full_frame), link.nominal_rate());
}

void Nic::lose_frames(std::uint32_t index, const Frame &request) {
  SendQueue &queue = send_queues[index];
  UecSender &sender = uec_[index];
  std::int64_t lost = 0;
  std::int64_t payload = 0;
  for (std::uint32_t s = request.sequence; s != request.sequence + request.count - 1u; ++s)
    if (const std::int64_t size = sender.lose(queue, s, request.trimmed); size > 0) {
      queue.resend.push(s);
      lost += size;
      payload += size - overhead();
    }
  if (lost == 0)
    return;
  queue.retries = 0; // the peer is there
  if (rules_.window_control)
    sender.nscc.lost(request.time, lost);
  request_credit(index, payload);
}

/// The clock runs from the last departure of the oldest frame that is not acknowledged, or from now when that has yet
/// to leave again, or when nothing may leave before credit comes.
void Nic::arm_uec(SendQueue &queue, const UecSender &sender, SimTime now) {
  const bool in_flight = queue.acknowledged != queue.next;
  queue.deadline = never;
  if (!in_flight && (queue.next == queue.end || !rules_.credit_control))
    return;
  const SimTime from =
      in_flight && !sender.in_resend(queue.acknowledged) ? sender.departure(queue.acknowledged, now) : now;
  queue.deadline = std::max(now, from + settings_.transport.retransmit_timeout);
  timeout_at_ = std::min(timeout_at_, queue.deadline);
}

/// The clock of a queue has run out: takes every frame for lost that left a time-out ago and was not acknowledged, and
/// asks for credit once more. Returns whether the peer owes an answer; else the clock starts again.
bool Nic::time_out_uec(std::uint32_t index, SimTime now) {
  SendQueue &queue = send_queues[index];
  UecSender &sender = uec_[index];
  std::int64_t lost = 0;
  std::int64_t payload = 0;
  const SimTime old = now - settings_.transport.retransmit_timeout;
  for (std::uint32_t s = queue.acknowledged; s != queue.next; ++s) {
    if (sender.is_acknowledged(s) || sender.in_resend(s) || sender.departure(s, now) > old)
      continue;
    const std::int64_t size = sender.lose(queue, s, true);
    queue.resend.push(s);
    lost += size;
    payload += size - overhead();
  }
  if (rules_.window_control && lost > 0)
    sender.nscc.timed_out(now);
  request_credit(index, payload);
  arm_uec(queue, sender, now);
  return lost > 0 || (rules_.credit_control && !has_work_uec(queue, sender));
}

/// A message is ready: what of it may go unsolicited, and a request for the rest.
void Nic::offer(std::uint32_t index, std::int64_t payload, bool idle) {
  UecSender &sender = uec_[index];
  const std::int64_t free = idle && sender.in_flight == 0 ? std::min(payload, unsolicited_) : 0;
  sender.unsolicited += static_cast<std::uint64_t>(free);
  if (payload > free)
    request_credit(index, payload - free);
}

void Nic::request_credit(std::uint32_t index, std::int64_t payload) {
  if (!rules_.credit_control)
    return;
  UecSender &sender = uec_[index];
  sender.wanted += static_cast<std::uint64_t>(payload);
  SendQueue &queue = send_queues[index];
  if (queue.deadline == never)
    arm_uec(queue, sender, floor_);
  if (sender.request_waiting)
    return;
  sender.request_waiting = true;
  PendingControl pending;
  pending.kind = Frame::Kind::credit_request;
  pending.queue = index;
  acknowledgements_.push(pending);
}

void Nic::receive_request(const Frame &frame) {
  UecReceiver &receiver = uec_receivers_[frame.queue_pair];
  if (frame.bitmap() > receiver.wanted) {
    credit_source_.want(frame.queue_pair, static_cast<std::int64_t>(frame.bitmap() - receiver.wanted), frame.time);
    receiver.wanted = frame.bitmap();
  } else {
    send_grant(frame.queue_pair); // asked twice: the sender waits for an answer
  }
}

void Nic::grant_credit(SimTime now) {
  take_effect(now);
  while (credit_source_.next() <= now) {
    const CreditSource::Grant grant = credit_source_.take();
    uec_receivers_[grant.sender].granted += static_cast<std::uint64_t>(grant.bytes);
    send_grant(grant.sender);
  }
}

void Nic::send_grant(std::uint32_t index) {
  PendingControl pending;
  pending.kind = Frame::Kind::credit_grant;
  pending.queue = index;
  pending.bitmap = uec_receivers_[index].granted;
  acknowledgements_.push(pending);
}

} // namespace lightloom
