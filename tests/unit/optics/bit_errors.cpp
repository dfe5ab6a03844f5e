#include "optics/bit_errors.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("each line code by hand: NRZ Q(x), PAM4 0.75 Q(x), PAM6 two thirds of Q(x)") {
  CHECK(bit_error_ratio(line_code_of("NRZ"), 0) == 0.5);
  CHECK(bit_error_ratio(line_code_of("PAM4"), 0) == 0.375);
  // PAM6: 2 · 5/6 neighbours over 2.5 bits
  CHECK(bit_error_ratio(line_code_of("PAM6"), 0) == doctest::Approx(1.0 / 3));
  CHECK(line_code_of("PAM4/6").bits_per_symbol == 2); // as stated: the first named
}

TEST_CASE("16-QAM is PAM4 in each quadrature") {
  for (const double x : {0.5, 1.0, 2.0, 3.4})
    CHECK(bit_error_ratio(line_code_of("DP-16QAM"), x) == bit_error_ratio(line_code_of("PAM4"), x));
}

TEST_CASE("Q's argument and the bit error ratio are each other's inverse") {
  for (const char *name : {"NRZ", "PAM4", "PAM6"})
    for (const double ber : {1e-2, 2.4e-4, 1e-9, 1e-30}) {
      const LineCode &code = line_code_of(name);
      CHECK(bit_error_ratio(code, q_argument_at(code, ber)) == doctest::Approx(ber).epsilon(1e-9));
    }
}

TEST_CASE("3 dB of light double the argument, 6 dB of a signal to noise ratio do") {
  CHECK(margin_factor(Decibel(3.0103), MarginUnit::optical) == doctest::Approx(2).epsilon(1e-5));
  CHECK(margin_factor(Decibel(6.0206), MarginUnit::electrical) == doctest::Approx(2).epsilon(1e-5));
}

TEST_CASE("PAM4 at 2.4e-4: x = 3.414, SNR = 10 log(5 x²) = 17.66 dB") {
  const LineCode &pam4 = line_code_of("PAM4");
  const double x = q_argument_at(pam4, 2.4e-4);
  CHECK(x == doctest::Approx(3.41407).epsilon(1e-5));
  CHECK(snr_at(pam4, x).value == doctest::Approx(17.66).epsilon(1e-3));
}
