// A fleet of links against the closed forms it is drawn from: distributions at the 1 % level, rates as Poisson counts,
// ageing by Arrhenius' law integrated another way. Page: docs/validation/population.md.

#include "optics/population.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <vector>

using namespace lightloom;

namespace {
constexpr std::uint32_t cables = 20'000;

LinkReport dr8() {
  LinkOptics link;
  link.module = "800G-DR8";
  link.length = Metres(500);
  link.connectors = 2;
  link.case_temperature = 45;
  return link_report(link);
}

/// Drawn, with one thing to draw at a time.
PopulationSpec still() {
  PopulationSpec spec;
  spec.drawn = true;
  spec.launch_above = spec.launch_spread = spec.sensitivity_above = spec.sensitivity_spread = Decibel(0);
  spec.lot_spread = spec.connector_spread = spec.ageing_spread = Decibel(0);
  spec.connector_loss = Decibel(0.35); // as the limits
  spec.dirty_share = spec.gross_share = spec.case_spread = spec.daily_swing = 0;
  return spec;
}

/// One value per cable, of its link from a to b.
template <class Value> std::vector<double> values(const PopulationSpec &spec, Value &&value, CampaignTime t = {}) {
  const LinkReport limits = dr8();
  const Population fleet(spec, 2024);
  std::vector<double> all;
  for (std::uint32_t c = 0; c < cables; ++c)
    all.push_back(value(fleet.state({CableId(c), Tier::leaf, &limits}, {}, 0, t), limits));
  return all;
}

/// Kolmogorov–Smirnov: the greatest distance of the sample from a distribution, times √n. Above 1.628 with 1 %.
template <class Below> double ks(std::vector<double> sample, Below &&below) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double worst = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double p = below(sample[i]);
    worst = std::max({worst, std::abs(p - static_cast<double>(i) / n), std::abs(p - static_cast<double>(i + 1) / n)});
  }
  return worst * std::sqrt(n);
}
constexpr double ks_limit = 1.628;

double normal_below(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double mean(const std::vector<double> &v) {
  double sum = 0;
  for (const double x : v)
    sum += x;
  return sum / static_cast<double>(v.size());
}
double deviation(const std::vector<double> &v) {
  double sum = 0;
  for (const double x : v)
    sum += (x - mean(v)) * (x - mean(v));
  return std::sqrt(sum / static_cast<double>(v.size() - 1));
}
double margin_above(const LinkState &state, const LinkReport &limits) { return (state.margin - limits.margin).value; }

/// A count within 2.576 standard deviations of its Poisson mean: 99 %.
bool poisson(double count, double expected) { return std::abs(count - expected) < 2.576 * std::sqrt(expected) + 0.5; }
} // namespace

TEST_CASE("launch power above its least is a normal variable cut off at the data sheet") {
  auto spec = still();
  spec.launch_above = Decibel(0.6);
  spec.launch_spread = Decibel(0.5);
  const auto above = values(
      spec, [](const LinkState &s, const LinkReport &l) { return (s.launch - (l.received_power + l.loss)).value; });
  CHECK(*std::min_element(above.begin(), above.end()) >= -1e-12);
  const double cut = normal_below(-0.6 / 0.5); // share of what is made and not shipped: 11.5 %
  CHECK(ks(above, [&](double x) { return (normal_below((x - 0.6) / 0.5) - cut) / (1 - cut); }) < ks_limit);
  // Mean of a normal above 0: µ + σ φ(µ/σ) ÷ Φ(µ/σ) = 0.6 + 0.5 × 0.19419 ÷ 0.88493 = 0.70972
  CHECK(mean(above) == doctest::Approx(0.70972).epsilon(0.01));
}

TEST_CASE("sensitivity and launch add up: with spread alone the margin has the sum's mean and deviation") {
  auto spec = still();
  spec.launch_above = Decibel(3), spec.launch_spread = Decibel(0.5); // far from the cut
  spec.sensitivity_above = Decibel(3), spec.sensitivity_spread = Decibel(0.4);
  const auto margin = values(spec, margin_above);
  CHECK(mean(margin) == doctest::Approx(6).epsilon(0.002));
  CHECK(deviation(margin) == doctest::Approx(std::sqrt(0.25 + 0.16)).epsilon(0.02));
  CHECK(ks(margin, [](double x) { return normal_below((x - 6) / std::sqrt(0.41)); }) < ks_limit);
}

