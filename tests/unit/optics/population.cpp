#include "optics/population.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
LinkReport dr8(double celsius = 45) {
  LinkOptics link;
  link.module = "800G-DR8";
  link.length = Metres(500);
  link.connectors = 4;
  link.case_temperature = celsius;
  return link_report(link);
}
PopulationSpec alike() { // drawn, but with nothing to draw
  PopulationSpec spec;
  spec.drawn = true;
  spec.launch_above = spec.launch_spread = spec.sensitivity_above = spec.sensitivity_spread = Decibel(0);
  spec.lot_spread = spec.connector_spread = spec.ageing_spread = Decibel(0);
  spec.dirty_share = spec.gross_share = spec.case_spread = spec.daily_swing = 0;
  spec.connector_loss = Decibel(0.35);
  return spec;
}
CampaignTime after(CampaignDuration d) { return CampaignTime(d); }
} // namespace

TEST_CASE("links that are not drawn stand at their data sheet's limits, bit for bit, and nothing happens to them") {
  const auto limits = dr8();
  const Population fleet(PopulationSpec{}, 1);
  const FleetCable cable{CableId(3), Tier::leaf, &limits};
  const auto state = fleet.state(cable, {}, 0, after(std::chrono::years(5)));
  CHECK(state.margin.value == limits.margin.value);
  CHECK(state.received.value == limits.received_power.value);
  CHECK(state.pre_fec_ber == limits.pre_fec_ber);
  CHECK(state.bias_share == 1);
  CHECK(fleet.events(cable, {}, {}, after(std::chrono::years(100))).empty());
}

TEST_CASE("a population without spread, dirt or age is its limits to rounding") {
  const auto limits = dr8();
  const Population fleet(alike(), 1);
  const auto state = fleet.state({CableId(3), Tier::leaf, &limits}, {}, 1, {});
  CHECK(state.margin.value == doctest::Approx(limits.margin.value).epsilon(1e-12));
  CHECK(state.received.value == doctest::Approx(limits.received_power.value).epsilon(1e-12));
  CHECK(state.pre_fec_ber == doctest::Approx(limits.pre_fec_ber).epsilon(1e-9));
}

TEST_CASE("ageing by hand: 0.05 dB a year at 40 C, 1.504 times that at 45 C, bias half more per dB") {
  auto spec = alike();
  const auto limits = dr8();
  const FleetCable cable{CableId(0), Tier::leaf, &limits};
  const auto lost = [&](double celsius) {
    spec.case_celsius = celsius;
    const Population fleet(spec, 1);
    return (fleet.state(cable, {}, 0, {}).margin - fleet.state(cable, {}, 0, after(std::chrono::years(4))).margin)
        .value;
  };
  CHECK(lost(40) == doctest::Approx(0.2));
  // exp(0.7 / 8.617333e-5 × (1/313.15 − 1/318.15)) = exp(8123.16 × 5.01869e-5) = exp(0.407676) = 1.50332
  CHECK(lost(45) == doctest::Approx(0.2 * 1.50332).epsilon(1e-5));
  const Population fleet(spec, 1);
  CHECK(fleet.state(cable, {}, 0, after(std::chrono::years(4))).bias_share ==
        doctest::Approx(std::pow(1.5, 0.2 * 1.50332)).epsilon(1e-5));
}

TEST_CASE("heat follows the link's own law: a population at 60 C is link_report at 60 C") {
  auto spec = alike();
  spec.case_celsius = 60;
  const auto limits = dr8(); // its limits at 45 C
  const auto state = Population(spec, 1).state({CableId(0), Tier::leaf, &limits}, {}, 0, {});
  CHECK(state.margin.value == doctest::Approx(dr8(60).margin.value));
  CHECK(state.received.value == doctest::Approx(dr8(60).received_power.value));
}

TEST_CASE("the day: warmest at three in the afternoon, coldest twelve hours later") {
  auto spec = alike();
  spec.daily_swing = 2;
  const auto limits = dr8();
  const FleetCable cable{CableId(0), Tier::leaf, &limits};
  const Population fleet(spec, 1);
  CHECK(fleet.state(cable, {}, 0, after(std::chrono::hours(15))).launch_case_celsius == doctest::Approx(47));
  CHECK(fleet.state(cable, {}, 0, after(std::chrono::hours(3))).launch_case_celsius == doctest::Approx(43));
  CHECK(fleet.state(cable, {}, 0, after(std::chrono::hours(24 * 30 + 9))).launch_case_celsius == doctest::Approx(45));
}

