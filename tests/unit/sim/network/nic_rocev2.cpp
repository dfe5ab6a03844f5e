// Transport `rocev2` on a bench: notifications, pacing, pauses and the two recoveries, with times by hand.

#include "tests/unit/sim/network/nic_bench.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {
constexpr std::int64_t full = 4096 + 94 + 20; ///< a full frame on the wire [B]
constexpr Duration frame_time(full * 20);     ///< at 400 Gb/s: 20 ps per byte
constexpr std::int64_t control = 94 + 20;

std::vector<Frame> of_kind(const std::vector<Frame> &frames, Frame::Kind kind) {
  std::vector<Frame> some;
  for (const Frame &frame : frames)
    if (frame.kind == kind)
      some.push_back(frame);
  return some;
}
} // namespace

TEST_CASE("Marked frames cause one notification per queue pair and 50 us") {
  NicBench bench(rocev2(), Duration{}, 2);
  std::uint32_t sequence = 0;
  std::vector<SimTime> expected;
  for (std::int64_t us = 0; us <= 120; us += 10) { // marked every 10 us: at 0, 50 and 100 a notification leaves
    for (const std::uint32_t queue : {0u, 1u}) {
      Frame frame = data_frame(sequence, SimTime{} + us * 1us, full);
      frame.queue_pair = queue;
      frame.marked = true;
      bench.feed(frame);
    }
    ++sequence;
  }
  const auto notes = of_kind(bench.sent(SimTime{} + 1ms), Frame::Kind::congestion_notification);
  REQUIRE(notes.size() == 6);
  for (std::size_t i = 0; i < notes.size(); ++i) {
    CHECK(notes[i].destination == 1 + i % 2);
    CHECK((notes[i].lane == 1));
    CHECK(notes[i].size == control);
    // Of the two that are due at one instant, the second leaves behind the first.
    CHECK(notes[i].time == SimTime{} + (i / 2) * 50us + (i % 2) * control * Duration(20));
  }
}

TEST_CASE("An unmarked frame causes none, and acknowledgements come every ack_every frames and at a message's end") {
  TransportSpec spec = rocev2();
  spec.ack_every = 4;
  NicBench bench(spec);
  for (std::uint32_t s = 0; s < 10; ++s) {
    Frame frame = data_frame(s, SimTime{} + s * 1us, full);
    frame.last = s == 9;
    bench.feed(frame);
  }
  const auto sent = bench.sent(SimTime{} + 1ms);
  REQUIRE(sent.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(sent[i].kind == Frame::Kind::acknowledgement);
    CHECK(sent[i].sequence == std::vector<std::uint32_t>{4, 8, 10}[i]);
  }
}

TEST_CASE("What a frame calls for leaves no earlier than the reaction time after it") {
  for (const Duration reaction : {0ns, 400ns}) {
    TransportSpec spec = rocev2();
    spec.ack_every = 1;
    NicBench bench(spec, reaction);
    bench.feed(data_frame(0, SimTime{} + 3us, full));
    const auto sent = bench.sent(SimTime{} + 1ms);
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].time == SimTime{} + 3us + reaction);
  }
}

