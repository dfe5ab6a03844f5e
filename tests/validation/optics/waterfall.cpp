// Bit errors against received power: the waterfall of 1.6T and 800G links, each over its lengths, beside the closed
// form computed apart from the program's code, with std::erfc. Page: docs/validation/link-budget.md.

#include "optics/link.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace lightloom;

namespace {
double pam4_ber(double x) { return 0.375 * std::erfc(x / std::sqrt(2.0)); } // 0.75 Q(x)

/// x at which the closed form has this BER.
double argument_of(double ber) {
  double low = 0;
  double high = 20;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (pam4_ber(middle) > ber ? low : high) = middle;
  }
  return low;
}

/// Received OMA [dBm] at which the closed form has this BER, from the row's figures alone: at S0 + TDECQ + MPI the eye
/// is that of the reference receiver, x = 3.414 or the inner code's; from there 10 log x.
double closed_form_power(const Module &m, double ber) {
  const double reference = m.fec == "kp4+hamming" ? 4.8e-3 : 2.4e-4;
  const double tdecq = m.launch_oma->value - m.launch_oma_minus_tdecq->value;
  return m.effective_sensitivity->value + tdecq + m.mpi_allowance->value +
         10 * std::log10(argument_of(ber) / argument_of(reference));
}

struct Scene {
  const char *module;
  std::vector<double> metres;
};
// DR8, LPO and CPO reach 500 m; 2 km is the next class's.
const std::vector<Scene> scenes = {{"800G-DR8", {30, 100, 300, 500}},     {"1.6T-DR8", {30, 100, 300, 500}},
                                   {"800G-DR8-LPO", {30, 100, 300, 500}}, {"1.6T-DR8-LPO", {30, 100, 300, 500}},
                                   {"800G-CPO-BCM", {30, 100, 300, 500}}, {"1.6T-CPO-NV", {30, 100, 300, 500}},
                                   {"800G-2xFR4", {30, 500, 2000}},       {"1.6T-2xFR4", {30, 500, 2000}},
                                   {"1.6T-DR8-2", {30, 500, 2000}},       {"800G-FR4", {30, 500, 2000}}};
} // namespace

TEST_CASE("the waterfall is within 0.1 dB of the closed form, from 1e-2 to 1e-8, over every length") {
  double worst = 0;
  int points = 0;
  for (const auto &scene : scenes)
    for (const double metres : scene.metres) {
      const Module &m = module_named(scene.module);
      CAPTURE(m.name);
      CAPTURE(metres);
      LinkOptics link;
      link.module = m.name;
      link.length = Metres(metres);
      link.connectors = 1;
      for (double loss = 0; loss < 8; loss += 0.05) { // an attenuator in the path
        link.connector_loss = Decibel(loss);
        const auto report = link_report(link);
        if (report.pre_fec_ber > 1e-2 || report.pre_fec_ber < 1e-8)
          continue;
        const double off = report.received_power.value - closed_form_power(m, report.pre_fec_ber);
        CHECK(std::abs(off) < 0.1);
        worst = std::max(worst, std::abs(off));
        ++points;
      }
    }
  CHECK(points > 1000);
  MESSAGE("largest distance over " << points << " points: " << worst << " dB (the floor of 1e-9 makes it)");
}

TEST_CASE("received power is launch less what lies between, to the last digit of a hand's addition") {
  for (const auto &scene : scenes)
    for (const double metres : scene.metres) {
      const Module &m = module_named(scene.module);
      LinkOptics link;
      link.module = m.name;
      link.length = Metres(metres);
      link.connectors = 4;
      const double each = m.connector.find("LC") == std::string::npos ? 0.35 : 0.5;
      CHECK(link_report(link).received_power.value ==
            doctest::Approx(m.launch_oma->value - 0.5 * metres / 1000 - 4 * each).epsilon(1e-12));
    }
}

TEST_CASE("dispersion, reflections, heat and age move the waterfall by their dB, no more and no less") {
  LinkOptics link;
  link.module = "800G-2xFR4";
  link.length = Metres(2000);
  const double plain = link_report(link).margin.value;
  const auto cost = [&](auto change) {
    LinkOptics other = link;
    change(other);
    return plain - link_report(other).margin.value;
  };
  CHECK(cost([](LinkOptics &l) { l.dispersion_apart = true; }) == doctest::Approx(0.4));
  CHECK(cost([](LinkOptics &l) { l.reflectance = Decibel(-19); }) == doctest::Approx(0.5 - 0.3));
  CHECK(cost([](LinkOptics &l) { l.case_temperature = 70; }) == doctest::Approx(30 * 0.025));
  CHECK(cost([](LinkOptics &l) { l.end_of_life = true; }) == doctest::Approx(1.0));
  CHECK(cost([](LinkOptics &l) { l.splices = 2; }) == doctest::Approx(0.2));
}
