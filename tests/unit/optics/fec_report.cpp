#include "optics/fec_report.hpp"
#include "optics/fec_burst.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("a report is its functions, and wrong input is refused with the reason") {
  const auto report = fec_report("kp4", 2.4e-4, 64, 2);
  CHECK(report.fec == "kp4");
  CHECK(report.symbol_error_ratio == doctest::Approx(2.39740965818e-3));
  CHECK(report.codeword_error_ratio == doctest::Approx(8.151573399e-13));
  CHECK(report.post_fec_ber == doctest::Approx(2.41209389e-15));
  CHECK(report.frame_loss_ratio == doctest::Approx(1.737304081e-12));
  CHECK_THROWS_AS(fec_report("kp5", 2.4e-4, 64), Error);
  CHECK_THROWS_AS(fec_report("kp4", -1e-9, 64), Error);
  CHECK_THROWS_AS(fec_report("kp4", 0.6, 64), Error);
  CHECK_THROWS_AS(fec_report("kp4", 1e-4, 0), Error);
  CHECK_THROWS_AS(fec_report("kp4", 1e-4, std::int64_t{1} << 40), Error);
  CHECK_THROWS_AS(fec_report("kp4", 1e-4, 64, 0), Error);
  CHECK_THROWS_AS(fec_report("c-fec", 1e-4, 64, 1, {0.5, false}), Error);
}

TEST_CASE("a report of bursts is the burst functions, of an interleave that counts") {
  const ErrorBursts bursts{0.5, true};
  const auto report = fec_report("kp4", 1e-4, 64, 4, bursts);
  CHECK(report.codeword_error_ratio == codeword_error_ratio(fec_named("kp4"), 1e-4, bursts, 4));
  CHECK(report.post_fec_ber == post_fec_ber(fec_named("kp4"), 1e-4, bursts, 4));
  CHECK(report.frame_loss_ratio ==
        doctest::Approx(report.codeword_error_ratio * codewords_per_frame(fec_named("kp4"), Bytes(64), 4)));
}

TEST_CASE("a code without codewords of its own has no interleave: each octet counts") {
  CHECK(fec_report("none", 1e-9, 64, 1).frame_loss_ratio == fec_report("none", 1e-9, 64, 4).frame_loss_ratio);
}
