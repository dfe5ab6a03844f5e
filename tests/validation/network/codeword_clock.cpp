// Uncorrectable codewords on the link's clock: how many, whoever looks; which frames die together
// (docs/validation/codeword-clock.md, which also has figures of 10⁹ codewords by codeword_clock_main.cpp).

#include "optics/fec.hpp"
#include "tests/validation/network/codeword_laws.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

TEST_CASE(
    "Of 10⁹ codewords as many are bad as the binomial law of wrong symbols says, inside its 99 % Poisson interval") {
  for (const double ber : {5e-4, 7e-4, 1e-3}) {
    const double ratio = codeword_error_ratio(fec_named("kp4"), ber);
    const LinkHealth health = bench_health(ratio);
    const SimTime end = SimTime{} + 6400ms;
    const std::uint64_t passed = codewords_before(health, end);
    CHECK(passed == 1'000'000'000);
    CodewordClock clock = bench_clock(health, 6);
    while (clock.bad_until() <= end)
      clock.pass(clock.bad_until());
    const std::uint64_t bad = clock.uncorrectable_before(end);
    const auto [low, high] = poisson_interval(ratio * static_cast<double>(passed));
    MESSAGE("BER " << ber << ": " << bad << " of " << passed << ", expected " << ratio * 1e9 << ", interval " << low
                   << " … " << high);
    CHECK(bad >= low);
    CHECK(bad <= high);
  }
}

TEST_CASE("Over 1,000 links the counts have the mean and the variance of the binomial law, within 99 %") {
  constexpr double ratio = 1e-3;
  const LinkHealth health = bench_health(ratio);
  const auto end = at_picoseconds(std::int64_t{250'000} * 25'600);
  constexpr double mean = 1e6 * ratio, variance = mean * (1 - ratio), links = 1000;
  double sum = 0, squares = 0;
  for (std::uint32_t link = 0; link < links; ++link) {
    const CodewordClock clock(health, RandomStream(1, Purpose::codeword, link));
    const double deviation = static_cast<double>(clock.uncorrectable_before(end)) - mean;
    sum += deviation;
    squares += deviation * deviation;
  }
  MESSAGE("mean off by " << sum / links << ", variance " << squares / links << " of " << variance);
  CHECK(std::abs(sum / links) < within_99_percent * std::sqrt(variance / links));
  CHECK(std::abs(squares / links / variance - 1) < within_99_percent * std::sqrt(2 / links));
}

TEST_CASE("A sampler that knows only wrong symbols finds as many bad codewords, within 99 %") {
  // 3 million codewords at 1e-3, 459 bad ones expected; the smaller ratios in codeword_clock_main.cpp.
  constexpr std::uint64_t codewords = 3'000'000;
  const double ratio = codeword_error_ratio(fec_named("kp4"), 1e-3);
  const std::uint64_t sampled = bad_by_symbols(1e-3, codewords, 6);
  const auto [low, high] = poisson_interval(ratio * codewords);
  CHECK(sampled >= low);
  CHECK(sampled <= high);
  const LinkHealth health = bench_health(ratio);
  const auto end = at_picoseconds(codewords / 4 * 25'600);
  REQUIRE(codewords_before(health, end) == codewords);
  const std::uint64_t drawn = bench_clock(health, 6).uncorrectable_before(end);
  MESSAGE(sampled << " by symbols, " << drawn << " on the clock: " << apart(sampled, drawn) << " deviations");
  CHECK(std::abs(apart(sampled, drawn)) < within_99_percent);
}

TEST_CASE(
    "A busy link, one with gaps and an idle one see the same bad blocks, and exactly the frames on the wire meanwhile "
    "are corrupt") {
  const double ratio = 1e-3;
  const SimTime end = SimTime{} + 5ms; // 781,250 codewords
  const LinkHealth health = bench_health(ratio);
  std::vector<std::pair<SimTime, SimTime>> blocks;
  for (CodewordClock clock = bench_clock(health, 3); clock.bad_from() < end; clock.pass(clock.bad_until()))
    blocks.emplace_back(clock.bad_from(), clock.bad_until());
  const std::uint64_t bad = bench_clock(health, 3).uncorrectable_before(end);
  REQUIRE(blocks.size() > 500);
  for (const std::int64_t longest_gap : {0, 10'000, 1'000'000, 100'000'000}) { // ps
    BenchLink bench(ratio, 3);
    RandomStream random(1, Purpose::test, 0);
    std::size_t first = 0; // block that ends after d
    std::uint64_t wrong = 0;
    SimTime d{};
    for (;;) {
      d += Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(longest_gap) + 1)));
      const auto wire = static_cast<std::int64_t>(84 + random.below(9000));
      const SimTime sent = d + Duration(wire * ps_per_byte);
      if (sent > end)
        break;
      while (first < blocks.size() && blocks[first].second <= d)
        ++first;
      const bool meets = first < blocks.size() && blocks[first].first < sent;
      wrong += bench.corrupts(wire, d) == meets ? 0 : 1;
      d = sent;
    }
    CHECK(wrong == 0);
    CHECK(bench.link().uncorrectable_before(end) == bad);
  }
}

TEST_CASE(
    "Frames back to back are lost with 1 − (1 − UCR)^(I + N ÷ O), and those that share a block die together: k or "
    "k + 1 by the geometry, chi-square below its 1 % point") {
  constexpr double ratio = 2e-3;
  for (const std::int64_t frame : {64, 1518, 4096}) {
    const std::int64_t wire = frame + frame_gap_bytes;
    // 64 B: 250,000 blocks; all: some 1,400 bursts by themselves.
    const Bursts b = send_back_to_back(ratio, 7, wire, SimTime{} + 6400us);
    const auto n = static_cast<double>(b.frames);
    const double loss = 1 - std::pow(1 - ratio, 4 + static_cast<double>(wire) / 640);
    const double error = std::sqrt(n * loss * (1 - loss) * Bursts::clumping(wire));
    const auto [low, high] = poisson_interval(1e6 * ratio);
    MESSAGE(frame << " B: " << b.lost << " of " << b.frames << " lost, expected " << n * loss << " ± " << error << "; "
                  << b.bad << " bad codewords; bursts of " << Bursts::fewest(wire) << ": "
                  << b.length.at(Bursts::fewest(wire)) << ", one more: " << b.length.at(Bursts::fewest(wire) + 1)
                  << ", law " << Bursts::share_of_more(wire) << ", chi-square " << b.chi_square(wire));
    CHECK(std::abs(static_cast<double>(b.lost) - n * loss) < within_99_percent * error);
    CHECK(b.bad >= low);
    CHECK(b.bad <= high);
    CHECK(b.impossible(wire) == 0);
    CHECK(b.chi_square(wire) < 6.635);
  }
}
