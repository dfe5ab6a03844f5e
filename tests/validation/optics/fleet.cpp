// Fleets against closed forms: availability, the cost of a failure, what a policy can and cannot avoid.
// Page: docs/validation/fleet.md.

#include "optics/fleet_life.hpp"
#include "optics/goodput.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace std::chrono_literals;

namespace {
constexpr CampaignDuration year = std::chrono::years(1);
double hours(CampaignDuration d) { return static_cast<double>(d.count()) / 3.6e12; }

LinkReport report(const char *module, double metres, int connectors) {
  LinkOptics link;
  link.module = module;
  link.length = Metres(metres);
  link.connectors = connectors;
  return link_report(link);
}

/// No drift, no dirt, no steps: what happens is sudden.
PopulationSpec sudden_only() {
  PopulationSpec p;
  p.drawn = true;
  p.launch_above = Decibel(3);
  p.dirty_share = p.gross_share = 0;
  p.ageing_per_year = p.ageing_spread = {};
  p.contaminations_per_link_year = p.steps_per_link_year = 0;
  p.lane_masking = LaneMasking::none;
  return p;
}

std::vector<CableLife> fleet_of(const PopulationSpec &spec, const LinkReport &limits, const MaintenanceSpec &how,
                                std::uint32_t cables, CampaignDuration span, std::uint64_t seed = 7) {
  const Population population(spec, seed);
  const LinkWatch watch(limits, {}, Bytes(4126));
  std::vector<CableLife> lives;
  for (std::uint32_t c = 0; c < cables; ++c)
    lives.push_back(
        live(population, {CableId(c), Tier::leaf, &limits}, watch, how, seed, CampaignTime{}, CampaignTime(span)));
  return lives;
}

template <class Predicate> std::size_t count_outages(const std::vector<CableLife> &lives, Predicate &&wanted) {
  std::size_t n = 0;
  for (const CableLife &life : lives)
    n += static_cast<std::size_t>(std::count_if(life.outages.begin(), life.outages.end(), wanted));
  return n;
}
} // namespace

TEST_CASE("one kind of failure: availability is MTBF / (MTBF + MTTR)") {
  // A fixed cable is replaced whole, so its failures are a renewal process: 2 ends × 1,700 or more FIT × factor.
  PopulationSpec spec = sudden_only();
  spec.lane_failures_factor = spec.flaps_factor = 0;
  spec.module_failures_factor = 500;
  const LinkReport limits = report("800G-AOC", 10, 0);
  MaintenanceSpec how;
  how.swap = {100h, 100h};
  const std::uint32_t cables = 400;
  const auto lives = fleet_of(spec, limits, how, cables, 2 * year);
  double down = 0;
  std::size_t failures = 0;
  for (const CableLife &life : lives)
    for (const CableOutage &o : life.outages) {
      down += hours(std::min(o.until, CampaignTime(2 * year)) - o.from);
      ++failures;
    }
  const double mtbf = 1e9 / (2 * limits.module->fit_field * spec.module_failures_factor), mttr = 100;
  const double total = cables * 2 * hours(year);
  const double expected = mtbf / (mtbf + mttr);
  // 99 %: the count of renewals has a standard deviation of about √n, each worth mttr hours.
  const double tolerance = 2.576 * std::sqrt(static_cast<double>(failures)) * mttr / total;
  CHECK(failures > 2000);
  CHECK(std::abs(1 - down / total - expected) < tolerance);
  MESSAGE("availability " << 1 - down / total << ", closed form " << expected << " ± " << tolerance << ", " << failures
                          << " failures");
}

TEST_CASE("the expected cost of one failure is patience + half a checkpoint interval + restart") {
  const JobModel job;
  double sum = 0;
  const int n = 1800;
  for (int i = 0; i < n; ++i) { // every second of a checkpoint interval
    const JobOutcome o = run_job(job, {{CampaignTime(10h + std::chrono::seconds(i)), 6h, true, false}}, {},
                                 CampaignTime{}, CampaignTime(48h));
    sum += o.lost_work_s + o.unplanned_down_s;
    CHECK((1 - o.goodput) * 48 * 3600 == doctest::Approx(o.lost_work_s + o.unplanned_down_s).epsilon(1e-9));
  }
  CHECK(sum / n == doctest::Approx(60 + 900 + 600).epsilon(0.001)); // 899.5 s: the grid's half
}

TEST_CASE("no policy avoids what comes without warning: flaps and dead modules are the same under all") {
  PopulationSpec spec = sudden_only();
  spec.module_failures_factor = spec.flaps_factor = spec.lane_failures_factor = 20;
  const LinkReport limits = report("800G-DR8", 50, 2);
  const auto outages = [&](MaintenancePolicy policy) { return fleet_of(spec, limits, {.policy = policy}, 200, year); };
  const auto wait = outages(MaintenancePolicy::wait);
  CHECK(count_outages(wait, [](const CableOutage &) { return true; }) > 1000);
  for (const MaintenancePolicy policy : maintenance_policies) {
    const auto other = outages(policy);
    for (std::size_t c = 0; c < wait.size(); ++c) {
      REQUIRE(other[c].outages.size() == wait[c].outages.size());
      for (std::size_t i = 0; i < wait[c].outages.size(); ++i)
        CHECK((other[c].outages[i].from == wait[c].outages[i].from &&
               other[c].outages[i].until == wait[c].outages[i].until &&
               other[c].outages[i].cause == wait[c].outages[i].cause));
    }
  }
}

