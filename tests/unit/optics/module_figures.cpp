#include "optics/module_figures.hpp"
#include "optics/link.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

namespace {
using Figure = ModuleChange::Figure;

const ModuleFigure &figure(const std::string &key) {
  const auto all = module_figures();
  return *std::ranges::find(all, key, &ModuleFigure::key);
}

double margin(const ModuleCatalogue &modules, const std::string &name) {
  LinkOptics link;
  link.module = name;
  link.modules = modules;
  return link_report(link).margin.value;
}
} // namespace

TEST_CASE("every figure has one name, and reads and sets the same thing in every module") {
  std::set<std::string> keys;
  for (const auto &f : module_figures()) {
    CAPTURE(f.key);
    CHECK(keys.insert(f.key).second);
    CHECK((f.number != nullptr) != (f.word != nullptr));
    for (const auto &m : module_catalogue()) {
      CAPTURE(m.name);
      Module copy = m;
      if (f.set_number != nullptr && f.number(m)) {
        CHECK(f.low <= *f.number(m));
        CHECK(*f.number(m) <= f.high);
        f.set_number(copy, *f.number(m));
        CHECK(f.number(copy) == f.number(m));
        CHECK(module_fault(copy).empty());
      }
      CHECK(provenance(m, f).mark != SourceMark::none);
    }
  }
}

TEST_CASE(
    "a change of nothing is the row itself, a change of one figure changes what follows from it and nothing else") {
  const ModuleCatalogue rows;
  CHECK(with_change(rows, {"800G-DR8", "", "", {}}).modules().size() == rows.modules().size());
  const auto cool = with_change(rows, {"800G-DR8", "", "our own test", {Figure{"power", 12.0}}});
  const Module &m = cool.named("800G-DR8");
  CHECK(m.power_watts.typical == 12);
  CHECK(m.power_watts.high == 18);                    // the range holds the typical figure
  CHECK(m.picojoules_per_bit == doctest::Approx(15)); // 12 W ÷ 800 Gb/s
  CHECK(provenance(m, figure("power")).mark == SourceMark::given);
  CHECK(provenance(m, figure("power")).source == "our own test");
  CHECK(provenance(m, figure("latency")).mark == provenance(rows.named("800G-DR8"), figure("latency")).mark);
  CHECK(margin(cool, "800G-DR8") == margin(rows, "800G-DR8"));
  CHECK(rows.named("800G-DR8").power_watts.typical == 15); // the program's row is as it was
}

TEST_CASE("a dB more launch power, or a dB better receiver, is a dB more margin") {
  const ModuleCatalogue rows;
  const double before = margin(rows, "800G-DR8");
  const auto brighter = with_change(rows, {"800G-DR8", "", "", {Figure{"launch_oma", 0.2}}}); // −0.8 before
  CHECK(margin(brighter, "800G-DR8") == doctest::Approx(before + 1));
  const auto keener = with_change(rows, {"800G-DR8", "", "", {Figure{"sensitivity_oma", -5.4}}}); // −4.4 before
  CHECK(margin(keener, "800G-DR8") == doctest::Approx(before + 1));
  const auto both = with_change(
      rows, {"800G-DR8", "", "", {Figure{"launch_oma", 0.2}, Figure{"launch_oma_minus_tdecq", -2.2}}}); // a worse eye
  CHECK(margin(both, "800G-DR8") == doctest::Approx(before));
}

TEST_CASE("a new module is its base but for what it says, and comes last") {
  const auto modules = with_change({}, {"mine", "800G-DR8", "", {Figure{"reach", 300.0}}});
  CHECK(modules.modules().back().name == "mine");
  CHECK(modules.named("mine").reach == 300_m);
  CHECK(modules.named("mine").lanes == 8);
  CHECK(modules.named("800G-DR8").reach == 500_m);
  // and may be a base itself
  CHECK(with_change(modules, {"yours", "mine", "", {}}).named("yours").reach == 300_m);
}

TEST_CASE("what cannot be a module is refused in words") {
  CHECK_THROWS_WITH_AS(with_change({}, {"mine", "800G-DR9", "", {}}),
                       "base = \"800G-DR9\" (no such module in the catalogue). Did you mean \"800G-DR8\"?", Error);
  CHECK_THROWS_AS(with_change({}, {"mine", "", "", {Figure{"power", 9.0}}}), Error); // lacks the rest
  CHECK_THROWS_WITH_AS(with_change({}, {"mine", "800G-DR8", "", {Figure{"lanes", 4.0}}}),
                       "module \"mine\" (8 fibres × 1 wavelengths is not the 4 lanes).", Error);
}

TEST_CASE("a module of no row that says everything that decides is one") {
  std::vector<Figure> all;
  for (const auto &f : module_figures())
    if (f.need == FigureNeed::always || f.need == FigureNeed::fibre) {
      const Module &like = module_named("800G-DR8");
      if (f.set_number != nullptr)
        all.push_back({f.key, *f.number(like)});
      else
        all.push_back({f.key, f.key == "fec" ? std::string("kp4") : f.word(like)});
    }
  const auto modules = with_change({}, {"own", "", "", all});
  CHECK(modules.named("own").rate == 800_Gbps);
  all.pop_back();
  CHECK_THROWS_AS(with_change({}, {"own", "", "", all}), Error);
}

TEST_CASE("a price class rises with the price") {
  Module m = module_named("800G-DR8");
  CHECK(price_class(m) == "medium");
  m.price_usd_per_gbps.typical = 0.1;
  CHECK(price_class(m) == "low");
  m.price_usd_per_gbps.typical = 5;
  CHECK(price_class(m) == "very high");
}
