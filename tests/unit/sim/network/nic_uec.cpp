// Transport `uec` on a bench: spraying, acknowledgements, trimmed frames, windows, credits and time-outs, by hand.

#include "sim/network/transport/uec.hpp"
#include "tests/unit/sim/network/nic_bench.hpp"

#include <doctest/doctest.h>
#include <set>

using namespace lightloom;
using namespace lightloom::test;

namespace {
constexpr std::int64_t full = 4096 + 94 + 20;
constexpr Duration frame_time(full * 20); ///< at 400 Gb/s

Frame acknowledgement(std::uint32_t sequence, std::uint32_t cause, std::uint64_t bitmap, SimTime at,
                      bool marked = false) {
  Frame frame = control_frame(Frame::Kind::acknowledgement, sequence, at,
                              static_cast<std::uint16_t>(static_cast<std::int32_t>(cause - sequence)));
  frame.set_bitmap(bitmap);
  frame.marked = marked;
  return frame;
}
/// Without congestion control: only window_frames limits.
TransportSpec uncontrolled() { return uec({}, false); }
TransportSpec credited() { return uec({}, true); }
const UecSender &first_sender(const NicBench &bench) {
  return dynamic_cast<const Uec &>(bench.nic.transport()).sender(0);
}
} // namespace

TEST_CASE("Frames take the entropies in turn, each as often as every other") {
  NicBench bench(uncontrolled());
  bench.post(0, 64 * 4096, SimTime{});
  const auto sent = bench.sent(SimTime{} + 1ms);
  REQUIRE(sent.size() == 64);
  for (std::size_t i = 0; i < 64; ++i)
    CHECK(sent[i].entropy == 1000 + i % 16);
}

TEST_CASE("Frames in any order are acknowledged by the four, with what has come around the last of them") {
  NicBench bench(uncontrolled());
  SimTime at{};
  for (const std::uint32_t s : {0u, 2u, 3u, 70u, 1u, 71u, 5u, 6u})
    bench.feed(data_frame(s, at += 1us, full));
  const auto sent = bench.sent(SimTime{} + 20us);
  REQUIRE(sent.size() == 2);
  // After 0, 2, 3, 70: frame 1 is missing; the word of 70 holds frame 70 alone.
  CHECK(sent[0].sequence == 1);
  CHECK(static_cast<std::int16_t>(sent[0].count) == 69);
  CHECK(sent[0].bitmap() == std::uint64_t{1} << 6);
  CHECK(sent[0].time == SimTime{} + 4us);
  // After 1, 71, 5, 6: 0 … 3 are in order; around 6 came 5 and 6.
  CHECK(sent[1].sequence == 4);
  CHECK(static_cast<std::int16_t>(sent[1].count) == 2);
  CHECK(sent[1].bitmap() == (std::uint64_t{1} << 5 | std::uint64_t{1} << 6));
}

TEST_CASE("Marked frames, duplicates, last frames and frames whose sender waits are answered at once") {
  NicBench bench(uncontrolled());
  Frame marked = data_frame(0, SimTime{} + 1us, full);
  marked.marked = true;
  bench.feed(marked);
  bench.feed(data_frame(0, SimTime{} + 2us, full));
  Frame waiting = data_frame(1, SimTime{} + 3us, full);
  waiting.wants_answer = true;
  bench.feed(waiting);
  Frame last = data_frame(2, SimTime{} + 4us, full);
  last.last = true;
  bench.feed(last);
  const auto sent = bench.sent(SimTime{} + 20us);
  REQUIRE(sent.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(sent[i].time == SimTime{} + (i + 1) * 1us);
    CHECK(sent[i].sequence == std::vector<std::uint32_t>{1, 1, 2, 3}[i]);
    CHECK(bool(sent[i].marked) == (i == 0));
  }
  CHECK(bench.nic.counters().frames_delivered == 3);
  CHECK(bench.nic.counters().frames_discarded == 1);
}

