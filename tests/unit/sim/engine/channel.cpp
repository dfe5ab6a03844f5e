// Channels alone: what goes in comes out, in order, only after it was published, and its memory goes back.

#include "sim/engine/channel.hpp"
#include "sim/engine/simulation.hpp"

#include <doctest/doctest.h>
#include <vector>

using namespace lightloom;

namespace {

struct Note {
  SimTime time{};
  std::uint64_t value = 0;
};
SimTime time_of(const Note &note) { return note.time; }
Note note(std::int64_t ps, std::uint64_t value) { return {at_picoseconds(ps), value}; }

struct Idle final : Entity {
  SimTime advance(SimTime) override { return never; }
  std::uint64_t digest() const override { return 0; }
};

struct Pair {
  Simulation simulation{1};
  Idle consumer;
  Sender<Note> sender;
  Receiver<Note> receiver;
  Pair() {
    simulation.add(consumer, 0);
    receiver.connect(sender, consumer);
  }
  std::vector<std::uint64_t> read() {
    std::vector<std::uint64_t> values;
    for (const Note *n = receiver.front(); n != nullptr; n = receiver.front()) {
      values.push_back(n->value);
      receiver.pop();
    }
    receiver.release();
    return values;
  }
};

constexpr auto capacity = ChannelChunk<Note>::capacity;

} // namespace

TEST_CASE("A message is not seen before it is published") {
  Pair p;
  p.sender.push(note(10, 1));
  CHECK(p.receiver.front() == nullptr);
  p.sender.publish();
  REQUIRE(p.receiver.front() != nullptr);
  CHECK(p.receiver.front()->value == 1);
}

TEST_CASE("Messages come out in the order they went in, for every length around a chunk's border") {
  for (std::uint32_t length = 0; length <= 3 * capacity + 1; ++length) {
    Pair p;
    std::vector<std::uint64_t> expected;
    for (std::uint32_t i = 0; i < length; ++i) {
      p.sender.push(note(i, i));
      expected.push_back(i);
    }
    p.sender.publish();
    CHECK(p.read() == expected);
  }
}

TEST_CASE(
    "Publishing wakes the consumer at the time of the first new message, and nothing wakes it when there is none") {
  Pair p;
  p.sender.publish();
  CHECK(p.consumer.wake_slot()->get() == never);
  p.sender.push(note(70, 1));
  p.sender.push(note(90, 2));
  p.sender.publish();
  CHECK(p.consumer.wake_slot()->get() == at_picoseconds(70));
  p.consumer.wake_slot()->clear();
  p.sender.push(note(95, 3));
  p.sender.publish();
  CHECK(p.consumer.wake_slot()->get() == at_picoseconds(95));
}

TEST_CASE("A sorted push goes before later times and after its equals, also across a chunk's border") {
  for (std::uint32_t published = 0; published <= capacity; ++published) { // the border falls at every place of the run
    Pair p;
    for (std::uint32_t i = 0; i < published; ++i)
      p.sender.push(note(0, 100));
    p.sender.publish();
    p.read();
    for (std::uint64_t i = 0; i < capacity; ++i)
      p.sender.push_sorted(note(10 + 10 * static_cast<std::int64_t>(i), i));
    p.sender.push_sorted(note(10, 1000)); // after the first, before the second
    p.sender.push_sorted(note(1, 2000));  // before all
    p.sender.publish();
    std::vector<std::uint64_t> expected = {2000, 0, 1000};
    for (std::uint64_t i = 1; i < capacity; ++i)
      expected.push_back(i);
    CHECK(p.read() == expected);
  }
}

TEST_CASE("A sorted push never passes what was published before") {
  Pair p;
  p.sender.push(note(100, 1));
  p.sender.publish();
  p.sender.push_sorted(note(100, 2));
  p.sender.publish();
  CHECK(p.read() == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("A message may be dropped into an unpublished slot after the ones before it were read") {
  Pair p;
  for (std::uint64_t round = 0; round < 10 * capacity; ++round) { // one in flight: chunks change hands at each fill
    p.sender.push(note(static_cast<std::int64_t>(round), round));
    p.sender.publish();
    CHECK(p.read() == std::vector<std::uint64_t>{round});
  }
}

TEST_CASE(
    "A channel with unread and unpublished messages frees its chunks when it goes") { // the sanitizer presets watch
  Pair p;
  for (std::uint64_t i = 0; i < 5 * capacity; ++i)
    p.sender.push(note(static_cast<std::int64_t>(i), i));
  p.sender.publish();
  for (int i = 0; i < 7; ++i)
    p.receiver.pop();
  for (std::uint64_t i = 0; i < 2 * capacity; ++i)
    p.sender.push(note(1'000'000, i));
  CHECK(p.receiver.front() != nullptr);
}

TEST_CASE("An end that is not connected has nothing to say and nothing to free") {
  Receiver<Note> receiver;
  Sender<Note> sender;
  CHECK(receiver.front() == nullptr);
  CHECK_FALSE(sender.connected());
  sender.publish();
  receiver.release();
}
