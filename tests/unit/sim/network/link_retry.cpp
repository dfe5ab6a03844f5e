// Link-level retry by hand: when a hit frame arrives, when the link goes on, when it gives up, what a small replay
// buffer leaves.

#include "sim/network/link_retry.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/network/link.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <deque>
#include <doctest/doctest.h>
#include <optional>

using namespace lightloom;
using namespace lightloom::test;

namespace {

// 4,116 B × 8 bit ÷ 400 Gb/s = 82,320 ps; a replay costs that + 2 × 300,000 + 2 × 50,000 = 782,320 ps.
constexpr std::int64_t frame_ps = 82'320, latency_ps = 300'000, try_ps = frame_ps + 2 * latency_ps + 2 * 50'000;

/// A link by itself; what it sends can be read.
struct LinkBench {
  struct Idle final : Entity {
    SimTime advance(SimTime) override { return never; }
    std::uint64_t digest() const override { return 0; }
  } idle;
  LinkHealth health;
  LinkRetrySpec retry;
  Link sender;
  Receiver<Frame> far_end;
  Simulation simulation{1};

  LinkBench(double uncorrectable, std::uint32_t most, std::uint64_t seed, Bytes buffer = {}) {
    health = healthy(400_Gbps, Duration(latency_ps), uncorrectable);
    retry.enabled = true;
    retry.most = most;
    retry.buffer = buffer;
    Link::Settings settings;
    settings.full_frame = Bytes(4116);
    settings.retry = &retry;
    sender.configure(health, settings, RandomStream(seed, Purpose::codeword, 0));
    simulation.add(idle, 0);
    far_end.connect(sender.out, idle);
  }
  /// Sends a full frame as soon as the link is free; where it starts.
  SimTime send(Frame::Kind kind = Frame::Kind::data) {
    Frame frame;
    frame.size = 4116;
    frame.kind = kind;
    const SimTime d = sender.earliest(0, frame.size, SimTime{}, never);
    sender.transmit(frame, d);
    sender.publish();
    return d;
  }
  /// The next frame at the far end, if any.
  std::optional<Frame> receive() {
    const Frame *frame = far_end.front();
    if (frame == nullptr)
      return std::nullopt;
    Frame copy = *frame;
    far_end.pop();
    return copy;
  }
};

} // namespace

