#include "optics/fleet_life.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace std::chrono_literals;

namespace {
constexpr CampaignDuration year = std::chrono::years(1);

LinkReport report(const char *module, double metres, int connectors) {
  LinkOptics link;
  link.module = module;
  link.length = Metres(metres);
  link.connectors = connectors;
  return link_report(link);
}

/// Every link alike, and nothing happens.
PopulationSpec still() {
  PopulationSpec p;
  p.drawn = true;
  p.case_celsius = 40; // as the limits
  for (Decibel *d : {&p.launch_above, &p.launch_spread, &p.sensitivity_above, &p.sensitivity_spread, &p.lot_spread,
                     &p.connector_spread, &p.ageing_per_year, &p.ageing_spread})
    *d = {};
  p.connector_loss = Decibel(0.35); // as the limits have it
  p.dirty_share = p.gross_share = p.case_spread = p.daily_swing = 0;
  p.contaminations_per_link_year = p.steps_per_link_year = 0;
  p.lane_failures_factor = p.module_failures_factor = p.flaps_factor = 0;
  return p;
}
CableLife one_life(const PopulationSpec &spec, const LinkReport &limits, const MaintenanceSpec &maintenance,
                   CampaignDuration span = year, std::uint32_t cable = 0) {
  const Population population(spec, 1);
  const LinkWatch watch(limits, {}, Bytes(4126));
  return live(population, {CableId(cable), Tier::leaf, &limits}, watch, maintenance, 1, CampaignTime{},
              CampaignTime(span));
}
} // namespace

TEST_CASE("a cable to which nothing happens is in service, silent and as it was") {
  PopulationSpec spec = still();
  spec.launch_above = Decibel(2);
  const LinkReport limits = report("800G-DR8", 50, 2);
  for (const MaintenancePolicy policy : maintenance_policies) {
    const CableLife life = one_life(spec, limits, {.policy = policy});
    CHECK(life.outages.empty());
    CHECK(life.alarms.empty());
    CHECK(life.slow.empty());
    CHECK(life.history.size() == 1);
    CHECK(life.triggers == 0);
  }
}

TEST_CASE("what stands at its limits never changes, whatever the rates say") {
  PopulationSpec spec;
  spec.module_failures_factor = 1000;
  const LinkReport limits = report("800G-DR8", 500, 2);
  CHECK(one_life(spec, limits, {}).outages.empty());
}

TEST_CASE("a link that ages raises its warning, then its alarm, at the looks after the closed form's instants") {
  // No spread, 40 °C: margin(t) = margin(0) − 0.5 dB × years. The alarm is due when the margin has gone down to where
  // the BER is the limit of 2.4e-4: at −0.0000 dB; looks are an hour apart.
  PopulationSpec spec = still();
  spec.launch_above = Decibel(0);
  spec.ageing_per_year = Decibel(0.5);
  LinkOptics link;
  link.module = "800G-DR8";
  link.length = Metres(300); // 0.15 dB of fibre
  link.connectors = 2;
  link.case_temperature = 40;
  const LinkReport limits = link_report(link);
  const LinkWatch watch(limits, {}, Bytes(4126));
  const double to_alarm = limits.margin.value - watch.margin_of(2.4e-4).value;
  const double to_warning = limits.margin.value - watch.margin_of(2.4e-6).value;
  REQUIRE(to_warning > 0);
  const CableLife life = one_life(spec, limits, {}, 8 * year);
  const auto expect = [&](AlarmLevel level, double dB) {
    const auto found = std::find_if(life.alarms.begin(), life.alarms.end(), [&](const CableAlarm &a) {
      return a.kind == AlarmKind::pre_fec_ber_high && a.level == level;
    });
    REQUIRE(found != life.alarms.end());
    const double hours_late =
        static_cast<double>(found->at.time_since_epoch().count()) / 3.6e12 - dB / 0.5 * 24 * 365.2425;
    CHECK(hours_late >= -1e-6);
    CHECK(hours_late <= 1.0);
    CHECK(found->at.time_since_epoch() % std::chrono::hours(1) == CampaignDuration{});
  };
  expect(AlarmLevel::warning, to_warning);
  expect(AlarmLevel::alarm, to_alarm);
}

