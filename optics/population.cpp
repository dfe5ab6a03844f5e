#include "optics/population.hpp"

#include "optics/lots.hpp"
#include "sim/core/portable_math.hpp"
#include "sim/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace lightloom {

namespace {

constexpr double nanoseconds_per_year = static_cast<double>(CampaignDuration(std::chrono::years(1)).count());
constexpr double nanoseconds_per_day = static_cast<double>(CampaignDuration(std::chrono::days(1)).count());
constexpr double hours_per_year = 24 * 365.2425;

constexpr double boltzmann_eV_per_kelvin = 8.617333262e-5; // CODATA 2018
constexpr double kelvin_at_zero_celsius = 273.15;
constexpr double ageing_reference_celsius = 40;

// One laser or its driver: 50 FIT (handbook of photonics for AI, ch. 10).
constexpr double lane_fit = 50;
// End of life by Telcordia GR-468 practice (recalled): bias up by half. The model's end of life is 1 dB of power, so
// that bias rises as 1.5^dB.
constexpr double log_bias_per_dB = 0.4054651081081644; // ln 1.5
constexpr double normal_p95 = 1.6448536269514722;

double years(CampaignDuration d) { return static_cast<double>(d.count()) / nanoseconds_per_year; }

/// What a figure is, within its purpose; part of the counter. Values are part of every digest.
enum class Figure : std::uint32_t {
  launch = 1,
  sensitivity,
  temperature,
  ageing,
  connector,
  dirt_class,
  dirt,
  flap_gap,
  flap_length,
  step_gap,
  step_loss,
  contamination_gap,
  contamination_loss,
  lane_life,
  module_life
};

/// The source of one entity's figures: a cable's or a module's of one generation.
struct Draws {
  std::uint64_t seed;
  Purpose purpose;
  std::uint32_t entity;
  std::uint32_t generation;

