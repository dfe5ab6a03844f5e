// Transport `infiniband` with FECN and BECN on a bench.

#include "sim/network/congestion/fecn_becn.hpp"
#include "tests/unit/sim/network/nic_bench.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {
constexpr std::int64_t full = 4096 + 30 + 20;
constexpr Duration frame_time(full * 20); ///< at 400 Gb/s

TransportSpec noticing(bool control) {
  TransportSpec spec = infiniband();
  spec.credits = {};
  spec.ack_every = 2;
  if (control)
    spec.law = fecn_becn_law();
  return spec;
}
} // namespace

TEST_CASE("An acknowledgement is marked when a frame that it answers was, and only under congestion control") {
  for (const bool control : {true, false}) {
    NicBench bench(noticing(control));
    for (std::uint32_t s = 0; s < 6; ++s) {
      Frame frame = data_frame(s, SimTime{} + s * 1us, full);
      frame.marked = s == 2;
      bench.feed(frame);
    }
    const auto sent = bench.sent(SimTime{} + 1ms);
    REQUIRE(sent.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(bool(sent[i].marked) == (control && i == 1));
  }
}

TEST_CASE("A BECN spaces the frames of its queue by the table's delay, and of no other queue") {
  NicBench bench(noticing(true), Duration{}, 2);
  bench.post(0, 100 * 4096, SimTime{});
  CHECK(bench.sent(SimTime{} + 2 * frame_time).size() == 2);
  constexpr std::uint32_t steps = 16;
  for (std::uint32_t i = 0; i < steps; ++i) {
    Frame becn = control_frame(Frame::Kind::acknowledgement, 0, SimTime{} + 2 * frame_time);
    becn.marked = true;
    bench.feed(becn);
  }
  // Index 16: a delay of 16 + 16²/16 = 32 eighths of a frame between one frame and the next.
  const auto sent = bench.sent(SimTime{} + 20 * frame_time);
  REQUIRE(sent.size() >= 3);
  for (std::size_t i = 1; i < sent.size(); ++i)
    CHECK(sent[i].time - sent[i - 1].time == 5 * frame_time);
  bench.post(1, 4 * 4096, SimTime{} + 100 * frame_time);
  std::vector<Frame> other;
  for (const Frame &frame : bench.sent(SimTime{} + 106 * frame_time))
    if (frame.destination == 2)
      other.push_back(frame);
  REQUIRE(other.size() == 4); // within six frame times, two of which the other queue may take
  CHECK(other.back().time - other.front().time <= 5 * frame_time);
}