TEST_CASE("dirt is in both directions and gone after cleaning, launch minus loss is what arrives") {
  auto spec = alike();
  spec.dirty_share = 1;
  spec.dirt_low = spec.dirt_high = Decibel(1);
  const auto limits = dr8();
  const FleetCable cable{CableId(7), Tier::leaf, &limits};
  const Population fleet(spec, 1);
  for (const int side : {0, 1}) {
    const auto dirty = fleet.state(cable, {}, side, {});
    CHECK(dirty.margin.value == doctest::Approx(limits.margin.value - 1));
    CHECK(dirty.received.value == doctest::Approx((dirty.launch - dirty.loss).value));
    CableParts cleaned;
    cleaned.cleanings = 1;
    CHECK(fleet.state(cable, cleaned, side, {}).margin.value == doctest::Approx(limits.margin.value));
  }
  spec.cleaned = true;
  CHECK(Population(spec, 1).state(cable, {}, 0, {}).margin.value == doctest::Approx(limits.margin.value));
}

TEST_CASE("a new module is another module and leaves the other end's as it was") {
  PopulationSpec spec;
  spec.drawn = true;
  const auto limits = dr8();
  const FleetCable cable{CableId(7), Tier::leaf, &limits};
  const Population fleet(spec, 1);
  const CampaignTime t = after(std::chrono::hours(15) + std::chrono::days(365));
  CableParts parts;
  parts.module_generation[0] = 1;
  parts.module_since[0] = t;
  const auto old = fleet.state(cable, {}, 0, t);
  const auto fresh = fleet.state(cable, parts, 0, t);
  CHECK(old.launch != fresh.launch);
  CHECK(old.loss.value == fresh.loss.value);
  CHECK(old.receive_case_celsius == fresh.receive_case_celsius);
  CHECK(fresh.bias_share == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("windows that meet hold the events of the window they make, in order of time") {
  PopulationSpec spec;
  spec.drawn = true;
  spec.flaps_factor = 10;
  spec.lane_failures_factor = spec.module_failures_factor = 30;
  const auto limits = dr8();
  const Population fleet(spec, 9);
  const CampaignTime middle = after(std::chrono::days(500)), end = after(std::chrono::days(1000));
  std::size_t all = 0;
  for (std::uint32_t c = 0; c < 50; ++c) {
    const FleetCable cable{CableId(c), Tier::leaf, &limits};
    auto first = fleet.events(cable, {}, {}, middle);
    const auto second = fleet.events(cable, {}, middle, end);
    const auto whole = fleet.events(cable, {}, {}, end);
    first.insert(first.end(), second.begin(), second.end());
    REQUIRE(first.size() == whole.size());
    all += whole.size();
    for (std::size_t i = 0; i < whole.size(); ++i) {
      CHECK(first[i].at == whole[i].at);
      CHECK(first[i].kind == whole[i].kind);
      CHECK((i == 0 || whole[i - 1].at <= whole[i].at));
    }
  }
  CHECK(all > 500);
}

TEST_CASE("copper and active cables keep their limits but have a temperature and can fail") {
  LinkOptics link;
  link.module = "800G-DAC";
  link.length = Metres(2);
  const auto limits = link_report(link);
  PopulationSpec spec;
  spec.drawn = true;
  spec.module_failures_factor = 1e5;
  const Population fleet(spec, 1);
  const FleetCable cable{CableId(1), Tier::host, &limits};
  const auto state = fleet.state(cable, {}, 0, {});
  CHECK(state.pre_fec_ber == limits.pre_fec_ber);
  CHECK(std::isnan(state.margin.value));
  CHECK(state.launch_case_celsius > 20);
  for (const auto &event : fleet.events(cable, {}, {}, after(std::chrono::years(10))))
    CHECK((event.kind == CableEvent::Kind::flap || event.kind == CableEvent::Kind::module_failure));
}
