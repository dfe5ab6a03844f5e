#include "optics/catalogue.hpp"
#include "sim/core/contract.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

TEST_CASE("the catalogue holds forty-two modules with distinct names, all checked when loaded") {
  const auto names = module_names();
  CHECK(names.size() == 42);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 42);
  for (const auto &m : module_catalogue())
    CHECK(m.lanes * m.lane_rate.bits_per_second == m.rate.bits_per_second);
}

TEST_CASE("every figure of a module names its source, or says that it is an estimate") {
  for (const auto &m : module_catalogue()) {
    CAPTURE(m.name);
    CHECK_FALSE(m.source_optics.empty());
    CHECK_FALSE(m.source_power.empty());
    CHECK_FALSE(m.source_latency.empty());
    CHECK_FALSE(m.source_price.empty());
    CHECK(m.tag_power != SourceTag::none);
    CHECK(m.tag_latency != SourceTag::none);
    CHECK(m.tag_price != SourceTag::none);
    CHECK(m.tag_fit != SourceTag::none);
    if (m.has_optical_budget())
      CHECK(m.tag_optics != SourceTag::none);
  }
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
  CHECK(both->suggestion == "Try 800G-2xFR4 (800 Gb/s, 2 km).");

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

TEST_CASE("a row that contradicts itself is not loaded") {
  const std::string header =
      "module,rate_gbps,lanes,lane_gbps,modulation,medium,reach_m,tx_oma_min_dbm,tx_oma_minus_tdecq_min_dbm,"
      "rx_sens_oma_dbm,srs_oma_dbm,secq_db,eff_sens_s0_dbm,channel_loss_budget_db,mpi_alloc_db,"
      "form_factor,connector,wavelengths,fibres_per_direction,wavelength_nm,extinction_ratio_db,tdecq_max_db,"
      "osnr_required_db,osnr_launch_db,copper_loss_db_per_m,copper_loss_budget_db,max_case_c,source_interface,"
      "pre_fec_ber_limit,fec,"
      "power_w_typ,power_w_lo,power_w_hi,pj_per_bit_typ,latency_ns_end_typ,latency_ns_end_lo,latency_ns_end_hi,"
      "price_usd_per_gbps_typ,price_lo,price_hi,fit_seed_basis,fit_field_basis,flap_per_link_year,tag_optics,tag_power,"
      "tag_latency,tag_price,tag_fit,source_optics,source_power,source_latency,source_price,note\n";
  const auto row = [](const char *lanes, const char *s0, const char *fec, const char *power) {
    return std::string("X,800,") + lanes + ",100,PAM4,SMF,500,-0.8,-2.2,-4.4,-1.9,3.4," + s0 +
           ",3.0,0.1,OSFP,MPO-16,1,8,1310,3.5,3.4,,,,,70,i,2.4e-4," + fec + "," + power +
           ",50,8,150,0.78,0.5,3.83,343,2000,0.8,S,S,S,S,S,a,b,c,d,\"with, comma\"\n";
  };
  const char *sound = "15,11,18,18.75";
  const auto good = parse_module_catalogue(header + row("8", "-5.3", "KP4-host", sound));
  REQUIRE(good.size() == 1);
  CHECK(good[0].note == "with, comma");
  CHECK_THROWS_AS(parse_module_catalogue(header + row("4", "-5.3", "KP4-host", sound)), BrokenContract); // lanes
  CHECK_THROWS_AS(parse_module_catalogue(header + row("8", "-5.2", "KP4-host", sound)), BrokenContract); // S0
  CHECK_THROWS_AS(parse_module_catalogue(header + row("8", "-5.3", "KP7", sound)), BrokenContract);      // code
  CHECK_THROWS_AS(parse_module_catalogue(header + row("8", "-5.3", "KP4-host", "15,16,18,18.75")),
                  BrokenContract); // low above typical
  CHECK_THROWS_AS(parse_module_catalogue(header + row("8", "-5.3", "KP4-host", "15,11,18,20")), BrokenContract); // pJ
  CHECK_THROWS_AS(parse_module_catalogue(header + row("8", "abc", "KP4-host", sound)), BrokenContract); // no number
  CHECK_THROWS_AS(parse_module_catalogue(header + "X,800\n"), BrokenContract);
  const auto twice = header + row("8", "-5.3", "KP4-host", sound) + row("8", "-5.3", "KP4-host", sound);
  CHECK_THROWS_AS(parse_module_catalogue(twice), BrokenContract);
}
