// The link budget against the standards' own closing identity and against a table computed with 50 digits.
// Page: docs/validation/link-budget.md.

#include "optics/link.hpp"
#include "optics/path_loss.hpp"
#include "tests/validation/optics/reference_table.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;
using reference::number;
using reference::relative_error;

TEST_CASE("a standard closes: OMA - TDECQ, less channel loss and MPI allowance, is the effective sensitivity") {
  int rows = 0;
  for (const auto &m : module_catalogue()) {
    if (!m.has_optical_budget())
      continue;
    ++rows;
    CAPTURE(m.name);
    const Decibel rest =
        (*m.launch_oma_minus_tdecq - *m.channel_loss_budget - *m.mpi_allowance) - *m.effective_sensitivity;
    CHECK(rest.value == doctest::Approx(0).scale(1).epsilon(1e-9));
  }
  CHECK(rows == 28);
  // By hand: DR −2.2 − 3.0 − 0.1 + 5.3; FR −1.7 − 4.0 − 0.3 + 6.0; SR −4.4 − 1.8 − 0.2 + 6.4; LPO −3.2 − 3.0 − 0.3
  // + 6.5.
  for (const char *name : {"400G-DR4", "800G-DR8", "400G-FR4", "800G-2xFR4", "400G-SR4", "800G-SR8", "800G-DR8-LPO"})
    CHECK(find_module(name)->has_optical_budget());
}

TEST_CASE("a link that uses up its channel loss works at its FEC's operating point") {
  for (const auto &m : module_catalogue()) {
    if (!m.has_optical_budget())
      continue;
    CAPTURE(m.name);
    LinkOptics link;
    link.module = m.name;
    link.length = Metres(1);
    link.connectors = 1;
    link.connector_loss = *m.channel_loss_budget - Decibel(path_loss(m, link).fibre_dB);
    const auto report = link_report(link);
    CHECK(report.loss.value == doctest::Approx(m.channel_loss_budget->value));
    CHECK(std::abs(report.margin.value) < 1e-9);
    const double reference_ber = m.fec == "kp4+hamming" ? 4.8e-3 : 2.4e-4;
    CHECK(report.pre_fec_ber == doctest::Approx(reference_ber + 1e-9).epsilon(1e-7));
  }
}

TEST_CASE("pre-FEC BER, codeword and frame loss against margin equal the reference table to 1e-6") {
  const FecCode &kp4 = fec_named("kp4");
  double worst = 0;
  for (const auto &row : reference::table("pam4_margin.csv")) {
    const Decibel margin(number(row, "optical_margin_db"));
    CAPTURE(margin.value);
    const double ber = pam4_bit_error_ratio(margin);
    const auto compare = [&](const char *column, double value) {
      CAPTURE(column);
      CHECK(relative_error(value, number(row, column)) < 1e-6);
      worst = std::max(worst, relative_error(value, number(row, column)));
    };
    compare("q_argument", pam4_q_argument(margin));
    compare("pre_fec_ber", ber);
    compare("kp4_codeword_error_ratio", codeword_error_ratio(kp4, ber));
    compare("kp4_flr_64B_interleave2", frame_loss_ratio(kp4, ber, Bytes(64), 2));
  }
  MESSAGE("largest relative error: " << worst);
}

TEST_CASE("the argument of Q at the reference is TDECQ's 3.414") {
  CHECK(pam4_q_argument(Decibel(0)) == doctest::Approx(3.414).epsilon(1e-4));
  CHECK(0.75 * q_function(3.41407) == doctest::Approx(2.4e-4).epsilon(1e-4));
}
