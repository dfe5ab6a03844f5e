#pragma once
// A fleet's directed links at one instant: state, time to their limits, and what each lacks against its like.
// The time to the limit is a forecast by ageing and heat alone (Population::margin_at_least, bisected): what will
// happen if nothing else does. Weakness: which part of the margin that a link lacks against the median of its tier is
// largest: loss (dirt), launch power, heat of the sending module, or the receiver.

#include "analysis/results.hpp"
#include "optics/fleet_life.hpp"
#include "scenarios/built.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// How far ahead to_limit_s of a link looks.
inline constexpr CampaignDuration forecast = std::chrono::years(20);

/// Why a link has less margin than its like.
enum class LinkWeakness : std::uint8_t { none, dirt, launch, heat, receiver };
const char *to_string(LinkWeakness why);

/// A directed link when the study begins, before anything is mended.
struct FleetLink {
  LinkId id;
  Tier tier = Tier::host;
  LinkState state;
  LinkReading reading;
  bool lost = false;             ///< out of use
  double to_limit_s = not_known; ///< until ageing and heat bring it to its module's BER limit; 0 = past it; NaN = not
                                 ///< within `forecast`, or no margin to lose
  LinkWeakness why = LinkWeakness::none; ///< what it lacks most against the median of its tier
};
/// The cable as the models of a fleet see it; `built` outlives it.
FleetCable fleet_cable(const BuiltFabric &built, CableId id);
/// What each tier's links are watched for; nothing where the fabric has no such cable.
using FleetWatches = PerTier<std::optional<LinkWatch>>;
/// `built` outlives them.
FleetWatches fleet_watches(const Scenario &scenario, const BuiltFabric &built);
/// A directed link's name as in /links/name.
std::string fleet_link_name(const Fabric &fabric, LinkId id);
/// Directed links, those that will hurt first in front: lost ones, then by time to their limit, then by margin above
/// it.
std::vector<std::size_t> worst_first(const std::vector<FleetLink> &links, const FleetWatches &watches);

/// One entry per directed link, as `lives` found them at `now`, before anything was mended.
std::vector<FleetLink> view_links(const Population &population, const BuiltFabric &built, const FleetWatches &watches,
                                  const std::vector<CableLife> &lives, CampaignTime now);

} // namespace lightloom
