// Values nobody would choose on purpose. Whatever is accepted must work: everything delivered, every law kept, in every
// execution.

#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

/// Runs sequentially and in windows of each grouping; everything must be delivered, and be the same.
template <class Build> NetworkResult check_works(const Build &build) {
  ExecutionOptions options;
  options.sequential = true;
  NetworkResult right = simulate(build(), options);
  CHECK(right.violations.empty());
  CHECK(right.blocked.empty());
  CHECK_FALSE(right.failed);
  CHECK(right.bytes_delivered == right.bytes_sent);
  options.sequential = false;
  using Grouping = ExecutionOptions::Grouping;
  for (const auto grouping : {Grouping::one_entity, Grouping::by_leaf, Grouping::all_in_one}) {
    options.grouping = grouping;
    CHECK(simulate(build(), options).digest == right.digest);
  }
  return right;
}

template <class Change> NetworkResult check_star(const Change &change, Bytes size = 20'000_B) {
  return check_works([&] {
    NetworkSpec spec = star(4, 400_Gbps, 300ns);
    spec.transport = infiniband();
    change(spec);
    all_to_all(spec, size);
    return spec;
  });
}

} // namespace

TEST_CASE("A payload of one byte per frame works") {
  const NetworkResult r = check_star([](NetworkSpec &s) { s.transport.mtu = 1_B; }, 700_B);
  CHECK(r.frames_injected == 12 * 700);
}

TEST_CASE("The greatest frame that 16 bits hold works") {
  const NetworkResult r = check_star(
      [](NetworkSpec &s) {
        s.transport.mtu = Bytes(65'535 - 50);
        s.transport.credits = Bytes(65'535);
      },
      300'000_B);
  CHECK(r.links[0].tx_frames >= 3 * 5);
}

TEST_CASE("The least window, an acknowledgement per frame, and room for one frame work together") {
  check_star(
      [](NetworkSpec &s) {
        s.transport.window_frames = 64;
        s.transport.ack_every = 1;
        s.transport.credits = Bytes(4146);
      },
      500'000_B);
}

TEST_CASE("Acknowledgements rarer than the window still let the sender go on, without waiting for a time-out") {
  const NetworkResult r = check_star(
      [](NetworkSpec &s) {
        s.transport.window_frames = 64;
        s.transport.ack_every = 1000;
      },
      1_MiB);
  CHECK(r.frames_resent == 0);
}

TEST_CASE("A latency of 1 ps everywhere works: windows of 1 ps give the same result") {
  check_star(
      [](NetworkSpec &s) {
        for (auto &link : s.links)
          link.segments.front().latency = 1_ps;
        s.switches.latency = Duration{};
        s.hosts.nic_latency = Duration{};
      },
      5'000_B);
}

TEST_CASE("A host may send to itself, by way of its switch") {
  const NetworkResult r = check_works([] {
    NetworkSpec spec = star(1, 400_Gbps, 300ns);
    spec.transport = infiniband();
    give(spec, {{{send(0, 100'000_B), send(0, 0_B), receive(0, 100'000_B), receive(0, 0_B)}}});
    return spec;
  });
  CHECK(r.bytes_delivered == 100'000);
}

TEST_CASE("Empty messages arrive, in order, between others") {
  check_works([] {
    NetworkSpec spec = star(2, 400_Gbps, 300ns);
    spec.transport = infiniband();
    std::vector<Operation> out, in;
    for (int i = 0; i < 200; ++i) {
      const Bytes size(i % 3 == 0 ? 5000 + i : 0);
      out.push_back(send(1, size));
      in.push_back(receive(0, size));
    }
    give(spec, {{out}, {in}});
    return spec;
  });
}

TEST_CASE("10,000 messages between one pair arrive in order") {
  NetworkSpec spec = star(2, 400_Gbps, 300ns);
  spec.transport = infiniband();
  spec.record_flows = true;
  std::vector<Operation> out, in;
  for (int i = 0; i < 10'000; ++i) {
    out.push_back(send(1, Bytes(i)));
    in.push_back(receive(0, Bytes(i)));
  }
  give(spec, {{out}, {in}});
  const NetworkResult r = simulate(std::move(spec), {});
  CHECK(r.violations.empty()); // sizes differ: any exchange would be seen
  CHECK(r.blocked.empty());
  REQUIRE(r.flows.size() == 10'000);
  for (std::size_t i = 1; i < r.flows.size(); ++i)
    REQUIRE(r.flows[i - 1].end <= r.flows[i].end);
}

TEST_CASE("Thousands of streams of one rank run side by side") {
  NetworkSpec spec = star(2, 400_Gbps, 300ns);
  spec.transport = infiniband();
  std::vector<std::vector<Operation>> out(2000), in(2000);
  for (std::uint32_t s = 0; s < 2000; ++s) {
    out[s] = {compute(Duration(s)), send(1, Bytes(s)), plain(Operation::Kind::drain)};
    in[s] = {receive(0, Bytes(s))};
  }
  give(spec, {out, in});
  const NetworkResult r = simulate(std::move(spec), {});
  CHECK(r.violations.empty());
  CHECK(r.blocked.empty());
}

TEST_CASE("Hosts without programs, and programs without operations, are content") {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  std::vector<std::vector<std::vector<Operation>>> scripts = {{{send(1, 1000_B)}}, {{receive(0, 1000_B)}}, {{}}};
  give(spec, std::move(scripts));
  spec.placement = {HostId(15), HostId(3), HostId(7)};
  const NetworkResult r = simulate(std::move(spec), {});
  CHECK(r.violations.empty());
  CHECK(r.blocked.empty());
  CHECK(r.rank_end.size() == 3);
  NetworkSpec nobody = star(3, 400_Gbps, 300ns);
  const NetworkResult nothing = simulate(std::move(nobody), {});
  CHECK(nothing.end == SimTime{});
  CHECK(nothing.link_hops == 0);
}

TEST_CASE("A latency that shrinks while frames are in flight keeps their order") {
  check_works([] {
    NetworkSpec spec = star(2, 400_Gbps, 900ns);
    spec.transport = infiniband();
    spec.links[0].segments.push_back({SimTime{} + 3us, 400_Gbps, 100ns, 0});
    stream_of_messages(spec, 500'000_B);
    return spec;
  });
}

TEST_CASE("On `ideal`, a peer that no route ever leads to ends the job with a named failure") {
  NetworkSpec spec = leaf_spine(2, 1, 2, 400_Gbps, 250ns);
  auto without = leaf_spine_table(2, 1, 2);
  auto row = std::make_shared<SwitchRoutes>(*without->switches[0]);
  row->group_of_leaf[1] = no_group;
  without->switches[0] = row;
  spec.routes = {{SimTime{}, without}};
  stream_of_messages(spec, 20'000_B);
  const NetworkResult r = simulate(std::move(spec), {});
  CHECK(r.failed);
  CHECK(r.violations.empty());
}