TEST_CASE("lots: 32 neighbours share their lot's mean, and lots differ by the spread") {
  auto spec = still();
  spec.launch_above = Decibel(3);
  spec.lot_spread = Decibel(0.3);
  const auto margin = values(spec, margin_above);
  std::vector<double> lots;
  for (std::size_t lot = 0; lot < cables / 32; ++lot) {
    for (std::size_t i = 1; i < 32; ++i)
      CHECK(margin[32 * lot + i] == doctest::Approx(margin[32 * lot]).epsilon(1e-12));
    lots.push_back(margin[32 * lot]);
  }
  CHECK(lots.size() == 625);
  // Launch of this end and, as it has no mean, the positive half of the other's sensitivity: so look at launch alone.
  spec.sensitivity_above = Decibel(3);
  const auto both = values(spec, margin_above);
  std::vector<double> of_lots;
  for (std::size_t lot = 0; lot < cables / 32; ++lot)
    of_lots.push_back(both[32 * lot]);
  CHECK(ks(of_lots, [](double x) { return normal_below((x - 6) / (0.3 * std::sqrt(2.0))); }) < ks_limit);
}

TEST_CASE("clean connectors: the sum of two lognormal losses of mean 0.15 dB and deviation 0.1 dB") {
  auto spec = still();
  spec.connector_loss = Decibel(0.15);
  spec.connector_spread = Decibel(0.1);
  const auto loss =
      values(spec, [](const LinkState &s, const LinkReport &l) { return (s.loss - l.loss + l.connector_loss).value; });
  CHECK(mean(loss) == doctest::Approx(0.30).epsilon(0.01));
  CHECK(deviation(loss) == doctest::Approx(0.1 * std::sqrt(2.0)).epsilon(0.03));
  CHECK(*std::min_element(loss.begin(), loss.end()) > 0);
}

TEST_CASE("dirt: the stated shares of cables, uniform between the bounds, the same in both directions") {
  const PopulationSpec standard;
  auto spec = still();
  spec.dirty_share = standard.dirty_share, spec.gross_share = standard.gross_share;
  std::vector<double> dirty, gross;
  for (const double lost : values(spec, [](const LinkState &s, const LinkReport &l) { return -margin_above(s, l); }))
    if (lost > 1e-9)
      (lost > 4 ? gross : dirty).push_back(lost);
  CHECK(poisson(static_cast<double>(dirty.size()), 0.02 * cables));
  CHECK(poisson(static_cast<double>(gross.size()), 0.002 * cables));
  CHECK(ks(dirty, [](double x) { return (x - 0.5) / 2.5; }) < ks_limit);
  CHECK(ks(gross, [](double x) { return (x - 5) / 3; }) < ks_limit);
}

