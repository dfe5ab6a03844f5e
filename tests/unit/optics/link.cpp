#include "optics/link.hpp"
#include "optics/fec_burst.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
LinkReport report_of(const char *module, Metres length, int connectors = 2, LatencyBasis basis = LatencyBasis::split) {
  LinkOptics link;
  link.module = module;
  link.length = length;
  link.connectors = connectors;
  link.latency_basis = basis;
  return link_report(link);
}
} // namespace

TEST_CASE("a budget by hand: 800G-DR8 over 500 m with four connectors") {
  const auto report = report_of("800G-DR8", 500_m, 4);
  REQUIRE(report.has_budget);
  // 0.5 km × 0.5 dB/km + 4 × 0.35 dB = 1.65 dB; −0.8 − 1.65 = −2.45 dBm; −2.2 − 1.65 − 0.1 + 5.3 = 1.35 dB
  CHECK(report.loss.value == doctest::Approx(1.65));
  CHECK(report.received_power.value == doctest::Approx(-2.45));
  CHECK(report.margin.value == doctest::Approx(1.35));
  // x = 3.41407 × 10^0.135 = 4.6588; 0.75 Q(4.6588) = 1.19e-6
  CHECK(report.pre_fec_ber == doctest::Approx(1.19e-6).epsilon(0.01));
  CHECK(report.codeword_error_ratio < 1e-45);
}

TEST_CASE("however good the light, 1e-9 of the bits are wrong: the floor of reflections and jitter") {
  const auto report = report_of("800G-DR8", 1_m, 0); // margin 3.0 − 0.0005 dB: 3.6e-12 from noise
  CHECK(report.pre_fec_ber == doctest::Approx(1.0036e-9).epsilon(1e-4));
}

TEST_CASE("latency by hand: module ends, FEC, and 4.9 ns per metre of glass") {
  const auto split = report_of("800G-DR8", 50_m);
  CHECK(split.module_latency == 100ns); // 2 × 50
  CHECK(split.fec_latency == 105ns);
  CHECK(split.propagation == 245ns); // 50 × 4.9
  CHECK(split.latency == 450ns);
  const auto vendor = report_of("800G-DR8", 50_m, 2, LatencyBasis::vendor);
  CHECK(vendor.module_latency == 150ns); // 100–300 ns per pair
  CHECK(vendor.fec_latency == 0ns);
  CHECK(vendor.latency == 395ns);
  const auto inner = report_of("1.6T-DR8-2", 50_m); // inner code in the module's 110 ns: only KP4 is added
  CHECK(inner.latency == 2 * 110ns + 90ns + 245ns);
}

TEST_CASE("copper: at its class's reach it works at its limit, nearer far below, 4.65 ns per metre") {
  const auto report = report_of("800G-DAC", 2_m, 0);
  CHECK(report.law == LinkLaw::copper);
  CHECK_FALSE(report.has_budget); // no light
  CHECK(report.margin.value == doctest::Approx(0).scale(1));
  CHECK(report.pre_fec_ber == doctest::Approx(1e-5).epsilon(1e-6));
  CHECK(report.propagation == 9300_ps);
  CHECK(report.latency == 2 * 1ns + 105ns + 9300_ps);
  // 1 m less is 7.5 dB: x = 4.20 · 10^(7.5/20) = 9.97, nothing but the floor is left.
  CHECK(report_of("800G-DAC", 1_m, 0).pre_fec_ber == doctest::Approx(copper_error_floor).epsilon(1e-6));
}

TEST_CASE("coherent: its FEC is in its latency, and decodes what the budget of noise leaves") {
  const auto report = report_of("400ZR", Metres(80000));
  CHECK(report.law == LinkLaw::coherent_osnr);
  CHECK(report.osnr->value > report.module->required_osnr->value);
  CHECK(report.pre_fec_ber < 1.25e-2);
  CHECK(report.post_fec_ber <= 1e-15);
  CHECK(report.fec_latency == 0ns);
  CHECK(report.latency == 8us + 392us);
}

TEST_CASE("an active optical cable has no budget of its own: reach decides, its limit is the operating BER") {
  const auto report = report_of("800G-AOC", 30_m, 0);
  CHECK(report.law == LinkLaw::reach);
  CHECK(report.budget.empty());
  CHECK(report.pre_fec_ber == 2.4e-4);
  CHECK(report.ber_source.find("limit") != std::string::npos);
}

TEST_CASE("a length beyond the reach is refused, or computed and marked") {
  LinkOptics link;
  link.length = Metres(2000);
  CHECK_THROWS_AS(link_report(link), Error);
  link.beyond_reach = true;
  const auto report = link_report(link);
  CHECK_FALSE(report.within_reach);
  CHECK(report.length == Metres(2000));
  CHECK(report.margin < report_of("800G-DR8", 500_m).margin);
  link.length = Metres(500);
  CHECK(link_report(link).within_reach);
}

