// FEC against a reference computed with 50 digits, against the standards' own figures, and against Boost.Math.
// Page: docs/validation/fec.md.

#include "optics/fec.hpp"
#include "tests/validation/optics/reference_table.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <doctest/doctest.h>

using namespace lightloom;
using reference::number;
using reference::relative_error;

TEST_CASE("every figure of the reference grid is met to 1e-6 relative, from 0.96 down to 1e-53") {
  double worst = 0;
  int figures = 0;
  double least = 1;
  for (const auto &row : reference::table("fec_reference.csv")) {
    const FecCode &code = fec_named(reference::code_name(row.at("code")));
    const double ber = number(row, "pre_fec_ber");
    const int interleave = std::stoi(row.at("interleave_codewords"));
    CAPTURE(code.name);
    CAPTURE(ber);
    CHECK(code.n == std::stoi(row.at("n")));
    CHECK(code.k == std::stoi(row.at("k")));
    CHECK(code.symbol_bits == std::stoi(row.at("m_bits")));
    CHECK(code.t == std::stoi(row.at("t")));
    const auto compare = [&](const char *column, double value) {
      const double expected = number(row, column);
      CAPTURE(column);
      CHECK(relative_error(value, expected) < 1e-6);
      worst = std::max(worst, relative_error(value, expected));
      least = std::min(least, expected);
      ++figures;
    };
    compare("symbol_error_prob", symbol_error_ratio(code, ber));
    compare("codeword_error_ratio", codeword_error_ratio(code, ber));
    compare("post_fec_ser", post_fec_symbol_error_ratio(code, ber));
    compare("post_fec_ber", post_fec_ber(code, ber));
    compare("flr_64B", frame_loss_ratio(code, ber, Bytes(64), interleave));
    compare("flr_1518B", frame_loss_ratio(code, ber, Bytes(1518), interleave));
    compare("flr_4096B", frame_loss_ratio(code, ber, Bytes(4096), interleave));
    compare("flr_9000B", frame_loss_ratio(code, ber, Bytes(9000), interleave));
  }
  CHECK(figures == 45 * 8);
  CHECK(least < 1e-50);
  MESSAGE("largest relative error over " << figures << " figures: " << worst << "; smallest figure " << least);
}

TEST_CASE("at each threshold of the reference the criterion is met") {
  // The thresholds have six digits. Near them ratios go as BER^16 (KP4) or BER^8: 16 × 5e-6 = 8e-5.
  double worst = 0;
  for (const auto &row : reference::table("fec_thresholds.csv")) {
    const FecCode &code = fec_named(reference::code_name(row.at("code")));
    const double ber = number(row, "pre_fec_ber_threshold");
    const double value = row.at("criterion") == "FLR_64B"
                             ? frame_loss_ratio(code, ber, Bytes(64), std::stoi(row.at("interleave_codewords")))
                             : post_fec_ber(code, ber);
    CAPTURE(code.name);
    CAPTURE(ber);
    CHECK(relative_error(value, number(row, "target")) < 1e-4);
    worst = std::max(worst, relative_error(value, number(row, "target")));
  }
  MESSAGE("largest relative error: " << worst);
}

TEST_CASE("the formula is the IEEE one: four figures that standards state") {
  const FecCode &kp4 = fec_named("kp4");
  const FecCode &kr4 = fec_named("kr4");
  // IEEE 802.3cd, 2.4e-4 into RS(544,514) without interleaving: frame loss ratio 9.2e-13 for 64 octets.
  CHECK(frame_loss_ratio(kp4, 2.4e-4, Bytes(64), 1) == doctest::Approx(9.2e-13).epsilon(0.005));
  // IEEE 802.3bs, the same with two interleaved codewords: 1.7e-12 (two digits; 1.737e-12 computed).
  CHECK(frame_loss_ratio(kp4, 2.4e-4, Bytes(64), 2) == doctest::Approx(1.7e-12).epsilon(0.03));
  // IEEE 802.3dj, four codewords: 6.2e-11 at an outer-code budget of 2.92e-4 (2.927e-4 computed; slope 16).
  CHECK(frame_loss_ratio(kp4, 2.927e-4, Bytes(64), 4) == doctest::Approx(6.2e-11).epsilon(0.005));
  // IEEE 802.3bm, RS(528,514): 6.2e-10 at 5e-5 (5.14e-5 computed; slope 8, one digit).
  CHECK(frame_loss_ratio(kr4, 5.144e-5, Bytes(64), 1) == doctest::Approx(6.2e-10).epsilon(0.005));
}

TEST_CASE("the binomial tail equals the incomplete beta function, I_ps(t + 1, n - t)") {
  double worst = 0;
  for (const auto &code : fec_codes()) {
    if (code.kind != FecKind::reed_solomon)
      continue;
    for (double ber = 1e-12; ber < 0.4; ber *= 1.37) {
      const double ps = symbol_error_ratio(code, ber);
      const double expected = boost::math::ibeta(code.t + 1.0, static_cast<double>(code.n - code.t), ps);
      const double value = codeword_error_ratio(code, ber);
      CAPTURE(code.name);
      CAPTURE(ber);
      CHECK(relative_error(value, expected) < 1e-11);
      worst = std::max(worst, relative_error(value, expected));
    }
  }
  MESSAGE("largest relative error: " << worst);
}

TEST_CASE("post-FEC symbol errors are the sum they are defined by, term by term") {
  // Σ (i/n) C(n,i) ps^i (1−ps)^(n−i) with the terms from Boost's beta derivative is the tail of n − 1 symbols times ps.
  const FecCode &kp4 = fec_named("kp4");
  for (const double ber : {1e-3, 2.4e-4, 1e-5}) {
    const double ps = symbol_error_ratio(kp4, ber);
    double sum = 0;
    for (int i = kp4.t + 1; i <= kp4.n; ++i) { // P[B = i] = P[B ≥ i] − P[B ≥ i + 1]
      const double at_least = boost::math::ibeta(static_cast<double>(i), kp4.n - i + 1.0, ps);
      const double more = i == kp4.n ? 0 : boost::math::ibeta(i + 1.0, static_cast<double>(kp4.n - i), ps);
      sum += i * (at_least - more) / kp4.n;
    }
    CHECK(relative_error(post_fec_symbol_error_ratio(kp4, ber), sum) < 1e-10);
  }
}

TEST_CASE("the inner code's transfer passes through its measured points and brings 4.8e-3 to KP4's operating point") {
  CHECK(inner_hamming_output(1e-2) == doctest::Approx(2.699e-3).epsilon(1e-12));
  CHECK(inner_hamming_output(8e-3) == doctest::Approx(1.367e-3).epsilon(1e-12));
  CHECK(inner_hamming_output(4.8e-3) == doctest::Approx(2.441e-4).epsilon(1e-12));
  CHECK(inner_hamming_output(4e-3) == doctest::Approx(1.291e-4).epsilon(1e-12));
  CHECK(inner_hamming_output(2e-3) == doctest::Approx(1.042e-5).epsilon(1e-12));
  // KP4 behind it at its 4.8e-3 limit is KP4 at 2.441e-4.
  CHECK(codeword_error_ratio(fec_named("kp4+hamming"), 4.8e-3) ==
        doctest::Approx(codeword_error_ratio(fec_named("kp4"), 2.441e-4)).epsilon(1e-9));
}