TEST_CASE("case temperatures are normal about the mean, and the day adds its sine") {
  auto spec = still();
  spec.case_spread = 3;
  const auto celsius = [](const LinkState &s, const LinkReport &) { return s.launch_case_celsius; };
  const auto noon = values(spec, celsius);
  CHECK(ks(noon, [](double x) { return normal_below((x - 45) / 3); }) < ks_limit);
  spec.daily_swing = 2;
  // 19 h is four hours after the top: 2 cos 60° = 1 °C.
  const auto evening = values(spec, celsius, CampaignTime(std::chrono::hours(24 * 9 + 19)));
  for (std::size_t i = 0; i < 100; ++i)
    CHECK(evening[i] - noon[i] == doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("ageing is Arrhenius' law integrated over the days, to 1e-6 of an integral by small steps") {
  auto spec = still();
  spec.daily_swing = 10; // far more than any hall
  spec.case_celsius = 50;
  const LinkReport limits = dr8();
  const Population fleet(spec, 1);
  const FleetCable cable{CableId(0), Tier::leaf, &limits};
  const CampaignTime start(warmest_hour + std::chrono::hours(12)), end = start + std::chrono::days(1000);
  const double lost = (fleet.state(cable, {}, 0, start).margin - fleet.state(cable, {}, 0, end).margin).value;
  constexpr int steps = 1440;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double kelvin = 273.15 + 50 + 10 * std::cos(6.283185307179586 * (i + 0.5) / steps);
    sum += std::exp(0.7 / 8.617333262e-5 * (1 / 313.15 - 1 / kelvin));
  }
  CHECK(lost == doctest::Approx(0.05 * 1000 / 365.2425 * sum / steps).epsilon(1e-6));
  // The mean over a day is 7.4 % more than at its mean temperature.
  CHECK(sum / steps / std::exp(0.7 / 8.617333262e-5 * (1 / 313.15 - 1 / 323.15)) > 1.05);
}

TEST_CASE("events come at their rates: flaps, steps, dirt, lanes and modules are Poisson, each kind by itself") {
  PopulationSpec spec;
  spec.drawn = true;
  spec.lane_failures_factor = 20; // 1,000 FIT per lane
  const LinkReport limits = dr8();
  const Population fleet(spec, 7);
  constexpr double years = 5;
  const CampaignTime end(std::chrono::years(5));
  std::array<double, 5> count{};
  std::vector<double> lasts, instants;
  for (std::uint32_t c = 0; c < cables; ++c)
    for (const auto &event : fleet.events({CableId(c), Tier::leaf, &limits}, {}, {}, end)) {
      ++count[static_cast<std::size_t>(event.kind)];
      if (event.kind == CableEvent::Kind::flap) {
        lasts.push_back(static_cast<double>(event.lasts.count()) * 1e-9);
        instants.push_back(static_cast<double>(event.at.time_since_epoch().count()) * 1e-9 / 31556952.0);
      }
    }
  const Module &module = *limits.module;
  const auto of = [&](CableEvent::Kind kind) { return count[static_cast<std::size_t>(kind)]; };
  CHECK(poisson(of(CableEvent::Kind::flap), cables * years * module.flaps_per_link_year));
  CHECK(poisson(of(CableEvent::Kind::step), cables * years * 0.02));
  CHECK(poisson(of(CableEvent::Kind::contamination), cables * years * 0.02));
  // A life ends once: 1 − e^(−rate × time). 8 lanes and one module at each of two ends; hours of a year 8765.82.
  const auto ended = [&](double fit) { return 1 - std::exp(-fit * 1e-9 * 8765.82 * years); };
  CHECK(poisson(of(CableEvent::Kind::lane_failure), cables * 16.0 * ended(1000)));
  CHECK(poisson(of(CableEvent::Kind::module_failure), cables * 2.0 * ended(module.fit_field)));
  CHECK(ks(instants, [](double x) { return x / 5; }) < ks_limit);
  const double sigma = std::log(10.0) / 1.6448536269514722; // median 4 s, 95 % below 40 s
  CHECK(ks(lasts, [&](double x) { return normal_below(std::log(x / 4) / sigma); }) < ks_limit);
}

TEST_CASE("the cliff: a dB of dirt moves a marginal link's lost frames by more than ten decades") {
  auto spec = still();
  spec.dirty_share = 1;
  const LinkReport limits = dr8(); // 500 m, margin 2.7 dB at the limits
  const auto lost = [&](double dirt) {
    spec.dirt_low = spec.dirt_high = Decibel(dirt);
    const auto state = Population(spec, 1).state({CableId(0), Tier::leaf, &limits}, {}, 0, {});
    return frame_loss_ratio(*limits.fec, state.pre_fec_ber, Bytes(4096), 4);
  };
  const double to_zero = limits.margin.value; // the dirt that uses up the margin
  CHECK(std::log10(lost(to_zero) / lost(to_zero - 1)) > 10);
  CHECK(lost(to_zero) < 1e-10);
  CHECK(lost(to_zero + 1) > 0.5);
}