TEST_CASE("A trimmed frame is asked for at once, and its sender sends it first, by another path") {
  NicBench bench(uncontrolled(), 400ns);
  bench.feed(data_frame(0, SimTime{} + 1us, full));
  Frame header = data_frame(1, SimTime{} + 2us, 64 + 20);
  header.trimmed = true;
  header.lane = 1;
  bench.feed(header);
  const auto asked = bench.sent(SimTime{} + 20us);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].kind == Frame::Kind::negative_acknowledgement);
  CHECK(bool(asked[0].trimmed));
  CHECK(asked[0].sequence == 1);
  CHECK(asked[0].count == 2);
  CHECK(asked[0].time == SimTime{} + 2us + 400ns);
  CHECK(bench.nic.counters().frames_trimmed == 1);
  CHECK(bench.nic.counters().frames_delivered == 1);

  NicBench sender(uncontrolled());
  sender.post(0, 40 * 4096, SimTime{});
  const auto before = sender.sent(SimTime{} + 10 * frame_time);
  REQUIRE(before.size() == 10);
  Frame request = asked[0];
  request.time = SimTime{} + 10 * frame_time;
  sender.feed(request);
  const auto after = sender.sent(SimTime{} + 12 * frame_time);
  REQUIRE(after.size() == 2);
  CHECK(after[0].sequence == 1);
  CHECK(after[0].entropy != before[1].entropy);
  CHECK(after[1].sequence == 10);
  CHECK(sender.nic.counters().frames_resent == 1);
  sender.feed(request); // once more: it is trimmed again
  CHECK(sender.sent(SimTime{} + 1ms).front().sequence == 1);
}

TEST_CASE("A trimmed frame that is here already is acknowledged, not asked for") {
  NicBench bench(uncontrolled());
  bench.feed(data_frame(0, SimTime{} + 1us, full));
  bench.feed(data_frame(2, SimTime{} + 1us, full));
  for (const std::uint32_t s : {0u, 2u}) {
    Frame header = data_frame(s, SimTime{} + 2us, 84);
    header.trimmed = true;
    bench.feed(header);
  }
  const auto sent = bench.sent(SimTime{} + 20us);
  REQUIRE(sent.size() == 2);
  for (const Frame &frame : sent)
    CHECK(frame.kind == Frame::Kind::acknowledgement);
}

TEST_CASE("What is in flight never exceeds the window, and fills it") {
  NicBench bench(uec());
  bench.post(0, 4000 * 4096, SimTime{});
  SimTime now{};
  std::uint32_t acknowledged = 0;
  std::uint32_t next = 0;
  for (int round = 0; round < 200; ++round) {
    const UecSender &sender = first_sender(bench);
    const std::int64_t window = sender.window;
    const std::int64_t before = sender.in_flight;
    const auto sent = bench.sent(now += 1ms); // as much as it lets go
    next += static_cast<std::uint32_t>(sent.size());
    CHECK(sender.in_flight == (next - acknowledged) * full);
    CHECK(sender.in_flight <= std::max(window, before));
    CHECK(sender.in_flight + full > std::min<std::int64_t>(window, sender.in_flight + full + 1) - 1);
    if (!sent.empty())
      CHECK(bool(sent.back().wants_answer));
    if (next == acknowledged)
      break;
    ++acknowledged; // marked every third time: the window opens and closes
    bench.feed(acknowledgement(acknowledged, acknowledged - 1, 0, now, round % 3 == 0));
  }
  CHECK(acknowledged == 200);
}

