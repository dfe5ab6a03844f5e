#include "sim/network/nic/queue_pair.hpp"

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
  for (; precedes(asked, limit) && !is_early(asked) && gap.count < 0xfffe; ++asked)
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

ReceiveQueue::Taken ReceiveQueue::take_any(Arrival train, bool selective, std::uint32_t window,
                                           std::int64_t full_payload, std::vector<Finished> &finished) {
  if (precedes(train.sequence, expected)) { // what of it is old is left out
    const std::uint32_t old = expected - train.sequence;
    if (old >= train.count)
      return {Verdict::duplicate, 0};
    train.sequence = expected;
    train.count -= old;
    train.payload -= old * full_payload;
  }
  const std::uint32_t end = train.sequence + train.count;
  const std::uint32_t seen = highest; // nothing from here on came early
  if (train.sequence != expected && (!selective || end - expected > window))
    return {Verdict::refused, 0};
  if (precedes(highest, end))
    highest = end;
  std::uint32_t fresh = 0;
  if (train.sequence != expected) {
    const std::int64_t tail = train.payload - (train.count - 1) * full_payload;
    for (std::uint32_t i = 0; i < train.count; ++i) {
      const bool is_last = train.last && i + 1 == train.count;
      fresh += keep_early(train.sequence + i, is_last ? tail : full_payload, is_last) ? 1 : 0;
    }
    return {fresh > 0 ? Verdict::early : Verdict::duplicate, fresh};
  }
  bool overlaps = false; // with frames that came early
  for (std::uint32_t s = expected + 1; precedes(s, end) && precedes(s, seen) && !overlaps; ++s)
    overlaps = is_early(s);
  if (!overlaps) {
    take_in_order(train, full_payload, finished);
    return {Verdict::in_order, train.count};
  }
  const std::int64_t tail = train.payload - (train.count - 1) * full_payload;
  for (std::uint32_t i = 1; i < train.count; ++i) {
    const bool is_last = train.last && i + 1 == train.count;
    fresh += keep_early(train.sequence + i, is_last ? tail : full_payload, is_last) ? 1 : 0;
  }
  take_in_order({train.sequence, 1, full_payload, false}, full_payload, finished);
  return {Verdict::in_order, fresh + 1};
}

void ReceiveQueue::end_message(std::vector<Finished> &finished) {
  finished.push_back({message_bytes, message_first, expected - 1});
  message_bytes = 0;
  message_first = expected;
}

void ReceiveQueue::take_in_order(const Arrival &train, std::int64_t full_payload, std::vector<Finished> &finished) {
  expected += train.count;
  unacknowledged += train.count;
  message_bytes += train.payload;
  if (train.last)
    end_message(finished);
  take_early(full_payload, finished);
}

void ReceiveQueue::take_early(std::int64_t full_payload, std::vector<Finished> &finished) {
  if (early.empty())
    return;
  while (expected != highest) {
    EarlyFrames &word = early_word(expected);
    const std::uint32_t at = expected % 64;
    // A run of frames that are here, up to the end of the word or of a message.
    const auto here = static_cast<std::uint32_t>(std::countr_one(word.here >> at));
    const auto to_last = static_cast<std::uint32_t>(std::countr_zero(word.last >> at)); // 64: none
    const std::uint32_t run = std::min({here, to_last + 1, 64 - at, highest - expected});
    if (run == 0)
      return;
    const bool last = to_last < run;
    const std::uint64_t mask = (run == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << run) - 1) << at;
    word.here &= ~mask;
    word.last &= ~mask;
    message_bytes += full_payload * (run - (last ? 1 : 0));
    if (last) {
      const std::uint32_t sequence = expected + run - 1;
      const auto found = std::find_if(early_last_sizes.begin(), early_last_sizes.end(),
                                      [&](const LastFrame &f) { return f.sequence == sequence; });
      message_bytes += found->payload;
      early_last_sizes.erase(found);
    }
    expected += run;
    unacknowledged += run;
    if (last)
      end_message(finished);
  }
}

} // namespace lightloom
