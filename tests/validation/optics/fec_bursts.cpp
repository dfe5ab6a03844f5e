// Reed–Solomon codes under bursts, against a table with seven digits, and against bursts that are thrown.
// Page: docs/validation/fec.md.

#include "optics/fec_burst.hpp"
#include "sim/core/random.hpp"
#include "tests/validation/optics/reference_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using reference::number;
using reference::relative_error;

TEST_CASE("every figure of the burst table is met to 1e-6 relative, from 7e-3 down to 2e-34") {
  double worst = 0;
  int figures = 0;
  for (const auto &row : reference::table("fec_burst.csv")) {
    const FecCode &code = fec_named(reference::code_name(row.at("code")));
    const double ber = number(row, "pre_fec_ber");
    const std::string a = row.at("p_error_given_previous_symbol_error");
    CAPTURE(ber);
    CAPTURE(a);
    const ErrorBursts bursts{a == "independent" ? 0 : std::stod(a), false};
    const double value = codeword_error_ratio(code, ber, bursts, 1);
    CHECK(relative_error(symbol_error_ratio(code, ber), number(row, "symbol_error_prob")) < 1e-6);
    CHECK(relative_error(value, number(row, "codeword_error_ratio")) < 1e-6);
    worst = std::max(worst, relative_error(value, number(row, "codeword_error_ratio")));
    ++figures;
  }
  CHECK(figures == 17);
  MESSAGE("largest relative error: " << worst);
}

TEST_CASE("interleaving divides bursts: each doubling of I saves decades, down to the independent ratio") {
  const FecCode &kp4 = fec_named("kp4");
  const ErrorBursts bursts{0.5, false};
  const double independent = codeword_error_ratio(kp4, 1e-4);
  std::array<double, 4> ratio{};
  int interleave = 1;
  for (double &r : ratio) {
    r = codeword_error_ratio(kp4, 1e-4, bursts, interleave);
    interleave *= 2;
  }
  MESSAGE("KP4, 1e-4, a = 0.5: I = 1, 2, 4, 8: " << ratio[0] << ", " << ratio[1] << ", " << ratio[2] << ", " << ratio[3]
                                                 << "; independent " << independent);
  CHECK(ratio[0] == doctest::Approx(3.14e-5).epsilon(0.01)); // the facts' figure
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(ratio[i] < 1e-2 * ratio[i - 1]);
  CHECK(ratio[3] > independent);
  CHECK(codeword_error_ratio(kp4, 1e-4, bursts, 60) == doctest::Approx(independent).epsilon(1e-6));
}

TEST_CASE("codewords drawn symbol by symbol fail as often as the counts say: 99 % of a binomial, four interleaves") {
  // 40,000 codewords of KP4 at 1e-3 with a = 0.5; independent of the recursion but for the chain itself.
  const FecCode &kp4 = fec_named("kp4");
  const double ps = symbol_error_ratio(kp4, 1e-3);
  for (const bool precoding : {false, true})
    for (const int interleave : {1, 2}) {
      const ErrorBursts bursts{0.6, precoding};
      const double begin = ps * (1 - bursts.after_error) / (1 - ps);
      RandomStream random(21, Purpose::test, static_cast<std::uint32_t>(interleave + (precoding ? 10 : 0)));
      int failed = 0;
      const int blocks = 20000;
      for (int block = 0; block < blocks; ++block) {
        std::array<int, 2> errors{};
        bool before = false; // the symbol before this one, this one, the one behind it
        bool here = random.uniform() < ps;
        bool spilled = false; // a burst's second error falls on this symbol
        for (int symbol = -1; symbol < kp4.n * interleave; ++symbol) {
          const bool next = random.uniform() < (here ? bursts.after_error : begin);
          const bool spills = here && !next && random.uniform() < 0.2;
          const bool found = precoding ? (here && !before) || (here && !next && !spills) || spilled : here;
          if (symbol >= 0)
            errors[static_cast<std::size_t>(symbol % interleave)] += found;
          before = here;
          here = next;
          spilled = spills;
        }
        failed += errors[0] > kp4.t; // the others share its bursts: one per block is independent
      }
      const double expected = codeword_error_ratio(kp4, 1e-3, bursts, interleave);
      CAPTURE(precoding);
      CAPTURE(interleave);
      CAPTURE(expected);
      CHECK(std::abs(failed - blocks * expected) < 2.58 * std::sqrt(blocks * expected * (1 - expected)) + 1);
    }
}

TEST_CASE(
    "precoding brings KP4 back by decades where bursts are long, and costs what pairs cost where there are none") {
  const FecCode &kp4 = fec_named("kp4");
  const double plain = codeword_error_ratio(kp4, 1e-4, {0.75, false}, 1);
  const double precoded = codeword_error_ratio(kp4, 1e-4, {0.75, true}, 1);
  const double single = codeword_error_ratio(kp4, 1e-4, {0, true}, 1);
  const double independent = codeword_error_ratio(kp4, 1e-4);
  MESSAGE("KP4, 1e-4, a = 0.75: " << plain << ", precoded " << precoded << "; without bursts: " << independent
                                  << ", precoded " << single);
  CHECK(precoded < 1e-9 * plain);
  // Without bursts one event of five hits two symbols beside each other. Mean 544 · ps events, thinned: singles 0.8,
  // pairs 0.2, Poisson (ps is 1e-3: the binomial's difference is a few per cent).
  const double mean = kp4.n * symbol_error_ratio(kp4, 1e-4);
  double expected = 0;
  double of_pairs = std::exp(-0.2 * mean);
  for (int pairs = 0; pairs < 40; of_pairs *= 0.2 * mean / ++pairs) {
    double of_singles = std::exp(-0.8 * mean);
    for (int singles = 0; singles < 40; of_singles *= 0.8 * mean / ++singles)
      expected += 2 * pairs + singles > kp4.t ? of_pairs * of_singles : 0;
  }
  CHECK(single == doctest::Approx(expected).epsilon(0.2));
}
