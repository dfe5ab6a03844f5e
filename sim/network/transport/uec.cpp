#include "sim/network/transport/uec.hpp"

#include "sim/network/nic/nic.hpp"
#include "sim/network/nic/transport_kind.hpp"

#include <algorithm>

namespace lightloom {

constinit const TransportKind uec_transport{
    .name = "uec",
    .meaning = "a new path per frame, trimming",
    .make = make_transport<Uec>,
    .ethernet = true,
    .signal = CongestionSignal::answers,
    .receiver_credits = true,
    .entropies = true,
    .trimming = true,
    .go_back_n = false,
    .most_window = 32'768, // distances in acknowledgements are signed 16-bit numbers
    .defaults = {.header = Bytes(102),
                 .header_source = "Ethernet 14 + 4, IPv4 20, UDP 8, PDS 12, SES 44, K",
                 .control_header = Bytes(90),
                 .control_header_source = "Ethernet 14 + 4, IPv4 20, UDP 8, PDS ACK_CC 32, SES 12, E",
                 .ack_every = 4,
                 .ack_every_source = "16 KiB, K",
                 .congestion_control = "nscc",
                 .reaction = 400ns, // E
                 .short_queues = true},
};

Uec::Uec(Nic &nic, const TransportSpec &spec) : Transport(nic, spec), spec_(spec) {
  rules.selective = true;
  rules.sprays = spec.entropies > 1;
  rules.least_gap = rules.window / 2; // full buffers on one of its paths alone hold back hundreds; time-outs come first
  rules.follows = true;
  rules.paces = spec.law.paces;
  if (spec.law.windows)
    rules.trains_per_answer = 1;
}

void Uec::prepare(const CongestionControl::Setting &setting) {
  senders_.resize(nic_.send_queues.size());
  if (spec_.law) {
    control_ = spec_.law.make(setting);
    for (std::uint32_t i = 0; i < senders_.size(); ++i)
      follow_window(i);
  }
  if (!spec_.receiver_credits)
    return;
  receivers_.resize(nic_.receive_queues.size());
  credit_source_ = CreditSource(*spec_.receiver_credits, setting.line, spec_.mtu.value, rules.full_frame);
  const __int128 bits_ps = static_cast<__int128>(setting.line.bits_per_second) * spec_.base_rtt.count();
  unsolicited_ = std::max(spec_.mtu.value, static_cast<std::int64_t>(bits_ps / 8'000'000'000'000));
}

/// What of a message may go unsolicited, and a request for the rest.
void Uec::ready(std::uint32_t index, std::int64_t payload, bool idle) {
  if (!spec_.receiver_credits)
    return;
  UecSender &sender = senders_[index];
  const std::int64_t free = idle && sender.in_flight == 0 ? std::min(payload, unsolicited_) : 0;
  sender.unsolicited += static_cast<std::uint64_t>(free);
  if (payload > free)
    request_credit(index, payload - free);
}

/// Whether the queue has a frame that its window and its credit let go. A full frame must fit: a short one never goes
/// beyond the window either. With nothing in flight one frame always may.
bool Uec::has_work(std::uint32_t index) {
  nic_.forget_answered(index);
  SendQueue &queue = nic_.send_queues[index];
  const UecSender &sender = senders_[index];
  if (queue.resend.empty() && (queue.next == queue.end || queue.next - queue.acknowledged >= rules.window))
    return false;
  if (sender.in_flight != 0 && sender.in_flight + rules.full_frame > sender.window)
    return false;
  if (!spec_.receiver_credits || credit(sender) >= spec_.mtu.value)
    return true;
  const std::uint32_t next = queue.resend.empty() ? queue.next : queue.resend.front();
  const OutgoingMessage &message = queue.resend.empty() ? queue.message_of_next() : queue.message_of(next);
  return credit(sender) >= nic_.payload_of(message, next);
}

std::uint32_t Uec::frames_allowed(std::uint32_t index) {
  const SendQueue &queue = nic_.send_queues[index];
  const UecSender &sender = senders_[index];
  std::int64_t most = rules.window;
  if (spec_.law.windows)
    most = std::min(most, (sender.window - sender.in_flight) / rules.full_frame);
  if (spec_.receiver_credits)
    most = std::min(most, credit(sender) / spec_.mtu.value);
  return std::min(rules.window - (queue.next - queue.acknowledged),
                  static_cast<std::uint32_t>(std::max<std::int64_t>(1, most)));
}

std::uint32_t Uec::burst_allowed(std::uint32_t index) {
  return answers_each_frame(senders_[index]) ? 0 : frames_allowed(index);
}

/// With a window of few frames an acknowledgement for every few would come too late.
bool Uec::answers_each_frame(const UecSender &sender) const {
  return sender.window < 4 * rules.ack_every * rules.full_frame;
}

bool Uec::wants_answer(std::uint32_t index, bool more) const { return !more || answers_each_frame(senders_[index]); }

bool Uec::is_answered(std::uint32_t index, std::uint32_t sequence) const {
  return senders_[index].is_acknowledged(sequence);
}

std::uint16_t Uec::entropy(std::uint32_t index) const {
  return static_cast<std::uint16_t>(nic_.send_queues[index].entropy + senders_[index].turn);
}

/// The entropies go round.
void Uec::turn(UecSender &sender) const {
  const std::uint16_t now = sender.turn;
  sender.turn = spec_.entropies < 2 || now + 1u == spec_.entropies ? 0 : static_cast<std::uint16_t>(now + 1);
}

void Uec::departs(std::uint32_t index, Frame &frame, SimTime d, bool again) {
  UecSender &sender = senders_[index];
  frame.entropy = entropy(index);
  turn(sender);
  if (again)
    sender.sent_again(frame.sequence, d);
  else
    sender.sent(nic_.send_queues[index], frame.sequence, frame.count, frame.size, rules.full_frame, d);
  sender.used += static_cast<std::uint64_t>(frame.size - frame.count * rules.overhead);
}

void Uec::burst_departed(std::uint32_t index, Frame &train, SimTime d) {
  SendQueue &queue = nic_.send_queues[index];
  departs(index, train, d, false);
  queue.next = queue.sent = train.sequence + train.count;
  train.entropy = entropy(index);
  if (rules.paces) {
    queue.eligible = control_->sent(index, d, train.size);
    train.time = std::max(nic_.floor(), queue.eligible);
  }
}

SimTime Uec::pace(std::uint32_t index, SimTime d, std::int64_t bytes) { return control_->sent(index, d, bytes); }

void Uec::address(const PendingControl &pending, Frame &frame) {
  if (pending.kind == Frame::Kind::credit_request) {
    const SendQueue &queue = nic_.send_queues[pending.queue];
    frame.destination = queue.endpoint;
    frame.queue_pair = queue.remote;
    frame.entropy = queue.entropy;
    frame.set_bitmap(senders_[pending.queue].wanted);
    senders_[pending.queue].request_waiting = false;
    return;
  }
  const ReceiveQueue &queue = nic_.receive_queues[pending.queue];
  frame.destination = queue.endpoint;
  frame.queue_pair = queue.remote;
  frame.entropy = queue.entropy;
  if (rules.sprays) // answers are sprayed as what they answer is
    frame.entropy = static_cast<std::uint16_t>(frame.entropy + pending.sequence + pending.count + pending.detour);
}

void Uec::prefetch(std::uint32_t queue) const { __builtin_prefetch(&senders_[queue]); }

std::uint32_t Uec::most_train(Duration frame) const {
  if (!spec_.law.windows)
    return rules.window;
  // Measured: with twice as long trains a ring is 3 % slower than frame by frame.
  return std::min(rules.window, static_cast<std::uint32_t>(spec_.base_rtt / frame) / 2 + 1);
}

void Uec::receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events) {
  if (frame.trimmed) [[unlikely]] {
    receive_trimmed(frame);
    return;
  }
  ReceiveQueue &queue = nic_.receive_queues[frame.queue_pair];
  const std::uint32_t due = queue.unacknowledged + frame.count; // take() counts what became in order
  const auto taken = nic_.take(frame, in, events);
  queue.unacknowledged = due;
  if (queue.highest != queue.expected || queue.gap_deadline != never)
    nic_.look_for_gaps(frame, taken.verdict, true);
  const bool early_train = frame.count > 1 && taken.verdict == ReceiveQueue::Verdict::early;
  if (due >= nic_.acknowledgement_due(frame.count) || frame.marked || frame.wants_answer || frame.last ||
      nic_.completed_any() || taken.verdict == ReceiveQueue::Verdict::duplicate || early_train)
    acknowledge(frame, taken.verdict == ReceiveQueue::Verdict::duplicate);
}

