#include "optics/fec.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("without errors nothing is lost, with nothing but errors everything is") {
  for (const auto &code : fec_codes()) {
    CAPTURE(code.name);
    CHECK(symbol_error_ratio(code, 0) == 0);
    CHECK(codeword_error_ratio(code, 0) == 0);
    CHECK(post_fec_ber(code, 0) == 0);
    CHECK(frame_loss_ratio(code, 0, Bytes(64), 1) == 0);
    CHECK(codeword_error_ratio(code, 1) == 1);
    CHECK(codeword_error_ratio(code, 0.5) == doctest::Approx(1));
    CHECK(frame_loss_ratio(code, 0.5, Bytes(1518), 4) == doctest::Approx(1));
  }
}

TEST_CASE("a symbol of ten bits is wrong when any bit is: 1 - (1 - p)^10") {
  // p = 0.1: 1 − 0.9^10 = 1 − 0.3486784401
  CHECK(symbol_error_ratio(fec_named("kp4"), 0.1) == doctest::Approx(0.6513215599).epsilon(1e-12));
}

TEST_CASE("a frame touches I + (N + 20) / payload codewords on average") {
  // KP4 carries 640 octets: a 64-octet frame with its 20 of preamble and gap touches 1 + 84/640 = 1.13125 of one lane.
  CHECK(codewords_per_frame(fec_named("kp4"), Bytes(64), 1) == 1.13125);
  CHECK(codewords_per_frame(fec_named("ll"), Bytes(64), 1) == 1.2625);
  CHECK(codewords_per_frame(fec_named("kp4"), Bytes(9000), 4) == 4 + 9020.0 / 640);
}

TEST_CASE("interleave follows the port: 1 codeword to 100G, 2 at 200G and 400G, 4 above") {
  const FecCode &kp4 = fec_named("kp4");
  CHECK(default_interleave(kp4, 100_Gbps) == 1);
  CHECK(default_interleave(kp4, 200_Gbps) == 2);
  CHECK(default_interleave(kp4, 400_Gbps) == 2);
  CHECK(default_interleave(kp4, 800_Gbps) == 4);
  CHECK(default_interleave(kp4, 1600_Gbps) == 4);
  CHECK(codeword_shape(kp4, 800_Gbps).payload_bytes == 640);
  CHECK(codeword_shape(kp4, 800_Gbps).interleave == 4);
  CHECK(codeword_shape(fec_named("ll"), 400_Gbps).payload_bytes == 320);
}

TEST_CASE("without a code a frame is lost when any of its bits is wrong") {
  // 64 + 20 octets are 672 bits: 1 − (1 − 1e-6)^672 = 6.7177e-4
  CHECK(frame_loss_ratio(fec_named("none"), 1e-6, Bytes(64), 1) == doctest::Approx(6.717745e-4).epsilon(1e-6));
  CHECK(frame_loss_ratio(codeword_shape(fec_named("none"), 800_Gbps), codeword_error_ratio(fec_named("none"), 1e-6),
                         Bytes(64)) == doctest::Approx(6.717745e-4).epsilon(1e-6));
}

TEST_CASE("a coherent code corrects up to its threshold and nothing beyond") {
  const FecCode &code = fec_named("c-fec");
  CHECK(post_fec_ber(code, 1.25e-2) == 1e-15);
  CHECK(post_fec_ber(code, 1.26e-2) == 1.26e-2);
  CHECK(codeword_error_ratio(code, 1.25e-2) == doctest::Approx(5120e-15).epsilon(1e-9));
  CHECK(codeword_error_ratio(code, 1.26e-2) == doctest::Approx(1));
}

TEST_CASE("outside its table the inner code's slope goes on and never adds errors") {
  // Last segment: slope = ln(4.65e-5 / 1.042e-5) / ln(1.5) = 3.6888; at 1e-3, half of 2e-3: 1.042e-5 / 2^3.6888
  // = 8.08e-7
  CHECK(inner_hamming_output(1e-3) == doctest::Approx(8.08e-7).epsilon(1e-3));
  CHECK(inner_hamming_output(0.1) == 0.1);
  CHECK(inner_hamming_output(0) == 0);
}

TEST_CASE("latency: KP4 105 ns at 800G and 90 ns at 1.6T, the low-latency code half, the inner code on top unless the "
          "module holds it") {
  CHECK(fec_latency(fec_named("kp4"), 100_Gbps).total == 140ns);
  CHECK(fec_latency(fec_named("kp4"), 400_Gbps).total == 105ns);
  CHECK(fec_latency(fec_named("kp4"), 800_Gbps).total == 105ns);
  CHECK(fec_latency(fec_named("kp4"), 1600_Gbps).total == 90ns);
  CHECK(fec_latency(fec_named("ll"), 1600_Gbps).total == 45ns);
  CHECK(fec_latency(fec_named("kr4"), 100_Gbps).total == 100ns);
  CHECK(fec_latency(fec_named("kp4+hamming"), 1600_Gbps).total == 145ns);
  CHECK(fec_latency(fec_named("kp4+hamming"), 1600_Gbps, true).total == 90ns);
  CHECK(fec_latency(fec_named("none"), 800_Gbps).total == 0ns);
  for (const auto &code : fec_codes())
    CHECK_FALSE(fec_latency(code, 800_Gbps).source.empty());
}

TEST_CASE("the bits of a ratio that decides events are pinned, on every CPU") {
  // Recorded from this code; a change here moves lost frames in every run with errors.
  CHECK(codeword_error_ratio(fec_named("kp4"), 2.4e-4) == 0x1.cae48da8bae2cp-41);
  CHECK(codeword_error_ratio(fec_named("kp4"), 1e-3) == 0x1.40eb21f4245dfp-13);
  CHECK(codeword_error_ratio(fec_named("kp4+hamming"), 4.8e-3) == 0x1.26bee8cf441edp-40);
}

TEST_CASE("an unknown code is refused, with all there are and the nearest") {
  CHECK_THROWS_WITH_AS(fec_named("kp5"),
                       "fec = \"kp5\" (must be one of kp4, kr4, ll, kp4+hamming, none, c-fec, o-fec). "
                       "Try kp4.",
                       Error);
}
