// A train that meets an event of its link leaves frame by frame: how long that takes, and what arrives.

#include "sim/engine/simulation.hpp"
#include "sim/network/link.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>
#include <vector>

using namespace lightloom;
using namespace lightloom::test;

namespace {

// 400 Gb/s: 20 ps per byte.
constexpr std::int64_t ps_per_byte = 20, latency_ps = 300'000;

struct Idle final : Entity {
  SimTime advance(SimTime) override { return never; }
  std::uint64_t digest() const override { return 0; }
};

/// What arrives when `train` meets a codeword that cannot be corrected; `free`: when the link is free again.
std::vector<Frame> broken_up(const Frame &train, SimTime &free) {
  Idle idle;
  const LinkHealth health = healthy(400_Gbps, Duration(latency_ps), 1);
  Link sender;
  Link::Settings settings;
  settings.full_frame = Bytes(4116);
  sender.configure(health, settings, RandomStream(1, Purpose::codeword, 0));
  Simulation simulation{1};
  simulation.add(idle, 0);
  Receiver<Frame> far_end;
  far_end.connect(sender.out, idle);
  sender.transmit(train, SimTime{});
  sender.publish();
  std::vector<Frame> frames;
  for (const Frame *frame = far_end.front(); frame != nullptr; frame = far_end.front()) {
    frames.push_back(*frame);
    far_end.pop();
  }
  free = sender.free();
  return frames;
}

} // namespace

TEST_CASE("A train of data and one of trimmed headers are broken up into frames of their own sizes") {
  for (const bool trimmed : {false, true}) {
    CAPTURE(trimmed);
    const std::uint32_t each = trimmed ? 84 : 4116;
    const std::uint32_t shorter = trimmed ? 84 : 1000; // the last frame; every header weighs the same
    Frame train;
    train.count = 16;
    train.size = 15 * each + shorter;
    train.sequence = 7;
    train.last = true;
    train.trimmed = trimmed;
    SimTime free{};
    const auto frames = broken_up(train, free);
    CHECK(picoseconds(free) == train.size * ps_per_byte);
    REQUIRE(frames.size() == 16);
    std::int64_t sent = 0;
    for (std::uint32_t i = 0; i < 16; ++i) {
      CHECK(frames[i].size == (i == 15 ? shorter : each));
      CHECK(frames[i].sequence == 7 + i);
      CHECK(frames[i].last == (i == 15));
      sent += frames[i].size * ps_per_byte;
      CHECK(picoseconds(frames[i].time) == sent + latency_ps);
    }
  }
}