  /// Uniform in (0, 1), both ends out: an odd multiple of 2^-53.
  double uniform(Figure figure, std::uint32_t index = 0) const {
    const auto counter = std::uint64_t{static_cast<std::uint32_t>(figure)} << 32 | index;
    const auto words = philox(seed, purpose, entity, counter, generation & 0xffffffu); // the high counter has 24 bits
    const std::uint64_t bits = (std::uint64_t{words[0]} << 32 | words[1]) >> 12;
    return static_cast<double>(2 * bits + 1) * 0x1p-53;
  }
  double normal(Figure figure, std::uint32_t index = 0) const {
    return portable_normal_quantile(uniform(figure, index));
  }
  /// Uniform between two losses.
  Decibel between(Decibel low, Decibel high, Figure figure, std::uint32_t index = 0) const {
    return low + (high - low) * uniform(figure, index);
  }
};

std::uint32_t module_entity(CableId cable, int side) { return 2 * cable.value + static_cast<std::uint32_t>(side); }

/// Normal, given that it is above 0, at the upper tail's share `p` of what is left.
double positive_normal(double mean, double spread, double p) {
  if (spread == 0 || mean < -6 * spread)
    return std::max(0.0, mean);
  const double above_zero = 1 - q_function(mean / spread);
  return std::max(0.0, mean - spread * portable_normal_quantile(above_zero * p));
}

/// Lognormal by its own mean and standard deviation.
double lognormal(double mean, double spread, double normal) {
  if (mean == 0 || spread == 0)
    return mean;
  const double variance = portable_log1p(spread / mean * (spread / mean)); // of the logarithm
  return portable_exp(portable_log(mean) - variance / 2 + std::sqrt(variance) * normal);
}

/// One module as made and as placed.
struct ModuleDraw {
  double launch_above;      ///< [dB] of its transmitter
  double sensitivity_above; ///< [dB] of its receiver
  double celsius_above;     ///< of its case, against the fleet's mean
  double ageing;            ///< [dB per year at 40 °C]
};

ModuleDraw draw_module(const PopulationSpec &spec, std::uint64_t seed, const FleetCable &cable, const CableParts &parts,
                       int side) {
  const auto s = static_cast<std::uint32_t>(side);
  const std::uint32_t generation = parts.module_generation[s];
  const Draws lot{seed, Purpose::lot_make, 2 * static_cast<std::uint32_t>(cable.tier) + s, generation};
  const std::uint32_t number = cable.id.value / ModuleLots{}.size;
  const Draws own{seed, Purpose::module_make, module_entity(cable.id, side), generation};
  const auto made = [&](Decibel mean, Decibel spread, Figure figure) {
    const double of_lot = spec.lot_spread.value == 0 ? 0 : spec.lot_spread.value * lot.normal(figure, number);
    return positive_normal(mean.value + of_lot, spread.value, own.uniform(figure));
  };
  return {made(spec.launch_above, spec.launch_spread, Figure::launch),
          made(spec.sensitivity_above, spec.sensitivity_spread, Figure::sensitivity),
          spec.case_spread == 0 ? 0 : spec.case_spread * own.normal(Figure::temperature),
          positive_normal(spec.ageing_per_year.value, spec.ageing_spread.value, own.uniform(Figure::ageing))};
}

/// What the cable's fibres lose beyond the limits' connectors, in the direction that `side` sends in. [dB]
double extra_plant_loss(const PopulationSpec &spec, std::uint64_t seed, const FleetCable &cable,
                        const CableParts &parts, int side) {
  const LinkReport &limits = *cable.limits;
  if (limits.connectors == 0)
    return 0;
  const Draws fibre{seed, Purpose::plant_make, module_entity(cable.id, side), parts.cleanings};
  double loss = 0;
  for (int i = 0; i < limits.connectors; ++i)
    loss += lognormal(spec.connector_loss.value, spec.connector_spread.value,
                      fibre.normal(Figure::connector, static_cast<std::uint32_t>(i)));
  loss -= limits.connector_loss.value;
  if (spec.cleaned || parts.cleanings > 0)
    return loss;
  const Draws both{seed, Purpose::plant_make, module_entity(cable.id, 0), 0};
  const double which = both.uniform(Figure::dirt_class);
  if (which < spec.gross_share)
    loss += both.between(spec.gross_low, spec.gross_high, Figure::dirt).value;
  else if (which < spec.gross_share + spec.dirty_share)
    loss += both.between(spec.dirt_low, spec.dirt_high, Figure::dirt).value;
  return loss;
}

/// How much faster a laser ages in this case than at 40 °C.
double arrhenius(double celsius, double activation_eV) {
  const double per_kelvin =
      1 / (ageing_reference_celsius + kelvin_at_zero_celsius) - 1 / (celsius + kelvin_at_zero_celsius);
  return portable_exp(activation_eV / boltzmann_eV_per_kelvin * per_kelvin);
}

/// The same, averaged over a day: Gauss–Chebyshev with 4 nodes, exact for degree 7 in the cosine of the hour. Ageing
/// counts by days: the hours of the day that has begun age like its mean.
double daily_arrhenius(double mean_celsius, double swing, double activation_eV) {
  if (swing == 0)
    return arrhenius(mean_celsius, activation_eV);
  double sum = 0;
  for (const double node : {-0.9238795325112867, -0.3826834323650898, 0.3826834323650898, 0.9238795325112867})
    sum += arrhenius(mean_celsius + swing * node, activation_eV);
  return sum / 4;
}

double age_loss(const PopulationSpec &spec, const ModuleDraw &module, CampaignDuration age) {
  if (age <= CampaignDuration{} || module.ageing == 0)
    return 0;
  const double factor =
      daily_arrhenius(spec.case_celsius + module.celsius_above, spec.daily_swing, spec.activation_energy_eV);
  return module.ageing * factor * years(age);
}

double celsius_at(const PopulationSpec &spec, const ModuleDraw &module, CampaignTime t) {
  const double days = static_cast<double>((t.time_since_epoch() - warmest_hour).count()) / nanoseconds_per_day;
  return spec.case_celsius + module.celsius_above + spec.daily_swing * portable_cosine_of_turns(days);
}

/// What moves a directed link away from its limits. [dB]
struct Deviation {
  double launch; ///< of the launch power
  double tdecq;
  double loss; ///< of the channel
  double sensitivity;
  Decibel margin(const LinkReport &limits) const {
    return limits.margin + Decibel(launch - tdecq - loss + sensitivity);
  }
};

Deviation deviation(const LinkReport &limits, const ModuleDraw &sender, const ModuleDraw &receiver, double extra_loss,
                    double sender_celsius, double aged) {
  const Decibel colder = launch_derating(limits.case_celsius) - launch_derating(sender_celsius);
  const Decibel eye = tdecq_heating(sender_celsius) - tdecq_heating(limits.case_celsius);
  return {sender.launch_above + colder.value - aged, eye.value, extra_loss, receiver.sensitivity_above};
}

/// At the data sheet's limits.
LinkState state_at_limits(const LinkReport &limits) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  LinkState state;
  state.launch_case_celsius = state.receive_case_celsius = limits.case_celsius;
  state.launch = limits.has_budget ? limits.received_power + limits.loss : DecibelMilliwatt(none);
  state.loss = limits.has_budget ? limits.loss : Decibel(none);
  state.received = limits.has_budget ? limits.received_power : DecibelMilliwatt(none);
  state.margin = limits.has_budget ? limits.margin : Decibel(none);
  state.bias_share = limits.has_budget ? 1 : none;
  state.pre_fec_ber = limits.pre_fec_ber;
  return state;
}

