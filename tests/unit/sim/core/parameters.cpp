// Declared parameters: rows for users, values by name, and back.

#include "sim/core/parameters.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

struct Cake {
  std::uint32_t layers = 3;
  double sugar = 0.25;
  Duration baking = 30ms;
  BitRate slicing = 4_Gbps;
  Bytes weight = 2_KiB;
};

template <class Visit> void visit_parameters(Cake &c, Visit &&visit) {
  visit("layers", c.layers, 1, 9, "how many", "as many as fit");
  visit("sugar", c.sugar, 0.0, 1.0, "share of sugar");
  visit("baking", c.baking, 1e-9, 1.0, "in the oven");
  visit("slicing", c.slicing, 1.0, 1e12, "of the knife");
  visit("weight", c.weight, 1.0, 1e9, "of it all");
}

} // namespace

TEST_CASE("rows stand in the order declared, with the struct's own defaults, in words where they are given so") {
  const auto rows = parameter_rows<Cake>();
  REQUIRE(rows.size() == 5);
  CHECK(rows[0].name == "layers");
  CHECK(rows[0].in_words == "as many as fit");
  CHECK(std::get<double>(rows[1].fallback) == 0.25);
  CHECK(std::get<Duration>(rows[2].fallback) == 30ms);
  CHECK(rows[1].in_words.empty());
  CHECK(rows[3].high == 1e12);
  CHECK(rows[4].meaning == "of it all");
}

TEST_CASE("what is given replaces the default, what is not keeps it, and all values by name give the struct back") {
  const Cake some = with_parameters<Cake>({{"layers", {.whole = 5}}, {"sugar", {.real = 0.5}}});
  CHECK(some.layers == 5);
  CHECK(some.sugar == 0.5);
  CHECK(some.weight == 2_KiB);
  const Cake other{7, 0.125, 2us, 3_Gbps, 5_KiB};
  const Cake back = with_parameters<Cake>(given_parameters(other));
  CHECK(back.layers == other.layers);
  CHECK(back.sugar == other.sugar);
  CHECK(back.baking == other.baking);
  CHECK(back.slicing == other.slicing);
  CHECK(back.weight == other.weight);
}
