#include "sim/network/congestion/dcqcn.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {

namespace {
/// Below this alpha is 0, and within this share of line rate a flow is at line rate: so every catching up ends.
constexpr double granule = 1.0 / (1 << 20);
/// As in the authors' simulator (S: docs/validation/congestion-control.md). With those of the paper (5 KB, 200 KB, 1 %)
/// 32 flows leave 6 to 8 % of a link unused.
constexpr MarkingRule dcqcn_marking{Bytes(40'000), Bytes(1'000'000), 40_Gbps};
} // namespace

Dcqcn::Dcqcn(const DcqcnSpec &spec, BitRate line)
    : spec_(&spec), line_(static_cast<double>(line.bits_per_second)), current_(line_), target_(line_) {
  EXPECTS(line.bits_per_second > 0 && spec.reference.bits_per_second > 0 && spec.additive.bits_per_second > 0);
  EXPECTS(spec.g > 0 && spec.g <= 1 && spec.alpha_interval.count() > 0 && spec.increase_interval.count() > 0);
  EXPECTS(spec.increase_bytes.value > 0 && spec.increase_bytes.value <= UINT32_MAX);
}

void Dcqcn::notified(SimTime now) {
  catch_up(now);
  target_ = current_;
  const double least = std::min(line_, static_cast<double>(spec_->least.bits_per_second));
  current_ = std::max(current_ * (1 - alpha_ / 2), least);
  alpha_ = (1 - spec_->g) * alpha_ + spec_->g;
  alpha_due_ = now + spec_->alpha_interval;
  increase_due_ = now + spec_->increase_interval;
  bytes_ = 0;
  timer_steps_ = byte_steps_ = 0;
}

void Dcqcn::catch_up(SimTime now) {
  for (; alpha_due_ <= now; alpha_due_ += spec_->alpha_interval) {
    alpha_ *= 1 - spec_->g;
    if (alpha_ < granule) {
      alpha_ = 0;
      alpha_due_ = never;
      break;
    }
  }
  while (increase_due_ <= now) {
    increase_due_ += spec_->increase_interval;
    if (timer_steps_ < UINT16_MAX)
      ++timer_steps_;
    increase();
  }
}

SimTime Dcqcn::sent(SimTime departure, std::int64_t wire_bytes) {
  catch_up(departure);
  if (increase_due_ != never)
    count_bytes(wire_bytes);
  return departure + Duration(static_cast<std::int64_t>(static_cast<double>(wire_bytes) * 8e12 / current_));
}

void Dcqcn::count_bytes(std::int64_t bytes) {
  std::int64_t sum = bytes_ + bytes;
  for (; sum >= spec_->increase_bytes.value && increase_due_ != never; sum -= spec_->increase_bytes.value) {
    if (byte_steps_ < UINT16_MAX)
      ++byte_steps_;
    increase();
  }
  bytes_ = increase_due_ == never ? 0 : static_cast<std::uint32_t>(sum);
}

// Figure 7 of the paper: fast recovery while neither the timer nor the byte counter expired more than F times, hyper
// increase once both did, additive increase between.
void Dcqcn::increase() {
  const double scale = line_ / static_cast<double>(spec_->reference.bits_per_second);
  if (std::min(timer_steps_, byte_steps_) > spec_->fast_recovery)
    target_ += scale * static_cast<double>(spec_->hyper.bits_per_second);
  else if (std::max(timer_steps_, byte_steps_) > spec_->fast_recovery)
    target_ += scale * static_cast<double>(spec_->additive.bits_per_second);
  target_ = std::min(target_, line_);
  current_ = (target_ + current_) / 2;
  if (current_ >= line_ * (1 - granule)) {
    current_ = target_ = line_;
    increase_due_ = never;
  }
}

CongestionLaw dcqcn_law(const DcqcnSpec &spec) {
  CongestionLaw law = per_queue<Dcqcn>("dcqcn", CongestionSignal::notification, spec,
                                       [](const DcqcnSpec &s, const auto &at) { return Dcqcn(s, at.line); });
  law.quiet = spec.notification_interval;
  law.marking = dcqcn_marking;
  return law;
}

} // namespace lightloom
