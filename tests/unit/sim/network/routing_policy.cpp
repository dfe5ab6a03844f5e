// A policy brought along: what it is asked, and when.

#include "sim/network/switch/routing_policy.hpp"

#include "sim/network/switch/path_choice.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <vector>

using namespace lightloom;

namespace {
struct Asked {
  SimTime now{};
  std::uint32_t destination = 0, sequence = 0, ports = 0;
  std::uint64_t flow = 0;
  std::uint16_t entropy = 0;
  std::vector<Duration> backlogs;
};

/// Writes down what it is asked, and takes the last port.
class Scribe final : public RoutingPolicy {
public:
  explicit Scribe(std::vector<Asked> &notes) : notes_(notes) {}
  std::uint32_t choose(const PathQuery &q) override {
    notes_.push_back({q.now, q.destination, q.sequence, q.ports, q.flow, q.entropy, {}});
    for (std::uint32_t port = 0; port < q.ports; ++port)
      notes_.back().backlogs.push_back(q.backlog(port));
    return q.ports - 1;
  }

private:
  std::vector<Asked> &notes_;
};
} // namespace

TEST_CASE("A policy sees the frame, the time and what waits at each port of the group, by its place in the group") {
  std::vector<Asked> notes;
  std::uint32_t made_for = 0;
  PathChooser chooser({PathChoice::own, 42, 7, Duration{}, [&](SwitchId self, std::uint64_t seed) {
                         made_for = self.value;
                         CHECK(seed == 42);
                         return std::make_unique<Scribe>(notes);
                       }});
  CHECK(made_for == 7);
  Frame frame;
  frame.destination = 9;
  frame.queue_pair = 3;
  frame.sequence = 11;
  frame.entropy = 5;
  const std::array<std::uint16_t, 3> ports{4, 2, 6};
  const auto backlog_of_port = [](std::uint32_t port) -> std::int64_t { return 100 * port; };
  CHECK(chooser.choose({0, 3, 1}, ports.data(), frame, at_picoseconds(77), backlog_of_port) == 2);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].now == at_picoseconds(77));
  CHECK(notes[0].destination == 9);
  CHECK(notes[0].flow == (std::uint64_t{9} << 32 | 3));
  CHECK(notes[0].sequence == 11);
  CHECK(notes[0].entropy == 5);
  CHECK(notes[0].ports == 3);
  CHECK(notes[0].backlogs == std::vector<Duration>{Duration(400), Duration(200), Duration(600)});
}

TEST_CASE("A group of one port is no choice: nobody is asked") {
  std::vector<Asked> notes;
  PathChooser chooser(
      {PathChoice::own, 1, 1, Duration{}, [&](SwitchId, std::uint64_t) { return std::make_unique<Scribe>(notes); }});
  const std::uint16_t port = 4;
  CHECK(chooser.choose({0, 1, 1}, &port, Frame{}, SimTime{}, [](std::uint32_t) -> std::int64_t { return 0; }) == 0);
  CHECK(notes.empty());
}