TEST_CASE("The first notification halves the rate, and frames then start two frame times apart") {
  NicBench bench(rocev2());
  bench.post(0, 20 * 4096, SimTime{});
  auto sent = bench.sent(SimTime{} + 4 * frame_time); // frames 0 … 3 leave back to back
  REQUIRE(sent.size() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(sent[i].time == SimTime{} + i * frame_time);
  bench.feed(control_frame(Frame::Kind::congestion_notification, 0, SimTime{} + 4 * frame_time));
  // Frame 4 was paced by the old rate; alpha is 1 at first, so R_C = R_C (1 − alpha / 2) = 200 Gb/s.
  sent = bench.sent(SimTime{} + 10 * frame_time);
  REQUIRE(sent.size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(sent[i].time == SimTime{} + (4 + 2 * i) * frame_time);
}

TEST_CASE("A paced queue leaves its turns to the others, which fill the port") {
  NicBench bench(rocev2(), Duration{}, 3);
  for (const std::uint32_t queue : {0u, 1u, 2u})
    bench.post(queue, 100 * 4096, SimTime{});
  bench.feed(control_frame(Frame::Kind::congestion_notification, 0, SimTime{}));
  bench.feed(
      control_frame(Frame::Kind::congestion_notification, 0, SimTime{} + Duration(1))); // a quarter of the rate, about
  const auto sent = bench.sent(SimTime{} + 80 * frame_time);
  REQUIRE(sent.size() == 80); // never idle
  // Two cuts by 1 − alpha / 2 with alpha = 1 leave a quarter: its frames are at least four frame times apart, and no
  // further than two turns of the others more. Its first left between the cuts, at half the rate.
  SimTime last = SimTime{} - 2 * frame_time;
  std::vector<int> frames(3);
  for (const Frame &frame : sent) {
    ++frames[frame.destination - 1];
    if (frame.destination != 1)
      continue;
    CHECK(frame.time - last >= (frames[0] <= 2 ? 2 : 4) * frame_time);
    CHECK(frame.time - last <= 6 * frame_time);
    last = frame.time;
  }
  CHECK(frames[0] >= 80 / 6);
  CHECK(std::abs(frames[1] - frames[2]) <= 1);
}

TEST_CASE("A pause stops its lane a reaction time after it came, and the other lane goes on") {
  for (const Duration reaction : {0ns, 400ns}) {
    NicBench bench(rocev2(), reaction);
    bench.post(0, 100 * 4096, SimTime{});
    Frame pause = control_frame(Frame::Kind::pause, 0, SimTime{} + 1us);
    bench.feed(pause);
    Frame data = data_frame(0, SimTime{} + 2us, full); // to be acknowledged on lane 1
    data.last = true;
    bench.feed(data);
    pause.time = SimTime{} + 5us;
    pause.count = 0;
    bench.feed(pause);
    const auto sent = bench.sent(SimTime{} + 6us);
    for (const Frame &frame : sent)
      if (frame.kind == Frame::Kind::data)
        CHECK((frame.time < SimTime{} + 1us + reaction || frame.time >= SimTime{} + 5us + reaction));
    // The first starts at the reaction time (bench), those until 1 us later before the pause acts.
    const auto before = static_cast<std::size_t>(Duration(1us) / frame_time) + 1;
    std::vector<Frame> frames = of_kind(sent, Frame::Kind::data);
    REQUIRE(frames.size() > before);
    CHECK(frames[before - 1].time == SimTime{} + reaction + (before - 1) * frame_time);
    CHECK(frames[before].time == SimTime{} + 5us + reaction);
    const auto acknowledgements = of_kind(sent, Frame::Kind::acknowledgement);
    REQUIRE(acknowledgements.size() == 1);
    CHECK(acknowledgements[0].time == SimTime{} + 2us + reaction);
    CHECK(bench.nic.link.counters().pauses == 1);
    CHECK(bench.nic.link.counters().paused == 4us);
  }
}

TEST_CASE("Go-back-N asks once for the frame it misses, and its sender starts again there") {
  NicBench bench(rocev2());
  for (const std::uint32_t s : {0u, 1u, 3u, 4u, 5u})
    bench.feed(data_frame(s, SimTime{} + s * 1us, full));
  const auto asked = bench.sent(SimTime{} + 1ms);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].kind == Frame::Kind::negative_acknowledgement);
  CHECK(asked[0].sequence == 2);
  CHECK(asked[0].count == 1);
  CHECK(bench.nic.counters().frames_discarded == 3);

  NicBench sender(rocev2());
  sender.post(0, 10 * 4096, SimTime{});
  CHECK(sender.sent(SimTime{} + 6 * frame_time).size() == 6);
  sender.feed(control_frame(Frame::Kind::negative_acknowledgement, 2, SimTime{} + 6 * frame_time));
  const auto again = sender.sent(SimTime{} + 1ms);
  REQUIRE(again.size() == 8); // 2 … 9
  for (std::uint32_t i = 0; i < again.size(); ++i)
    CHECK(again[i].sequence == 2 + i);
  CHECK(sender.nic.counters().frames_resent == 4); // 2, 3, 4, 5 had been sent
}

TEST_CASE("Selective repeat asks for the missing range, and its sender sends nothing else again") {
  TransportSpec spec = rocev2();
  spec.recovery = TransportSpec::Recovery::selective;
  NicBench bench(spec);
  for (const std::uint32_t s : {0u, 1u, 4u, 5u})
    bench.feed(data_frame(s, SimTime{} + s * 1us, full));
  const auto asked = bench.sent(SimTime{} + 10us);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].kind == Frame::Kind::negative_acknowledgement);
  CHECK(asked[0].sequence == 2);
  CHECK(asked[0].count == 1 + 2);
  CHECK(bench.nic.counters().frames_discarded == 0);

  NicBench sender(spec);
  sender.post(0, 10 * 4096, SimTime{});
  CHECK(sender.sent(SimTime{} + 6 * frame_time).size() == 6);
  sender.feed(control_frame(Frame::Kind::negative_acknowledgement, 2, SimTime{} + 6 * frame_time, 1 + 2));
  const auto again = sender.sent(SimTime{} + 1ms);
  REQUIRE(again.size() == 6); // 2 and 3 at once, then 6 … 9
  const std::uint32_t order[] = {2, 3, 6, 7, 8, 9};
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(again[i].sequence == order[i]);
  CHECK(sender.nic.counters().frames_resent == 2);
}
