// [optics.population]: what must hold between its keys.

#include "scenarios/schema/checks.hpp"
#include "scenarios/schema/schema.hpp"

#include <fmt/format.h>

namespace lightloom {

namespace {
const std::string population = "optics.population";

/// A range whose ends are two keys.
void check_order(Checks &c, const char *low_key, Decibel low, const char *high_key, Decibel high) {
  if (low <= high)
    return;
  const std::string at = population + "." + (c.s().given(population + "." + low_key) ? low_key : high_key);
  c.add(at, fmt::format("{}.{} = {}dB", population, low_key, low.value),
        fmt::format("must not exceed {} = {}dB", high_key, high.value), "Set both.");
}
} // namespace

void check_population(Checks &c) {
  const PopulationSpec &p = c.s().optics.population;
  if (!p.drawn) {
    for (const Key &key : schema())
      if (key.path.starts_with(population + ".") && key.path != population + ".model")
        c.needless(key.path, "optics.population.model is \"limits\"");
    return;
  }
  const auto at = [](const char *name) { return population + "." + name; };
  if (c.s().given(at("dirt")))
    for (const char *name : {"dirt_low", "dirt_high"})
      c.needless(at(name), "optics.population.dirt is given");
  else
    check_order(c, "dirt_low", p.dirt_low, "dirt_high", p.dirt_high);
  check_order(c, "gross_low", p.gross_low, "gross_high", p.gross_high);
  check_order(c, "step_low", p.step_low, "step_high", p.step_high);
  if (p.dirty_share + p.gross_share > 1)
    c.add(at("dirty_share"), fmt::format("{} = {:g}", at("dirty_share"), p.dirty_share),
          fmt::format("with gross_share = {:g} more than all cables are dirty", p.gross_share),
          fmt::format("Try {:g}.", 1 - p.gross_share));
  if (p.flap_p95 < p.flap_median)
    c.add(c.s().given(at("flap_p95")) ? at("flap_p95") : at("flap_median"), at("flap_p95") + " is below flap_median",
          "95 % of the flaps are shorter than the first, half than the other", "Set both.");
}

} // namespace lightloom
