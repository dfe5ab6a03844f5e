#include "optics/readings.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
LinkReport dr8() {
  LinkOptics link;
  link.module = "800G-DR8";
  link.length = Metres(500);
  return link_report(link);
}
LinkState at_margin(const LinkReport &limits, double dB) {
  LinkState s;
  s.launch = *limits.module->launch_oma;
  s.received = s.launch - limits.loss;
  s.margin = Decibel(dB);
  s.pre_fec_ber = bit_error_ratio_at(limits, s.margin);
  s.launch_case_celsius = s.receive_case_celsius = 45;
  return s;
}
} // namespace

TEST_CASE("an 800 Gb/s port under KP4 makes 156,250,000 codewords a second") {
  const LinkReport limits = dr8();
  const LinkWatch watch(limits, {}, Bytes(4126));
  CHECK(watch.codewords_per_second() == 800e9 / (640 * 8)); // 640 octets of payload each
}

TEST_CASE("the codewords of a second are clean, corrected or uncorrected, the last at the ratio of the code") {
  const LinkReport limits = dr8();
  const LinkWatch watch(limits, {}, Bytes(4126));
  for (const double dB : {-0.6, 0.0, 1.0, 3.0}) {
    const LinkState state = at_margin(limits, dB);
    const LinkReading r = watch.read(state);
    CAPTURE(dB);
    CHECK(r.uncorrectable_per_second ==
          doctest::Approx(codeword_error_ratio(*limits.fec, state.pre_fec_ber) * 156'250'000));
    const double clean = std::pow(1 - symbol_error_ratio(*limits.fec, state.pre_fec_ber), 544) * 156'250'000;
    CHECK(clean + r.corrected_per_second + r.uncorrectable_per_second == doctest::Approx(156'250'000).epsilon(1e-9));
    CHECK(r.frame_loss_ratio == frame_loss_ratio(*limits.fec, state.pre_fec_ber, Bytes(4126), 4));
  }
}

TEST_CASE("margin_of and bit_error_ratio_at are inverse, and so are the uncorrectable ratio and its BER") {
  const LinkReport limits = dr8();
  const LinkWatch watch(limits, {}, Bytes(4126));
  for (const double ber : {1e-3, 2.4e-4, 1e-6, 1e-8})
    CHECK(bit_error_ratio_at(limits, watch.margin_of(ber)) == doctest::Approx(ber).epsilon(1e-9));
  for (const double ratio : {1e-2, 1e-4, 1e-12})
    CHECK(watch.uncorrectable_ratio(watch.ber_of_uncorrectable_ratio(ratio)) == doctest::Approx(ratio).epsilon(1e-9));
  CHECK(watch.margin_of(2.4e-4).value == doctest::Approx(0).scale(1).epsilon(1e-4)); // the floor of 1e-9 moves it
}

TEST_CASE("an alarm implies its warning, and a threshold is strict") {
  const LinkReport limits = dr8();
  const LinkWatch watch(limits, {}, Bytes(4126));
  using enum AlarmKind;
  LinkState state = at_margin(limits, 0.1);
  CHECK(watch.past(state, pre_fec_ber_high, AlarmLevel::warning)); // above 1 % of the limit
  CHECK_FALSE(watch.past(state, pre_fec_ber_high, AlarmLevel::alarm));
  state = at_margin(limits, -0.1);
  CHECK(watch.past(state, pre_fec_ber_high, AlarmLevel::alarm));
  CHECK_FALSE(watch.past(state, tx_power_low, AlarmLevel::warning)); // at the least launch, not below
  state.launch = *limits.module->launch_oma - Decibel(0.5);
  CHECK(watch.past(state, tx_power_low, AlarmLevel::warning));
  CHECK_FALSE(watch.past(state, tx_power_low, AlarmLevel::alarm));
  state.received = *limits.module->launch_oma - *limits.module->channel_loss_budget - Decibel(2.1);
  CHECK(watch.past(state, rx_power_low, AlarmLevel::alarm));
  state.receive_case_celsius = 66;
  CHECK(watch.past(state, temperature_high, AlarmLevel::warning));
  CHECK_FALSE(watch.past(state, temperature_high, AlarmLevel::alarm));
  state.bias_share = 1.6;
  CHECK(watch.past(state, bias_high, AlarmLevel::alarm));
}

TEST_CASE("copper has no light to raise an alarm about") {
  LinkOptics link;
  link.module = "800G-DAC";
  link.length = Metres(2);
  link.connectors = 0;
  const LinkReport limits = link_report(link);
  const LinkWatch watch(limits, {}, Bytes(4126));
  LinkState state;
  state.launch = state.received = DecibelMilliwatt(NAN);
  state.bias_share = NAN;
  state.pre_fec_ber = 0.1;
  state.launch_case_celsius = state.receive_case_celsius = 45;
  for (std::size_t kind = 0; kind < alarm_kinds; ++kind)
    CHECK_FALSE(watch.past(state, static_cast<AlarmKind>(kind), AlarmLevel::warning));
}