/// A Poisson process from `since` on: calls `found(at, index)` for its arrivals in [from, until).
template <class Found>
void each_arrival(const Draws &draws, Figure gap, double per_year, CampaignTime since, CampaignTime from,
                  CampaignTime until, Found &&found) {
  if (!(per_year > 0))
    return;
  double at_years = 0;
  for (std::uint32_t index = 0;; ++index) {
    at_years -= portable_log(draws.uniform(gap, index)) / per_year;
    if (at_years >= years(until - since))
      return;
    const CampaignTime at = since + CampaignDuration(static_cast<std::int64_t>(at_years * nanoseconds_per_year));
    if (at >= from && at < until)
      found(at, index);
  }
}

/// A life that ends once: the first arrival of such a process.
template <class Found>
void end_of_life(const Draws &draws, Figure life, std::uint32_t index, double per_year, CampaignTime since,
                 CampaignTime from, CampaignTime until, Found &&found) {
  if (!(per_year > 0))
    return;
  const double at_years = -portable_log(draws.uniform(life, index)) / per_year;
  if (at_years >= years(until - since))
    return;
  const CampaignTime at = since + CampaignDuration(static_cast<std::int64_t>(at_years * nanoseconds_per_year));
  if (at >= from && at < until)
    found(at);
}

/// Failures per 10⁹ h as failures per year.
double per_year(double fit) { return fit * 1e-9 * hours_per_year; }

/// The stretch of time that is asked for, and where its events go.
struct EventWindow {
  CampaignTime from, until;
  std::vector<CableEvent> &events;
};

void add_flaps(const PopulationSpec &spec, const Module &module, const Draws &draws, EventWindow &w) {
  const double median = static_cast<double>(spec.flap_median.count());
  const double spread = portable_log(static_cast<double>(spec.flap_p95.count()) / median) / normal_p95;
  each_arrival(
      draws, Figure::flap_gap, module.flaps_per_link_year * spec.flaps_factor, {}, w.from, w.until,
      [&](CampaignTime at, std::uint32_t index) {
        const double lasts = median * portable_exp(spread * draws.normal(Figure::flap_length, index));
        w.events.push_back({at, CableEvent::Kind::flap, 0, CampaignDuration(static_cast<std::int64_t>(lasts)), {}});
      });
}

void add_contamination(const PopulationSpec &spec, const Draws &draws, CampaignTime since, EventWindow &w) {
  each_arrival(draws, Figure::contamination_gap, spec.contaminations_per_link_year, since, w.from, w.until,
               [&](CampaignTime at, std::uint32_t index) {
                 w.events.push_back({at,
                                     CableEvent::Kind::contamination,
                                     0,
                                     {},
                                     draws.between(spec.dirt_low, spec.dirt_high, Figure::contamination_loss, index)});
               });
}

void add_module_events(const PopulationSpec &spec, const LinkReport &limits, const Draws &draws, std::uint8_t side,
                       CampaignTime since, EventWindow &w) {
  const Module &module = *limits.module;
  if (limits.has_budget) // each side's share of a link's steps
    each_arrival(draws, Figure::step_gap, spec.steps_per_link_year / 2, since, w.from, w.until,
                 [&](CampaignTime at, std::uint32_t index) {
                   w.events.push_back({at,
                                       CableEvent::Kind::step,
                                       side,
                                       {},
                                       draws.between(spec.step_low, spec.step_high, Figure::step_loss, index)});
                 });
  if (module.medium != Medium::copper)
    for (int lane = 0; lane < module.lanes; ++lane)
      end_of_life(draws, Figure::lane_life, static_cast<std::uint32_t>(lane),
                  per_year(lane_fit) * spec.lane_failures_factor, since, w.from, w.until, [&](CampaignTime at) {
                    w.events.push_back({at, CableEvent::Kind::lane_failure, side, {}, {}});
                  });
  end_of_life(draws, Figure::module_life, 0, per_year(module.fit_field) * spec.module_failures_factor, since, w.from,
              w.until, [&](CampaignTime at) {
                w.events.push_back({at, CableEvent::Kind::module_failure, side, {}, {}});
              });
}

} // namespace

