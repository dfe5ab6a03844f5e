#pragma once
// How the links of a fleet differ from their data sheets, and how each changes with time.
//
// A data sheet gives limits; a link is better than them by what it was made with, worse by dirt, heat and age. The
// model is additive in dB at the receiver: margin = limits' margin + what the modules are better by − dirt − heat − age
// − steps. Everything is drawn from (seed, cable, side, generation) by counters, never from who asked first, so a
// link's state at an instant can be evaluated alone, and only when it can matter (`margin_at_least`). Leaves out:
// correlation between neighbours other than lots and the daily cycle; polarisation; wavelength drift. Sources:
// docs/validation/population.md, each default with its source there and in `check --schema`. Portable bits throughout:
// margins decide simulated events (decision 0006).
//
// A year is std::chrono::years: 365.2425 days, as "2y" in a scenario.

#include "optics/link.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/plain/fabric_plan.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lightloom {

/// What a port does when its module has lost lanes.
enum class LaneMasking : std::uint8_t {
  one,  ///< goes on without one; without half of them if more are lost (8 → 7 → 4); then it is down
  half, ///< goes on with half of them, then it is down
  none  ///< is down
};
/// Lanes that carry data when `dead` of `lanes` are lost; 0: the link is down.
int lanes_left(LaneMasking masking, int lanes, int dead);

/// The figures of the model; each is a scenario key. Spreads are standard deviations.
struct PopulationSpec {
  bool drawn = false; ///< false: every link stands at its data sheet's limits and nothing changes

  // As made. Normal, but never worse than the data sheet: such a module is not shipped.
  Decibel launch_above{1.5}, launch_spread{0.5};           ///< of a module's launch power above its least
  Decibel sensitivity_above{1.0}, sensitivity_spread{0.4}; ///< of a receiver, better than its limit
  Decibel lot_spread{0.3};                                 ///< of a lot's mean (ModuleLots::size), of both figures

  // Fibre plant, per mated pair; cables with fixed ends have none.
  Decibel connector_loss{0.15}, connector_spread{0.1}; ///< clean: lognormal with this mean and spread, each direction
  double dirty_share = 0.02;                           ///< of cables with one dirty connector, in both directions
  Decibel dirt_low{0.5}, dirt_high{3.0};               ///< what it adds: uniform
  double gross_share = 0.002;                          ///< of cables with a grossly dirty one instead
  Decibel gross_low{5.0}, gross_high{8.0};             ///< uniform
  bool cleaned = false;                                ///< inspected and cleaned when plugged: no dirt from the start

  // Temperature of module cases.
  double case_celsius = 45, case_spread = 3; ///< mean over the fleet; per module (airflow, place in the rack)
  double daily_swing = 2; ///< half of the difference between afternoon and night [°C]; warmest at `warmest_hour`

  // Time.
  CampaignDuration age{};                                ///< of the fleet at the start of a run or study
  CampaignDuration time_of_day = std::chrono::hours(15); ///< of a run, which sees one instant of the day
  Decibel ageing_per_year{0.05}, ageing_spread{0.03};    ///< of launch power at 40 °C case; per module, never negative
  double activation_energy_eV = 0.7;                     ///< Arrhenius factor of ageing with case temperature
  double contaminations_per_link_year = 0.02;            ///< a clean connector becomes a dirty one (reseating, dust)
  double steps_per_link_year = 0.02;                     ///< sudden loss of margin that stays (bend, lens, driver)
  Decibel step_low{0.5}, step_high{4.0};                 ///< uniform
  double lane_failures_factor = 1;                       ///< × 50 FIT per laser or lane driver
  LaneMasking lane_masking = LaneMasking::one;
  bool repaired = true;              ///< of a run: modules that died before it have been replaced
  double module_failures_factor = 1; ///< × the catalogue's field FIT, per end
  double flaps_factor = 1;           ///< × the catalogue's flaps per link and year
  CampaignDuration flap_median = std::chrono::seconds(4), flap_p95 = std::chrono::seconds(40); ///< lognormal
};

/// When the daily cycle of temperature is at its top, after midnight; the fleet was new at midnight.
inline constexpr CampaignDuration warmest_hour = std::chrono::hours(15);

/// What hardware a cable consists of by now: parts that were replaced or cleaned draw anew.
struct CableParts {
  std::array<std::uint32_t, 2> module_generation{}; ///< [a-end, b-end]: how often the module was replaced
  std::array<CampaignTime, 2> module_since{};       ///< when it was put in; ages from then
  std::uint32_t cleanings = 0;                      ///< how often its connectors were cleaned
  CampaignTime clean_since{};                       ///< when last
};

/// A cable of the fabric under its limits.
struct FleetCable {
  CableId id;
  Tier tier = Tier::host;
  const LinkReport *limits = nullptr; ///< at the data sheet's limits; outlives the population
};

/// One directed link at an instant. What a module does not have (a receiver of copper) is NaN.
struct LinkState {
  double launch_case_celsius = 0, receive_case_celsius = 0;
  DecibelMilliwatt launch;   ///< OMA per lane of the worst lane
  Decibel loss;              ///< fibre and connectors, dirt included
  DecibelMilliwatt received; ///< OMA per lane
  Decibel margin;            ///< above the effective sensitivity, penalties taken off
  double bias_share = 1;     ///< laser bias over its bias when new, under automatic power control: +50 % per dB lost
  double pre_fec_ber = 0;
};

/// Something that happens to a cable (both directions unless said otherwise).
struct CableEvent {
  enum class Kind : std::uint8_t {
    flap,          ///< no light for `lasts`
    step,          ///< `loss` more, until the module at `side` is replaced, in the direction that side sends in
    contamination, ///< a connector turns dirty: `loss` more until it is cleaned, both directions
    lane_failure,  ///< one lane of the module at `side` is dead until it is replaced: 8 → 7 lanes; each lane once
    module_failure ///< the module at `side` is dead until it is replaced; at most one per generation
  };
  CampaignTime at{};
  Kind kind = Kind::flap;
  std::uint8_t side = 0; ///< 0: a-end, 1: b-end
  CampaignDuration lasts{};
  Decibel loss{};
};

/// The fleet's links, drawn on demand: no state but the specification.
class Population {
public:
  Population(const PopulationSpec &spec, std::uint64_t seed) : spec_(spec), seed_(seed) {}

  /// State of the link that sends from `side` (0: a → b, 1: b → a) at `t` after the fleet was new, of these parts, with
  /// `more_loss` dB of what happened to it beside (steps, contamination). Modules without an optical budget (copper,
  /// AOC) have the limits' state.
  LinkState state(const FleetCable &cable, const CableParts &parts, int side, CampaignTime t,
                  Decibel more_loss = {}) const;
  /// A lower bound of the margin at any instant of [from, until), by the warmest hour and the greatest age; cheap.
  Decibel margin_at_least(const FleetCable &cable, const CableParts &parts, int side, CampaignTime from,
                          CampaignTime until, Decibel more_loss = {}) const;
  /// What happens to the cable in [from, until), ascending in time, if it consists of these parts throughout: events of
  /// a module are drawn by its generation, so that one that is replaced leaves the others' events as they were; those
  /// of connectors by their cleanings. [a, b) and [b, c) hold together what [a, c) holds. None when not `drawn`.
  std::vector<CableEvent> events(const FleetCable &cable, const CableParts &parts, CampaignTime from,
                                 CampaignTime until) const;

  const PopulationSpec &spec() const { return spec_; }

private:
  PopulationSpec spec_;
  std::uint64_t seed_;
};

} // namespace lightloom
