// [optics.population] of a run: which cable is what at the instant the run shows, and what befalls it while it lasts.
//
// A run shows milliseconds of a fleet that is years old. What the links are by then is drawn once: BER, dead lanes,
// dead modules, flaps in progress. Of what is to come, flaps and failures of the next seconds are kept, as faults; a
// step of margin or new dirt within a run is left out (0.04 per cable and year), and so is drift: a degree takes
// hours. Model and sources: optics/population.hpp.

#include "scenarios/build/parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Runs are shorter; a longer one has no failures after this, and a flap lasts no longer.
constexpr CampaignDuration run_horizon = std::chrono::seconds(10);

/// A cable as the run finds it.
struct CableNow {
  CableParts parts;
  std::array<Decibel, 2> more_loss{}; ///< by side that sends: steps and dirt that came since
  std::array<int, 2> dead_lanes{};    ///< by side
  bool dead = false;
  CampaignTime dark_until{}; ///< a flap's end
};

/// Puts a new module where one died, and again where that died.
CableParts repaired_parts(const Population &fleet, const FleetCable &cable, CampaignTime now) {
  CableParts parts;
  for (;;) {
    const auto events = fleet.events(cable, parts, {}, now);
    const auto died = std::ranges::find(events, CableEvent::Kind::module_failure, &CableEvent::kind);
    if (died == events.end())
      return parts;
    ++parts.module_generation[died->side];
    parts.module_since[died->side] = died->at;
  }
}

CableNow cable_at(const Population &fleet, const FleetCable &cable, CampaignTime now) {
  CableNow state;
  if (fleet.spec().repaired)
    state.parts = repaired_parts(fleet, cable, now);
  for (const CableEvent &event : fleet.events(cable, state.parts, {}, now))
    switch (event.kind) {
    case CableEvent::Kind::flap:
      state.dark_until = std::max(state.dark_until, event.at + event.lasts);
      break;
    case CableEvent::Kind::step:
      state.more_loss[event.side] = state.more_loss[event.side] + event.loss;
      break;
    case CableEvent::Kind::contamination:
      for (Decibel &loss : state.more_loss)
        loss = loss + event.loss;
      break;
    case CableEvent::Kind::lane_failure:
      ++state.dead_lanes[event.side];
      break;
    case CableEvent::Kind::module_failure:
      state.dead = true;
      break;
    }
  return state;
}

/// Faults of one cable, in the form of [[inject]].
class CableFaults {
public:
  CableFaults(CableId cable, std::vector<PlannedFault> &faults) : cable_(cable), faults_(faults) {}

  void down(SimTime from, SimTime until, bool known) {
    PlannedFault fault = make(InjectPart::Kind::down, from);
    fault.until = until;
    fault.known = known;
    faults_.push_back(fault);
  }
  /// Both directions of a port run over the same lanes; the side that lost more decides.
  void lanes(SimTime from, LaneMasking masking, int lanes, const std::array<int, 2> &dead) {
    const int left = lanes_left(masking, lanes, std::max(dead[0], dead[1]));
    if (left == 0)
      return down(from, never, from == SimTime{});
    PlannedFault fault = make(InjectPart::Kind::degrade, from);
    fault.down = false;
    fault.factor = static_cast<double>(left) / lanes;
    faults_.push_back(fault);
  }

private:
  PlannedFault make(InjectPart::Kind kind, SimTime from) const {
    PlannedFault fault;
    fault.cable = cable_;
    fault.kind = kind;
    fault.from = from;
    fault.source = "optics.population";
    return fault;
  }
  CableId cable_;
  std::vector<PlannedFault> &faults_;
};

SimTime in_run(CampaignTime t, CampaignTime now) { return SimTime(std::chrono::duration_cast<Duration>(t - now)); }

/// What the run finds, and what comes while it lasts.
void add_faults(const Population &fleet, const FleetCable &cable, CableNow state, CampaignTime now,
                std::vector<PlannedFault> &faults) {
  CableFaults add(cable.id, faults);
  const int lanes = cable.limits->module->lanes;
  const LaneMasking masking = fleet.spec().lane_masking;
  if (state.dead)
    return add.down(SimTime{}, never, true);
  if (state.dark_until > now)
    add.down(SimTime{}, in_run(std::min(state.dark_until, now + run_horizon), now), true);
  if (state.dead_lanes != std::array{0, 0})
    add.lanes(SimTime{}, masking, lanes, state.dead_lanes);
  for (const CableEvent &event : fleet.events(cable, state.parts, now, now + run_horizon))
    if (event.kind == CableEvent::Kind::flap) {
      add.down(in_run(event.at, now), in_run(std::min(event.at + event.lasts, now + run_horizon), now), false);
    } else if (event.kind == CableEvent::Kind::module_failure) {
      add.down(in_run(event.at, now), never, false);
    } else if (event.kind == CableEvent::Kind::lane_failure) {
      ++state.dead_lanes[event.side];
      add.lanes(in_run(event.at, now), masking, lanes, state.dead_lanes);
    }
}
/// "3 of 192 directed links below 0 dB": one line for the user.
std::string describe(const BuiltFabric &b, const DrawnLinks &drawn) {
  std::vector<double> margins;
  std::size_t short_of_light = 0, above_limit = 0;
  for (std::size_t l = 0; l < drawn.states.size(); ++l) {
    const LinkState &state = drawn.states[l];
    const Tier tier = b.fabric.plan().cables[l / 2].tier;
    above_limit += state.pre_fec_ber > b.optics[tier]->module->pre_fec_ber_limit ? 1 : 0;
    if (std::isnan(state.margin.value))
      continue; // copper
    margins.push_back(state.margin.value);
    short_of_light += state.margin.value < 0 ? 1 : 0;
  }
  const auto of_kind = [&](InjectPart::Kind kind) {
    return std::ranges::count(drawn.faults, kind, &PlannedFault::kind);
  };
  std::string text = fmt::format("{} directed links", drawn.states.size());
  if (!margins.empty()) {
    std::ranges::sort(margins);
    text += fmt::format(", {} of them by light with margins of {:.2f} … {:.2f} dB, median {:.2f}", margins.size(),
                        margins.front(), margins.back(), margins[margins.size() / 2]);
  }
  text += fmt::format("; {} below 0 dB, {} above their modules' bit error limit", short_of_light, above_limit);
  if (const auto down = of_kind(InjectPart::Kind::down); down > 0)
    text += fmt::format("; {} times a cable is down", down);
  if (const auto degraded = of_kind(InjectPart::Kind::degrade); degraded > 0)
    text += fmt::format("; {} times a cable lacks lanes", degraded);
  return text;
}
} // namespace

DrawnLinks draw_links(const Scenario &s, const BuiltFabric &b) {
  DrawnLinks drawn;
  const PopulationSpec &spec = s.optics.population;
  if (!spec.drawn)
    return drawn;
  const Population fleet(spec, s.seed);
  const CampaignTime now{spec.age + spec.time_of_day};
  const auto &cables = b.fabric.plan().cables;
  drawn.states.reserve(2 * cables.size());
  for (std::size_t c = 0; c < cables.size(); ++c) {
    const FleetCable cable{CableId(c), cables[c].tier, &*b.optics[cables[c].tier]};
    const CableNow state = cable_at(fleet, cable, now);
    for (const int side : {0, 1})
      drawn.states.push_back(
          fleet.state(cable, state.parts, side, now, state.more_loss[static_cast<std::size_t>(side)]));
    add_faults(fleet, cable, state, now, drawn.faults);
  }
  drawn.summary = describe(b, drawn);
  return drawn;
}

} // namespace lightloom
