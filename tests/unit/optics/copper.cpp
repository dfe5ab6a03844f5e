#include "optics/copper.hpp"
#include "optics/budget.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("a cable's loss is its wire and its connectors: 1 m of DAC 7.5 + 4.75 dB of 19.75") {
  LinkOptics link;
  link.length = Metres(1);
  const auto budget = link_budget(module_named("800G-DAC"), link);
  CHECK(budget.loss.value == doctest::Approx(12.25));
  CHECK(budget.margin.value == doctest::Approx(7.5));
  CHECK_FALSE(budget.received.has_value());
}

TEST_CASE("every class's budget is what its reach and its connectors need") {
  for (const auto &m : module_catalogue()) {
    if (m.medium != Medium::copper)
      continue;
    CAPTURE(m.name);
    CHECK(m.copper_loss_budget->value ==
          doctest::Approx(*m.copper_loss_dB_per_metre * m.reach.value + copper_connectors(m).value));
  }
}
