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
  const Duration frame = transmission_time(settings_.transport.mtu + Bytes(overhead()), link.nominal_rate());
  const TrainChoice choice = choose_train_length(
      settings_.trains, {message.frames, queue.paths, send.crossing,
                         static_cast<double>(send.duration.count()) / static_cast<double>(frame.count()), window()});
  message.train = choice.frames;
  if (choice.frames < 2)
    return;
  counters_.bytes_in_trains += static_cast<std::uint64_t>(message.bytes);
  counters_.train_error = std::max(counters_.train_error, choice.error);
  counters_.train_delay +=
      Duration(static_cast<std::int64_t>(choice.added_frames * static_cast<double>(frame.count())));
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
  events.push_back(
      {NicEvent::Kind::message_ready,
       origin.posted + settings_.host.nic_latency + settings_.host.message_overhead - settings_.host.reaction, index,
       count, 0, settings_.port});
}

void Nic::ready(std::uint32_t index, SimTime now) {
  take_effect(now);
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
  take_effect(now);
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

void Nic::take_effect(SimTime now) {
  const SimTime effect = now + settings_.host.reaction;
  drain(effect);
  floor_ = effect;
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
  train.path_use = static_cast<std::uint8_t>(queue.paths) & 3;
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
  frame.path_use = static_cast<std::uint8_t>(queue.paths) & 3;
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
