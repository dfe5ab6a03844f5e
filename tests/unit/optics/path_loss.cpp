#include "optics/path_loss.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
LinkOptics link_over(double metres, int connectors = 2) {
  LinkOptics link;
  link.length = Metres(metres);
  link.connectors = connectors;
  return link;
}
} // namespace

TEST_CASE("fibre by its wavelength and the class's own budget") {
  const auto fibre = [](const char *module, double metres) {
    return path_loss(module_named(module), link_over(metres)).fibre_dB;
  };
  CHECK(fibre("800G-SR8", 100) == doctest::Approx(0.3));   // 3.0 dB/km
  CHECK(fibre("800G-DR8", 500) == doctest::Approx(0.25));  // 0.5
  CHECK(fibre("400G-LR4", 10000) == doctest::Approx(4.3)); // 0.43
  CHECK(fibre("400G-ER8", 40000) == doctest::Approx(16));  // 0.4
  CHECK(fibre("400ZR", 80000) == doctest::Approx(17.6));   // 0.22 at 1550 nm
}

TEST_CASE("connectors by what the module plugs into: MPO 0.35 dB, LC 0.5 dB, splices 0.1 dB") {
  auto link = link_over(100, 4);
  link.splices = 3;
  CHECK(path_loss(module_named("800G-DR8"), link).connectors_dB == doctest::Approx(1.4));
  CHECK(path_loss(module_named("800G-2xFR4"), link).connectors_dB == doctest::Approx(2.0));
  CHECK(path_loss(module_named("800G-2xFR4"), link).splices_dB == doctest::Approx(0.3));
}

TEST_CASE("the path's lines add up to its loss, splices only where there are any") {
  auto link = link_over(100, 4);
  const auto lines_of = [&link] {
    Budget budget;
    add_path(budget, path_loss(module_named("800G-2xFR4"), link), link);
    return budget.lines;
  };
  CHECK(lines_of().size() == 2);
  link.splices = 3;
  const auto lines = lines_of();
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].item == "splices, 3");
  double sum = 0;
  for (const auto &l : lines)
    sum += l.value_dB;
  CHECK(-sum == doctest::Approx(0.05 + 2.0 + 0.3));
  CHECK(path_loss(module_named("800G-2xFR4"), link).sum_dB() == doctest::Approx(-sum));
}
