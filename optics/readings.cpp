#include "optics/readings.hpp"

#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lightloom {

const char *to_string(AlarmKind kind) {
  constexpr std::array<const char *, alarm_kinds> names = {"rx_power_low", "tx_power_low", "bias_high",
                                                           "temperature_high", "pre_fec_ber_high"};
  return names[static_cast<std::size_t>(kind)];
}

const char *to_string(AlarmLevel level) { return level == AlarmLevel::alarm ? "alarm" : "warning"; }

LinkWatch::LinkWatch(const LinkReport &limits, const TelemetryThresholds &thresholds, Bytes frame,
                     std::optional<BitRate> rate)
    : limits_(&limits), thresholds_(thresholds), frame_(frame),
      shape_(codeword_shape(*limits.fec, rate.value_or(limits.rate))),
      codewords_per_second_(static_cast<double>(rate.value_or(limits.rate).bits_per_second) /
                            (8.0 * limits.fec->payload_octets)) {}

double LinkWatch::uncorrectable_ratio(double pre_fec_ber) const {
  return lightloom::uncorrectable_ratio(*limits_, pre_fec_ber);
}

double LinkWatch::frame_loss_ratio(double uncorrectable_ratio) const {
  return lightloom::frame_loss_ratio(shape_, uncorrectable_ratio, frame_);
}

LinkReading LinkWatch::read(const LinkState &state) const {
  LinkReading r;
  r.tx_power_dBm = state.launch.value;
  r.rx_power_dBm = state.received.value;
  r.bias_share = state.bias_share;
  r.case_celsius = std::max(state.launch_case_celsius, state.receive_case_celsius);
  r.pre_fec_ber = state.pre_fec_ber;
  r.uncorrectable_ratio = uncorrectable_ratio(state.pre_fec_ber);
  r.uncorrectable_per_second = codewords_per_second_ * r.uncorrectable_ratio;
  r.frame_loss_ratio = frame_loss_ratio(r.uncorrectable_ratio);
  const FecCode &code = *limits_->fec;
  if (code.n > 0) {
    const double touched = -portable_expm1(code.n * portable_log1p(-symbol_error_ratio(code, state.pre_fec_ber)));
    r.corrected_per_second = codewords_per_second_ * std::max(0.0, touched - r.uncorrectable_ratio);
  } else {
    r.corrected_per_second = std::numeric_limits<double>::quiet_NaN();
  }
  return r;
}

bool LinkWatch::past(const LinkState &state, AlarmKind kind, AlarmLevel level) const {
  const auto l = static_cast<std::size_t>(level);
  const Module &m = *limits_->module;
  switch (kind) { // comparisons with NaN, of what a module does not have, are false
  case AlarmKind::rx_power_low:
    return m.launch_oma && m.channel_loss_budget &&
           state.received < *m.launch_oma - *m.channel_loss_budget - thresholds_.rx_power_below[l];
  case AlarmKind::tx_power_low:
    return m.launch_oma && state.launch < *m.launch_oma - thresholds_.tx_power_below[l];
  case AlarmKind::bias_high:
    return state.bias_share > thresholds_.bias_share[l];
  case AlarmKind::temperature_high:
    return std::max(state.launch_case_celsius, state.receive_case_celsius) > thresholds_.case_celsius[l];
  case AlarmKind::pre_fec_ber_high:
    return reads_margin() && state.pre_fec_ber > ber_limit(thresholds_.ber_share[l]);
  }
  return false;
}

Decibel LinkWatch::margin_of(double pre_fec_ber) const {
  double low = -100, high = 100;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (bit_error_ratio_at(*limits_, Decibel(middle)) > pre_fec_ber ? low : high) = middle;
  }
  return Decibel(high);
}

double LinkWatch::ber_of_uncorrectable_ratio(double ratio) const {
  double low = 0, high = 0.5;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (uncorrectable_ratio(middle) < ratio ? low : high) = middle;
  }
  return high;
}

} // namespace lightloom
