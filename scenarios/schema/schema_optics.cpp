// The rows of the table of keys for links: [optics] and [optics.population]. Sources: docs/validation/link-budget.md
// and docs/validation/population.md.

#include "optics/population.hpp"
#include "scenarios/schema/default_text.hpp"
#include "scenarios/schema/schema.hpp"
#include "sim/network/link_retry.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
// One key per row, as dense as a table.
// clang-format off
using enum KeyType;
using Keys = std::vector<Key>;

void add_tier(Keys &keys, const std::string &tier, const std::string &what, const char *length,
              const char *connectors) {
  const std::string at = "optics." + tier;
  keys.push_back({.path = at + ".module", .type = text, .fallback = "by the link's rate",
   .description = what + ": name in the catalogue (lightloom optics --catalogue)"});
  keys.push_back({.path = at + ".length", .type = metres, .fallback = length, .low = 0.01, .high = 1e6,
   .description = what + ": cable or fibre"});
  keys.push_back({.path = at + ".connectors", .type = count, .fallback = connectors, .low = 0, .high = 100,
   .description = what + ": connectors in the fibre; none in a cable with fixed ends"});
  keys.push_back({.path = at + ".pre_fec_ber", .type = ratio, .fallback = "computed", .low = 0, .high = 0.5,
   .description = what + ": replaces the link budget's bit error ratio"});
  keys.push_back({.path = at + ".latency", .type = duration, .fallback = "computed", .low = 1e-12, .high = 1,
   .description = what + ": replaces module + FEC + fibre + module, for hand calculation"});
}

Keys link_keys() {
  Keys keys;
  add_tier(keys, "host", "NIC to leaf", "3m; 400G: 2m", "0; fibre: 2");
  add_tier(keys, "leaf", "leaf to spine", "50m", "2");
  add_tier(keys, "spine", "spine to core", "200m", "4");
  add_tier(keys, "global", "between Dragonfly+ groups", "200m", "4");
  const Keys rest = {
      {.path = "optics.case_temperature", .type = celsius, .fallback = "45C", .low = 0, .high = 70,
       .description = "of every module"},
      {.path = "optics.latency_basis", .type = choice, .fallback = "split", .choices = {"split", "vendor"},
       .description = "split: DSP and FEC as separate terms; vendor: the figures of sales sheets"},
      {.path = "optics.fec", .type = choice, .fallback = "auto",
       .choices = {"auto", "kp4", "kr4", "ll", "kp4+hamming", "none"},
       .description = "auto: what the module needs"},
      {.path = "optics.burst", .type = ratio, .fallback = "0", .low = 0, .high = 0.99,
       .source = "Gilbert, BSTJ 39, 1960 (the model); 0: errors are independent",
       .description = "probability that a symbol is wrong after a wrong one, as decision feedback makes it"},
      {.path = "optics.precoding", .type = flag, .fallback = "false", .source = "IEEE 802.3 clause 135",
       .description = "1/(1+D) mod 4: a burst of any length leaves two errors"},
      {.path = "optics.latency_spread", .type = ratio, .fallback = "0", .low = 0, .high = 0.5, .source = "Design",
       .description = "modules differ by lot: each link's module latency is drawn within ± this share"},
      {.path = "optics.llr", .type = flag, .fallback = "false",
       .source = "UEC 1.0, Link Level Retry",
       .description = "link-level retry: a corrupt frame and all behind it are sent again by the link's own end"},
      {.path = "optics.llr_retries", .type = count, .fallback = std::to_string(LinkRetrySpec{}.most), .low = 1,
       .high = 1000, .source = "Design", .description = "llr: tries of one frame before it is given up"},
      {.path = "optics.llr_turnaround", .type = duration, .fallback = default_text(LinkRetrySpec{}.turnaround),
       .low = 0, .high = 1e-3, .source = "estimate",
       .description = "llr: at each end, to find the loss and to act on the request"},
      {.path = "optics.llr_buffer", .type = bytes, .fallback = "auto", .low = 1, .high = 1e9, .auto_allowed = true,
       .description = "llr: unacknowledged bytes that a sender can hold; auto: what its link needs at full rate"},
  };
  keys.insert(keys.end(), rest.begin(), rest.end());
  return keys;
}

/// A row of [optics.population]; what it means when model = "limits": nothing.
Key in_population(const std::string &name, KeyType type, std::string fallback, double low, double high,
                  const char *source, std::string description) {
  return {.path = "optics.population." + name, .type = type, .fallback = std::move(fallback), .low = low,
          .high = high, .source = source, .description = std::move(description)};
}
template <class Value>
Key in_population(const std::string &name, KeyType type, Value fallback, double low, double high, const char *source,
                  std::string description) {
  return in_population(name, type, default_text(fallback), low, high, source, std::move(description));
}

constexpr double day_s = 86'400, year_s = 365.2425 * day_s;
constexpr const char *estimate = "estimate";
constexpr const char *dirt_source = "estimate; contamination is 85 % of fibre failures (Fluke survey)";

