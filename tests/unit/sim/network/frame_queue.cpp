// The queue of an egress port against std::deque.

#include "sim/network/frame_queue.hpp"
#include "sim/core/random.hpp"

#include <algorithm>
#include <deque>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
Frame frame_at(SimTime time, std::uint16_t size, std::uint32_t number, std::uint16_t port) {
  Frame frame;
  frame.time = time;
  frame.size = size;
  frame.sequence = number;
  frame.in_port = port;
  return frame;
}

/// An egress queue and its model, with times that rise slowly, asked at a time that rises too.
void live(std::uint64_t seed, std::uint64_t push_share) {
  RandomStream random(seed, Purpose::test, 0);
  FrameQueue queue;
  std::deque<Frame> model;
  SimTime now{};
  for (std::uint32_t i = 0; i < 3000; ++i) {
    now += Duration(random.below(4));
    const std::uint64_t what = random.below(10);
    if (what < push_share) {
      const auto port = static_cast<std::uint16_t>(random.below(3));
      const Frame frame =
          frame_at(now + Duration(10 + random.below(6)), static_cast<std::uint16_t>(random.below(5000)), i, port);
      const auto after = [&](const Frame &f) { return f.in_port != port && f.time > frame.time; };
      queue.insert(frame, after);
      auto at = model.end();
      while (at != model.begin() && after(*(at - 1)))
        --at;
      model.insert(at, frame);
    } else if (what < 9 && !model.empty()) {
      CHECK(queue.front().sequence == model.front().sequence);
      queue.pop();
      model.pop_front();
    } else {
      std::int64_t ready = 0;
      for (auto at = model.begin(); at != model.end() && at->time <= now; ++at)
        ready += at->size;
      CHECK(queue.ready_bytes(now) == ready);
    }
    std::int64_t bytes = 0;
    for (const Frame &frame : model)
      bytes += frame.size;
    CHECK(queue.bytes() == bytes);
    REQUIRE(queue.size() == model.size());
    REQUIRE(queue.empty() == model.empty());
  }
}
} // namespace

TEST_CASE("An egress queue is a deque with insertion from the back and knows what is ready, over random histories") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    live(seed, 5); // mostly short: empty again and again
    live(seed, 7); // grows over many chunks
  }
}
