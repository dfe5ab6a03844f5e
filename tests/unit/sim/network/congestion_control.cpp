// Rate controls by their laws: DCQCN (Zhu et al., SIGCOMM 2015, §5.1, equations 1 to 4 and figure 7) and InfiniBand's
// table of delays (IBTA vol. 1, annex A10).

#include "sim/core/random.hpp"
#include "sim/network/congestion/dcqcn.hpp"
#include "sim/network/congestion/fecn_becn.hpp"

#include <cmath>
#include <doctest/doctest.h>
#include <vector>

using namespace lightloom;

namespace {
constexpr std::int64_t frame = 4178;
SimTime at(Duration d) { return SimTime(d); }

/// Calls of a random flow: notifications, frames that follow each other at once or after a pause.
struct Call {
  SimTime time;
  bool notification;
};
std::vector<Call> random_calls(std::uint64_t seed, Duration pause) {
  RandomStream random(seed, Purpose::test, 0);
  std::vector<Call> calls;
  SimTime now{};
  for (int i = 0; i < 400; ++i) {
    const std::uint64_t what = random.below(10);
    now += Duration(
        static_cast<std::int64_t>(random.below(what == 0 ? static_cast<std::uint64_t>(pause.count()) : 10'000'000)));
    calls.push_back({now, what < 3});
  }
  return calls;
}
} // namespace

