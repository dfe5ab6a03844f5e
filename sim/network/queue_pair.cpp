#include "sim/network/queue_pair.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {

OutgoingMessage &SendQueue::message_of(std::uint32_t sequence) {
  for (std::uint32_t i = 0; i < messages.size(); ++i)
    if (sequence - messages[i].first < messages[i].frames)
      return messages[i];
  broken_contract("precondition", "sequence belongs to a message", __FILE__, __LINE__);
}

OutgoingMessage &SendQueue::message_of_next() {
  while (next - messages[cursor].first >= messages[cursor].frames)
    ++cursor;
  return messages[cursor];
}

bool SendQueue::acknowledge(std::uint32_t sequence, std::uint32_t &messages_done) {
  if (!precedes(acknowledged, sequence))
    return false;
  acknowledged = sequence;
  if (precedes(next, acknowledged))
    next = acknowledged; // rewound, and then the first copies turned out to have arrived
  while (!messages.empty() && !precedes(acknowledged, messages.front().first + messages.front().frames)) {
    messages.pop();
    ++messages_done;
    cursor -= cursor > 0 ? 1 : 0;
  }
  return true;
}

void SendQueue::rewind() {
  next = acknowledged;
  cursor = 0;
  while (!resend.empty())
    resend.pop();
}

ReceiveQueue::Verdict ReceiveQueue::take(std::uint32_t sequence, std::int64_t payload, bool last, bool selective,
                                         std::uint32_t window, std::int64_t full_payload, std::vector<std::int64_t> &sizes) {
  if (precedes(sequence, expected))
    return Verdict::duplicate;
  if (precedes(highest, sequence + 1))
    highest = sequence + 1;
  const auto word = [&](std::uint32_t s) { return (s & (window - 1)) / 64; };
  const auto bit = [&](std::uint32_t s) { return std::uint64_t{1} << (s % 64); };
  if (sequence != expected) {
    if (!selective || sequence - expected >= window)
      return Verdict::refused;
    if (early.empty()) {
      early.resize((window + 63) / 64);
      early_last.resize((window + 63) / 64);
    }
    if (early[word(sequence)] & bit(sequence))
      return Verdict::duplicate;
    early[word(sequence)] |= bit(sequence);
    if (last) {
      early_last[word(sequence)] |= bit(sequence);
      early_last_sizes.push_back({sequence, payload});
    }
    return Verdict::early;
  }
  for (;;) {
    ++expected;
    ++unacknowledged;
    message_bytes += payload;
    if (last) {
      sizes.push_back(message_bytes);
      message_bytes = 0;
    }
    if (early.empty() || !(early[word(expected)] & bit(expected)))
      return Verdict::in_order;
    early[word(expected)] &= ~bit(expected);
    last = (early_last[word(expected)] & bit(expected)) != 0;
    payload = full_payload;
    if (last) {
      early_last[word(expected)] &= ~bit(expected);
      const auto found = std::find_if(early_last_sizes.begin(), early_last_sizes.end(),
                                      [&](const LastFrame &f) { return f.sequence == expected; });
      payload = found->payload;
      early_last_sizes.erase(found);
    }
  }
}

} // namespace lightloom