TEST_CASE("Selective acknowledgements free the window and spare the frames from the time-out") {
  NicBench bench(uncontrolled());
  bench.post(0, 10 * 4096, SimTime{});
  CHECK(bench.sent(SimTime{} + 50us).size() == 10);
  // 0, 1 in order; 3, 4, 7 have come too.
  bench.feed(acknowledgement(2, 7, 0b1001'1000, SimTime{} + 50us));
  CHECK(first_sender(bench).in_flight == 5 * full);
  // Frame 2 left at 2 frame times; it is the oldest missing one: 100 us later its clock runs out, to 1,024 ps.
  const SimTime due = SimTime{} + 2 * frame_time + 100us;
  SimTime now = SimTime{} + 50us;
  while (first_sender(bench).in_flight ==
         5 * full) { // clocks that were set anew in the meantime run out without effect
    now = bench.nic.next_due();
    bench.nic.handle_due(now, bench.events);
  }
  CHECK((now <= due && now > due - Duration(1024)));
  const auto again = bench.sent(SimTime{} + 100us + 100 * frame_time);
  REQUIRE(!again.empty());
  CHECK(again.front().sequence == 2);
  for (const Frame &frame : again)
    CHECK(std::set<std::uint32_t>{2, 5, 6, 8, 9}.count(frame.sequence) == 1);
}

TEST_CASE("Nothing heard for retry_count + 1 time-outs makes the peer unreachable") {
  TransportSpec spec = uec();
  spec.retry_count = 2;
  NicBench bench(spec);
  bench.post(0, 4096, SimTime{});
  bench.events.clear();
  CHECK(bench.sent(SimTime{} + 1us).size() == 1);
  SimTime now{};
  while (bench.events.empty()) {
    now = bench.nic.next_due();
    REQUIRE(now != never);
    bench.nic.drain(now);
    bench.nic.handle_due(now, bench.events);
  }
  CHECK(bench.events[0].kind == NicEvent::Kind::peer_unreachable);
  CHECK(bench.events[0].count == 2);
  CHECK(now - SimTime{} == 3 * 100us);
  CHECK(bench.nic.counters().frames_resent == 2);
}

TEST_CASE("Credits: one round trip of payload goes unsolicited, the rest as it is granted") {
  NicBench bench(credited());
  // 5 us at 400 Gb/s: 250,000 B, of which 61 frames of 4,096 B fit.
  bench.post(0, 100 * 4096, SimTime{});
  const auto first = bench.sent(SimTime{} + 50us);
  REQUIRE(first.size() == 1 + 61);
  CHECK(first[0].kind == Frame::Kind::credit_request);
  CHECK(first[0].bitmap() == 100 * 4096 - 250'000);
  Frame grant = control_frame(Frame::Kind::credit_grant, 0, SimTime{} + 60us);
  grant.set_bitmap(2 * 4096); // with what is left of the unsolicited 250,000 B: 144 B
  bench.feed(grant);
  CHECK(bench.sent(SimTime{} + 70us).size() == 2);
  grant.time = SimTime{} + 80us; // a sum: told twice it grants once
  bench.feed(grant);
  CHECK(bench.sent(SimTime{} + 90us).empty());
  grant.time = SimTime{} + 95us;
  grant.set_bitmap(100 * 4096 - 250'000);
  bench.feed(grant);
  CHECK(bench.sent(SimTime{} + 99us).size() == 100 - 63);
}

TEST_CASE("Credits: the receiver grants to its senders in turn, at its port's rate") {
  NicBench bench(credited(), Duration{}, 2);
  for (const std::uint32_t queue : {0u, 1u}) {
    Frame request = control_frame(Frame::Kind::credit_request, 0, SimTime{} + 1us);
    request.queue_pair = queue;
    request.set_bitmap(10 * 16'384);
    bench.feed(request);
  }
  std::vector<Frame> grants;
  while (bench.nic.next_due() < SimTime{} + 100us) {
    const SimTime now = bench.nic.next_due();
    bench.nic.handle_due(now, bench.events);
    for (const Frame &frame : bench.sent(now + Duration(1)))
      grants.push_back(frame);
  }
  REQUIRE(grants.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK((grants[i].kind == Frame::Kind::credit_grant));
    CHECK(grants[i].destination == 1 + i % 2);
    CHECK(grants[i].bitmap() == (i / 2 + 1) * 16'384);
    if (i > 0) // four frames each
      CHECK(grants[i].time - grants[i - 1].time == 4 * frame_time);
  }
}
