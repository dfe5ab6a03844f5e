#include "optics/select.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
TierNeed leaf(double metres = 50, int connectors = 2) { return {"leaf", 800_Gbps, Metres(metres), connectors, 1000}; }

const Candidate *candidate(const TierSelection &tier, const std::string &name) {
  for (const auto &c : tier.qualified)
    if (c.module->name == name)
      return &c;
  return nullptr;
}
std::string reason(const TierSelection &tier, const std::string &name) {
  for (const auto &f : tier.fallen)
    if (f.module->name == name)
      return f.reason;
  return "";
}
} // namespace

TEST_CASE("every module of the catalogue is either ranked or falls out with a reason, in every tier") {
  const auto selection = select_modules({leaf(3, 0), leaf(50), leaf(2000, 4)}, {});
  for (const auto &tier : selection.tiers) {
    CHECK(tier.qualified.size() + tier.fallen.size() == module_catalogue().size());
    for (const auto &f : tier.fallen)
      CHECK_FALSE(f.reason.empty());
  }
}

TEST_CASE("why a module falls out is said with its figure") {
  const auto tier = select_modules({leaf()}, {.latency_budget = Duration(std::chrono::nanoseconds(400))}).tiers.front();
  CHECK(reason(tier, "400G-DR4") == "carries 400 Gb/s of 800 Gb/s");
  CHECK(reason(tier, "800G-AEC") == "reaches 7 m of 50 m");
  CHECK(reason(select_modules({leaf(20)}, {}).tiers.front(), "800G-AOC") ==
        "fixed ends do not go through the tier's 2 connectors");
  CHECK(reason(tier, "800G-DR8") == "latency 450 ns above 400 ns"); // 2 × 50 + 105 of FEC + 245 of glass
  CHECK(candidate(tier, "800G-DR8-LPO") != nullptr);                // 2 × 2 + 105 + 245
}

TEST_CASE("nothing is co-packaged into a NIC") {
  TierNeed host = leaf(3, 0);
  CHECK(candidate(select_modules({host}, {}).tiers.front(), "800G-CPO-BCM") != nullptr);
  host.at_nic = true;
  CHECK(reason(select_modules({host}, {}).tiers.front(), "800G-CPO-BCM") ==
        "is co-packaged with switch chips, and one end is a NIC");
}

TEST_CASE("the cost of a tier over its life is price, energy and replacements by hand: 1000 links of 800G-DR8") {
  const auto tier = select_modules({leaf()}, {}).tiers.front();
  const Candidate *c = candidate(tier, "800G-DR8");
  REQUIRE(c != nullptr);
  CHECK(c->power_W == doctest::Approx(2000 * 15));
  CHECK(c->price_usd == doctest::Approx(2000 * 0.78 * 800));
  CHECK(c->energy_usd == doctest::Approx(30 * 8766 * 5 * 1.25 * 0.08)); // kW × h × PUE × USD/kWh
  CHECK(c->failures_per_year == doctest::Approx(2000 * 2000e-9 * 8766));
  CHECK(c->replacement_usd == doctest::Approx(c->failures_per_year * 5 * (624 + 150)));
  CHECK(c->total_usd == doctest::Approx(c->price_usd + c->energy_usd + c->replacement_usd));
  CHECK(c->flaps_per_year == doctest::Approx(800));
}

TEST_CASE("sums of a fabric are those of its tiers, and spares are kept per part number") {
  const std::vector<TierNeed> needs{leaf(3, 0), leaf(50), leaf(50)};
  const auto selection = select_modules(needs, {});
  double power = 0;
  double total = 0;
  double failures = 0;
  for (const auto &tier : selection.tiers) {
    power += tier.qualified.front().power_W;
    total += tier.qualified.front().total_usd;
    failures += tier.qualified.front().failures_per_year;
  }
  CHECK(selection.chosen.power_W == doctest::Approx(power));
  CHECK(selection.chosen.total_usd == doctest::Approx(total));
  CHECK(selection.chosen.failures_per_year == doctest::Approx(failures));
  CHECK(selection.chosen.part_numbers == 2); // both tiers of 50 m take the same part
  REQUIRE(selection.one);
  CHECK(selection.one->part_numbers == 1);
  CHECK(selection.one->total_usd >= selection.chosen.total_usd);
}

TEST_CASE("a scenario's own module takes part") {
  Module cheap = module_named("800G-DR8");
  cheap.name = "gift";
  cheap.price_usd_per_gbps = {0, 0, 0};
  auto rows = module_catalogue();
  rows.push_back(cheap);
  const auto tier = select_modules({leaf()}, {.rank = RankBy::cost}, ModuleCatalogue(rows)).tiers.front();
  CHECK(tier.qualified.front().module->name == "gift");
}

TEST_CASE("an unknown rank and senseless terms are refused") {
  CHECK(parse_rank("power") == RankBy::power);
  CHECK_THROWS_WITH_AS(parse_rank("powr"),
                       "--rank powr (must be one of total, power, cost, failures, latency). Did you mean power?",
                       Error);
  CHECK_THROWS_AS(select_modules({leaf()}, {.hottest_celsius = 80}), Error);
  CHECK_THROWS_AS(select_modules({leaf()}, {.life_years = 0}), Error);
  CHECK_THROWS_AS(select_modules({leaf()}, {.pue = 0.5}), Error);
}
