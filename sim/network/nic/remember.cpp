// What a NIC remembers of its messages, so that their time can be explained (history.hpp).

#include "sim/network/nic/nic.hpp"

#include <algorithm>

namespace lightloom {

/// Puts what stands in the ledger into the message's record; remember_departure() takes the difference.
void Nic::open_record(SendQueue &queue, const OutgoingMessage &message, bool had_work, SimTime now) {
  if (had_work)
    settle(queue, now);
  queue.mark = std::max(queue.mark, now);
  SentMessage &record = record_of(queue, message);
  record.sending = queue.ledger.sending - (queue.mark - now); // its own last train may still be leaving
  record.queueing = queue.ledger.queueing;
  record.flow_control = queue.ledger.flow_control;
  record.congestion_control = queue.ledger.congestion_control;
}

/// Accounts for the time of a waiting queue up to `now`, when something about it changes: the port was busy with
/// others, or its lane had no credit or was paused, or the queue's pace or window held it.
void Nic::settle(SendQueue &queue, SimTime now) {
  if (queue.mark >= now)
    return;
  if (queue.active)
    account(queue, link.free(), now, Duration{});
  else
    queue.ledger.congestion_control += now - queue.mark;
  queue.mark = now;
}

/// A train of the queue leaves at `d` and takes the port for `sending`; the port was free from `free` on. Until its
/// pace let it, congestion control held it.
void Nic::account(SendQueue &queue, SimTime free, SimTime d, Duration sending) {
  const SimTime paced = std::clamp(queue.eligible, queue.mark, std::max(queue.mark, d));
  queue.ledger.congestion_control += paced - queue.mark;
  queue.mark = paced;
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

} // namespace lightloom