TEST_CASE("every drain that was asked for took place, was overtaken by a failure, or lies ahead") {
  PopulationSpec spec;
  spec.drawn = true;
  spec.dirty_share = 0.2;
  spec.contaminations_per_link_year = spec.steps_per_link_year = 1;
  spec.module_failures_factor = 20;
  const LinkReport limits = report("800G-DR8", 300, 2);
  for (const MaintenancePolicy policy : maintenance_policies) {
    // A window of a month, so that failures do overtake drains.
    const auto lives = fleet_of(spec, limits, {.policy = policy, .window = 720h}, 400, year);
    std::size_t triggers = 0, preempted = 0, ahead = 0, alarmed_cycles = 0;
    for (const CableLife &life : lives) {
      triggers += life.triggers;
      preempted += life.preempted;
      ahead += life.drain_ahead ? 1 : 0;
      // Alarms of one time between repairs, both directions, are one reason.
      std::vector<std::size_t> cycles;
      for (const CableAlarm &a : life.alarms)
        if (a.kind == AlarmKind::pre_fec_ber_high && a.level == AlarmLevel::alarm)
          cycles.push_back(static_cast<std::size_t>(
              std::count_if(life.outages.begin(), life.outages.end(),
                            [&](const CableOutage &o) { return o.cause != OutageCause::flap && o.from <= a.at; })));
      cycles.erase(std::unique(cycles.begin(), cycles.end()), cycles.end());
      alarmed_cycles += cycles.size();
    }
    const std::size_t planned = count_outages(lives, [](const CableOutage &o) { return o.planned; });
    CAPTURE(to_string(policy));
    CHECK(planned + preempted + ahead == triggers);
    if (policy == MaintenancePolicy::wait) {
      CHECK(triggers == 0);
      CHECK(planned == 0);
    } else {
      CHECK(planned > 50);
      CHECK(preempted > 0);
      CHECK(triggers >= alarmed_cycles); // each alarm of the bit error ratio is past the threshold of either policy
    }
  }
}

TEST_CASE("acting on margins leaves fewer failures by bit errors than waiting, on the same fleets") {
  PopulationSpec spec;
  spec.drawn = true;
  spec.dirty_share = 0.05;
  spec.contaminations_per_link_year = 0.3;
  const LinkReport limits = report("800G-DR8", 300, 2);
  std::array<std::size_t, 3> failed{};
  for (std::size_t p = 0; p < 3; ++p)
    failed[p] = count_outages(fleet_of(spec, limits, {.policy = maintenance_policies[p]}, 600, 3 * year),
                              [](const CableOutage &o) { return o.cause == OutageCause::bit_errors; });
  MESSAGE("failures by bit errors: wait " << failed[0] << ", clean on alarm " << failed[1] << ", drain and replace "
                                          << failed[2]);
  CHECK(failed[0] > 20);
  CHECK(failed[1] < failed[0]);
  CHECK(failed[2] < failed[1]);
}

TEST_CASE("a cable's life depends on itself alone: any order, any company, any cut into looks that see the same") {
  PopulationSpec spec;
  spec.drawn = true;
  spec.dirty_share = 0.3;
  spec.contaminations_per_link_year = 1;
  const LinkReport limits = report("800G-DR8", 300, 2);
  const Population population(spec, 3);
  const LinkWatch watch(limits, {}, Bytes(4126));
  const MaintenanceSpec how{.policy = MaintenancePolicy::clean_on_alarm};
  const auto one = [&](std::uint32_t c) {
    return live(population, {CableId(c), Tier::leaf, &limits}, watch, how, 3, CampaignTime{}, CampaignTime(year));
  };
  std::vector<CableLife> forward, backward(100);
  for (std::uint32_t c = 0; c < 100; ++c)
    forward.push_back(one(c));
  for (std::uint32_t c = 100; c-- > 0;)
    backward[c] = one(c);
  for (std::size_t c = 0; c < 100; ++c) {
    CHECK(forward[c].uncorrectable_codewords == backward[c].uncorrectable_codewords);
    REQUIRE(forward[c].outages.size() == backward[c].outages.size());
    for (std::size_t i = 0; i < forward[c].outages.size(); ++i)
      CHECK((forward[c].outages[i].from == backward[c].outages[i].from &&
             forward[c].outages[i].until == backward[c].outages[i].until));
    CHECK(forward[c].alarms.size() == backward[c].alarms.size());
  }
}
