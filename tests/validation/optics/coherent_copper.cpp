// Coherent and copper budgets against textbook points. Page: docs/validation/link-budget.md.

#include "optics/bit_errors.hpp"
#include "optics/coherent.hpp"
#include "optics/copper.hpp"
#include "optics/link.hpp"
#include "optics/path_loss.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <utility>

using namespace lightloom;

TEST_CASE("16-QAM: the textbook's signal to noise per symbol at 1e-2, 1e-3 and 1e-4") {
  // 3/8 erfc(√(SNR/10)) (Gray, nearest neighbours): 13.90, 16.54 and 18.23 dB. Exact 16-QAM differs by less than 0.1
  // dB at 1e-2 (Proakis, Digital Communications, section 4.3; Essiambre et al. 2010).
  for (const auto &[snr, ber] : {std::pair{13.90, 1e-2}, {16.54, 1e-3}, {18.23, 1e-4}}) {
    const double gbd = 12.5; // then OSNR is SNR
    CHECK(dp16qam_bit_error_ratio(Decibel(snr), gbd) == doctest::Approx(ber).epsilon(0.01));
    CHECK(dp16qam_bit_error_ratio(Decibel(snr), gbd) ==
          doctest::Approx(0.375 * std::erfc(std::sqrt(std::pow(10, snr / 10) / 10))).epsilon(1e-12));
  }
}

TEST_CASE("twice the symbol rate needs 3.01 dB more OSNR") {
  CHECK(dp16qam_bit_error_ratio(Decibel(20), 60) ==
        doctest::Approx(dp16qam_bit_error_ratio(Decibel(20 + 10 * std::log10(2)), 120)).epsilon(1e-10));
}

TEST_CASE("400ZR's required 26 dB of OSNR lie 5 to 6 dB above the ideal receiver at the C-FEC's limit") {
  // 59.84 GBd, 1.25e-2: SNR 13.55 dB, OSNR 20.35 dB. The rest is what a real module is allowed.
  double low = 10;
  double high = 40;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (dp16qam_bit_error_ratio(Decibel(middle), 59.84) > 1.25e-2 ? low : high) = middle;
  }
  CHECK(low == doctest::Approx(20.35).epsilon(0.002));
  CHECK(module_named("400ZR").required_osnr->value - low == doctest::Approx(5.65).epsilon(0.02));
}

TEST_CASE("-10 log(h nu 12.5 GHz) at 1550 nm is 58 dB in a milliwatt") {
  const double h = 6.62607015e-34;
  const double c = 299792458;
  CHECK(-10 * std::log10(h * c / 1550e-9 * 12.5e9 / 1e-3) == doctest::Approx(58).epsilon(0.001));
}

TEST_CASE("where the margin of OSNR is gone the receiver works at its code's limit, 1 dB above below it") {
  for (const char *name : {"400ZR", "400ZR+", "800ZR", "800ZR+", "800G-LR1", "800G-ER1"}) {
    const Module &m = module_named(name);
    CAPTURE(m.name);
    LinkOptics link;
    link.module = m.name;
    link.length = m.reach;
    link.connectors = 1;
    const double spare = link_report(link).margin.value + path_loss(m, link).connectors_dB;
    // Connectors lie in the first span: a search for the loss that uses the margin up.
    double low = 0;
    double high = spare + 20;
    for (int i = 0; i < 100; ++i) {
      const double middle = 0.5 * (low + high);
      link.connector_loss = Decibel(std::min(middle, 20.0));
      (link_report(link).margin.value > 0 ? low : high) = middle;
    }
    link.connector_loss = Decibel(low);
    const auto report = link_report(link);
    CHECK(std::abs(report.margin.value) < 1e-6);
    CHECK(report.pre_fec_ber == doctest::Approx(m.pre_fec_ber_limit).epsilon(1e-5));
  }
}

TEST_CASE("copper: 802.3ck's cable assembly of 19.75 dB is used up at 2 m, at the class's 1e-5") {
  LinkOptics link;
  link.module = "800G-DAC";
  link.length = Metres(2);
  link.connectors = 0;
  const auto report = link_report(link);
  CHECK(report.loss.value == doctest::Approx(19.75));
  CHECK(report.margin.value == doctest::Approx(0).scale(1));
  CHECK(report.pre_fec_ber == doctest::Approx(1e-5).epsilon(1e-6));
  double last = 0;
  for (double metres = 0.5; metres <= 2; metres += 0.05) { // longer is never better
    link.length = Metres(metres);
    const double ber = link_report(link).pre_fec_ber;
    CHECK(ber >= last);
    last = ber;
  }
}