int lanes_left(LaneMasking masking, int lanes, int dead) {
  if (dead <= 0)
    return lanes;
  if (masking == LaneMasking::one && dead == 1)
    return lanes - 1;
  return masking != LaneMasking::none && dead <= lanes / 2 ? lanes / 2 : 0;
}

LinkState Population::state(const FleetCable &cable, const CableParts &parts, int side, CampaignTime t,
                            Decibel more_loss) const {
  const LinkReport &limits = *cable.limits;
  LinkState state = state_at_limits(limits);
  if (!spec_.drawn)
    return state;
  const auto sender = draw_module(spec_, seed_, cable, parts, side);
  const auto receiver = draw_module(spec_, seed_, cable, parts, 1 - side);
  state.launch_case_celsius = celsius_at(spec_, sender, t);
  state.receive_case_celsius = celsius_at(spec_, receiver, t);
  if (!limits.has_budget)
    return state;
  const double aged = age_loss(spec_, sender, t - parts.module_since[static_cast<std::size_t>(side)]);
  const double extra = extra_plant_loss(spec_, seed_, cable, parts, side) + more_loss.value;
  const auto change = deviation(limits, sender, receiver, extra, state.launch_case_celsius, aged);
  state.launch = state.launch + Decibel(change.launch);
  state.loss = state.loss + Decibel(change.loss);
  state.received = state.launch - state.loss;
  state.margin = change.margin(limits);
  const Decibel hotter = launch_derating(state.launch_case_celsius) - launch_derating(spec_.case_celsius);
  state.bias_share = portable_exp(log_bias_per_dB * (aged + hotter.value));
  state.pre_fec_ber = bit_error_ratio_at(limits, state.margin);
  return state;
}

Decibel Population::margin_at_least(const FleetCable &cable, const CableParts &parts, int side, CampaignTime from,
                                    CampaignTime until, Decibel more_loss) const {
  const LinkReport &limits = *cable.limits;
  if (!spec_.drawn || !limits.has_budget)
    return state_at_limits(limits).margin;
  const auto sender = draw_module(spec_, seed_, cable, parts, side);
  const auto receiver = draw_module(spec_, seed_, cable, parts, 1 - side);
  const double hottest = spec_.case_celsius + sender.celsius_above + std::abs(spec_.daily_swing);
  const CampaignTime last = std::max(from, until);
  const double aged = age_loss(spec_, sender, last - parts.module_since[static_cast<std::size_t>(side)]);
  const double extra = extra_plant_loss(spec_, seed_, cable, parts, side) + more_loss.value;
  constexpr Decibel rounding{1e-9}; // the terms are monotone, their floating-point sums to within this
  return deviation(limits, sender, receiver, extra, hottest, aged).margin(limits) - rounding;
}

std::vector<CableEvent> Population::events(const FleetCable &cable, const CableParts &parts, CampaignTime from,
                                           CampaignTime until) const {
  std::vector<CableEvent> events;
  if (!spec_.drawn)
    return events;
  const LinkReport &limits = *cable.limits;
  EventWindow window{from, until, events};
  const Draws of_cable{seed_, Purpose::cable_event, module_entity(cable.id, 0), parts.cleanings};
  add_flaps(spec_, *limits.module, {seed_, Purpose::cable_event, module_entity(cable.id, 0), 0}, window);
  if (limits.has_budget && limits.connectors > 0)
    add_contamination(spec_, of_cable, parts.clean_since, window);
  for (std::uint8_t side = 0; side < 2; ++side) {
    const Draws of_module{seed_, Purpose::cable_event, module_entity(cable.id, side), parts.module_generation[side]};
    add_module_events(spec_, limits, of_module, side, parts.module_since[side], window);
  }
  std::sort(events.begin(), events.end(), [](const CableEvent &a, const CableEvent &b) {
    return std::tie(a.at, a.kind, a.side, a.loss.value) < std::tie(b.at, b.kind, b.side, b.loss.value);
  });
  return events;
}

} // namespace lightloom
