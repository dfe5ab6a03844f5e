#include "sim/network/congestion/rccc.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {

CreditSource::CreditSource(const RcccSpec &spec, BitRate line, std::int64_t payload, std::int64_t wire)
    : spec_(&spec), rate_(static_cast<std::int64_t>(static_cast<double>(line.bits_per_second) * spec.rate)),
      payload_(payload), overhead_(wire - payload) {
  EXPECTS(rate_ > 0 && spec.grant.value > 0 && payload > 0 && overhead_ >= 0);
}

// The ring is closed: senders_[last_].next is the first, whose turn is next.
void CreditSource::want(std::uint32_t sender, std::int64_t bytes, SimTime now) {
  EXPECTS(bytes > 0);
  if (sender >= senders_.size())
    senders_.resize(sender + 1);
  Sender &s = senders_[sender];
  s.wanted += bytes;
  if (s.wanted > bytes)
    return; // it is in the ring
  if (active_++ == 0) {
    s.next = sender;
    next_ = std::max(now, free_);
  } else {
    s.next = senders_[last_].next;
    senders_[last_].next = sender;
  }
  last_ = sender;
}

CreditSource::Grant CreditSource::take() {
  EXPECTS(active_ > 0);
  const std::uint32_t first = senders_[last_].next;
  Sender &s = senders_[first];
  const Grant grant{first, std::min(s.wanted, spec_->grant.value)};
  s.wanted -= grant.bytes;
  if (s.wanted > 0)
    last_ = first;
  else if (--active_ > 0)
    senders_[last_].next = s.next;
  pace(grant.bytes);
  if (active_ == 0)
    next_ = never;
  return grant;
}

void CreditSource::pace(std::int64_t bytes) {
  using wide = unsigned __int128;
  const std::int64_t wire = bytes + (bytes + payload_ - 1) / payload_ * overhead_;
  const wide bits_ps = static_cast<wide>(wire) * 8u * 1'000'000'000'000u + static_cast<wide>(remainder_);
  const auto rate = static_cast<wide>(rate_);
  free_ = next_ + Duration(static_cast<std::int64_t>(bits_ps / rate));
  remainder_ = static_cast<std::int64_t>(bits_ps % rate);
  next_ = free_;
}

} // namespace lightloom
