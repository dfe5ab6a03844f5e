#include "optics/fec_burst.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
/// The same by summing over every path of a lane's symbols, one symbol before the codeword's first and one behind its
/// last, and over every way in which the bursts can end.
std::vector<double> by_every_path(int symbols, int highest, double ps, const ErrorBursts &bursts, int interleave) {
  const double a = std::max(bursts.after_error, ps);
  const double b = ps * (1 - a) / (1 - ps);
  const int length = symbols * interleave; // of which every interleave-th is the codeword's
  std::vector<double> counts(static_cast<std::size_t>(highest) + 1, 0);
  for (unsigned path = 0; path < 1u << (length + 2); ++path)
    for (unsigned ends = 0; ends < 1u << (length + 1); ++ends) {
      const auto wrong = [path](int i) { return (path >> i & 1u) != 0; };
      const auto spills = [ends](int i) { return (ends >> i & 1u) != 0; }; // were symbol i the last of a burst
      double p = wrong(0) ? ps : 1 - ps;
      int errors = 0;
      for (int i = 1; i <= length + 1; ++i) {
        const double next = wrong(i - 1) ? a : b;
        p *= (wrong(i) ? next : 1 - next) * (spills(i - 1) ? 0.2 : 0.8);
        if (i > length || i % interleave != 0)
          continue;
        const bool begins = wrong(i) && !wrong(i - 1);
        const bool ends_here = wrong(i) && !wrong(i + 1) && !spills(i);
        const bool ended_before = wrong(i - 1) && !wrong(i) && spills(i - 1);
        errors += bursts.precoding ? (begins || ends_here || ended_before) : wrong(i);
      }
      counts[static_cast<std::size_t>(std::min(errors, highest))] += p;
    }
  return counts;
}
} // namespace

TEST_CASE("the counts equal a sum over every path of the chain, with and without interleave and precoding") {
  for (const bool precoding : {false, true})
    for (const int interleave : {1, 2, 4})
      for (const double a : {0.0, 0.05, 0.5, 0.9}) {
        const int symbols = 8 / interleave;
        const ErrorBursts bursts{a, precoding};
        const auto expected = by_every_path(symbols, 3, 0.1, bursts, interleave);
        const auto counts = burst_error_counts(symbols, 3, 0.1, bursts, interleave);
        REQUIRE(counts.size() == 4);
        for (std::size_t i = 0; i < 4; ++i)
          CHECK(counts[i] == doctest::Approx(expected[i]).epsilon(1e-12));
      }
}

TEST_CASE("without bursts the ratios are the independent ones to the bit") {
  const FecCode &kp4 = fec_named("kp4");
  CHECK(codeword_error_ratio(kp4, 2.4e-4, {}, 4) == codeword_error_ratio(kp4, 2.4e-4));
  CHECK(post_fec_ber(kp4, 2.4e-4, {}, 4) == post_fec_ber(kp4, 2.4e-4));
}

TEST_CASE("a wrong symbol that is no likelier after a wrong one is independence") {
  const FecCode &kp4 = fec_named("kp4");
  const double ps = symbol_error_ratio(kp4, 2.4e-4);
  CHECK(codeword_error_ratio(kp4, 2.4e-4, {ps, false}, 1) ==
        doctest::Approx(codeword_error_ratio(kp4, 2.4e-4)).epsilon(1e-10));
  CHECK(post_fec_ber(kp4, 2.4e-4, {ps, false}, 1) == doctest::Approx(post_fec_ber(kp4, 2.4e-4)).epsilon(1e-10));
}

TEST_CASE("what is left behind is within what a decoder can leave: more than t of n symbols, no more than came") {
  const FecCode &kp4 = fec_named("kp4");
  const ErrorBursts bursts{0.5, false};
  for (const double ber : {1e-3, 1e-4, 1e-6}) {
    const double ucr = codeword_error_ratio(kp4, ber, bursts, 1);
    const double ser = post_fec_symbol_error_ratio(kp4, ber, bursts, 1);
    CHECK(ser >= ucr * (kp4.t + 1) / kp4.n);
    CHECK(ser <= symbol_error_ratio(kp4, ber));
    CHECK(post_fec_ber(kp4, ber, bursts, 1) <= ber);
  }
}

TEST_CASE("more bit errors never lose fewer codewords, with bursts and precoding, up to a closed eye") {
  const FecCode &kp4 = fec_named("kp4");
  for (const double a : {0.1, 0.5, 0.9, 0.99})
    for (const int interleave : {1, 4}) {
      double before = 0;
      for (double ber = 1e-5; ber <= 0.5; ber *= 1.25) {
        const double now = codeword_error_ratio(kp4, ber, {a, true}, interleave);
        CAPTURE(a);
        CAPTURE(ber);
        CAPTURE(interleave);
        CHECK(now >= before * (1 - 1e-9));
        before = now;
      }
      CHECK(before > 0.9);
    }
}

TEST_CASE(
    "precoding: two errors of any burst, so that long bursts are tamed, and a single one may become two symbols") {
  const FecCode &kp4 = fec_named("kp4");
  CHECK(codeword_error_ratio(kp4, 1e-4, {0.75, true}, 1) < 1e-3 * codeword_error_ratio(kp4, 1e-4, {0.75, false}, 1));
  CHECK(codeword_error_ratio(kp4, 1e-4, {0, true}, 1) > codeword_error_ratio(kp4, 1e-4));
}

TEST_CASE("bursts of a code without symbols, and probabilities that are none, are refused") {
  CHECK_THROWS_AS(check_bursts(fec_named("none"), {0.5, false}), Error);
  CHECK_THROWS_AS(check_bursts(fec_named("c-fec"), {0, true}), Error);
  CHECK_THROWS_AS(check_bursts(fec_named("kp4"), {1, false}), Error);
  CHECK_THROWS_AS(check_bursts(fec_named("kp4"), {-0.1, false}), Error);
  CHECK_NOTHROW(check_bursts(fec_named("none"), {}));
}