void Uec::acknowledge(const Frame &frame, bool duplicate) {
  nic_.take_effect(frame.time);
  ReceiveQueue &queue = nic_.receive_queues[frame.queue_pair];
  queue.unacknowledged = 0;
  const auto ahead = static_cast<std::int32_t>(frame.sequence - queue.expected);
  const std::int32_t clamped = std::clamp(ahead, -32'768, 32'767);
  PendingControl pending;
  pending.queue = frame.queue_pair;
  pending.sequence = queue.expected;
  pending.count = static_cast<std::uint16_t>(clamped);
  pending.marked = frame.marked;
  pending.detour = duplicate ? frame.entropy : 0; // a frame takes another path each time
  pending.last = frame.count > 1;
  pending.bitmap = frame.count > 1 ? frame.count : ahead == clamped ? queue.early_around(frame.sequence) : 0;
  nic_.answer(pending);
}

/// The header of frames that found no room: they are asked for, unless they are here already.
void Uec::receive_trimmed(const Frame &frame) {
  nic_.counters().frames_trimmed += frame.count;
  ReceiveQueue &queue = nic_.receive_queues[frame.queue_pair];
  std::uint32_t first = frame.sequence;
  std::uint32_t end = frame.sequence + frame.count;
  while (first != end && queue.has(first))
    ++first;
  while (first != end && queue.has(end - 1))
    --end;
  if (first == end) {
    acknowledge(frame, true);
    return;
  }
  nic_.take_effect(frame.time);
  PendingControl pending;
  pending.queue = frame.queue_pair;
  pending.kind = Frame::Kind::negative_acknowledgement;
  pending.sequence = first;
  pending.count = static_cast<std::uint16_t>(1 + end - first);
  pending.marked = frame.marked;
  pending.trimmed = true;
  nic_.answer(pending);
}

