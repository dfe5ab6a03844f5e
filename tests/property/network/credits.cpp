// Credits: a link carries what its credits allow, no buffer ever holds more than was promised, and nobody is blocked
// for good.

#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

constexpr std::int64_t frame = 4116;     // wire bytes; 82,320 ps at 400 Gb/s
constexpr std::int64_t tau = frame * 20; // [ps]
constexpr std::int64_t latency = 500'000, in_switch = 300'000;

NetworkSpec one_switch(std::int64_t credit_frames, std::int64_t messages_of_frames, Forwarding forwarding) {
  NetworkSpec spec = chain({400_Gbps, 400_Gbps}, Duration(latency));
  spec.switches.latency = Duration(in_switch);
  spec.switches.forwarding = forwarding;
  spec.hosts.nic_latency = Duration{};
  spec.transport.credits = Bytes(credit_frames * frame);
  spec.record_flows = true;
  stream_of_messages(spec, Bytes(4096 * messages_of_frames));
  return spec;
}

/// When the tail of the last of n frames leaves a port whose credits come back `round_trip` after a frame starts to
/// leave.
std::int64_t last_tail(std::int64_t n, std::int64_t credits, std::int64_t round_trip) {
  std::vector<std::int64_t> start(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < start.size(); ++i) {
    start[i] = i == 0 ? 0 : start[i - 1] + tau;
    if (const auto c = static_cast<std::size_t>(credits); i >= c)
      start[i] = std::max(start[i], start[i - c] + round_trip);
  }
  return start.back() + tau;
}

} // namespace

TEST_CASE("A flow leaves as fast as credits come back: c frames per round trip, exactly, for any c") {
  for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
    for (const std::int64_t credits : {1, 2, 3, 7, 15, 16, 17, 18, 40}) {
      // Head (cut-through) or tail in, through the switch, a frame time until the slot is free, and back:
      const std::int64_t stored = forwarding == Forwarding::store_and_forward ? tau : 0;
      const std::int64_t round_trip = stored + latency + in_switch + tau + latency;
      const NetworkResult r = simulate(one_switch(credits, 800, forwarding), {});
      CHECK(r.violations.empty());
      CAPTURE(credits);
      // The second link's round trip (2 latencies and a frame time) is shorter, so the first decides.
      CHECK(picoseconds(r.flows[0].end) == last_tail(800, credits, round_trip) + 2 * latency + in_switch + stored);
    }
}

TEST_CASE(
    "With the bandwidth-delay product in credits a link runs at full rate, with less at credits ÷ round trip, to 1 %") {
  const std::int64_t round_trip = 2 * latency + in_switch + tau; // 1,382,320 ps: 16.8 frames
  for (const std::int64_t credits : {4, 12, 17, 30}) {
    const NetworkResult r = simulate(one_switch(credits, 2000, Forwarding::cut_through), {});
    const double measured = 2000.0 * 4116 * 8 / static_cast<double>(picoseconds(r.flows[0].end)) * 1e3; // [Gb/s]
    const double expected =
        std::min(400.0, static_cast<double>(credits * frame * 8) / static_cast<double>(round_trip) * 1e3);
    MESSAGE(credits << " frames of credit: " << measured << " Gb/s, expected " << expected);
    CHECK(measured == doctest::Approx(expected).epsilon(0.01));
  }
}

TEST_CASE("No egress queue is longer than the credits of the ports that feed it") {
  for (const std::uint32_t senders : {2u, 5u, 10u})
    for (const std::int64_t credits : {1, 3, 20}) {
      NetworkSpec spec = star(senders + 1, 400_Gbps, 300ns);
      spec.transport = infiniband();
      spec.transport.credits = Bytes(credits * 4146 + 17);
      incast(spec, senders, 256_KiB);
      const NetworkResult r = simulate(std::move(spec), {});
      CHECK(r.violations.empty()); // all credits are back
      CHECK(r.links[1].max_queue_bytes <= senders * static_cast<std::uint64_t>(credits * 4146 + 17));
      CHECK(r.links[1].max_queue_bytes >= senders * 4146 / 2); // and it was really used
    }
}

TEST_CASE("A fat-tree with room for one frame per port finishes any traffic: no deadlock, nothing lost") {
  for (const std::uint32_t lanes : {1u, 2u, 4u})
    for (const auto paths : {PathChoice::ecmp, PathChoice::spray})
      for (const int traffic : {0, 1, 2}) {
        NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
        spec.transport = infiniband();
        spec.transport.credits = Bytes(4146);
        spec.transport.virtual_lanes = lanes;
        spec.paths = paths;
        if (traffic == 0)
          incast(spec, 15, 40_KiB);
        else if (traffic == 1)
          all_to_all(spec, 10_KiB);
        else
          permutation(spec, 100_KiB, 4);
        const NetworkResult r = simulate(std::move(spec), {});
        CHECK(r.violations.empty());
        CHECK(r.blocked.empty());
        CHECK_FALSE(r.failed);
        CHECK(r.frames_resent == 0);
      }
}

TEST_CASE("A lane of its own keeps acknowledgements out of the data's queue") {
  // Hosts 1 … 8 fill the port of host 0; host 0 sends to host 9 and waits for the acknowledgement, which must pass that
  // port.
  const auto run = [](std::uint32_t lanes) {
    NetworkSpec spec = star(10, 400_Gbps, 300ns);
    spec.transport = infiniband();
    spec.transport.virtual_lanes = lanes;
    std::vector<std::vector<std::vector<Operation>>> scripts(10);
    scripts[0].resize(2);
    for (std::uint32_t h = 1; h <= 8; ++h) {
      scripts[h] = {{send(0, 512_KiB)}};
      scripts[0][0].push_back(receive(h, 512_KiB));
    }
    scripts[0][1] = {compute(10us), plain(Operation::Kind::begin_collective), send(9, 4096_B),
                     plain(Operation::Kind::drain), plain(Operation::Kind::end_collective)};
    scripts[9] = {{}, {receive(0, 4096_B)}};
    give(spec, std::move(scripts));
    spec.collectives = 1;
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.violations.empty());
    CHECK(r.blocked.empty());
    return r.collectives[0].end - r.collectives[0].begin;
  };
  const Duration shared = run(1), own = run(2);
  // Empty network: NIC 700 ns, data 2 × 300 + 500 + 82.92 ns, acknowledgement 2 × 300 + 500 + 1 ns.
  const Duration empty = 700ns + 1'182'920_ps + 1'101'000_ps;
  MESSAGE("acknowledged after " << picoseconds(own) << " ps on a lane of its own, " << picoseconds(shared)
                                << " ps behind the data");
  CHECK(own >= empty);
  CHECK(own <=
        empty + 2 * Duration(82'920)); // never more than the frame that is just leaving, at host 0 and at the switch
  CHECK(shared > 10 * own);
}
