#include "sim/network/nic.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/network/switch.hpp"
#include "sim/network/train_rule.hpp"

#include <algorithm>
#include <bit>

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

Nic::Nic(const Settings &settings) : credits(settings.transport.virtual_lanes), settings_(settings) {
  if (settings.host.pcie.bits_per_second > 0)
    bus_fs_per_byte_ = 8'000'000'000'000'000 / settings.host.pcie.bits_per_second;
}

void Nic::choose_train(const SendQueue &queue, const Operation &send, OutgoingMessage &message) {
  if (settings_.trains.most_frames == 1)
    return;
  const double frame_time =
      seconds(transmission_time(settings_.transport.mtu + Bytes(overhead()), link.nominal_rate()));
  const TrainChoice choice = choose_train_length(
      settings_.trains, {message.frames, queue.paths, send.crossing, seconds(send.duration) / frame_time});
  message.train = choice.frames;
  if (choice.frames < 2)
    return;
  counters_.bytes_in_trains += static_cast<std::uint64_t>(message.bytes);
  counters_.train_error = std::max(counters_.train_error, choice.error);
  counters_.train_delay_s += choice.delay_frames * frame_time;
}

/// Trains of the queue that a link may have under way beyond its credits.
std::uint8_t Nic::overdraft(const SendQueue &queue) {
  return static_cast<std::uint8_t>(train_overdraft[static_cast<std::size_t>(queue.paths)]);
}

void Nic::post(std::uint32_t index, const Operation &send, Bytes size, const SentMessage &origin,
               std::vector<NicEvent> &events) {
  SendQueue &queue = send_queues[index];
  const std::int64_t mtu = settings_.transport.mtu.value;
  const auto count = static_cast<std::uint32_t>(size.value == 0 ? 1 : (size.value + mtu - 1) / mtu);
  if (size.value / mtu >= most_frames)
    throw Error(fmt::format("a message of {} B", size.value), "sequence numbers go round after 4 billion frames",
                "Send it in parts, or with a larger transport.mtu.");
  OutgoingMessage message{1, 0, queue.posted, count, size.value};
  if (history != nullptr)
    message.ordinal = static_cast<std::uint32_t>(history->sent[index].size());
  choose_train(queue, send, message);
  queue.messages.push(message);
  queue.posted += count;
  ++counters_.messages_posted;
  counters_.bytes_posted += static_cast<std::uint64_t>(size.value);
  if (history != nullptr) {
    history->sent[index].push_back(origin);
    history->sent[index].back().departed = never;
  }
  events.push_back({NicEvent::Kind::message_ready,
                    origin.posted + settings_.host.nic_latency + settings_.host.message_overhead, index, count, 0,
                    settings_.port});
}

void Nic::ready(std::uint32_t index, SimTime now) {
  drain(now);
  floor_ = now;
  SendQueue &queue = send_queues[index];
  const bool waiting = queue.next != queue.end || !queue.resend.empty();
  for (std::uint32_t i = 0; i < queue.messages.size();
       ++i) // messages of a queue become ready in the order posted, one per event
    if (queue.messages[i].first == queue.end) {
      queue.end += queue.messages[i].frames;
      if (history != nullptr)
        open_record(queue, queue.messages[i], waiting, now);
      break;
    }
  activate(index);
}

/// Puts what stands in the ledger into the message's record; remember_departure() takes the difference.
void Nic::open_record(SendQueue &queue, const OutgoingMessage &message, bool waiting, SimTime now) {
  if (waiting)
    settle(queue, now);
  queue.mark = std::max(queue.mark, now);
  SentMessage &record = record_of(queue, message);
  record.sending = queue.ledger.sending - (queue.mark - now); // its own last train may still be leaving
  record.queueing = queue.ledger.queueing;
  record.flow_control = queue.ledger.flow_control;
  record.congestion_control = queue.ledger.congestion_control;
}

/// Accounts for the time of a waiting queue up to `now`, when something about it changes: the port was busy with
/// others, or it had no credit, or the queue's window was full.
void Nic::settle(SendQueue &queue, SimTime now) {
  if (queue.mark >= now)
    return;
  if (queue.active)
    account(queue, link.free(), now, Duration{});
  else
    queue.ledger.congestion_control += now - queue.mark;
  queue.mark = now;
}

