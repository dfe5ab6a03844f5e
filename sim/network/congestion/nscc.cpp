#include "sim/network/congestion/nscc.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {

namespace {
double ps(Duration d) { return static_cast<double>(d.count()); }
Duration share(double factor, Duration d) { return Duration(static_cast<std::int64_t>(factor * ps(d))); }
} // namespace

Nscc::Nscc(const NsccSpec &spec, Duration base_rtt, BitRate line, std::int64_t full_frame)
    : spec_(&spec), base_(base_rtt), target_(share(spec.target_share, base_rtt)),
      bdp_(ps(base_rtt) * static_cast<double>(line.bits_per_second) / 8e12), window_(spec.initial_share * bdp_),
      frame_(static_cast<std::int32_t>(full_frame)) {
  EXPECTS(base_rtt.count() > 0 && line.bits_per_second > 0 && full_frame > 0 && full_frame <= INT32_MAX);
  EXPECTS(spec.target_share > 0 && spec.reference_bdp.value > 0 && spec.reference_rtt.count() > 0);
  bound();
}

void Nscc::bound() {
  window_ = std::max(std::min(window_, most()), static_cast<double>(frame_)); // a frame, however small the BDP
}

/// Greatest window: of this path. The target keeps the round trip of the longest one.
double Nscc::most() const {
  return spec_->most_share * bdp_ * std::min(1.0, ps(base_) * spec_->target_share / ps(target_));
}

// Specification, §3.6.13.6, update_base_rtt: otherwise a flow on a short path would see no delay and starve the rest.
void Nscc::learn_base(Duration rtt) {
  if (rtt < base_ && rtt > Duration{})
    base_ = rtt;
}

void Nscc::average(Duration delay, bool marked) {
  // Delayed and yet not marked: the queue is emptying already.
  const double sample = !marked && delay > target_ ? spec_->unmarked_share * ps(base_) : ps(delay);
  average_ += spec_->average_gain * (sample - average_);
}

// By delay and mark: neither raises the window in proportion to what is missing to the target, delay alone by a fair
// share, both lower it, and a mark alone is left to the choice of paths.
void Nscc::acknowledged(SimTime now, std::int64_t bytes, bool marked, Duration rtt) {
  learn_base(rtt);
  const Duration delay = std::max(Duration(0), rtt - base_);
  const auto acked = static_cast<double>(bytes);
  average(delay, marked);
  achieved_ += acked;
  gathered_ += acked;
  ignore_ = std::max(0.0, ignore_ - acked);
  if (adapt(now, delay, marked, false))
    return;
  const double frames = frame_ * scale();
  if (marked) {
    if (delay >= target_)
      decrease(now);
  } else if (delay >= target_) {
    increase_ += spec_->fair * frames * acked;
  } else if (!increase_fast(acked, delay)) {
    increase_ += spec_->proportional * frames * ps(target_ - delay) / ps(spec_->reference_rtt) * acked;
  }
  bound();
  adjust(now);
}

bool Nscc::increase_fast(double bytes, Duration delay) {
  if (delay >= share(spec_->fast_share, base_)) {
    quick_ = 0;
    fast_ = false;
    return false;
  }
  quick_ += bytes;
  fast_ = fast_ || quick_ > window_;
  if (fast_)
    window_ += spec_->fast * scale() * bytes;
  return fast_;
}

void Nscc::decrease(SimTime now) {
  fast_ = false;
  quick_ = 0;
  const double target = ps(target_);
  if (average_ <= target || now - last_decrease_ <= base_)
    return;
  window_ *= std::max(1 - spec_->decrease * (average_ - target) / average_, spec_->least_factor);
  last_decrease_ = now;
}

void Nscc::adjust(SimTime now) {
  const bool period = now - last_adjust_ >= base_;
  if (gathered_ <= static_cast<double>(spec_->adjust_frames) * frame_ && !period)
    return;
  window_ += increase_ / window_;
  if (period) {
    window_ += spec_->steady * frame_ * scale();
    last_adjust_ = now;
  }
  increase_ = gathered_ = 0;
  bound();
}

// Once in a round trip and a target, and only under heavy congestion: the window becomes what arrived in that time.
// Marks of what was in flight then, a window at most, are ignored. True: the acknowledgement says nothing more.
bool Nscc::adapt(SimTime now, Duration delay, bool marked, bool loss) {
  bool done = marked && ignore_ > 0;
  if (!done && now > adapt_end_) {
    const bool heavy = loss || loss_ || delay > share(spec_->adapt_targets, target_);
    if (adapt_end_ != SimTime{} && heavy && achieved_ < spec_->adapt_share * most()) {
      ignore_ = window_;
      window_ = achieved_;
      bound();
      loss_ = false;
      done = true;
    }
    achieved_ = 0;
    adapt_end_ = now + base_ + target_;
  }
  if (done)
    increase_ = gathered_ = 0;
  return done;
}

void Nscc::lost(SimTime now, std::int64_t bytes) {
  const auto gone = static_cast<double>(bytes);
  average(base_, true); // a queue that overflows or trims holds about a BDP
  ignore_ = std::max(0.0, ignore_ - gone);
  fast_ = false;
  quick_ = 0;
  loss_ = true;
  if (adapt(now, Duration(0), true, true))
    return;
  window_ -= gone;
  bound();
}

void Nscc::timed_out(SimTime now) {
  window_ = frame_;
  increase_ = gathered_ = achieved_ = ignore_ = quick_ = 0;
  fast_ = loss_ = false;
  last_decrease_ = now;
}

CongestionLaw nscc_law(const NsccSpec &spec) {
  return per_queue<Nscc>("nscc", CongestionSignal::answers, spec, [](const NsccSpec &s, const auto &at) {
    return Nscc(s, at.base_rtt, at.line, at.full_frame);
  });
}

} // namespace lightloom