Keys as_made_keys() {
  const PopulationSpec d;
  return {
      {.path = "optics.population.model", .type = choice, .fallback = "limits", .choices = {"limits", "drawn"},
       .source = "IEEE 802.3 budgets",
       .description = "limits: every link is as bad as its data sheet allows and stays so; drawn: each link by itself, "
                      "from the seed, at its age and hour"},
      in_population("age", long_time, d.age, 0, 20 * year_s, "Design", "of the fleet when the run begins"),
      in_population("time_of_day", long_time, d.time_of_day, 0, day_s, "Design",
                    "when the run begins; it is warmest at 15 h"),
      in_population("launch_above", decibel, d.launch_above, 0, 10, estimate,
                    "modules launch so much more than their least; never less"),
      in_population("launch_spread", decibel, d.launch_spread, 0, 5, estimate, "of one lot's modules (sd)"),
      in_population("sensitivity_above", decibel, d.sensitivity_above, 0, 10, estimate,
                    "receivers need so much less than their limit; never more"),
      in_population("sensitivity_spread", decibel, d.sensitivity_spread, 0, 5, estimate, "of one lot's modules (sd)"),
      in_population("lot_spread", decibel, d.lot_spread, 0, 5, estimate,
                    "between lots of 32 module ends, of launch and of sensitivity (sd)"),
  };
}

Keys plant_keys() {
  const PopulationSpec d;
  return {
      in_population("connector_loss", decibel, d.connector_loss, 0, 5, "vendors' trunk data: low-loss MPO, mean",
                    "of a clean mated pair, mean of a lognormal"),
      in_population("connector_spread", decibel, d.connector_spread, 0, 5, estimate, "of a clean mated pair (sd)"),
      in_population("dirty_share", ratio, d.dirty_share, 0, 1, dirt_source, "of cables have one dirty connector"),
      {.path = "optics.population.dirt", .type = decibel, .fallback = "dirt_low … dirt_high", .low = 0, .high = 20,
       .source = estimate,
       .description = "what a dirty connector adds, the same for all; in place of dirt_low, dirt_high"},
      in_population("dirt_low", decibel, d.dirt_low, 0, 20, dirt_source, "what a dirty connector adds, at least"),
      in_population("dirt_high", decibel, d.dirt_high, 0, 20, dirt_source, "… at most; uniform between"),
      in_population("gross_share", ratio, d.gross_share, 0, 1, dirt_source,
                    "of cables have a grossly dirty one instead"),
      in_population("gross_low", decibel, d.gross_low, 0, 40, dirt_source, "what that adds, at least"),
      in_population("gross_high", decibel, d.gross_high, 0, 40, estimate, "… at most; uniform between"),
      {.path = "optics.population.cleaned", .type = flag, .fallback = "false", .source = "IEC 61300-3-35 practice",
       .description = "every connector was inspected and cleaned when it was plugged: no dirt when new"},
      in_population("case_spread", celsius, fmt::format("{}C", d.case_spread), 0, 20, estimate,
                    "of module cases about optics.case_temperature (sd): airflow, place in the rack"),
      in_population("daily_swing", celsius, fmt::format("{}C", d.daily_swing), 0, 20, estimate,
                    "of module cases: half of the difference between 15 h and 3 h"),
  };
}

Keys change_keys() {
  const PopulationSpec d;
  return {
      in_population("ageing_per_year", decibel, d.ageing_per_year, 0, 2, "GR-468 practice; estimate",
                    "launch power lost at 40 C case, mean over modules"),
      in_population("ageing_spread", decibel, d.ageing_spread, 0, 2, estimate, "between modules (sd)"),
      in_population("activation_energy_eV", ratio, d.activation_energy_eV, 0, 2, "GR-468 practice",
                    "Arrhenius law of ageing with case temperature"),
      in_population("contaminations_per_link_year", ratio, d.contaminations_per_link_year, 0, 1000, estimate,
                    "a clean connector turns dirty"),
      in_population("steps_per_link_year", ratio, d.steps_per_link_year, 0, 1000, estimate,
                    "sudden losses that stay: a bend, a lens, a driver"),
      in_population("step_low", decibel, d.step_low, 0, 20, estimate, "what a step loses, at least"),
      in_population("step_high", decibel, d.step_high, 0, 20, estimate, "… at most; uniform between"),
      in_population("lane_failures_factor", ratio, d.lane_failures_factor, 0, 1e6, "50 FIT per laser (handbook)",
                    "times 50 FIT per laser or its driver"),
      {.path = "optics.population.lane_masking", .type = choice, .fallback = "one",
       .choices = {"one", "half", "none"}, .source = "Design",
       .description = "a port whose module lost lanes: one: does without one lane, else with half of them (8, 7, 4); "
                      "half: with half (8, 4); none: is down"},
      in_population("module_failures_factor", ratio, d.module_failures_factor, 0, 1e6, "module catalogue",
                    "times the catalogue's FIT in the field, per module"),
      {.path = "optics.population.repaired", .type = flag, .fallback = "true", .source = "Design",
       .description = "modules that died before the run have been replaced; false: their links are still down"},
      in_population("flaps_factor", ratio, d.flaps_factor, 0, 1000, "module catalogue",
                    "times the catalogue's flaps per link and year"),
      in_population("flap_median", long_time, d.flap_median, 1e-3, day_s, "MegaScale, NSDI 2024: several seconds",
                    "how long a flap lasts, lognormal"),
      in_population("flap_p95", long_time, d.flap_p95, 1e-3, day_s, "MRC: most below a minute; fit",
                    "95 % of the flaps are shorter"),
  };
}
// clang-format on
} // namespace

std::vector<Key> optics_schema() {
  Keys keys = link_keys();
  for (auto part : {as_made_keys, plant_keys, change_keys}) {
    const Keys more = part();
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

} // namespace lightloom