TEST_CASE("age, the end of life and bursts cost what they say") {
  LinkOptics link;
  const auto fresh = link_report(link);
  link.years = 4; // 0.05 dB a year
  CHECK(fresh.margin.value - link_report(link).margin.value == doctest::Approx(0.2));
  CHECK_THROWS_AS(link_report([&] {
                    auto both = link;
                    both.end_of_life = true;
                    return both;
                  }()),
                  Error);
  link.years = 0;
  link.end_of_life = true; // the allowance, whatever the age
  CHECK(fresh.margin.value - link_report(link).margin.value == doctest::Approx(1));
  CHECK(fresh.received_power.value - link_report(link).received_power.value == doctest::Approx(1));
  link.bursts.after_error = 0.5;
  const auto bursts = link_report(link);
  CHECK(bursts.codeword_error_ratio == codeword_error_ratio(*bursts.fec, bursts.pre_fec_ber, link.bursts, 4));
  CHECK(uncorrectable_ratio(bursts, 1e-4) == codeword_error_ratio(*bursts.fec, 1e-4, link.bursts, 4));
}

TEST_CASE("power is of both ends, pJ/bit is the module's own, cost is both ends") {
  const auto report = report_of("800G-DR8", 50_m);
  CHECK(report.power_W == 30);
  CHECK(report.pj_per_bit == doctest::Approx(18.75)); // 30 W over 2 × 800 Gb/s
  CHECK(report.cost_usd == doctest::Approx(2 * 0.78 * 800));
}

TEST_CASE("heat above 40 C costs launch power and TDECQ, below it nothing") {
  LinkOptics link;
  const auto margin_at = [&link](double celsius) {
    link.case_temperature = celsius;
    return link_report(link).margin.value;
  };
  CHECK(margin_at(0) == margin_at(40));
  CHECK(margin_at(40) - margin_at(60) == doctest::Approx(20 * (0.015 + 0.010)));
}

TEST_CASE("a given BER replaces the budget's, and the budget is still shown") {
  LinkOptics link;
  link.pre_fec_ber = 2.4e-4;
  const auto report = link_report(link);
  CHECK(report.pre_fec_ber == 2.4e-4);
  CHECK(report.ber_source == "as given");
  CHECK(report.has_budget);
  CHECK(report.frame_loss_ratio == doctest::Approx(3.367618761e-12).epsilon(1e-9)); // reference grid, I = 4
}

TEST_CASE("a code that is named replaces the module's") {
  LinkOptics link;
  link.fec = "ll";
  const auto report = link_report(link);
  CHECK(report.fec->name == "ll");
  CHECK(report.fec_latency == 52500_ps);
}

TEST_CASE("FEC latency and interleave follow the port, not the module") {
  LinkOptics link;
  link.module = "1.6T-DR8";
  link.rate = 400_Gbps;
  const auto report = link_report(link);
  CHECK(report.fec_latency == 105ns);
  CHECK(report.interleave == 2);
}

TEST_CASE("what cannot be is refused with the reason") {
  const auto refused = [](auto change) {
    LinkOptics link;
    change(link);
    CHECK_THROWS_AS(link_report(link), Error);
  };
  refused([](LinkOptics &l) { l.module = "800G-DR9"; });
  refused([](LinkOptics &l) { l.length = Metres(501); });
  refused([](LinkOptics &l) { l.length = Metres(0); });
  refused([](LinkOptics &l) { l.rate = 1600_Gbps; });
  refused([](LinkOptics &l) { l.connectors = -1; });
  refused([](LinkOptics &l) { l.connectors = 101; });
  refused([](LinkOptics &l) { l.case_temperature = 71; });
  refused([](LinkOptics &l) { l.fec = "turbo"; });
  refused([](LinkOptics &l) { l.pre_fec_ber = 0.7; });
  refused([](LinkOptics &l) { l.connector_loss = Decibel(-0.1); });
  refused([](LinkOptics &l) { l.splices = -1; });
  refused([](LinkOptics &l) { l.reflectance = Decibel(-5); });
  refused([](LinkOptics &l) { l.years = -1; });
  refused([](LinkOptics &l) { l.bursts.after_error = 1; });
  refused([](LinkOptics &l) {
    l.fec = "none";
    l.bursts.precoding = true;
  });
  refused([](LinkOptics &l) { // no line for it
    l.module = "400ZR";
    l.end_of_life = true;
  });
  refused([](LinkOptics &l) {
    l.module = "800G-AOC";
    l.length = Metres(5);
    l.splices = 1;
  });
  refused([](LinkOptics &l) { l.frame = Bytes(0); });
}

TEST_CASE("every module works at its full reach, each line of its budget with a source") {
  for (const auto &m : module_catalogue()) {
    CAPTURE(m.name);
    const auto report = report_of(m.name.c_str(), m.reach, m.is_cable() ? 0 : 2);
    CHECK(report.latency > 0ns);
    CHECK(report.frame_loss_ratio < 1e-9);
    CHECK(report.margin.value >= -1e-9); // 0 where reach decides; copper spends all it has
    for (const auto &line : report.budget)
      CHECK_FALSE(line.source.empty());
  }
}
