#include "optics/bill.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("a link has two module ends, and a cable counts as two") {
  const auto bill = optics_bill({{"800G-DR8", 100}, {"800G-AEC", 10}, {"800G-DR8", 28}});
  CHECK(bill.modules == 2 * 138);
  REQUIRE(bill.lines.size() == 2); // in the order of the catalogue: AEC first
  CHECK(bill.lines[0].module == "800G-AEC");
  CHECK(bill.lines[0].ends == 20);
  CHECK(bill.lines[0].power_W == 120); // 20 × 6 W
  CHECK(bill.lines[1].ends == 256);
  CHECK(bill.lines[1].power_W == 3840);                               // 256 × 15 W
  CHECK(bill.lines[1].cost_usd == doctest::Approx(256 * 0.78 * 800)); // per end
  CHECK(bill.power_W == 3960);
  CHECK(bill.cost_usd == doctest::Approx(256 * 0.78 * 800 + 20 * 0.35 * 800));
  CHECK(bill.pj_per_bit == doctest::Approx(3960 / (276 * 800e9) * 1e12));
}

TEST_CASE("one kind of module has its own pJ/bit") {
  CHECK(optics_bill({{"1.6T-DR8", 5}}).pj_per_bit == doctest::Approx(17.5));
}

TEST_CASE("nothing costs nothing, and an unknown module is refused") {
  CHECK(optics_bill({}).power_W == 0);
  CHECK(optics_bill({{"800G-DR8", 0}}).lines.empty());
  CHECK(optics_bill({}).pj_per_bit == 0);
  CHECK_THROWS_AS(optics_bill({{"800G-DR9", 1}}), Error);
  CHECK_THROWS_AS(optics_bill({{"800G-DR8", -1}}), Error);
}
