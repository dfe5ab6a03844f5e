#include "sim/network/nic/nic.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/network/nic/transport_kind.hpp"
#include "sim/network/train_rule.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Frames of one message: a quarter of the circle of sequence numbers.
constexpr std::int64_t most_frames = std::int64_t{1} << 30;
} // namespace

Nic::Nic(const Settings &settings)
    : credits(settings.transport->virtual_lanes), settings_(settings),
      transport_(settings_.transport->kind->make(*this, *settings_.transport)), rules_(transport_->rules) {
  if (settings.host.pcie.bits_per_second > 0)
    bus_fs_per_byte_ = 8'000'000'000'000'000 / settings.host.pcie.bits_per_second;
}

void Nic::prepare() {
  transport_->prepare({send_queues.size(), link.nominal_rate(), settings_.transport->base_rtt, rules_.full_frame});
}

void Nic::choose_train(const SendQueue &queue, const Operation &send, OutgoingMessage &message) {
  if (settings_.trains.most_frames == 1)
    return;
  const Duration frame = transmission_time(Bytes(rules_.full_frame), link.nominal_rate());
  const TrainChoice choice = choose_train_length(
      settings_.trains,
      {message.frames, queue.paths, send.crossing,
       static_cast<double>(send.duration.count()) / static_cast<double>(frame.count()), transport_->most_train(frame)});
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
  const std::int64_t mtu = rules_.payload;
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
  counters_.bytes_sent += static_cast<std::uint64_t>(size.value);
  if (history != nullptr) {
    history->sent[index].push_back(origin);
    history->sent[index].back().departed = never;
  }
  const Duration inside = settings_.host.nic_latency + settings_.host.message_overhead - settings_.host.reaction;
  events.push_back(
      {.kind = NicEvent::Kind::message_ready, .time = origin.posted + inside, .index = index, .port = settings_.port});
}

void Nic::ready(std::uint32_t index, SimTime now) {
  take_effect(now);
  SendQueue &queue = send_queues[index];
  const bool had_work = queue.next != queue.end || !queue.resend.empty();
  std::int64_t payload = 0;
  for (std::uint32_t i = 0; i < queue.messages.size();
       ++i) // messages of a queue become ready in the order posted, one per event
    if (queue.messages[i].first == queue.end) {
      queue.end += queue.messages[i].frames;
      payload = queue.messages[i].bytes;
      if (history != nullptr)
        open_record(queue, queue.messages[i], had_work, floor_);
      break;
    }
  transport_->ready(index, payload, !had_work);
  activate(index);
}

/// Sprayed trains take a new path each; what is sent frame by frame does so every frame.
std::uint8_t Nic::turn_shift(const SendQueue &queue, std::uint32_t train) {
  return queue.paths == PathUse::sprayed ? static_cast<std::uint8_t>(std::countr_zero(train)) : 0;
}

void Nic::activate(std::uint32_t index) {
  SendQueue &queue = send_queues[index];
  if (!queue.active && !queue.dead && has_work(index)) {
    if (history != nullptr && queue.next != queue.end)
      settle(queue, floor_); // its window was full
    queue.active = true;
    line_up(index, floor_);
  }
}

void Nic::line_up(std::uint32_t index, SimTime now) {
  const SimTime eligible = send_queues[index].eligible;
  if (eligible <= now) [[likely]] {
    round_.push(index);
    return;
  }
  paced_.push_back({eligible, index});
  std::push_heap(paced_.begin(), paced_.end(), later);
}

/// Queues whose pace lets them go by `at` join the round, in the order of their times.
void Nic::admit_paced(SimTime at) {
  while (!paced_.empty() && paced_.front().time <= at) {
    round_.push(paced_.front().queue);
    std::pop_heap(paced_.begin(), paced_.end(), later);
    paced_.pop_back();
  }
}

void Nic::arm(SendQueue &queue, SimTime now) {
  if (queue.acknowledged == queue.sent || (rules_.ends_only && queue.next != queue.end)) {
    queue.deadline = never;
    return;
  }
  set_deadline(queue, now + settings_.transport->retransmit_timeout);
}

void Nic::handle_due(SimTime now, std::vector<NicEvent> &events) {
  if (forget_pauses_at_ <= now)
    forget_pauses();
  if (gap_check_at_ <= now)
    check_gaps(now);
  if (transport_->timer <= now)
    transport_->timer_expired(now);
  if (timeout_at_ > now)
    return;
  take_effect(now);
  timeout_at_ = never;
  for (std::uint32_t i = 0; i < send_queues.size(); ++i) {
    SendQueue &queue = send_queues[i];
    if (queue.deadline == never)
      continue;
    if (queue.deadline <= now && transport_->time_out(i, now)) {
      if (++queue.retries > settings_.transport->retry_count) {
        queue.dead = true;
        queue.deadline = never;
        events.push_back({.kind = NicEvent::Kind::peer_unreachable,
                          .time = now,
                          .index = i,
                          .count = queue.retries - 1,
                          .port = settings_.port});
        continue;
      }
      transport_->send_again(i);
      queue.deadline = now + settings_.transport->retransmit_timeout;
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

void Nic::publish() {
  link.publish();
  for (auto &credit : credits)
    credit.publish();
  frames.release();
}

} // namespace lightloom