/// A train of the queue leaves at `d` and takes the port for `sending`; the port was free from `free` on.
void Nic::account(SendQueue &queue, SimTime free, SimTime d, Duration sending) {
  const SimTime idle = std::clamp(free, queue.mark, std::max(queue.mark, d));
  queue.ledger.queueing += idle - queue.mark;
  queue.ledger.flow_control += d - idle;
  queue.ledger.sending += sending;
  queue.mark = d + sending;
}

void Nic::remember_departure(SendQueue &queue, const OutgoingMessage &message, const Frame &frame, bool resent,
                             SimTime free, SimTime d) {
  const Duration sending = link.free() - d;
  account(queue, free, d, sending);
  SentMessage &record = record_of(queue, message);
  if (resent) {
    record.resent = d;
  } else if (frame.last) {
    record.departed = d;
    record.sending = queue.ledger.sending - sending - record.sending;
    record.queueing = queue.ledger.queueing - record.queueing;
    record.flow_control = queue.ledger.flow_control - record.flow_control;
    record.congestion_control = queue.ledger.congestion_control - record.congestion_control;
  }
}

/// Sprayed trains take a new path each; what is sent frame by frame does so every frame.
std::uint8_t Nic::turn_shift(const SendQueue &queue, std::uint32_t train) {
  return queue.paths == PathUse::sprayed ? static_cast<std::uint8_t>(std::countr_zero(train)) : 0;
}

void Nic::activate(std::uint32_t index) {
  SendQueue &queue = send_queues[index];
  if (!queue.active && !queue.dead && queue.has_work(window())) {
    if (history != nullptr && queue.next != queue.end)
      settle(queue, floor_); // its window was full
    queue.active = true;
    round_.push(index);
  }
}

/// When the host's memory has a frame whose tail is in at frame.time: with a host bus, once that has carried it.
SimTime Nic::in_memory(const Frame &frame) {
  if (bus_fs_per_byte_ == 0)
    return frame.time;
  const std::int64_t full = settings_.transport.mtu.value + overhead();
  const std::int64_t first = std::min<std::int64_t>(frame.size, full);
  const SimTime first_in = frame.time - transmission_time(Bytes(frame.size - first), link.nominal_rate());
  bus_free_ = std::max(bus_free_, first_in) + Duration(frame.size * bus_fs_per_byte_ / 1000);
  return bus_free_ = std::max(bus_free_, frame.time + Duration(first * bus_fs_per_byte_ / 1000));
}

void Nic::receive(const Frame &frame, std::vector<NicEvent> &events) {
  const SimTime in = in_memory(frame);
  auto &credit = credits[frame.lane];
  if (credit.connected()) { // the buffer is free once the tail is in memory's queue
    if (frame.frames() == 1)
      credit.push(Credit(in + credit_delay, frame.size));
    else
      give_back_train(credit, frame, settings_.transport.mtu.value + overhead(), in + credit_delay);
  }
  if (frame.kind == Frame::Kind::data) [[likely]]
    receive_data(frame, in, events);
  else
    receive_control(frame, events);
}

void Nic::remember(std::uint32_t index, const Frame &frame, const ReceiveQueue::Finished &message, SimTime delivered) {
  ReceivedMessage record;
  record.delivered = delivered;
  record.tail = frame.time;
  record.sequence = frame.sequence;
  record.wire_bytes = frame.size;
  record.queueing = frame.queueing;
  record.flow_control = frame.flow_control;
  record.entropy = frame.entropy;
  record.turn_shift = frame.turn_shift;
  const std::uint32_t end = frame.sequence + frame.count;
  record.final_train = !precedes(message.last, frame.sequence) && precedes(message.last, end);
  record.earlier_message = !precedes(message.first, end);
  history->received[index].push_back(record);
}

