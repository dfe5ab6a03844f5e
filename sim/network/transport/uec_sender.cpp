// What a sender of `uec` knows of its frames in flight (uec.hpp).

#include "sim/network/transport/uec.hpp"

#include <algorithm>
#include <bit>

namespace lightloom {

void UecSender::grow(const SendQueue &queue, std::uint32_t frames) {
  const std::uint32_t capacity = std::max(64u, std::bit_ceil(frames));
  auto sent = std::make_unique_for_overwrite<Sent[]>(capacity);
  auto known = std::make_unique<std::uint64_t[]>(capacity / 64);
  for (std::uint32_t s = queue.acknowledged; s != queue.next; ++s) {
    sent[s & (capacity - 1)] = at(s);
    if (is_acknowledged(s))
      known[s / 64 & (capacity / 64 - 1)] |= std::uint64_t{1} << (s % 64);
  }
  sent_ = std::move(sent);
  known_ = std::move(known);
  capacity_ = capacity;
  mask_ = capacity - 1;
  word_mask_ = capacity / 64 - 1;
}

void UecSender::sent(const SendQueue &queue, std::uint32_t first, std::uint32_t count, std::int64_t size,
                     std::int64_t full, SimTime d) {
  if (first + count - queue.acknowledged > capacity_) [[unlikely]]
    grow(queue, first + count - queue.acknowledged);
  in_flight += size;
  most_in_flight = std::max(most_in_flight, in_flight);
  for (std::uint32_t s = first; s != first + count; ++s) {
    const std::int64_t of_this = s + 1 == first + count ? size : full;
    size -= of_this;
    at(s) = {stamp(d), static_cast<std::uint16_t>(of_this), false, false};
    known_[s / 64 & word_mask_] &= ~(std::uint64_t{1} << (s % 64));
  }
}

void UecSender::sent_again(std::uint32_t sequence, SimTime d) {
  Sent &frame = at(sequence);
  frame = {stamp(d), frame.size, false, true};
  in_flight += frame.size;
  most_in_flight = std::max(most_in_flight, in_flight);
}

std::int64_t UecSender::know(std::uint32_t sequence) {
  std::uint64_t &word = known_[sequence / 64 & word_mask_];
  const std::uint64_t bit = std::uint64_t{1} << (sequence % 64);
  if ((word & bit) != 0)
    return 0;
  word |= bit;
  const Sent &frame = at(sequence);
  if (!frame.waits)
    in_flight -= frame.size;
  return frame.size;
}

UecSender::Acknowledged UecSender::acknowledge(const SendQueue &queue, const Frame &frame, SimTime now) {
  Acknowledged result;
  const std::uint32_t in_sight = queue.next - queue.acknowledged; // frames that this knows of
  if (in_sight == 0)
    return result;
  const std::uint32_t cause = frame.sequence + static_cast<std::uint32_t>(static_cast<std::int16_t>(frame.count));
  if (cause - queue.acknowledged < in_sight) {
    result.timed = true;
    result.round_trip = now - departure(cause, now);
  }
  for (std::uint32_t s = queue.acknowledged; precedes(s, frame.sequence) && s != queue.next; ++s)
    result.bytes += know(s);
  if (frame.last) { // a run
    const auto run = static_cast<std::uint32_t>(frame.bitmap());
    for (std::uint32_t s = cause; s != cause + run; ++s)
      if (!precedes(s, frame.sequence) && s - queue.acknowledged < in_sight)
        result.bytes += know(s);
    return result;
  }
  const std::uint32_t base = cause & ~63u;
  std::uint64_t news = frame.bitmap();
  if (news != 0)
    news &= ~known_[cause / 64 & word_mask_];
  for (; news != 0; news &= news - 1) {
    const std::uint32_t s = base + static_cast<std::uint32_t>(std::countr_zero(news));
    if (!precedes(s, frame.sequence) && s - queue.acknowledged < in_sight)
      result.bytes += know(s);
  }
  return result;
}

std::int64_t UecSender::lose(const SendQueue &queue, std::uint32_t sequence, bool certain) {
  if (sequence - queue.acknowledged >= queue.next - queue.acknowledged || is_acknowledged(sequence))
    return 0;
  Sent &frame = at(sequence);
  if (frame.waits || (frame.again && !certain))
    return 0;
  frame.waits = true;
  in_flight -= frame.size;
  return frame.size;
}

} // namespace lightloom
