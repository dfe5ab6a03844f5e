// What holds for any fleet: its links do not depend on who asks, when, or in which order; bounds are bounds.

#include "optics/population.hpp"
#include "sim/core/random.hpp"

#include <doctest/doctest.h>
#include <map>
#include <vector>

using namespace lightloom;

namespace {
PopulationSpec random_spec(RandomStream &random) {
  PopulationSpec spec;
  spec.drawn = true;
  spec.launch_above = Decibel(3 * random.uniform());
  spec.launch_spread = Decibel(random.uniform());
  spec.sensitivity_above = Decibel(2 * random.uniform());
  spec.lot_spread = Decibel(random.uniform());
  spec.dirty_share = random.uniform() / 2;
  spec.gross_share = random.uniform() / 4;
  spec.cleaned = random.below(4) == 0;
  spec.case_celsius = 25 + 40 * random.uniform();
  spec.case_spread = 6 * random.uniform();
  spec.daily_swing = 8 * random.uniform();
  spec.ageing_per_year = Decibel(random.uniform() / 2);
  return spec;
}
LinkReport random_limits(RandomStream &random) {
  static const std::vector<const char *> names{"800G-DR8",     "800G-2xFR4", "1.6T-DR8",
                                               "800G-DR8-LPO", "800G-SR8",   "800G-DAC"};
  LinkOptics link;
  link.module = names[random.below(names.size())];
  link.length = Metres(1 + random.uniform());
  link.connectors = static_cast<int>(random.below(6));
  link.case_temperature = 45;
  return link_report(link);
}
CampaignTime random_time(RandomStream &random) {
  return CampaignTime(std::chrono::minutes(random.below(10 * 365 * 24 * 60)));
}
} // namespace

TEST_CASE("margin_at_least is below the margin at every instant of its window") {
  RandomStream random(11, Purpose::test, 0);
  for (int trial = 0; trial < 300; ++trial) {
    const Population fleet(random_spec(random), random.bits());
    const LinkReport limits = random_limits(random);
    if (!limits.has_budget)
      continue;
    const FleetCable cable{CableId(static_cast<std::uint32_t>(random.below(100'000))), Tier::leaf, &limits};
    CableParts parts;
    parts.module_generation = {static_cast<std::uint32_t>(random.below(3)), 0};
    const CampaignTime from = random_time(random), until = from + std::chrono::hours(1 + random.below(10'000));
    const Decibel more(random.uniform() * 3);
    const int side = static_cast<int>(random.below(2));
    const Decibel bound = fleet.margin_at_least(cable, parts, side, from, until, more);
    double least = 1e9;
    for (int look = 0; look < 50; ++look) {
      const auto within = static_cast<std::uint64_t>((until - from).count());
      const CampaignTime t = from + CampaignDuration(static_cast<std::int64_t>(random.below(within)));
      least = std::min(least, fleet.state(cable, parts, side, t, more).margin.value);
    }
    CHECK(bound.value <= least);
    CHECK(bound.value > least - 2); // and of use
  }
}

TEST_CASE("a link is the same whoever asks: alone, in another order, in a larger fleet, by another object") {
  RandomStream random(12, Purpose::test, 0);
  const PopulationSpec spec = random_spec(random);
  const LinkReport limits = random_limits(random);
  const Population fleet(spec, 5), same(spec, 5), other(spec, 6);
  const CampaignTime t = random_time(random);
  std::vector<double> up;
  for (std::uint32_t c = 0; c < 200; ++c)
    up.push_back(fleet.state({CableId(c), Tier::leaf, &limits}, {}, 0, t).launch_case_celsius);
  bool differs = false;
  for (std::uint32_t c = 200; c-- > 0;) {
    const FleetCable cable{CableId(c), Tier::leaf, &limits};
    CHECK(same.state(cable, {}, 0, t).launch_case_celsius == up[c]);
    differs = differs || other.state(cable, {}, 0, t).launch_case_celsius != up[c];
  }
  CHECK(differs);
}

TEST_CASE("one end's transmitter is the same module as its receiver") {
  RandomStream random(13, Purpose::test, 0);
  for (int trial = 0; trial < 50; ++trial) {
    const Population fleet(random_spec(random), random.bits());
    const LinkReport limits = random_limits(random);
    const FleetCable cable{CableId(static_cast<std::uint32_t>(random.below(1000))), Tier::spine, &limits};
    const auto there = fleet.state(cable, {}, 0, {}), back = fleet.state(cable, {}, 1, {});
    CHECK(there.launch_case_celsius == back.receive_case_celsius);
    CHECK(there.receive_case_celsius == back.launch_case_celsius);
  }
}

TEST_CASE("more dirt, heat and age never give more margin or fewer errors, and what arrives is launch less loss") {
  RandomStream random(14, Purpose::test, 0);
  for (int trial = 0; trial < 200; ++trial) {
    const PopulationSpec spec = random_spec(random);
    const LinkReport limits = random_limits(random);
    if (!limits.has_budget)
      continue;
    const std::uint64_t seed = random.bits();
    const FleetCable cable{CableId(static_cast<std::uint32_t>(random.below(1000))), Tier::leaf, &limits};
    const CampaignTime t = random_time(random);
    const auto state = Population(spec, seed).state(cable, {}, 0, t);
    PopulationSpec hotter = spec, dirtier = spec;
    hotter.case_celsius += 10;
    dirtier.dirt_low = dirtier.dirt_low + Decibel(1), dirtier.dirt_high = dirtier.dirt_high + Decibel(1);
    const auto no_better = [&](const LinkState &worse) {
      CHECK(worse.margin <= state.margin);
      CHECK(worse.pre_fec_ber >= state.pre_fec_ber);
    };
    no_better(Population(hotter, seed).state(cable, {}, 0, t));
    no_better(Population(dirtier, seed).state(cable, {}, 0, t));
    no_better(Population(spec, seed).state(cable, {}, 0, t + std::chrono::days(700)));
    no_better(Population(spec, seed).state(cable, {}, 0, t, Decibel(0.5)));
    CHECK(state.received.value == doctest::Approx((state.launch - state.loss).value));
  }
}

TEST_CASE("lane masking never adds lanes, and a port that can do more never has less") {
  for (const int lanes : {1, 2, 4, 8, 16})
    for (int dead = 0; dead <= lanes; ++dead) {
      const int one = lanes_left(LaneMasking::one, lanes, dead), half = lanes_left(LaneMasking::half, lanes, dead),
                none = lanes_left(LaneMasking::none, lanes, dead);
      CHECK(one <= lanes - dead);
      CHECK(half <= one);
      CHECK(none <= half);
      CHECK(none == (dead == 0 ? lanes : 0));
    }
  CHECK(lanes_left(LaneMasking::one, 8, 1) == 7); // 8 → 7 → 4
  CHECK(lanes_left(LaneMasking::one, 8, 2) == 4);
  CHECK(lanes_left(LaneMasking::half, 8, 1) == 4);
}
