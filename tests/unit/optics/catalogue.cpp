#include "optics/catalogue.hpp"

#include <doctest/doctest.h>
#include <set>
#include <tuple>

using namespace lightloom;

TEST_CASE("the catalogue holds forty-seven modules with distinct names, all checked when loaded") {
  const auto names = module_names();
  CHECK(names.size() == 47);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 47);
  for (const auto &m : module_catalogue())
    CHECK(m.lanes * m.lane_rate.bits_per_second == m.rate.bits_per_second);
}

TEST_CASE("a row is read as written: 800G-DR8") {
  const Module *m = find_module("800G-DR8");
  REQUIRE(m);
  CHECK(m->rate == 800_Gbps);
  CHECK(m->lanes == 8);
  CHECK(m->lane_rate == 100_Gbps);
  CHECK(m->modulation == "PAM4");
  CHECK(m->kind == ModuleKind::dsp);
  CHECK(m->medium == Medium::single_mode);
  CHECK(m->reach == 500_m);
  CHECK(m->launch_oma->value == -0.8);
  CHECK(m->launch_oma_minus_tdecq->value == -2.2);
  CHECK(m->effective_sensitivity->value == -5.3);
  CHECK(m->channel_loss_budget->value == 3.0);
  CHECK(m->pre_fec_ber_limit == 2.4e-4);
  CHECK(m->fec == "kp4");
  CHECK(m->power_watts.typical == 15);
  CHECK(m->power_watts.high == 18);
  CHECK(m->latency_ns.typical == 50);
  CHECK(m->price_usd_per_gbps.typical == 0.78);
  CHECK(m->fit_field == 2000);
  CHECK(m->flaps_per_link_year == 0.8);
  CHECK(m->tag_optics == SourceTag::read_in_source);
}

TEST_CASE("kinds and codes follow from the rows") {
  CHECK(find_module("400G-DAC")->kind == ModuleKind::dac);
  CHECK(find_module("800G-ACC")->kind == ModuleKind::acc);
  CHECK(find_module("1.6T-AEC")->kind == ModuleKind::aec);
  CHECK(find_module("800G-AOC")->kind == ModuleKind::aoc);
  CHECK(find_module("1.6T-DR8-LPO")->kind == ModuleKind::lpo);
  CHECK(find_module("1.6T-DR8-LRO")->kind == ModuleKind::lro);
  CHECK(find_module("1.6T-CPO-NV")->kind == ModuleKind::cpo);
  CHECK(find_module("400ZR")->kind == ModuleKind::coherent);
  CHECK(find_module("1.6T-DR8-2")->fec == "kp4+hamming");
  CHECK(find_module("1.6T-DR8")->fec == "kp4");
  CHECK(find_module("400ZR")->fec == "c-fec");
  CHECK(find_module("800ZR")->fec == "o-fec");
  CHECK(find_module("800G-AEC")->is_cable());
  CHECK_FALSE(find_module("800G-DR8")->is_cable());
}

TEST_CASE("an unknown module is refused with the nearest name") {
  CHECK(find_module("800G-DR9") == nullptr);
  CHECK_THROWS_WITH_AS(module_named("800G-DR9"), "module \"800G-DR9\" (not in the catalogue). Try 800G-DR8.", Error);
  CHECK_THROWS_WITH_AS(module_named("xyzzy-of-nothing-known"),
                       "module \"xyzzy-of-nothing-known\" (not in the catalogue). `lightloom optics --catalogue` lists "
                       "the modules.",
                       Error);
}

TEST_CASE("a module that cannot do the work is refused with one that can") {
  CHECK_FALSE(check_fits(*find_module("800G-DR8"), 800_Gbps, 500_m));
  CHECK_FALSE(check_fits(*find_module("1.6T-DR8"), 800_Gbps, 50_m)); // a faster module on a slower port

  const auto far = check_fits(*find_module("800G-DAC"), 800_Gbps, 5_m);
  REQUIRE(far);
  CHECK(to_string(*far) ==
        "module 800G-DAC on a link of 800 Gb/s and 5 m (it reaches 2 m). Try 800G-AEC (800 Gb/s, 7 m).");

  const auto slow = check_fits(*find_module("800G-DR8"), 1600_Gbps, 50_m);
  REQUIRE(slow);
  CHECK(slow->why == "it carries 800 Gb/s");
  CHECK(slow->suggestion == "Try 1.6T-DR8 (1.6 Tb/s, 500 m).");

  const auto both = check_fits(*find_module("400G-SR4"), 800_Gbps, 1500_m);
  REQUIRE(both);
  CHECK(both->why == "it carries 400 Gb/s and reaches 100 m");
  CHECK(both->suggestion == "Try 800G-DR8-2 (800 Gb/s, 2 km).");

  CHECK(check_fits(*find_module("3.2T-DR8"), 3200_Gbps, 1000_m)->suggestion ==
        "The longest reach at this rate is 3.2T-DR8 (500 m).");
  CHECK(check_fits(*find_module("3.2T-DR8"), 100_Tbps, 100_m)->suggestion ==
        "The fastest module is 3.2T-DR8 (3.2 Tb/s).");
  CHECK(check_fits(*find_module("800G-DR8"), 800_Gbps, Metres(0)));
  CHECK(check_fits(*find_module("800G-DR8"), 800_Gbps, Metres(-1)));
}

TEST_CASE("whatever is suggested fits") {
  for (const auto rate : {400_Gbps, 800_Gbps, 1600_Gbps, 3200_Gbps})
    for (double length = 0.5; length < 2e5; length *= 1.7)
      if (const Module *m = suggest_module(rate, Metres(length)))
        CHECK_FALSE(check_fits(*m, rate, Metres(length)));
}

TEST_CASE("every figure of the catalogue has a mark and a source, and what is estimated is tagged so") {
  for (const auto &m : module_catalogue()) {
    CAPTURE(m.name);
    const std::tuple<SourceTag, SourceMark, std::string> groups[] = {
        {m.tag_optics, m.mark_optics, m.source_optics}, {m.tag_interface, m.mark_interface, m.source_interface},
        {m.tag_power, m.mark_power, m.source_power},    {m.tag_latency, m.mark_latency, m.source_latency},
        {m.tag_price, m.mark_price, m.source_price},    {m.tag_fit, m.mark_fit, m.source_fit}};
    for (const auto &[tag, mark, source] : groups) {
      CAPTURE(source);
      CHECK(tag != SourceTag::none);
      CHECK(mark != SourceMark::none);
      CHECK_FALSE(source.empty());
      CHECK((tag == SourceTag::estimate) == (mark == SourceMark::estimate));
    }
  }
}