TEST_CASE("dirt is cleaned away: the first repair of a dirty link is a cleaning, and it holds") {
  PopulationSpec spec = still();
  spec.dirty_share = 1;
  spec.dirt_low = spec.dirt_high = Decibel(3);
  spec.launch_above = Decibel(1);
  const LinkReport limits = report("800G-DR8", 50, 2);
  REQUIRE(limits.margin.value + 1 - 3 > -0.5); // dirty, yet it carries frames
  REQUIRE(limits.margin.value + 1 - 3 < 0.6);
  const CableLife life = one_life(spec, limits, {.policy = MaintenancePolicy::drain_and_replace});
  REQUIRE(life.outages.size() == 1);
  CHECK(life.outages[0].planned);
  CHECK(life.outages[0].cleaned);
  CHECK(life.outages[0].replaced == 0);
  CHECK(life.outages[0].from.time_since_epoch() == CampaignDuration(30min)); // the window after the first look
  CHECK(life.outages[0].until - life.outages[0].from >= CampaignDuration(1h));
  CHECK(life.outages[0].until - life.outages[0].from <= CampaignDuration(4h));
  CHECK(life.triggers == 1);
}

TEST_CASE("a weak module is not mended by cleaning: it is cleaned, then replaced") {
  PopulationSpec spec = still();
  spec.steps_per_link_year = 20;
  spec.step_low = spec.step_high = Decibel(1.2);
  spec.launch_above = Decibel(0.5);
  const LinkReport limits = report("800G-DR8", 300, 2);
  const CableLife life = one_life(spec, limits, {.policy = MaintenancePolicy::clean_on_alarm});
  const auto planned = std::count_if(life.outages.begin(), life.outages.end(),
                                     [](const CableOutage &o) { return o.planned && o.cleaned && o.replaced > 0; });
  const auto failed = std::count_if(life.outages.begin(), life.outages.end(), [](const CableOutage &o) {
    return o.cause == OutageCause::bit_errors && o.replaced > 0;
  });
  CHECK(planned + failed > 0);
}

TEST_CASE("a dead module is replaced at once, a fixed cable whole") {
  PopulationSpec spec = still();
  spec.launch_above = Decibel(2);
  spec.module_failures_factor = 400; // 2 × 0.8e-3 per hour
  const LinkReport modules = report("800G-DR8", 50, 2), cable = report("800G-AOC", 10, 0);
  for (const LinkReport *limits : {&modules, &cable}) {
    const CableLife life = one_life(spec, *limits, {});
    REQUIRE(life.outages.size() > 3);
    for (const CableOutage &o : life.outages) {
      CHECK(o.cause == OutageCause::module_failure);
      CHECK_FALSE(o.planned);
      CHECK(o.replaced >= 1);
      CHECK(o.until - o.from >= CampaignDuration(4h));
    }
    const CableParts &last = life.history.back().parts;
    if (limits == &cable)
      CHECK(last.module_generation[0] == last.module_generation[1]);
  }
}

TEST_CASE("a flap takes the light away for as long as it lasts, and no part changes") {
  PopulationSpec spec = still();
  spec.launch_above = Decibel(2);
  spec.flaps_factor = 100;
  const LinkReport limits = report("800G-DR8", 50, 2);
  const CableLife life = one_life(spec, limits, {});
  REQUIRE(life.outages.size() > 20);
  for (const CableOutage &o : life.outages)
    CHECK(o.cause == OutageCause::flap);
  CHECK(life.history.size() == 1);
}

TEST_CASE("a stretch above the limit is counted: expected codewords are ratio × rate × time") {
  PopulationSpec spec = still();
  const LinkReport limits = report("800G-DR8", 300, 2);
  spec.launch_above = Decibel(0);
  spec.dirty_share = 1;
  // So dirty that it sits 0.2 dB below the limit, both ways, for a year under `wait`.
  spec.dirt_low = spec.dirt_high = limits.margin + Decibel(0.2);
  const LinkWatch watch(limits, {}, Bytes(4126));
  const CableLife life = one_life(spec, limits, {});
  const double hours = static_cast<double>(year.count()) / 3.6e12;
  CHECK(life.hours_above_limit == doctest::Approx(2 * hours));
  const double ratio = watch.uncorrectable_ratio(bit_error_ratio_at(limits, Decibel(-0.2)));
  CHECK(life.uncorrectable_codewords == doctest::Approx(2 * hours * 3600 * 156.25e6 * ratio).epsilon(1e-6));
  CHECK(life.outages.empty());
}
