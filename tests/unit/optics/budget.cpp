#include "optics/budget.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
LinkOptics link_over(double metres, int connectors = 2) {
  LinkOptics link;
  link.length = Metres(metres);
  link.connectors = connectors;
  return link;
}

/// The line that begins so; NaN-free: a missing line fails the test.
double line(const Budget &budget, const std::string &begins) {
  const auto found = std::find_if(budget.lines.begin(), budget.lines.end(),
                                  [&](const BudgetLine &l) { return l.item.starts_with(begins); });
  REQUIRE(found != budget.lines.end());
  return found->value_dB;
}
} // namespace

TEST_CASE("within its class's reach TDECQ holds the dispersion, apart it has its own line, beyond, the excess") {
  const Module &fr4 = module_named("800G-2xFR4");
  auto link = link_over(2000);
  CHECK(line(link_budget(fr4, link), "chromatic") == 0);
  link.dispersion_apart = true;
  CHECK(line(link_budget(fr4, link), "chromatic") == doctest::Approx(-0.4));
  link.dispersion_apart = false;
  link.length = Metres(3000);
  CHECK(line(link_budget(fr4, link), "chromatic") == doctest::Approx(-0.2)); // 0.6 − 0.4
}

TEST_CASE("a given reflectance replaces the allowance: 0.05 dB at -35, 0.2 at -26, 0.5 at -19") {
  CHECK(mpi_penalty(Decibel(-35)).value == doctest::Approx(0.05));
  CHECK(mpi_penalty(Decibel(-26)).value == doctest::Approx(0.2));
  CHECK(mpi_penalty(Decibel(-19)).value == doctest::Approx(0.5));
  CHECK(mpi_penalty(Decibel(-22.5)).value == doctest::Approx(std::sqrt(0.2 * 0.5))); // straight in the logarithm
  for (double r = -60; r < -10; r += 0.5)
    CHECK(mpi_penalty(Decibel(r)) < mpi_penalty(Decibel(r + 0.5)));
  auto link = link_over(500);
  CHECK(line(link_budget(module_named("800G-DR8"), link), "multipath") == -0.1);
  link.reflectance = Decibel(-19);
  CHECK(line(link_budget(module_named("800G-DR8"), link), "multipath") == doctest::Approx(-0.5));
}

TEST_CASE("new parts, cool and young: no line for heat or age") {
  const auto budget = link_budget(module_named("800G-DR8"), link_over(500));
  for (const auto &l : budget.lines) {
    CHECK(l.item.find("case") == std::string::npos);
    CHECK(l.item.find("life") == std::string::npos);
    CHECK_FALSE(l.source.empty());
  }
}

TEST_CASE("every module has the budget of its kind") {
  const auto law = [](const char *name) { return link_law(module_named(name)); };
  CHECK(law("800G-DR8") == LinkLaw::light);
  CHECK(law("800G-SR8") == LinkLaw::light);
  CHECK(law("400ZR") == LinkLaw::coherent_osnr);
  CHECK(law("800G-LR1") == LinkLaw::coherent_power);
  CHECK(law("800G-AEC") == LinkLaw::copper);
  CHECK(law("800G-AOC") == LinkLaw::reach);
  for (const auto &m : module_catalogue())
    CHECK(link_budget(m, link_over(1)).law == link_law(m));
}