void Nic::receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events) {
  if (frame.corrupt) [[unlikely]] {
    ++counters_.data_corrupt;
    return;
  }
  ReceiveQueue &queue = receive_queues[frame.queue_pair];
  const auto &transport = settings_.transport;
  const bool selective = ideal() || transport.recovery == TransportSpec::Recovery::selective;
  finished_.clear();
  const auto taken =
      queue.take({frame.sequence, frame.count, frame.size - frame.count * overhead(), frame.last}, selective,
                 ideal() ? 1u << 16 : transport.window_frames, transport.mtu.value, finished_);
  const auto verdict = taken.verdict;
  counters_.data_delivered += taken.frames;
  counters_.data_discarded += frame.count - taken.frames;
  for (const auto &message : finished_) {
    ++queue.arrived_messages;
    counters_.bytes_delivered += static_cast<std::uint64_t>(message.bytes);
    const SimTime delivered = in + settings_.host.nic_latency;
    if (history != nullptr)
      remember(frame.queue_pair, frame, message, delivered);
    events.push_back({NicEvent::Kind::message_arrived, delivered, frame.queue_pair, 0, message.bytes, settings_.port});
  }
  if (verdict != ReceiveQueue::Verdict::in_order || queue.highest != queue.expected || queue.gap_deadline != never)
      [[unlikely]] {
    ask_for_missing(frame.queue_pair, verdict, selective, frame.time);
    watch_gap(queue, verdict == ReceiveQueue::Verdict::in_order, frame.time);
  }
  // Trains are acknowledged by the four: an acknowledgement each would double the work.
  const std::uint32_t due = std::min(std::max(transport.ack_every, frame.count > 1 ? 4u * frame.count : 0u),
                                     transport.window_frames / (frame.count > 1 ? 8 : 2));
  if (!finished_.empty() || (!ideal() && queue.unacknowledged >= due) || verdict == ReceiveQueue::Verdict::duplicate)
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
  const std::uint32_t allowed =
      settings_.paths == PathChoice::spray ? std::max(reorder_allowance, 16 * settings_.trains.most_frames) : 0;
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
  const std::uint32_t missing = frame.kind == Frame::Kind::negative_acknowledgement ? frame.count - 1u : 0;
  if (missing > 0) {
    for (std::uint32_t s = frame.sequence; s != frame.sequence + missing; ++s)
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
      events.push_back({NicEvent::Kind::send_finished, frame.time, frame.queue_pair, done, 0, settings_.port});
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
        events.push_back({NicEvent::Kind::peer_unreachable, now, i, queue.retries - 1, 0, settings_.port});
        continue;
      }
      queue.rewind();
      queue.deadline = now + settings_.transport.retransmit_timeout;
      activate(i);
    }
    timeout_at_ = std::min(timeout_at_, queue.deadline);
  }
}

std::int64_t Nic::payload_of(const OutgoingMessage &message, std::uint32_t sequence, std::uint32_t count) const {
  const std::int64_t mtu = settings_.transport.mtu.value;
  const bool last = sequence - message.first + count == message.frames;
  return last ? message.bytes - mtu * (sequence - message.first) : mtu * count;
}

/// How long trains of the front queue may be now: no longer than those of the queues that take turns with it. Turns of
/// different lengths would not be fair shares of the port (decision 0008).
std::uint32_t Nic::train_length(const OutgoingMessage &message) {
  std::uint32_t length = message.train;
  for (std::uint32_t i = 1; i < round_.size() && length > 1; ++i) {
    SendQueue &other = send_queues[round_[i]];
    if (!other.dead && other.has_work(window()))
      length = other.resend.empty() ? std::min(length, other.message_of_next().train) : 1;
  }
  return length;
}

/// Frames of the train that starts at queue.next. One that was sent before goes by itself up to where new ones begin.
std::uint32_t Nic::next_train(const SendQueue &queue, const OutgoingMessage &message, std::uint32_t length) const {
  if (length == 1)
    return 1;
  const std::uint32_t left = message.first + message.frames - queue.next;
  const std::uint32_t in_window = window() - (queue.next - queue.acknowledged);
  const std::uint32_t in_phase = length - (queue.next & (length - 1)); // up to where the path changes
  const std::uint32_t old = precedes(queue.next, queue.sent) ? queue.sent - queue.next : left;
  return std::min({left, in_window, queue.paths == PathUse::sprayed ? in_phase : length, old});
}

std::int64_t Nic::next_data_size() {
  SendQueue &queue = send_queues[round_.front()];
  if (!queue.resend.empty())
    return payload_of(queue.message_of(queue.resend.front()), queue.resend.front()) + overhead();
  const OutgoingMessage &message = queue.message_of_next();
  const std::uint32_t count = next_train(queue, message, train_length(message));
  return payload_of(message, queue.next, count) + count * overhead();
}

