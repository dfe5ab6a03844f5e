// Corrupt frames: a cut-through switch has sent them on before it knows, and marks them bad at their end (stomps them),
// so that only the receiver drops them; one that stores and forwards drops them at once
// (docs/validation/stomped-frames.md).

#include "tests/unit/sim/network/nic_bench.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

constexpr std::int64_t frame_ps = 82'920; // 4,146 B at 400 Gb/s
constexpr std::int64_t frames = 100;
constexpr Bytes size{frames * 4096};

TransportSpec lossy_transport() {
  TransportSpec t = infiniband();
  t.credits = Bytes(0);
  t.retransmit_timeout = 1ms;
  return t;
}

/// In [from, to) no codeword of the link can be corrected.
void corrupt(NetworkSpec &spec, std::uint32_t link, SimTime from, SimTime to) {
  auto &segments = spec.links[link].segments;
  const LinkHealthSegment well = segments.front();
  segments.push_back({from, well.rate, well.latency, 1});
  segments.push_back({to, well.rate, well.latency, 0});
}

} // namespace

TEST_CASE("Of 100 frames 10 are corrupted on the first of three links: cut-through sends 110 over each, "
          "store-and-forward 110, 100 and 100") {
  for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward}) {
    const bool cut = forwarding == Forwarding::cut_through;
    NetworkSpec spec = chain({400_Gbps, 400_Gbps, 400_Gbps}, 300ns);
    spec.transport = lossy_transport();
    spec.switches.forwarding = forwarding;
    // Frame i leaves at 700 ns + i × 82.92 ns; those numbered 20 to 29 are on the wire in this time.
    const SimTime first = SimTime{} + 700ns;
    corrupt(spec, 0, first + Duration(20 * frame_ps), first + Duration(30 * frame_ps));
    stream_of_messages(spec, size);
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.violations.empty());
    CHECK(r.bytes_delivered == static_cast<std::uint64_t>(size.value));
    CHECK(r.frames_corrupted == 10);
    CHECK(r.frames_resent == 10);
    // Cables 0 and 1 run from host 0 on; cable 2 begins at host 1.
    for (const std::uint32_t link : {0, 2, 5}) {
      const std::uint64_t crossed = cut || link == 0 ? 110 : 100;
      CAPTURE(link);
      CHECK(r.links[link].tx_frames == crossed);
      CHECK(r.links[link].tx_bytes == crossed * 4146);
      CHECK(r.links[link].busy == Duration(static_cast<std::int64_t>(crossed) * frame_ps));
      CHECK(r.links[link].corrupted_frames == (link == 0 ? 10 : 0)); // where they were hit, not where they pass
      CHECK(r.links[link].buffer_drops == 0);
    }
  }
}

TEST_CASE("Stomped frames take the bandwidth of others: a flow beside 100 of them takes twice its time, and its own "
          "time where they are dropped at once") {
  for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward}) {
    const bool cut = forwarding == Forwarding::cut_through;
    NetworkSpec spec = star(3, 400_Gbps, 300ns);
    spec.transport = lossy_transport();
    spec.switches.forwarding = forwarding;
    spec.ties_by_id = true; // host 1 before host 2
    spec.record_flows = true;
    corrupt(spec, 2, SimTime{}, SimTime{} + 100us); // host 1 → switch: all of its first copies
    incast(spec, 2, size);
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.violations.empty());
    REQUIRE(r.flows.size() == 2);
    CHECK(r.frames_corrupted == frames);
    // NIC, link, switch, link, NIC; store-and-forward receives a first frame whole before it sends it on.
    const Duration path = 2 * Duration(700'000) + 2 * Duration(300'000) + Duration(500'000);
    const std::int64_t times = cut ? 2 * frames : frames + 1;
    CHECK(r.flows[1].source == 2);
    CHECK(r.flows[1].end == SimTime{} + path + Duration(times * frame_ps));
    CHECK(r.links[1].tx_frames == (cut ? 3 * frames : 2 * frames));
  }
}
