#pragma once
// The life of one cable of a fleet on the long clock: drift, events, alarms, and what a maintenance policy does about
// them. Cables are independent, so a fleet is any loop over them, in any order and on any number of threads.
//
// States: in service (perhaps alarmed, perhaps with a drain ahead), drained, under repair. Event driven: what happens
// comes from Population::events; between two events Population::margin_at_least, and the state at the warmest hour
// behind the stretch, prove that no threshold is crossed, else the stretch is halved until a look (`every`) finds the
// crossing. So a healthy cable costs a few evaluations a year.
//
// A link is lost when its uncorrectable ratio exceeds `lost_above`: three uncorrectable codewords in a row end
// alignment (IEEE 802.3 clauses 91 and 119, recalled), so at 1e-4 an 800 Gb/s port loses its link about once in two
// hours (1.56e8 codewords/s × 1e-12 = one in 6,400 s) and is out of use.
//
// Repairs. Dirt is suspected first: a link with a low margin or an alarm is cleaned; if that does not mend it, the
// sending module is replaced, then the receiving one; what still does not meet its thresholds goes back into service
// unresolved, and its alarms stay silent until something else happens to it. Lanes and modules that died are replaced
// at once. Technicians and parts are unlimited, a repair never breaks anything; both are left out. So is the damage
// that replacing a co-packaged engine does to the other ports of its switch.
// Sources: docs/validation/fleet.md.

#include "optics/readings.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace lightloom {

/// When something is done about a link.
enum class MaintenancePolicy : std::uint8_t {
  wait,             ///< when it has failed
  clean_on_alarm,   ///< drained and mended at the next window after an alarm (temperature alone is no reason)
  drain_and_replace ///< the same, already when the pre-FEC BER exceeds `drain_above` × the module's limit
};
inline constexpr std::array maintenance_policies = {MaintenancePolicy::wait, MaintenancePolicy::clean_on_alarm,
                                                    MaintenancePolicy::drain_and_replace};
/// "wait", "clean-on-alarm", "drain-and-replace".
const char *to_string(MaintenancePolicy policy);

/// A time that is uniform between two.
struct TimeRange {
  CampaignDuration low{}, high{};
};

/// [optics.maintenance]: policy and repairs.
struct MaintenanceSpec {
  MaintenancePolicy policy = MaintenancePolicy::wait;
  double drain_above = 0.1; ///< × the module's operating limit of pre-FEC BER; drain_and_replace
  double lost_above = 1e-4; ///< uncorrectable ratio of codewords beyond which a link is out of use
  CampaignDuration window = std::chrono::minutes(30); ///< planned work begins at multiples of this: checkpoints
  // Draining to back in service, parts on site (estimates).
  TimeRange clean{std::chrono::hours(1), std::chrono::hours(4)};    ///< clean or reseat, with its ticket
  TimeRange swap{std::chrono::hours(4), std::chrono::hours(24)};    ///< replace a module or a cable
  TimeRange engine{std::chrono::hours(24), std::chrono::hours(72)}; ///< replace a co-packaged engine: the switch
};

/// Why a cable was out of service.
enum class OutageCause : std::uint8_t {
  flap,           ///< no light for a while, nothing to mend
  module_failure, ///< a module is dead
  lane_failure,   ///< lanes are dead: too many for lane masking, or drained for it
  bit_errors,     ///< too many uncorrectable codewords: sudden loss, dirt or drift
  alarm           ///< planned: a threshold of the policy was crossed
};
/// "flap", "module_failure", …
const char *to_string(OutageCause cause);

/// A cable out of service in both directions, for from ≤ t < until.
struct CableOutage {
  CampaignTime from{}, until{};
  OutageCause cause = OutageCause::flap;
  bool planned = false;
  bool cleaned = false;
  std::uint8_t replaced = 0; ///< modules (a cable with fixed ends counts as one)
  bool unresolved = false;   ///< back in service without meeting its thresholds
};

/// An alarm that came up, latched until the next repair.
struct CableAlarm {
  CampaignTime at{};
  std::uint8_t side = 0; ///< of the sender of the directed link
  AlarmKind kind = AlarmKind::pre_fec_ber_high;
  AlarmLevel level = AlarmLevel::warning;
};

/// A directed link in service that carries less than it should, for from ≤ t < until.
struct SlowStretch {
  CampaignTime from{}, until{};
  std::uint8_t side = 0;
  double rate_share = 1; ///< lanes that are left
  double frame_loss_ratio = 0;
};

/// What the cable was between two changes: enough to evaluate its links at any instant.
struct CableStretch {
  CampaignTime from{};
  CableParts parts;
  std::array<Decibel, 2> more_loss{}; ///< [sending side]
  bool in_service = true;
};

/// All of it.
struct CableLife {
  std::vector<CableOutage> outages;   ///< ascending
  std::vector<CableAlarm> alarms;     ///< ascending
  std::vector<SlowStretch> slow;      ///< frame loss above 1e-9, or lanes gone; ascending per side
  std::vector<CableStretch> history;  ///< ascending, the first from `from`
  CableStretch found;                 ///< as it was at `from`, before anything was mended
  double uncorrectable_codewords = 0; ///< expected, both directions, in service
  double hours_above_limit = 0;       ///< directed link-hours in service above the module's operating limit
  std::uint32_t triggers = 0;         ///< times that the policy asked for a drain
  std::uint32_t preempted = 0;        ///< of those, failed before the drain
  bool drain_ahead = false;           ///< the last one still lies ahead at the end
  bool mended_before = false;         ///< was out of use at `from` and mended before the count began, at no cost
};

/// From `from` to `until` under the policy. Before `from` the cable has lived under `wait` since it was new, uncounted.
/// `watch`: of cable.limits. `seed`: of the repair times. Portable bits. Requires from < until.
CableLife live(const Population &population, const FleetCable &cable, const LinkWatch &watch,
               const MaintenanceSpec &maintenance, std::uint64_t seed, CampaignTime from, CampaignTime until);

} // namespace lightloom