void Uec::receive_control(const Frame &frame, std::vector<NicEvent> &events) {
  const std::uint32_t index = frame.queue_pair;
  if (frame.kind == Frame::Kind::credit_request) {
    receive_request(frame);
    return;
  }
  SendQueue &queue = nic_.send_queues[index];
  UecSender &sender = senders_[index];
  if (frame.kind == Frame::Kind::negative_acknowledgement) {
    lose_frames(index, frame);
  } else if (frame.kind == Frame::Kind::credit_grant) {
    sender.granted = std::max(sender.granted, frame.bitmap());
    queue.retries = 0;
  } else {
    const auto news = sender.acknowledge(queue, frame, frame.time);
    const bool moved = nic_.take_acknowledgement(index, frame, events);
    if (news.bytes > 0) {
      queue.retries = 0;
      if (control_ != nullptr && news.timed) {
        control_->acknowledged(index, {frame.time, news.bytes, frame.marked, news.round_trip - behind_head(frame)});
        follow_window(index);
      }
    }
    if (moved)
      arm(queue, sender, frame.time);
  }
  nic_.activate(index);
}

/// How much later than its first frame the train that an acknowledgement answers was in. What a frame would have taken
/// is what congestion is measured by.
Duration Uec::behind_head(const Frame &acknowledgement) const {
  const auto others = acknowledgement.last ? static_cast<std::int64_t>(acknowledgement.bitmap()) - 1 : 0;
  return transmission_time(Bytes(others * rules.full_frame), nic_.link.nominal_rate());
}