SimTime Nic::earliest_data(SimTime until) {
  while (!round_.empty()) { // a queue that was acknowledged while it waited may have nothing left
    SendQueue &queue = send_queues[round_.front()];
    while (!queue.resend.empty() && precedes(queue.resend.front(), queue.acknowledged))
      queue.resend.pop();
    if (!queue.dead && queue.has_work(window()))
      return link.earliest(0, next_data_size(), floor_, until, overdraft(queue));
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

/// Full frames or trains from the middle of a message of the only queue with work, one after another: the common case,
/// made short. Returns whether it sent any; never sends the last frame of a message, nor one for the second time.
bool Nic::burst(SimTime until) {
  SendQueue &queue = send_queues[round_.front()];
  const bool unarmed = !ideal() && queue.deadline == never; // the frame that starts the clock goes the long way
  if (queue.dead || unarmed || !queue.resend.empty() || queue.next != queue.sent || queue.next == queue.end)
    return false;
  const OutgoingMessage &message = queue.message_of_next();
  const std::uint32_t length = message.train;
  if (queue.paths == PathUse::sprayed && (queue.next & (length - 1)) != 0)
    return false; // a part of a train up to where the path changes
  const std::uint32_t in_message = message.first + message.frames - 1 - queue.next;
  const std::uint32_t in_window =
      window() - (queue.next - queue.acknowledged); // the last frame of the window ends the turn elsewhere
  const std::uint32_t most = std::min(in_message, in_window > 0 ? in_window - 1 : 0) / length;
  struct Trains {
    enum : bool { counts_waiting = false };
    Frame &train;
    std::uint32_t &left;
    bool empty() const { return left == 0; }
    const Frame &front() const { return train; }
    void sent(SimTime /*departure*/) const {
      --left;
      train.sequence += train.count;
    }
  };
  Frame train;
  train.time = floor_;
  train.destination = queue.host;
  train.queue_pair = queue.remote;
  train.sequence = queue.next;
  train.count = static_cast<std::uint16_t>(length);
  train.size = static_cast<std::uint32_t>((settings_.transport.mtu.value + overhead()) * length);
  train.entropy = queue.entropy;
  train.turn_shift = turn_shift(queue, length) & 15;
  train.overdraft = overdraft(queue) & 63;
  std::uint32_t left = most;
  const SimTime free = link.free();
  const Duration busy = link.counters().busy;
  link.run(Trains{train, left}, until);
  if (left == most)
    return false;
  if (history != nullptr) { // alone at the port: what is not sending is waiting for credit
    account(queue, free, std::max({queue.mark, free, floor_}), Duration{});
    const Duration sending = std::max(link.counters().busy - busy, link.fed_in(train.size) * (most - left));
    queue.ledger.sending += sending;
    queue.ledger.flow_control += link.free() - queue.mark - sending;
    queue.mark = link.free();
  }
  queue.next = queue.sent = train.sequence;
  counters_.data_injected += (most - left) * length;
  counters_.trains_injected += most - left;
  return true;
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
  frame.size = static_cast<std::uint32_t>(control_size());
  frame.entropy = queue.entropy;
  frame.kind = pending.kind;
  frame.count = static_cast<std::uint16_t>(1 + pending.missing);
  frame.lane = (settings_.transport.virtual_lanes - 1) & 3;
  ++counters_.control_injected;
  link.transmit(frame, d);
}

void Nic::send_data(SimTime d) {
  const std::uint32_t index = round_.front();
  SendQueue &queue = send_queues[index];
  Frame frame;
  const bool again = !queue.resend.empty();
  frame.sequence = again ? queue.resend.front() : queue.next;
  OutgoingMessage &message = again ? queue.message_of(frame.sequence) : queue.message_of_next();
  const std::uint32_t length = again ? message.train : train_length(message);
  const std::uint32_t count = again ? 1 : next_train(queue, message, length);
  round_.pop();
  frame.destination = queue.host;
  frame.queue_pair = queue.remote;
  frame.count = static_cast<std::uint16_t>(count);
  frame.size = static_cast<std::uint32_t>(payload_of(message, frame.sequence, count) + count * overhead());
  frame.entropy = queue.entropy;
  frame.turn_shift = turn_shift(queue, length) & 15;
  frame.overdraft = overdraft(queue) & 63;
  frame.last = frame.sequence - message.first + count == message.frames;
  const bool resent = precedes(frame.sequence, queue.sent);
  if (resent) { // another path, in case the first one is dead
    counters_.data_resent += count;
    frame.entropy = static_cast<std::uint16_t>(frame.entropy + 1 + queue.retries * 7919);
  }
  if (again) {
    queue.resend.pop();
  } else {
    queue.next += count;
    if (!resent)
      queue.sent = queue.next;
  }
  counters_.data_injected += count;
  ++counters_.trains_injected;
  const SimTime free = link.free();
  link.transmit(frame, d);
  if (history != nullptr)
    remember_departure(queue, message, frame, resent, free, d);
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
