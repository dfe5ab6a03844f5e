#include "sim/network/transport/reliable_connection.hpp"

#include "sim/network/nic/nic.hpp"

namespace lightloom {

ReliableConnection::ReliableConnection(Nic &nic, const TransportSpec &spec) : Transport(nic, spec), law_(spec.law) {
  rules.paces = law_.paces;
  rules.echoes = law_.signal == CongestionSignal::echo;
}

void ReliableConnection::prepare(const CongestionControl::Setting &setting) {
  if (law_)
    control_ = law_.make(setting);
  if (law_.signal == CongestionSignal::notification)
    quiet_until_.resize(nic_.receive_queues.size());
}

bool ReliableConnection::has_work(std::uint32_t index) {
  const SendQueue &queue = nic_.send_queues[index];
  return !queue.resend.empty() || (queue.next != queue.end && queue.next - queue.acknowledged < rules.window);
}

std::uint32_t ReliableConnection::frames_allowed(std::uint32_t index) {
  const SendQueue &queue = nic_.send_queues[index];
  return rules.window - (queue.next - queue.acknowledged);
}

std::uint16_t ReliableConnection::entropy(std::uint32_t index) const { return nic_.send_queues[index].entropy; }

void ReliableConnection::departs(std::uint32_t index, Frame &frame, SimTime, bool again) {
  const SendQueue &queue = nic_.send_queues[index];
  frame.entropy = queue.entropy;
  if (again) // another path, in case the first one is dead
    frame.entropy = static_cast<std::uint16_t>(frame.entropy + 1 + queue.retries * 7919);
}

void ReliableConnection::burst_departed(std::uint32_t index, Frame &train, SimTime d) {
  SendQueue &queue = nic_.send_queues[index];
  queue.eligible = control_->sent(index, d, train.size);
  train.time = std::max(nic_.floor(), queue.eligible);
}

SimTime ReliableConnection::pace(std::uint32_t index, SimTime d, std::int64_t bytes) {
  return control_->sent(index, d, bytes);
}

void ReliableConnection::address(const PendingControl &pending, Frame &frame) {
  const ReceiveQueue &queue = nic_.receive_queues[pending.queue];
  frame.destination = queue.endpoint;
  frame.queue_pair = queue.remote;
  frame.entropy = queue.entropy;
}

void ReliableConnection::prefetch(std::uint32_t queue) const {
  if (control_ != nullptr)
    control_->prefetch(queue);
}

void ReliableConnection::receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events) {
  ReceiveQueue &queue = nic_.receive_queues[frame.queue_pair];
  const auto taken = nic_.take(frame, in, events);
  if (taken.verdict != ReceiveQueue::Verdict::in_order || queue.highest != queue.expected ||
      queue.gap_deadline != never) [[unlikely]]
    nic_.look_for_gaps(frame, taken.verdict, rules.selective);
  if (frame.marked) [[unlikely]] {
    queue.marked = true;
    if (law_.signal == CongestionSignal::notification)
      notify_congestion(frame.queue_pair, frame.time);
  }
  if (nic_.completed_any() || (!rules.ends_only && queue.unacknowledged >= nic_.acknowledgement_due(frame.count)) ||
      taken.verdict == ReceiveQueue::Verdict::duplicate)
    nic_.acknowledge(frame.queue_pair, Frame::Kind::acknowledgement, frame.time);
}

/// A marked frame came: a notification, unless this queue pair sent one within the interval.
void ReliableConnection::notify_congestion(std::uint32_t index, SimTime now) {
  SimTime &quiet_until = quiet_until_[index];
  if (now < quiet_until)
    return;
  quiet_until = now + law_.quiet;
  nic_.take_effect(now);
  PendingControl pending;
  pending.queue = index;
  pending.kind = Frame::Kind::congestion_notification;
  nic_.answer(pending);
  ++nic_.counters().notifications_sent;
}

void ReliableConnection::receive_control(const Frame &frame, std::vector<NicEvent> &events) {
  const std::uint32_t index = frame.queue_pair;
  SendQueue &queue = nic_.send_queues[index];
  if (frame.kind == Frame::Kind::congestion_notification) {
    control_->notified(index, frame.time);
    return;
  }
  if (frame.marked)
    control_->notified(index, frame.time);
  const bool negative = frame.kind == Frame::Kind::negative_acknowledgement;
  if (const std::uint32_t missing = negative ? frame.count - 1u : 0; missing > 0) {
    for (std::uint32_t s = frame.sequence; s != frame.sequence + missing; ++s)
      if (!precedes(s, queue.acknowledged) && precedes(s, queue.next))
        queue.resend.push(s);
    nic_.activate(index);
    return;
  }
  if (nic_.take_acknowledgement(index, frame, events)) {
    queue.retries = 0;
    nic_.arm(queue, frame.time);
  }
  if (negative && queue.acknowledged == frame.sequence && precedes(frame.sequence, queue.next))
    queue.rewind();
  nic_.activate(index);
}

bool ReliableConnection::time_out(std::uint32_t, SimTime) { return true; }
void ReliableConnection::send_again(std::uint32_t queue) { nic_.send_queues[queue].rewind(); }

} // namespace lightloom
