// Channels and the bucket order against models that are too simple to be wrong, over thousands of random histories.

#include "sim/core/random.hpp"
#include "sim/engine/bucket_order.hpp"
#include "sim/engine/channel.hpp"
#include "sim/engine/simulation.hpp"

#include <algorithm>
#include <deque>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

using namespace lightloom;

namespace {

struct Note {
  SimTime time{};
  std::uint64_t value = 0;
};
SimTime time_of(const Note &note) { return note.time; }

struct Idle final : Entity {
  SimTime advance(SimTime) override { return never; }
  std::uint64_t digest() const override { return 0; }
};

/// A channel and its model: two deques, published and not.
class Twins {
public:
  explicit Twins(std::uint64_t seed) : random_(seed, Purpose::test, 0) {
    simulation_.add(consumer_, 0);
    receiver_.connect(sender_, consumer_);
  }
  void live(int steps) {
    for (int i = 0; i < steps; ++i)
      step();
    publish();
    while (!published_.empty())
      read();
    CHECK(receiver_.front() == nullptr);
  }

private:
  void step() {
    switch (random_.below(8)) {
    case 0:
    case 1:
    case 2:
      return push();
    case 3:
      return push_sorted();
    case 4:
      return publish();
    case 5:
      return receiver_.release();
    default:
      return read();
    }
  }
  void push() {
    latest_ += Duration(random_.below(3));
    const Note n{latest_, count_++};
    sender_.push(n);
    unpublished_.push_back(n);
  }
  void push_sorted() {
    const SimTime base = std::max(floor_, latest_ - Duration(20));
    const Note n{base + Duration(random_.below(25)), count_++};
    sender_.push_sorted(n);
    latest_ = std::max(latest_, n.time);
    const auto after = [](const Note &a, const Note &b) { return a.time < b.time; };
    unpublished_.insert(std::upper_bound(unpublished_.begin(), unpublished_.end(), n, after), n);
  }
  void publish() {
    sender_.publish();
    published_.insert(published_.end(), unpublished_.begin(), unpublished_.end());
    unpublished_.clear();
    floor_ = latest_;
  }
  void read() {
    const Note *front = receiver_.front();
    REQUIRE((front == nullptr) == published_.empty());
    if (front == nullptr)
      return;
    CHECK(front->value == published_.front().value);
    CHECK(front->time == published_.front().time);
    receiver_.pop();
    published_.pop_front();
  }

  RandomStream random_;
  Simulation simulation_{1};
  Idle consumer_;
  Sender<Note> sender_;
  Receiver<Note> receiver_;
  std::deque<Note> unpublished_, published_;
  SimTime latest_{};
  SimTime floor_{}; ///< nothing goes before what was published
  std::uint64_t count_ = 0;
};

void check_order(const std::vector<std::int64_t> &times) {
  BucketOrder order;
  for (int round = 0; round < 2; ++round) { // twice: the scratch of the first must not show
    const auto [least, most] = std::minmax_element(times.begin(), times.end());
    const std::int64_t first = times.empty() ? 0 : *least, last = times.empty() ? 0 : *most;
    order.start(at_picoseconds(5000 + first), at_picoseconds(5000 + last), static_cast<std::uint32_t>(times.size()));
    for (std::uint32_t i = 0; i < times.size(); ++i)
      order.push(at_picoseconds(5000 + times[i]), i);
    const std::uint64_t *keys = order.order();
    std::vector<std::uint32_t> expected(times.size());
    for (std::uint32_t i = 0; i < times.size(); ++i)
      expected[i] = i;
    std::stable_sort(expected.begin(), expected.end(), [&](auto x, auto y) { return times[x] < times[y]; });
    std::vector<std::uint32_t> actual;
    for (std::size_t i = 0; i < times.size(); ++i)
      actual.push_back(BucketOrder::item(keys[i]));
    CHECK(actual == expected);
  }
}

} // namespace

TEST_CASE(
    "A channel behaves as a queue whose newest part is hidden, over any history of pushes, sorted pushes and reads") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    Twins(seed).live(2000);
}

TEST_CASE("A producer and a consumer on two threads lose nothing and keep the order") {
  constexpr std::uint64_t count = 200'000;
  Simulation simulation(1);
  Idle consumer;
  simulation.add(consumer, 0);
  Sender<Note> sender;
  Receiver<Note> receiver;
  receiver.connect(sender, consumer);
  std::thread producer([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      sender.push({at_picoseconds(static_cast<std::int64_t>(i)), i});
      if (i % 5 == 0 || i + 1 == count)
        sender.publish();
    }
  });
  std::uint64_t next = 0;
  bool in_order = true;
  while (next < count) {
    for (const Note *note = receiver.front(); note != nullptr; note = receiver.front()) {
      in_order = in_order && note->value == next++;
      receiver.pop();
    }
    receiver.release();
    std::this_thread::yield();
  }
  producer.join();
  CHECK(in_order);
  CHECK(receiver.front() == nullptr);
}

TEST_CASE("The bucket order is the stable order by time: none, one, all equal, two clusters, the ends of the longest "
          "window") {
  check_order({});
  check_order({7});
  check_order(std::vector<std::int64_t>(500, 42));
  check_order({picoseconds(longest_window), 0});
  std::vector<std::int64_t> clusters;
  for (int i = 0; i < 300; ++i)
    clusters.push_back(i % 2 == 0 ? i % 7 : picoseconds(longest_window) - i % 5);
  check_order(clusters);
  std::vector<std::int64_t> backwards;
  for (int i = 300; i > 0; --i)
    backwards.push_back(i * 1000);
  check_order(backwards);
}

TEST_CASE("The bucket order is the stable order by time for random windows of every density") {
  RandomStream random(3, Purpose::test, 0);
  for (int round = 0; round < 400; ++round) {
    const std::uint64_t span =
        1 + random.below(round % 2 == 0 ? 50 : static_cast<std::uint64_t>(picoseconds(longest_window)));
    std::vector<std::int64_t> times(random.below(300));
    for (auto &time : times)
      time = static_cast<std::int64_t>(random.below(span));
    check_order(times);
  }
}
