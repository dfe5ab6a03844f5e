// Programs that cannot finish, or that break their promises, are told so by name.

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

TEST_CASE("A receive that nobody serves is reported with rank, stream, peer and bytes") {
  NetworkSpec spec = star(3, 400_Gbps, 300ns);
  give(spec, {{{}}, {{compute(1us)}, {receive(2, 12'345_B)}}, {{}}});
  const NetworkResult result = simulate(std::move(spec), {});
  REQUIRE(result.blocked.size() == 1);
  const BlockedStream &blocked = result.blocked[0];
  CHECK(blocked.rank == 1);
  CHECK(blocked.stream == 1);
  CHECK(blocked.operation.kind == Operation::Kind::receive);
  CHECK(blocked.operation.peer == 2);
  CHECK(blocked.operation.bytes == 12'345_B);
  CHECK(blocked.describe == "rank 1 stream 1 waits for 12345 B from rank 2");
  CHECK(result.rank_end[0] == SimTime{});
  CHECK(result.rank_end[1] == never);
  CHECK_FALSE(result.failed);
}

TEST_CASE("Two ranks that wait for each other are both reported") {
  NetworkSpec spec = star(2, 400_Gbps, 300ns);
  give(spec, {{{receive(1, 1_B), send(1, 1_B)}}, {{receive(0, 1_B), send(0, 1_B)}}});
  CHECK(simulate(std::move(spec), {}).blocked.size() == 2);
}

TEST_CASE("A send and a receive of different sizes break a law that is named") {
  NetworkSpec spec = star(2, 400_Gbps, 300ns);
  give(spec, {{{send(1, 100_B)}}, {{receive(0, 200_B)}}});
  const NetworkResult result = simulate(std::move(spec), {});
  REQUIRE(result.violations.size() == 1);
  CHECK(result.violations[0] == "rank 1 channel 0 expected 200 B from rank 0 and got 100 B");
}

TEST_CASE("A scale-up collective with a missing member is reported at the members that came") {
  NetworkSpec spec = star(3, 400_Gbps, 300ns);
  for (std::uint32_t r = 0; r < 3; ++r) {
    Operation meet = plain(Operation::Kind::scale_up, 7);
    meet.duration = 1us;
    auto script = std::make_unique<Script>(
        std::vector<std::vector<Operation>>{r == 2 ? std::vector<Operation>{} : std::vector<Operation>{meet}});
    script->groups = {{7, 3}};
    spec.placement.push_back(HostId(r));
    spec.programs.push_back(std::move(script));
  }
  const NetworkResult result = simulate(std::move(spec), {});
  REQUIRE(result.blocked.size() == 2);
  CHECK(result.blocked[0].describe == "rank 0 stream 0 waits for the other members of scale-up group 7");
  CHECK(result.blocked[1].rank == 1);
}

TEST_CASE("An event that is never signalled often enough is reported with its threshold") {
  NetworkSpec spec = star(1, 400_Gbps, 300ns);
  give(spec, {{{plain(Operation::Kind::signal, 4)}, {plain(Operation::Kind::wait, 4, 2)}}});
  const NetworkResult result = simulate(std::move(spec), {});
  REQUIRE(result.blocked.size() == 1);
  CHECK(result.blocked[0].describe == "rank 0 stream 1 waits for event 4 to reach 2");
}

TEST_CASE("All members of a scale-up group go on together, `duration` after the last one came") {
  NetworkSpec spec = star(4, 400_Gbps, 300ns);
  spec.steps = 1;
  for (std::uint32_t r = 0; r < 4; ++r) {
    Operation meet = plain(Operation::Kind::scale_up, 0);
    meet.duration = 5us;
    auto script = std::make_unique<Script>(std::vector<std::vector<Operation>>{
        {plain(Operation::Kind::begin_step), compute(1us * (r + 1)), meet, plain(Operation::Kind::end_step)}});
    script->groups = {{0, 4}};
    spec.placement.push_back(HostId(r));
    spec.programs.push_back(std::move(script));
  }
  const NetworkResult result = simulate(std::move(spec), {});
  for (std::uint32_t r = 0; r < 4; ++r) {
    CHECK(result.rank_end[r] == SimTime{} + 4us + 5us);
    const RankStep &step = result.rank_steps[0][r];
    CHECK(step.busy == Duration(1us) * (r + 1));
    CHECK(step.busy + step.wait_scale_up + step.wait_network == step.end - step.begin); // the split is exact
  }
}

TEST_CASE("A specification that cannot work is refused before anything runs") {
  const auto with = [](const auto &change) {
    NetworkSpec spec = star(2, 400_Gbps, 300ns);
    spec.transport = infiniband();
    stream_of_messages(spec, 1_B);
    change(spec);
    return spec;
  };
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) { s.transport.mtu = 70'000_B; }), {}), Error);
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) { s.transport.mtu = 0_B; }), {}), Error);
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) { s.transport.credits = 4145_B; }), {}), Error); // a frame is 4,146
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) {
                             s.transport.recovery = TransportSpec::Recovery::go_back_n;
                             s.paths = PathChoice::spray;
                           }),
                           {}),
                  Error);
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) { s.links[0].segments[0].latency = Duration{}; }), {}),
                  std::exception);
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) { s.transport.window_frames = 100; }), {}), std::exception);
  CHECK_THROWS_AS(simulate(with([](NetworkSpec &s) { s.transport.virtual_lanes = 5; }), {}), std::exception);
}
