#include "sim/network/queue_pair.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <bit>

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

ReceiveQueue::Gap ReceiveQueue::next_gap(std::uint32_t allowed) {
  if (highest - expected <= allowed)
    return {};
  if (precedes(asked, expected))
    asked = expected;
  const std::uint32_t limit = highest - allowed;
  while (precedes(asked, limit) && is_early(asked))
    ++asked;
  Gap gap{asked, 0};
  for (; precedes(asked, limit) && !is_early(asked) && gap.count < 0xffff; ++asked)
    ++gap.count;
  return gap;
}

bool ReceiveQueue::keep_early(std::uint32_t sequence, std::int64_t payload, bool last) {
  const std::uint32_t words = (sequence - (expected & ~63u)) / 64 + 1; // from the word of `expected` on
  if (early.size() < words) { // a longer ring: what is in the old one moves to its new place
    std::vector<EarlyFrames> longer(std::bit_ceil(words));
    for (std::uint32_t w = 0; w < early.size(); ++w) {
      const std::uint32_t number = expected / 64 + w;
      longer[number & (longer.size() - 1)] = early[number & (early.size() - 1)];
    }
    early = std::move(longer);
  }
  EarlyFrames &word = early_word(sequence);
  const std::uint64_t bit = std::uint64_t{1} << (sequence % 64);
  if (word.here & bit)
    return false;
  word.here |= bit;
  if (last) {
    word.last |= bit;
    early_last_sizes.push_back({sequence, payload});
  }
  return true;
}

ReceiveQueue::Verdict ReceiveQueue::take_any(std::uint32_t sequence, std::int64_t payload, bool last, bool selective,
                                             std::uint32_t window, std::int64_t full_payload,
                                             std::vector<std::int64_t> &sizes) {
  if (precedes(sequence, expected))
    return Verdict::duplicate;
  if (sequence != expected && (!selective || sequence - expected >= window))
    return Verdict::refused;
  if (precedes(highest, sequence + 1))
    highest = sequence + 1;
  if (sequence != expected) {
    return keep_early(sequence, payload, last) ? Verdict::early : Verdict::duplicate;
  }
  for (;;) {
    ++expected;
    ++unacknowledged;
    message_bytes += payload;
    if (last) {
      sizes.push_back(message_bytes);
      message_bytes = 0;
    }
    if (early.empty() || expected == highest)
      return Verdict::in_order;
    EarlyFrames &word = early_word(expected);
    const std::uint64_t bit = std::uint64_t{1} << (expected % 64);
    if (!(word.here & bit))
      return Verdict::in_order;
    word.here &= ~bit;
    last = (word.last & bit) != 0;
    payload = full_payload;
    if (last) {
      word.last &= ~bit;
      const auto found = std::find_if(early_last_sizes.begin(), early_last_sizes.end(),
                                      [&](const LastFrame &f) { return f.sequence == expected; });
      payload = found->payload;
      early_last_sizes.erase(found);
    }
  }
}

} // namespace lightloom