TEST_CASE("DCQCN: a flow that hears nothing sends at line rate, frame after frame") {
  const DcqcnSpec spec;
  Dcqcn flow(spec, 100_Gbps);
  SimTime next{};
  for (int i = 1; i <= 1000; ++i) {
    next = flow.sent(next, frame);
    CHECK(next == at(i * Duration(334'240))); // 4,178 B × 8 ÷ 100 Gb/s
  }
  CHECK(flow.rate() == 100e9);
  CHECK(flow.alpha() == 1); // the paper: alpha is 1 at first; it is estimated from the first notification on
}

TEST_CASE("DCQCN: a notification takes alpha / 2 of the rate, makes the old rate the target, then raises alpha") {
  const DcqcnSpec spec;
  Dcqcn flow(spec, 40_Gbps);
  flow.notified(at(1ms));
  CHECK(flow.rate() == 40e9 * (1 - 1.0 / 2));
  CHECK(flow.target() == 40e9);
  CHECK(flow.alpha() == 1);
  // Ten intervals without a notification, then one: the cut uses alpha as it was.
  flow.catch_up(at(1ms + 10 * spec.alpha_interval));
  const double alpha = flow.alpha();
  CHECK(alpha == doctest::Approx(std::pow(1 - spec.g, 10)).epsilon(1e-14));
  const double rate = flow.rate();
  flow.notified(at(1ms + 10 * spec.alpha_interval));
  CHECK(flow.rate() == doctest::Approx(rate * (1 - alpha / 2)).epsilon(1e-14));
  CHECK(flow.target() == rate);
  CHECK(flow.alpha() == doctest::Approx((1 - spec.g) * alpha + spec.g).epsilon(1e-14));
}

TEST_CASE("DCQCN: each of F increases goes half of the way to the target, then the target rises by R_AI") {
  const DcqcnSpec spec;
  for (const BitRate line : {40_Gbps, 400_Gbps}) {
    const auto full = static_cast<double>(line.bits_per_second);
    Dcqcn flow(spec, line);
    flow.notified(at(0ms));
    flow.notified(at(0ms));
    CHECK(flow.target() == full / 2);
    double rate = full / 4;
    for (std::uint32_t i = 1; i <= spec.fast_recovery; ++i) {
      flow.catch_up(at(i * spec.increase_interval - Duration(1)));
      CHECK(flow.rate() == rate);
      flow.catch_up(at(i * spec.increase_interval));
      rate = (rate + full / 2) / 2;
      CHECK(flow.rate() == rate);
      CHECK(flow.target() == full / 2);
    }
    flow.catch_up(at((spec.fast_recovery + 1) * spec.increase_interval));
    CHECK(flow.target() == full / 2 + 40e6 * full / 40e9); // scaled with line rate
    CHECK(flow.rate() == (rate + flow.target()) / 2);
  }
}

TEST_CASE("DCQCN: bytes increase the rate as the timer does, and R_HAI comes once both did more than F times") {
  DcqcnSpec spec;
  spec.increase_bytes = Bytes(10 * frame);
  Dcqcn flow(spec, 40_Gbps);
  flow.notified(at(0ms));
  flow.notified(at(0ms));
  const auto send = [&](int frames) {
    for (int i = 0; i < frames; ++i)
      flow.sent(at(1us), frame);
  };
  send(9);
  CHECK(flow.rate() == 10e9);
  send(1);
  CHECK(flow.rate() == 15e9);
  send(40);
  CHECK(flow.rate() == 20e9 - 10e9 / 32);
  send(10); // the sixth: additive
  CHECK(flow.target() == 20e9 + 40e6);
  flow.catch_up(at(5 * spec.increase_interval)); // the timer's first five: additive, since the byte counter leads
  CHECK(flow.target() == doctest::Approx(20e9 + 6 * 40e6).epsilon(1e-14));
  flow.catch_up(at(6 * spec.increase_interval));
  CHECK(flow.target() == doctest::Approx(20e9 + 6 * 40e6 + 200e6).epsilon(1e-14));
}

TEST_CASE("DCQCN: a notification begins fast recovery anew, for the timer and the byte counter") {
  DcqcnSpec spec;
  spec.increase_bytes = Bytes(10 * frame);
  Dcqcn flow(spec, 40_Gbps);
  flow.notified(at(0ms));
  flow.notified(at(0ms));
  for (int i = 0; i < 9 * 10 + 9; ++i)
    flow.sent(at(1us), frame);
  flow.catch_up(at(500us)); // nine expiries each: hyper increase; a frame more, and the byte counter expires again
  flow.notified(at(500us));
  const double target = flow.target();
  const double rate = flow.rate();
  flow.sent(at(501us), frame);
  CHECK(flow.rate() == rate);
  for (int i = 1; i <= 49; ++i)
    flow.sent(at(502us), frame);
  flow.catch_up(at(500us + 5 * spec.increase_interval));
  CHECK(flow.target() == target);
  CHECK(flow.rate() == doctest::Approx(target - (target - rate) / 1024).epsilon(1e-14));
}

TEST_CASE(
    "DCQCN: after the last notification a flow is at line rate within 1,000 additive increases, and stays there") {
  const DcqcnSpec spec;
  for (const BitRate line : {40_Gbps, 800_Gbps}) {
    Dcqcn flow(spec, line);
    for (int i = 0; i < 100; ++i)
      flow.notified(at(i * spec.notification_interval));
    CHECK(flow.rate() == static_cast<double>(spec.least.bits_per_second));
    const SimTime last = at(99 * spec.notification_interval);
    for (int i = 1; i <= 1010; ++i) { // the target is at line rate after 1,005, the rate still below
      flow.catch_up(last + i * spec.increase_interval);
      REQUIRE(flow.rate() < static_cast<double>(line.bits_per_second));
      REQUIRE(flow.target() <= static_cast<double>(line.bits_per_second));
    }
    flow.catch_up(last + (1000 + 30) * spec.increase_interval); // and 30 halvings of what is left
    CHECK(flow.rate() == static_cast<double>(line.bits_per_second));
    flow.catch_up(at(60s));
    CHECK(flow.rate() == static_cast<double>(line.bits_per_second));
    CHECK(flow.alpha() == 0);
  }
}

TEST_CASE("DCQCN: whatever comes, the rate stays between the least and line rate, and frames are spaced by it") {
  const DcqcnSpec spec;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Dcqcn flow(spec, 100_Gbps);
    for (const Call call : random_calls(seed, 1ms)) {
      if (call.notification) {
        flow.notified(call.time);
      } else {
        const SimTime next = flow.sent(call.time, frame);
        const double spacing = frame * 8e12 / flow.rate();
        CHECK(static_cast<double>((next - call.time).count()) <= spacing);
        CHECK(static_cast<double>((next - call.time).count()) > spacing - 1);
      }
      REQUIRE(flow.rate() >= static_cast<double>(spec.least.bits_per_second));
      REQUIRE(flow.rate() <= 100e9);
      REQUIRE(flow.target() <= 100e9);
      REQUIRE(flow.alpha() >= 0);
      REQUIRE(flow.alpha() <= 1);
    }
  }
}

TEST_CASE("DCQCN: catching up late gives the bits of stepping timer by timer") {
  DcqcnSpec spec;
  spec.increase_bytes = Bytes(20 * frame);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Dcqcn late(spec, 100_Gbps);
    Dcqcn stepped(spec, 100_Gbps);
    SimTime now{};
    for (const Call call : random_calls(seed, 20ms)) {
      for (; now < call.time; now += Duration(7'000'000)) // less than any interval
        stepped.catch_up(now);
      now = call.time;
      SimTime a{};
      SimTime b{};
      if (call.notification) {
        late.notified(now);
        stepped.notified(now);
      } else {
        a = late.sent(now, frame);
        b = stepped.sent(now, frame);
      }
      REQUIRE(a == b);
      REQUIRE(late.rate() == stepped.rate());
      REQUIRE(late.target() == stepped.target());
      REQUIRE(late.alpha() == stepped.alpha());
    }
  }
}

TEST_CASE("FECN and BECN: the index rises with each BECN to its limit and falls with each expiry to 0") {
  FecnBecnSpec spec;
  spec.ccti_increase = 3;
  FecnBecn flow(spec, 400_Gbps);
  CHECK(flow.rate() == 400e9);
  for (std::uint32_t i = 1; i <= 60; ++i) {
    flow.notified(at(1us));
    CHECK(flow.ccti() == std::min(3 * i, spec.ccti_limit));
  }
  for (std::uint32_t i = 1; i <= 200; ++i) {
    flow.catch_up(at(1us + i * spec.ccti_timer - Duration(1)));
    CHECK(flow.ccti() == (i > 128 ? 0 : 128 - i));
    flow.catch_up(at(1us + i * spec.ccti_timer));
    CHECK(flow.ccti() == (i > 127 ? 0 : 127 - i));
  }
}

TEST_CASE("FECN and BECN: the timer runs on whatever comes") {
  const FecnBecnSpec spec;
  FecnBecn flow(spec, 400_Gbps);
  flow.notified(at(10us));
  flow.notified(at(100us));
  flow.catch_up(at(10us + spec.ccti_timer));
  CHECK(flow.ccti() == 1);
  flow.catch_up(at(10us + 2 * spec.ccti_timer));
  CHECK(flow.ccti() == 0);
  flow.notified(at(1ms)); // and begins with the first
  flow.catch_up(at(1ms + spec.ccti_timer - Duration(1)));
  CHECK(flow.ccti() == 1);
}

TEST_CASE("FECN and BECN: a frame's time is stretched by 1 + delay, in eighths, 14 bits at most") {
  const FecnBecnSpec spec;
  FecnBecn flow(spec, 400_Gbps);
  std::uint32_t before = 0;
  for (std::uint32_t i = 0; i <= spec.ccti_limit; ++i) {
    const std::uint32_t delay = FecnBecn::delay_in_eighths(i);
    CHECK(flow.sent(at(1us), 4000) == at(1us + Duration(80'000) + Duration(10'000) * delay)); // 4,000 B at 400 Gb/s
    CHECK(flow.rate() == doctest::Approx(400e9 / (1 + delay / 8.0)).epsilon(1e-14));
    CHECK((i == 0 || delay > before)); // each step counts
    CHECK(delay < 1u << 14);
    before = delay;
    flow.notified(at(1us));
  }
  CHECK(before == 127 + 1008); // 127 + 127² / 16: 1/143 of line rate
}

TEST_CASE("FECN and BECN: catching up late gives the index of stepping timer by timer") {
  const FecnBecnSpec spec;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    FecnBecn late(spec, 100_Gbps);
    FecnBecn stepped(spec, 100_Gbps);
    SimTime now{};
    for (const Call call : random_calls(seed, 20ms)) {
      for (; now < call.time; now += Duration(7'000'000))
        stepped.catch_up(now);
      now = call.time;
      if (call.notification) {
        late.notified(now);
        stepped.notified(now);
      } else {
        REQUIRE(late.sent(now, frame) == stepped.sent(now, frame));
      }
      REQUIRE(late.ccti() == stepped.ccti());
    }
  }
}
