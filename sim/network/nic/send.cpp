// What leaves: whose turn it is at the port, and the frames that are made when they leave.

#include "sim/network/nic/nic.hpp"

#include <algorithm>
#include <bit>

namespace lightloom {

std::int64_t Nic::payload_of(const OutgoingMessage &message, std::uint32_t sequence, std::uint32_t count) const {
  const std::int64_t mtu = rules_.payload;
  const bool last = sequence - message.first + count == message.frames;
  return last ? message.bytes - mtu * (sequence - message.first) : mtu * count;
}

/// How long trains of the front queue may be now: no longer than those of the queues that take turns with it. Turns of
/// different lengths would not be fair shares of the port (decision 0008).
std::uint32_t Nic::train_length(const OutgoingMessage &message) {
  std::uint32_t length = message.train;
  for (std::uint32_t i = 1; i < round_.size() && length > 1; ++i) {
    SendQueue &other = send_queues[round_[i]];
    if (!other.dead && has_work(round_[i]))
      length = other.resend.empty() ? std::min(length, other.message_of_next().train) : 1;
  }
  return length;
}

/// Frames of the train that starts at queue.next. One that was sent before goes by itself up to where new ones begin.
std::uint32_t Nic::next_train(const SendQueue &queue, const OutgoingMessage &message, std::uint32_t length) const {
  if (length == 1)
    return 1;
  const std::uint32_t left = message.first + message.frames - queue.next;
  const std::uint32_t in_window = transport_->frames_allowed(index_of(queue));
  const std::uint32_t in_phase = length - (queue.next & (length - 1)); // up to where the path changes
  const std::uint32_t old = precedes(queue.next, queue.sent) ? queue.sent - queue.next : left;
  return std::min({left, in_window, queue.paths == PathUse::sprayed ? in_phase : length, old});
}

void Nic::choose_next(std::uint32_t index) {
  SendQueue &queue = send_queues[index];
  next_.queue = index;
  next_.again = !queue.resend.empty();
  if (next_.again) {
    next_.sequence = queue.resend.front();
    next_.message = &queue.message_of(next_.sequence);
    next_.length = next_.message->train;
    next_.count = 1;
  } else {
    next_.sequence = queue.next;
    next_.message = &queue.message_of_next();
    next_.length = train_length(*next_.message);
    next_.count = next_train(queue, *next_.message, next_.length);
  }
  next_.size = payload_of(*next_.message, next_.sequence, next_.count) + next_.count * rules_.overhead;
}

void Nic::forget_answered(std::uint32_t index) {
  SendQueue &queue = send_queues[index];
  while (!queue.resend.empty() &&
         (precedes(queue.resend.front(), queue.acknowledged) || transport_->is_answered(index, queue.resend.front())))
    queue.resend.pop();
}

/// When the queue whose turn it is may send; sets next_. With every queue still held back by its pace, that of the
/// first that no longer is.
SimTime Nic::earliest_data(SimTime until) {
  admit_paced(std::max(link.free(), floor_));
  while (true) {
    const bool waits = round_.empty(); // for its pace
    if (waits && paced_.empty())
      return never;
    const std::uint32_t index = waits ? paced_.front().queue : round_.front();
    SendQueue &queue = send_queues[index];
    forget_answered(index);
    if (!queue.dead && has_work(index)) [[likely]] {
      if (stopped(0)) [[unlikely]]
        return never;
      choose_next(index);
      return link.earliest(0, next_.size, std::max(floor_, queue.eligible), until, overdraft(queue));
    }
    queue.active = false; // a queue that was acknowledged while it waited may have nothing left
    if (waits) {
      std::pop_heap(paced_.begin(), paced_.end(), later);
      paced_.pop_back();
    } else {
      round_.pop();
    }
  }
}

SimTime Nic::earliest_control(SimTime until) {
  if (acknowledgements_.empty() || stopped(control_lane()))
    return never;
  return link.earliest(control_lane(), rules_.control_size, floor_, until);
}

void Nic::drain(SimTime until) {
  while (link.free() < until) {
    if (acknowledgements_.empty()) [[likely]] {
      const std::size_t queues = round_.size() + paced_.size();
      if (queues == 0)
        return;
      if (queues == 1 && burst(until))
        continue;
    }
    const SimTime control = earliest_control(until);
    // On one lane data never overtakes an acknowledgement that waits for credit.
    const bool only_control = rules_.lanes == 1 && !acknowledgements_.empty();
    const SimTime data = only_control ? never : earliest_data(until);
    if (std::min(control, data) >= until)
      return;
    if (control <= data)
      send_control(control);
    else
      send_data(data);
  }
}

/// Takes trains of one queue from the middle of a message, one after another, while run() asks for them.
struct Nic::Burst {
  enum : bool { counts_waiting = false };
  Nic &nic;
  Frame &train;
  std::uint32_t &left;
  std::uint32_t queue;
  bool every; ///< each departure changes more than the place in the message
  bool empty() const { return left == 0; }
  const Frame &front() const { return train; }
  void sent(SimTime departure) const {
    --left;
    if (every)
      nic.transport_->burst_departed(queue, train, departure);
    train.sequence += train.count;
  }
};

/// Full frames or trains from the middle of a message of the only queue with work, one after another: the common case,
/// made short. Returns whether it sent any; never sends the last frame of a message, nor one for the second time.
bool Nic::burst(SimTime until) {
  const bool waits = round_.empty();
  const std::uint32_t index = waits ? paced_.front().queue : round_.front();
  SendQueue &queue = send_queues[index];
  const bool paced = rules_.paces;
  const bool unarmed =
      !rules_.ends_only && queue.deadline == never; // the frame that starts the clock goes the long way
  if (queue.dead || unarmed || !queue.resend.empty() || queue.next != queue.sent || queue.next == queue.end ||
      stopped(0) || (paced && history != nullptr))
    return false;
  const OutgoingMessage &message = queue.message_of_next();
  const std::uint32_t length = message.train;
  if (queue.paths == PathUse::sprayed && (queue.next & (length - 1)) != 0)
    return false; // a part of a train up to where the path changes
  const std::uint32_t in_message = message.first + message.frames - 1 - queue.next;
  const std::uint32_t in_window = transport_->burst_allowed(index); // the last frame of the window ends the turn
  const std::uint32_t most = std::min(in_message, in_window > 0 ? in_window - 1 : 0) / length;
  Frame train;
  train.time = std::max(floor_, queue.eligible);
  train.destination = queue.endpoint;
  train.queue_pair = queue.remote;
  train.sequence = queue.next;
  train.count = static_cast<std::uint16_t>(length);
  train.size = static_cast<std::uint32_t>(rules_.full_frame * length);
  train.entropy = transport_->entropy(index);
  train.turn_shift = turn_shift(queue, length) & 15;
  train.path_use = static_cast<std::uint8_t>(queue.paths) & 3;
  std::uint32_t left = most;
  const SimTime free = link.free();
  const Duration busy = link.counters().busy;
  link.run(Burst{*this, train, left, index, rules_.follows || paced}, until);
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
  counters_.frames_injected += (most - left) * length;
  counters_.trains_injected += most - left;
  if (paced) { // to where it belongs now
    if (waits)
      paced_.clear();
    else
      round_.pop();
    line_up(index, link.free());
  }
  return true;
}

SimTime Nic::next_departure(SimTime until) {
  SimTime next = never;
  if (!acknowledgements_.empty() && !stopped(control_lane())) {
    const SimTime control = earliest_control(until);
    next = control != never ? control : link.next_credit(control_lane());
  }
  const bool only_control = rules_.lanes == 1 && !acknowledgements_.empty(); // as in drain()
  if (only_control || stopped(0) || (round_.empty() && paced_.empty()))
    return next;
  const bool waits = round_.empty();
  const std::uint32_t index = waits ? paced_.front().queue : round_.front();
  const SimTime soonest = std::max({link.free(), floor_, waits ? paced_.front().time : SimTime{}});
  forget_answered(index);
  if (send_queues[index].dead || !has_work(index))
    return std::min(next, soonest); // it will leave the round
  choose_next(index);
  const SimTime data = link.earliest(0, next_.size, soonest, until, overdraft(send_queues[index]));
  return std::min(next, data != never ? data : link.next_credit(0));
}

void Nic::send_control(SimTime d) {
  const PendingControl pending = acknowledgements_.front();
  acknowledgements_.pop();
  Frame frame;
  frame.sequence = pending.sequence;
  frame.size = static_cast<std::uint32_t>(rules_.control_size);
  frame.kind = pending.kind;
  frame.count = pending.count;
  frame.lane = control_lane() & 3;
  frame.last = pending.last;
  frame.marked = pending.marked;
  frame.trimmed = pending.trimmed;
  frame.set_bitmap(pending.bitmap);
  transport_->address(pending, frame);
  ++counters_.control_frames_injected;
  link.transmit(frame, d);
}

/// Sends what earliest_data() found.
void Nic::send_data(SimTime d) {
  if (round_.empty())
    admit_paced(d);
  const NextData next = next_;
  const std::uint32_t index = next.queue;
  SendQueue &queue = send_queues[index];
  round_.pop();
  Frame frame;
  frame.destination = queue.endpoint;
  frame.queue_pair = queue.remote;
  frame.sequence = next.sequence;
  frame.count = static_cast<std::uint16_t>(next.count);
  frame.size = static_cast<std::uint32_t>(next.size);
  frame.turn_shift = turn_shift(queue, next.length) & 15;
  frame.path_use = static_cast<std::uint8_t>(queue.paths) & 3;
  frame.last = next.sequence - next.message->first + next.count == next.message->frames;
  const bool resent = precedes(next.sequence, queue.sent);
  transport_->departs(index, frame, d, resent);
  if (resent)
    counters_.frames_resent += next.count;
  if (next.again) {
    queue.resend.pop();
  } else {
    queue.next += next.count;
    if (!resent)
      queue.sent = queue.next;
  }
  counters_.frames_injected += next.count;
  ++counters_.trains_injected;
  const bool more = has_work(index);
  frame.wants_answer = transport_->wants_answer(index, more);
  const SimTime free = link.free();
  link.transmit(frame, d);
  if (history != nullptr)
    remember_departure(queue, *next.message, frame, resent, free, d);
  if (rules_.ends_only ? frame.last && !settings_.lossless : queue.deadline == never)
    arm(queue, d);
  if (rules_.paces)
    queue.eligible = transport_->pace(index, d, next.size);
  if (more)
    line_up(index, link.free());
  else
    queue.active = false;
  prefetch_turns();
}

/// With many queues in turn, each one's memory is cold by its next turn: asks for what the next two will touch.
void Nic::prefetch_turns() {
  if (round_.size() < 3)
    return;
  send_queues[round_.front()].messages.prefetch_front();
  const std::uint32_t second = round_[1];
  __builtin_prefetch(&send_queues[second]);
  __builtin_prefetch(reinterpret_cast<const char *>(&send_queues[second]) + 64);
  transport_->prefetch(second);
}

} // namespace lightloom
