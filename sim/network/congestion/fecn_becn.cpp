#include "sim/network/congestion/fecn_becn.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {

namespace {
constexpr std::uint32_t greatest_multiplier = (1u << 14) - 1; // CCT_Multiplier has 14 bits
} // namespace

FecnBecn::FecnBecn(const FecnBecnSpec &spec, BitRate line) : spec_(&spec), line_(line.bits_per_second) {
  EXPECTS(line_ > 0 && spec.ccti_timer.count() > 0);
  EXPECTS(spec.ccti_limit < greatest_multiplier && delay_in_eighths(spec.ccti_limit) <= greatest_multiplier);
}

void FecnBecn::notified(SimTime now) {
  catch_up(now);
  ccti_ = std::min(ccti_ + spec_->ccti_increase, spec_->ccti_limit);
  if (due_ == never && ccti_ > 0)
    due_ = now + spec_->ccti_timer;
}

// The timer runs on, whatever comes; at most ccti_limit expirations matter.
void FecnBecn::catch_up(SimTime now) {
  for (; due_ <= now; due_ += spec_->ccti_timer)
    if (--ccti_ == 0) {
      due_ = never;
      break;
    }
}

SimTime FecnBecn::sent(SimTime departure, std::int64_t wire_bytes) {
  catch_up(departure);
  const double frame = static_cast<double>(wire_bytes) * 8e12 / static_cast<double>(line_);
  return departure + Duration(static_cast<std::int64_t>(frame * (8 + delay_in_eighths(ccti_)) / 8));
}

double FecnBecn::rate() const { return static_cast<double>(line_) * 8 / (8 + delay_in_eighths(ccti_)); }

CongestionLaw fecn_becn_law(const FecnBecnSpec &spec) {
  return per_queue<FecnBecn>("fecn-becn", CongestionSignal::echo, spec,
                             [](const FecnBecnSpec &s, const auto &at) { return FecnBecn(s, at.line); });
}

} // namespace lightloom