TEST_CASE("A frame hit h times arrives h × (its time + two latencies + two turnarounds) later, and the link goes on "
          "behind it") {
  LinkBench link(2e-3, 1000, 1);
  std::uint64_t hits = 0, most_hits = 0;
  for (int i = 0; i < 20'000; ++i) {
    const SimTime d = link.send(i % 3 == 0 ? Frame::Kind::pause : Frame::Kind::data);
    const auto now = static_cast<std::int64_t>(link.sender.counters().retried_frames - hits);
    hits = link.sender.counters().retried_frames;
    most_hits = std::max(most_hits, static_cast<std::uint64_t>(now));
    const auto frame = link.receive();
    REQUIRE(frame);
    REQUIRE(picoseconds(frame->time) == picoseconds(d) + now * try_ps + frame_ps + latency_ps);
    REQUIRE(picoseconds(link.sender.free()) == picoseconds(d) + now * try_ps + frame_ps);
    REQUIRE_FALSE(frame->corrupt);
    REQUIRE(frame->queueing == (frame->kind == Frame::Kind::data ? now * try_ps : 0));
  }
  const LinkResult &counters = link.sender.counters();
  CHECK(most_hits >= 2);
  CHECK(counters.corrupted_frames == counters.retried_frames);
  CHECK(counters.tx_frames == 20'000 + counters.retried_frames);
  CHECK(picoseconds(counters.busy) == static_cast<std::int64_t>(counters.tx_frames) * frame_ps);
  CHECK(counters.dropped_frames == 0);
}

TEST_CASE("A frame that is hit at every try is given up after the last one and counted as dropped") {
  for (const std::uint32_t most : {1u, 2u, 7u}) {
    LinkBench link(1, most, 1);
    link.send();
    link.send(Frame::Kind::acknowledgement);
    CHECK_FALSE(link.receive());
    const LinkResult &counters = link.sender.counters();
    CHECK(counters.tx_frames == 2 * most);
    CHECK(counters.retried_frames == 2 * (most - 1));
    CHECK(counters.dropped_frames == 2);
    CHECK(link.sender.lost_data() == 1);
    CHECK(link.sender.lost_control() == 1);
    CHECK(picoseconds(link.sender.free()) == 2 * most * try_ps);
  }
}

TEST_CASE("Credit is taken once for a frame that is sent again, and not for one that is given up") {
  for (const std::uint32_t most : {1u, 1000u}) {
    LinkRetrySpec retry;
    retry.enabled = true;
    retry.most = most;
    const LinkHealth health = healthy(400_Gbps, Duration(latency_ps), most == 1 ? 1 : 2e-3);
    Link::Settings settings;
    settings.full_frame = Bytes(4116);
    settings.credits_per_lane = Bytes(1000 * 4116);
    settings.retry = &retry;
    Link sender;
    sender.configure(health, settings, RandomStream(3, Purpose::codeword, 0));
    LinkBench::Idle idle;
    Simulation simulation(1);
    simulation.add(idle, 0);
    Receiver<Frame> far_end;
    far_end.connect(sender.out, idle);
    Frame frame;
    frame.size = 4116;
    for (int i = 0; i < 500; ++i)
      sender.transmit(frame, sender.free());
    CHECK(sender.lane(0).balance == (most == 1 ? 1000 : 500) * 4116);
    CHECK((sender.counters().retried_frames > 0) == (most > 1));
  }
}

TEST_CASE("A replay buffer smaller than the round trip leaves buffer ÷ round trip, which a window of so many bytes "
          "approaches to within one frame") {
  // Round trip of a full frame: 782,320 ps, in which the link could send 39,116 B.
  for (const std::int64_t buffer : {8'232, 12'348, 20'000, 30'000, 39'115, 39'116, 100'000}) {
    LinkBench link(0, 7, 1, Bytes(buffer));
    constexpr int frames = 1000;
    SimTime last{};
    for (int i = 0; i < frames; ++i)
      last = link.send();
    const double spacing = static_cast<double>(picoseconds(last)) / (frames - 1);
    const double stated = std::max<double>(frame_ps, 4116.0 * try_ps / static_cast<double>(buffer));
    CHECK(spacing == doctest::Approx(stated).epsilon(1e-5));
    // The window itself: a frame starts when it fits beside those not yet acknowledged.
    std::deque<std::int64_t> acknowledged; // times, of those in the window
    std::int64_t free = 0, start = 0;
    for (int i = 0; i < frames; ++i) {
      start = free;
      while (!acknowledged.empty() &&
             (acknowledged.front() <= start || static_cast<std::int64_t>(acknowledged.size() + 1) * 4116 > buffer)) {
        start = std::max(start, acknowledged.front());
        acknowledged.pop_front();
      }
      acknowledged.push_back(start + try_ps);
      free = start + frame_ps;
    }
    const double window = static_cast<double>(start) / (frames - 1);
    CHECK(window >= stated * (1 - 1e-2)); // the first window leaves at full rate
    CHECK(window <= std::max<double>(frame_ps, stated / (1 - 4116.0 / static_cast<double>(buffer))) * (1 + 1e-9));
  }
}

TEST_CASE("A link that goes down during a replay loses the frame") {
  LinkRetrySpec retry;
  retry.enabled = true;
  LinkHealth health = healthy(400_Gbps, Duration(latency_ps), 1); // every try is hit
  health.segments.push_back({at_picoseconds(2 * try_ps + 1000), BitRate(0), Duration(latency_ps), 0});
  Link::Settings settings;
  settings.full_frame = Bytes(4116);
  settings.retry = &retry;
  Link sender;
  sender.configure(health, settings, RandomStream(3, Purpose::codeword, 0));
  Frame frame;
  frame.size = 4116;
  sender.transmit(frame, SimTime{});
  CHECK(sender.counters().tx_frames == 3); // the third meets the dark
  CHECK(sender.counters().dropped_frames == 1);
  CHECK(sender.lost_data() == 1);
}