void Uec::lose_frames(std::uint32_t index, const Frame &request) {
  SendQueue &queue = nic_.send_queues[index];
  UecSender &sender = senders_[index];
  std::int64_t lost = 0;
  std::int64_t payload = 0;
  for (std::uint32_t s = request.sequence; s != request.sequence + request.count - 1u; ++s)
    if (const std::int64_t size = sender.lose(queue, s, request.trimmed); size > 0) {
      queue.resend.push(s);
      lost += size;
      payload += size - rules.overhead;
    }
  if (lost == 0)
    return;
  queue.retries = 0; // the peer is there
  if (control_ != nullptr) {
    control_->lost(index, request.time, lost);
    follow_window(index);
  }
  request_credit(index, payload);
}

/// The clock runs from the last departure of the oldest frame that is not acknowledged, or from now when that has yet
/// to leave again, or when nothing may leave before credit comes.
void Uec::arm(SendQueue &queue, const UecSender &sender, SimTime now) {
  const bool in_flight = queue.acknowledged != queue.next;
  queue.deadline = never;
  if (!in_flight && (queue.next == queue.end || !spec_.receiver_credits))
    return;
  const SimTime from =
      in_flight && !sender.in_resend(queue.acknowledged) ? sender.departure(queue.acknowledged, now) : now;
  nic_.set_deadline(queue, std::max(now, from + spec_.retransmit_timeout));
}

/// Takes every frame for lost that left a time-out ago and was not acknowledged, and asks for credit once more.
bool Uec::time_out(std::uint32_t index, SimTime now) {
  SendQueue &queue = nic_.send_queues[index];
  UecSender &sender = senders_[index];
  std::int64_t lost = 0;
  std::int64_t payload = 0;
  const SimTime old = now - spec_.retransmit_timeout;
  for (std::uint32_t s = queue.acknowledged; s != queue.next; ++s) {
    if (sender.is_acknowledged(s) || sender.in_resend(s) || sender.departure(s, now) > old)
      continue;
    const std::int64_t size = sender.lose(queue, s, true);
    queue.resend.push(s);
    lost += size;
    payload += size - rules.overhead;
  }
  if (control_ != nullptr && lost > 0) {
    control_->timed_out(index, now);
    follow_window(index);
  }
  request_credit(index, payload);
  arm(queue, sender, now);
  return lost > 0 || (spec_.receiver_credits && !has_work(index));
}

void Uec::request_credit(std::uint32_t index, std::int64_t payload) {
  if (!spec_.receiver_credits)
    return;
  UecSender &sender = senders_[index];
  sender.wanted += static_cast<std::uint64_t>(payload);
  SendQueue &queue = nic_.send_queues[index];
  if (queue.deadline == never)
    arm(queue, sender, nic_.floor());
  if (sender.request_waiting)
    return;
  sender.request_waiting = true;
  PendingControl pending;
  pending.kind = Frame::Kind::credit_request;
  pending.queue = index;
  nic_.answer(pending);
}

void Uec::receive_request(const Frame &frame) {
  UecReceiver &receiver = receivers_[frame.queue_pair];
  if (frame.bitmap() > receiver.wanted) {
    credit_source_.want(frame.queue_pair, static_cast<std::int64_t>(frame.bitmap() - receiver.wanted), frame.time);
    timer = credit_source_.next();
    receiver.wanted = frame.bitmap();
  } else {
    send_grant(frame.queue_pair); // asked twice: the sender waits for an answer
  }
}

/// Credit is due.
void Uec::timer_expired(SimTime now) {
  nic_.take_effect(now);
  while (credit_source_.next() <= now) {
    const CreditSource::Grant grant = credit_source_.take();
    receivers_[grant.sender].granted += static_cast<std::uint64_t>(grant.bytes);
    send_grant(grant.sender);
  }
  timer = credit_source_.next();
}

void Uec::send_grant(std::uint32_t index) {
  PendingControl pending;
  pending.kind = Frame::Kind::credit_grant;
  pending.queue = index;
  pending.bitmap = receivers_[index].granted;
  nic_.answer(pending);
}

} // namespace lightloom
