// NSCC by its laws, in its reference network: 100 Gb/s and 12 us, 150,000 B, where all scales are 1.

#include "sim/core/random.hpp"
#include "sim/network/congestion/nscc.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
constexpr std::int64_t frame = 4096;
constexpr Duration base{12'000'000};
constexpr Duration target{9'000'000}; // 0.75 of it
SimTime at(Duration d) { return SimTime(d); }

Nscc reference(const NsccSpec &spec) { return {spec, base, 100_Gbps, frame}; }
/// A flow whose window is a frame.
Nscc small(const NsccSpec &spec) {
  Nscc flow = reference(spec);
  flow.timed_out(at(0us));
  return flow;
}
} // namespace

TEST_CASE("NSCC: a flow begins with one and a half times the product of bandwidth and delay, whatever the network") {
  const NsccSpec spec;
  CHECK(reference(spec).window() == 225'000);
  CHECK(Nscc(spec, base, 800_Gbps, frame).window() == 8 * 225'000);
  CHECK(Nscc(spec, base / 2, 100_Gbps, frame).window() == 225'000 / 2);
  CHECK(Nscc(spec, base / 2, 100_Gbps, frame).target() == target / 2);
  CHECK(Nscc(spec, Duration(100ns), 100_Gbps, frame).window() == frame); // never less
}

TEST_CASE("NSCC: below the target a round trip adds 4 frames × what is missing of it, in proportion") {
  const NsccSpec spec;
  Nscc flow = small(spec);
  for (int i = 1; i <= 8; ++i) {
    flow.acknowledged(at(i * 1us), frame, false, base + target / 2);
    CHECK(flow.window() == frame); // gathered over eight frames
  }
  flow.acknowledged(at(9us), frame, false, base + target / 2);
  // Nine windows came in: 9 × 4 frames × (9 − 4.5) us ÷ 12 us.
  CHECK(flow.window() == frame + 9 * 4 * frame * 3 / 8);
}

TEST_CASE("NSCC: beyond the target, unmarked, a round trip adds 5 frames, and every round trip 0.15") {
  const NsccSpec spec;
  Nscc flow = small(spec);
  for (int i = 1; i <= 9; ++i)
    flow.acknowledged(at(i * 1us), frame, false, base + 2 * target);
  CHECK(flow.window() == frame + 9 * 5 * frame);
  const auto before = static_cast<double>(flow.window());
  flow.acknowledged(at(12us), frame, true, base); // a round trip is over; a mark alone changes nothing
  CHECK(static_cast<double>(flow.window()) == doctest::Approx(before + 0.15 * frame).epsilon(1e-4));
}

TEST_CASE("NSCC: increases scale with the product of bandwidth and delay") {
  const NsccSpec spec;
  Nscc flow(spec, base, 800_Gbps, frame);
  flow.timed_out(at(0us));
  for (int i = 1; i <= 9; ++i)
    flow.acknowledged(at(i * 1us), frame, false, base + 2 * target);
  CHECK(flow.window() == frame + 8 * 9 * 5 * frame);
}

TEST_CASE("NSCC: without delay for a whole window, each byte acknowledged adds a quarter, until there is delay") {
  const NsccSpec spec;
  Nscc flow = small(spec);
  flow.acknowledged(at(1us), frame, false, base);
  CHECK(flow.window() == frame);
  double window = frame;
  for (int i = 2; i <= 7; ++i) {
    flow.acknowledged(at(i * 1us), frame, false, base + Duration(999'999)); // below 1 us
    window += 0.25 * frame;
    CHECK(flow.window() == static_cast<std::int64_t>(window));
  }
  flow.acknowledged(at(8us), frame, false, base + Duration(1'000'000));
  CHECK(flow.window() == static_cast<std::int64_t>(window));
  flow.acknowledged(at(9us), frame, true, base); // not yet a window without delay
  const std::int64_t gathered = flow.window();
  flow.acknowledged(at(10us), frame, false, base);
  CHECK(flow.window() == gathered);
}

TEST_CASE("NSCC: marks and delay take 0.8 × (average − target) ÷ average, once per round trip") {
  const NsccSpec spec;
  Nscc flow = reference(spec);
  const auto mark = [&](Duration now) { flow.acknowledged(at(now), frame, true, base + 2 * target); };
  const auto average = [&](int n) { return 18 * (1 - std::pow(1 - spec.average_gain, n)); }; // of n times 18 us, from 0
  for (int i = 1; i <= 55; ++i)
    mark(100us);
  CHECK(average(55) < 9);
  CHECK(flow.window() == 225'000);
  mark(100us);
  CHECK(average(56) > 9);
  double window = 225'000 * (1 - 0.8 * (average(56) - 9) / average(56));
  CHECK(static_cast<double>(flow.window()) == doctest::Approx(window).epsilon(1e-5));
  for (int i = 0; i < 10; ++i)
    mark(112us); // a round trip, not more
  window += 0.15 * frame;
  CHECK(static_cast<double>(flow.window()) == doctest::Approx(window).epsilon(1e-5));
  mark(112us + Duration(1));
  window *= 1 - 0.8 * (average(67) - 9) / average(67);
  CHECK(static_cast<double>(flow.window()) == doctest::Approx(window).epsilon(1e-5));
}

TEST_CASE("NSCC: one decrease takes half at most") {
  const NsccSpec spec;
  Nscc flow = reference(spec);
  for (int i = 0; i < 1000; ++i)
    flow.acknowledged(at(100us), frame, true, base + Duration(35us)); // just below four targets
  const std::int64_t before = flow.window();
  flow.acknowledged(at(113us), frame, true, base + Duration(35us));
  CHECK(static_cast<double>(flow.window()) ==
        doctest::Approx(0.5 * static_cast<double>(before) + 0.15 * frame).epsilon(1e-4));
}

TEST_CASE("NSCC: an unmarked delay beyond the target counts as a quarter of a round trip: that queue is emptying") {
  const NsccSpec spec;
  Nscc flow = reference(spec);
  for (int i = 0; i < 2000; ++i)
    flow.acknowledged(at(100us), frame, false, base + 3 * target);
  CHECK(std::abs((flow.delay() - base / 4).count()) < 10);
}

TEST_CASE("NSCC: under heavy congestion the window becomes what arrived, and marks of a window's bytes are ignored") {
  const NsccSpec spec;
  const Duration heavy = base + 4 * target + Duration(1);
  Nscc flow = reference(spec);
  flow.acknowledged(at(100us), frame, true, heavy); // the first period begins: a round trip and a target, 21 us
  flow.acknowledged(at(110us), frame, true, heavy);
  flow.acknowledged(at(121us), frame, true, heavy);
  CHECK(flow.window() == 225'000);
  flow.acknowledged(at(121us + Duration(1)), frame, true, heavy);
  CHECK(flow.window() == 3 * frame);
  for (int i = 1; i <= 54; ++i) { // 55 frames are less than 225,000 B
    flow.acknowledged(at(121us + i * 10us), frame, true, heavy);
    REQUIRE(flow.window() == 3 * frame);
  }
  flow.acknowledged(at(2ms), frame, true, heavy);
  CHECK(flow.window() < 3 * frame); // they count again
}

TEST_CASE("NSCC: where an eighth of the greatest window arrives, there is no quick adapt") {
  const NsccSpec spec;
  const Duration heavy = base + 4 * target + Duration(1);
  Nscc flow = reference(spec);
  flow.acknowledged(at(100us), frame, false, heavy);
  for (int i = 0; i < 7; ++i) // 28,672 B; an eighth is 28,125 B
    flow.acknowledged(at(122us), i == 0 ? 7 * frame : 0, false, heavy);
  CHECK(flow.window() == 225'000);
}

TEST_CASE("NSCC: a frame lost is a frame less, and at the end of the period the window becomes what arrived") {
  const NsccSpec spec;
  Nscc flow = reference(spec);
  flow.acknowledged(at(100us), frame, true, base);
  flow.lost(at(101us), frame);
  CHECK(flow.delay() == Duration(150'000)); // a lost frame counts as a round trip of delay: 12 us × 0.0125
  flow.lost(at(102us), frame);
  CHECK(flow.window() == 225'000 - 2 * frame);
  flow.acknowledged(at(103us), 3 * frame, true, base);
  CHECK(flow.window() == 225'000 - 2 * frame);
  flow.acknowledged(at(122us), frame, true, base);
  CHECK(flow.window() == 4 * frame);
  flow.timed_out(at(300us));
  CHECK(flow.window() == frame);
}

TEST_CASE("NSCC: whatever comes, the window stays between a frame and one and a half BDP") {
  const NsccSpec spec;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomStream random(seed, Purpose::test, 0);
    Nscc flow = reference(spec);
    SimTime now{};
    for (int i = 0; i < 5000; ++i) {
      now += Duration(static_cast<std::int64_t>(random.below(2'000'000)));
      const std::uint64_t what = random.below(100);
      if (what == 0)
        flow.timed_out(now);
      else if (what < 10)
        flow.lost(now, frame);
      else
        flow.acknowledged(now, static_cast<std::int64_t>(random.below(16 * frame)), random.below(3) == 0,
                          Duration(static_cast<std::int64_t>(random.below(80'000'000))));
      REQUIRE(flow.window() >= frame);
      REQUIRE(flow.window() <= 225'000);
    }
  }
}
