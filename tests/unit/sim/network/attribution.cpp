// Attribution of waiting against arithmetic by hand, on histories written by hand. A message without contention takes
// 600 ns (NIC and launch) + its bytes before the last train + 40 ns (fibre) + 20 ns (modules) + 300 ns (switch)
// + 20 ns (1,000 B at 400 Gb/s) + 500 ns (NIC).

#include "tests/unit/sim/network/histories.hpp"

#include <doctest/doctest.h>
#include <initializer_list>
#include <utility>

using namespace lightloom;
using namespace lightloom::test;

namespace {
using Parts = std::initializer_list<std::pair<Cause, std::int64_t>>;

void check_parts(const CauseTimes &times, Parts expected) {
  CauseTimes wanted;
  for (const auto &[cause, ps] : expected)
    wanted[cause] += ps;
  for (std::size_t c = 0; c < cause_count; ++c) {
    CAPTURE(cause_names[c]);
    CHECK(times.ps[c] == wanted.ps[c]);
  }
}

void check_quiet(const Attribution &a) {
  CHECK(a.available);
  for (const auto &what : a.violations)
    FAIL_CHECK(what);
}
} // namespace

TEST_CASE("A step of a ring: bytes, fibre, modules, switch and NICs make up the wait of each rank") {
  Recorder run(3);
  for (std::uint32_t r = 0; r < 3; ++r)
    run.compute(r, 1'000'000);
  Met met;
  met.sending = 80'000;
  for (std::uint32_t r = 0; r < 3; ++r)
    run.send(r, (r + 1) % 3, met);
  for (std::uint32_t r = 0; r < 3; ++r)
    run.receive(r, (r + 2) % 3);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  REQUIRE(a.steps.size() == 1);
  CHECK(picoseconds(a.steps[0].end) == 2'560'000);
  for (std::uint32_t r = 0; r < 3; ++r) {
    CHECK(a.steps[0].busy_ps[r] == 1'000'000);
    check_parts(a.steps[0].idle[r], {{Cause::host, 1'100'000},
                                     {Cause::serialization, 100'000},
                                     {Cause::propagation, 40'000},
                                     {Cause::optics, 20'000},
                                     {Cause::switching, 300'000}});
  }
  check_parts(a.steps[0].critical_path, {{Cause::compute, 1'000'000},
                                         {Cause::host, 1'100'000},
                                         {Cause::serialization, 100'000},
                                         {Cause::propagation, 40'000},
                                         {Cause::optics, 20'000},
                                         {Cause::switching, 300'000}});
  CHECK(a.steps[0].critical_path_messages == 1);
  REQUIRE(a.links.size() == 6);
  for (const auto &link : a.links) { // even: host to switch, where the bytes are charged as all links are alike
    const bool up = link.link.value % 2 == 0;
    check_parts(link.idle, {{Cause::propagation, 20'000},
                            {Cause::optics, 10'000},
                            {Cause::switching, up ? 0 : 300'000},
                            {Cause::serialization, up ? 100'000 : 0}});
  }
}

TEST_CASE("A pipeline: the later stage waits for nominal computing, its excess and one message") {
  Recorder run(2);
  run.compute(0, 2'000'000, 500'000, 1);
  Met met;
  met.label = 2;
  run.send(0, 1, met);
  run.receive(1, 0);
  run.compute(1, 1'000'000, -300'000, 3); // faster than nominal: nothing but computing
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  const auto &step = a.steps.at(0);
  const std::pair<Cause, std::int64_t> host{Cause::host, 1'100'000}, bytes{Cause::serialization, 20'000},
      fibre{Cause::propagation, 40'000}, modules{Cause::optics, 20'000}, crossing{Cause::switching, 300'000};
  check_parts(
      step.idle[1],
      {{Cause::pipeline_bubble, 1'500'000}, {Cause::imbalance, 500'000}, host, bytes, fibre, modules, crossing});
  // Rank 0 has finished and waits for the last.
  check_parts(step.idle[0], {{Cause::pipeline_bubble, 1'000'000}, host, bytes, fibre, modules, crossing});
  check_parts(step.critical_path,
              {{Cause::compute, 2'500'000}, {Cause::imbalance, 500'000}, host, bytes, fibre, modules, crossing});
  REQUIRE(a.labels.size() == 3);
  check_parts(a.labels[0].idle, {{Cause::pipeline_bubble, 1'500'000}, {Cause::imbalance, 500'000}});
  CHECK(a.labels[1].label == 2);
  CHECK(a.labels[1].idle.total() == 2 * 1'480'000);
  check_parts(a.labels[2].idle, {{Cause::pipeline_bubble, 1'000'000}});
  REQUIRE(a.critical_path_labels.size() == 3);
  check_parts(a.critical_path_labels[2].idle, {{Cause::compute, 1'000'000}});
}

TEST_CASE("A late member of a scale-up collective: others wait for its computing, all for the collective") {
  Recorder run(3);
  run.compute(0, 1'000'000);
  run.compute(1, 1'000'000);
  run.compute(2, 3'000'000);
  run.scale_up({0, 1, 2}, 700'000, 4);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  check_parts(a.steps.at(0).idle[0], {{Cause::pipeline_bubble, 2'000'000}, {Cause::scale_up, 700'000}});
  check_parts(a.steps.at(0).idle[1], {{Cause::pipeline_bubble, 2'000'000}, {Cause::scale_up, 700'000}});
  check_parts(a.steps.at(0).idle[2], {{Cause::scale_up, 700'000}});
  CHECK(a.labels.back().label == 4);
  CHECK(a.labels.back().idle[Cause::scale_up] == 3 * 700'000);
}

TEST_CASE("Every wait of a message has its cause") {
  Recorder run(2);
  Met met;
  met.congestion_control = 50'000;
  met.flow_control = 60'000;
  met.queueing = 70'000;
  met.sending = 80'000;
  met.flow_control_on_way = 1'000;
  met.queueing_on_way = 2'000;
  const auto deliver = [&] {
    run.send(0, 1, met);
    run.receive(1, 0);
    run.end_step();
    return run.explain().steps.at(0).idle[1];
  };
  const auto check_delivered = [&](std::int64_t queueing, std::int64_t serialization, std::int64_t again) {
    check_parts(deliver(), {{Cause::host, 1'100'000},
                            {Cause::congestion_control, 50'000},
                            {Cause::flow_control, 60'000 + 1'000},
                            {Cause::queueing, queueing},
                            {Cause::serialization, serialization},
                            {Cause::retransmission, again},
                            {Cause::propagation, 40'000},
                            {Cause::optics, 20'000},
                            {Cause::switching, 300'000}});
  };
  const std::int64_t last_train = 20'000; // on the way
  SUBCASE("sent once") { check_delivered(70'000 + 2'000, 80'000 + last_train, 0); }
  SUBCASE("another train than the last completed it: the sender's parts end when that left") {
    met.left_before = 100'000; // all of the sending, and of the queueing before it
    check_delivered(70'000 - 20'000 + 2'000, last_train, 0);
  }
  SUBCASE("a train sent again completed it") {
    met.resent_after = 5'000'000;
    check_delivered(70'000 + 2'000, 80'000 + last_train, 5'000'000);
  }
  SUBCASE("it was held for an earlier message") {
    run.send(0, 1, met);
    auto &got = run.history[1].ports[0].received[0].back();
    got.earlier_message = true;
    got.tail += Duration(2'000'000);
    got.delivered += Duration(2'000'000);
    run.receive(1, 0);
    run.end_step();
    const std::int64_t held = Recorder::way + 20'000 + 3'000 + 2'000'000;
    check_parts(run.explain().steps.at(0).idle[1], {{Cause::host, 1'100'000},
                                                    {Cause::congestion_control, 50'000},
                                                    {Cause::flow_control, 60'000},
                                                    {Cause::queueing, 70'000},
                                                    {Cause::serialization, 80'000},
                                                    {Cause::reordering, held}});
  }
  check_quiet(run.explain());
}

TEST_CASE("A wait across the end of a step is split there") {
  Recorder run(2);
  run.compute(0, 3'000'000);
  run.compute(1, 1'000'000);
  run.end_step();
  run.send(0, 1);
  run.receive(1, 0);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  REQUIRE(a.steps.size() == 2);
  CHECK(a.steps[0].busy_ps[1] == 1'000'000);
  check_parts(a.steps[0].idle[1], {{Cause::pipeline_bubble, 2'000'000}});
  CHECK(a.steps[0].critical_path[Cause::compute] == 3'000'000);
  CHECK(a.steps[1].busy_ps[1] == 0);
  CHECK(a.steps[1].idle[1].total() == 1'480'000);
  CHECK(a.steps[1].idle[0].total() == 1'480'000);
  CHECK(a.steps[1].idle[0][Cause::pipeline_bubble] == 0);
}

TEST_CASE("Bytes count at the slowest link, wherever it is, and are charged to it") {
  Recorder run(2);
  const bool first = [] {
    bool slow_first = false;
    SUBCASE("the receiver's link") {}
    SUBCASE("the sender's link: the switch waits until the fast one cannot run dry") { slow_first = true; }
    return slow_first;
  }();
  const LinkId slow(first ? 0 : 3);
  run.spec.links[slow.index()].segments.front().rate = 100_Gbps;
  run.per_byte = 80;
  run.send(0, 1);
  run.receive(1, 0);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  CHECK(a.steps.at(0).idle[1][Cause::serialization] == 80'000);
  for (const auto &link : a.links)
    CHECK((link.idle[Cause::serialization] > 0) == (link.link == slow));
}

TEST_CASE("Store and forward adds one frame per switch, cut-through none") {
  Recorder run(2);
  run.spec.switches.forwarding = Forwarding::store_and_forward;
  Met met;
  met.wire_bytes = 3 * 4116; // a train of three full frames of 4,096 B and the gap
  met.longer = 4116 * 20;
  run.send(0, 1, met);
  run.receive(1, 0);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  CHECK(a.steps.at(0).idle[1][Cause::serialization] == 4 * 4116 * 20);
}

TEST_CASE("A rate without whole picoseconds per byte is off by a picosecond, which counts as its bytes") {
  Recorder run(2);
  for (auto &link : run.spec.links)
    link.segments.front().rate = BitRate(3'000'000'000'000); // 2.67 ps/B
  run.per_byte = 0;
  Met met;
  met.longer = 2667; // 1,000 B with the remainder of the frame before; 2666 without
  run.send(0, 1, met);
  run.receive(1, 0);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  CHECK(a.steps.at(0).idle[1][Cause::serialization] == 2667);
}

TEST_CASE("The walk goes through other streams of a rank") {
  Recorder run(2, 2);
  run.compute(0, 1'000'000, 0, 7);
  run.wait(0, 1, 0); // stream 1 sends what stream 0 computed
  run.send(0, 1, {}, 1);
  run.receive(1, 0, 0, 1);
  run.wait(1, 0, 1);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  CHECK(a.steps.at(0).idle[1][Cause::pipeline_bubble] == 1'000'000);
  CHECK(a.steps.at(0).idle[1].total() == 2'480'000);
  CHECK(a.steps.at(0).critical_path[Cause::compute] == 1'000'000);
}

TEST_CASE("One picosecond that nobody measured is reported, and the sums stay exact") {
  Recorder run(2);
  Met met;
  const char *where = "";
  SUBCASE("on the way") {
    run.send(0, 1, met);
    run.history[1].ports[0].received[0][0].queueing += 1;
    where = "too much";
  }
  SUBCASE("on the way, the other sign") {
    met.queueing_on_way = 5;
    run.send(0, 1, met);
    run.history[1].ports[0].received[0][0].queueing -= 1;
    where = "too little";
  }
  SUBCASE("at the sender") {
    met.queueing = 5;
    run.send(0, 1, met);
    run.history[0].ports[0].sent[1][0].queueing -= Duration(1);
    where = "its parts sum to";
  }
  run.receive(1, 0);
  run.end_step();
  const Attribution a = run.explain();
  REQUIRE(!a.violations.empty());
  CHECK(a.violations[0].find(where) != std::string::npos);
  CHECK(a.steps.at(0).idle[1].total() == picoseconds(run.steps[0]));
}

TEST_CASE("Waits that overflowed their counter go to queueing and are counted") {
  Recorder run(2);
  Met met;
  met.queueing_on_way = 0xffffffffu;
  met.longer = 1'000'000'000;
  run.send(0, 1, met);
  run.receive(1, 0);
  run.end_step();
  const Attribution a = run.explain();
  check_quiet(a);
  CHECK(a.messages_unsplit == a.messages_explained);
  CHECK(a.steps.at(0).idle[1][Cause::queueing] == std::int64_t{0xffffffffu} + 1'000'000'000);
}

TEST_CASE("Releasers that lead round in a circle, or nowhere, end the walk and are reported") {
  Recorder run(1, 2);
  run.compute(0, 1'000'000, 0, 0, 1);
  run.wait(0, 0, 1);
  run.end_step();
  check_quiet(run.explain());
  auto &first = run.history[0].streams[1][0];
  SUBCASE("circle") { first.kind = ActivityRecord::Kind::wait; }
  SUBCASE("nothing ended there") { first.end += Duration(1); }
  SUBCASE("a message that is not there") { first.kind = ActivityRecord::Kind::receive; }
  const Attribution a = run.explain();
  CHECK(!a.violations.empty());
  CHECK(a.steps.at(0).idle[0][Cause::failure] == 1'000'000);
}

TEST_CASE("Nothing recorded, nothing explained") {
  Recorder run(2);
  CHECK(!run.explain().available);
}
