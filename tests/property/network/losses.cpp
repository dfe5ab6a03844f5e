// Losses: how many, that nothing is lost for good, and what a job that cannot go on says.

#include "tests/unit/sim/network/fabrics.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

using Recovery = TransportSpec::Recovery;

/// One cable; only its forward direction is bad.
NetworkSpec lossy_cable(double ratio, std::int64_t mtu, std::uint32_t messages,
                        Recovery recovery = Recovery::selective) {
  NetworkSpec spec = chain({400_Gbps}, 500ns);
  spec.transport = infiniband();
  spec.transport.mtu = Bytes(mtu);
  spec.transport.retransmit_timeout = 20us;
  spec.transport.retry_count = 1000;
  spec.transport.recovery = recovery;
  spec.links[0].segments.front().uncorrectable_ratio = ratio;
  stream_of_messages(spec, Bytes(mtu * 500), messages);
  return spec;
}

/// Frames of so many wire bytes, back to back, that meet one block die together, k or k + 1 of them: by what factor
/// that raises the variance of their number, E[K²] ÷ E[K].
double clumping(double wire) {
  const double block = 4 * 640, k = 1 + std::floor(block / wire), more = 1 + block / wire - k;
  return (k * k * (1 - more) + (k + 1) * (k + 1) * more) / (k + more);
}

void check_delivered(const NetworkResult &r) {
  CHECK(r.violations.empty());
  CHECK(r.blocked.empty());
  CHECK_FALSE(r.failed);
  CHECK(r.bytes_delivered == r.bytes_sent);
}

constexpr std::int64_t frame_ps = 4146 * 20; // 4,096 + 30 + 20 B at 400 Gb/s

/// A cable that is down in [from, to) while `frames` frames are on their way.
NetworkSpec flapping_cable(std::int64_t frames, SimTime from, SimTime to) {
  NetworkSpec spec = chain({400_Gbps}, 500ns);
  spec.transport = infiniband();
  spec.hosts.nic_latency = Duration{};
  spec.transport.retransmit_timeout = 100us;
  take_down(spec, 0, from, to);
  stream_of_messages(spec, Bytes(4096 * frames));
  return spec;
}

} // namespace

TEST_CASE("A frame of N bytes is corrupted with probability 1 − (1 − p)^(4 + N/640), within 4 standard errors") {
  struct Case {
    double ratio;
    std::int64_t mtu;
    std::uint32_t messages; ///< of 500 frames
  };
  for (const auto &c :
       {Case{1e-3, 4096, 40}, Case{1e-2, 4096, 20}, Case{1e-2, 256, 40}, Case{0.1, 1024, 4}, Case{1e-4, 9000, 100}}) {
    const NetworkResult r = simulate(lossy_cable(c.ratio, c.mtu, c.messages), {});
    check_delivered(r);
    const auto frames = static_cast<double>(r.links[0].tx_frames);
    const double codewords = 4 + static_cast<double>(c.mtu + 50) / 640;
    const double expected = 1 - std::pow(1 - c.ratio, codewords);
    const double measured = static_cast<double>(r.links[0].corrupted_frames) / frames;
    const double error = std::sqrt(expected * (1 - expected) / frames * clumping(static_cast<double>(c.mtu + 50)));
    MESSAGE("p = " << c.ratio << ", N = " << c.mtu + 50 << " B, " << frames << " frames: lost " << measured
                   << ", expected " << expected << ", " << (measured - expected) / error << " standard errors");
    CHECK(std::abs(measured - expected) <= 4 * error);
  }
}

TEST_CASE("Whatever is lost is delivered in the end: both recoveries, acknowledgements lost as well") {
  for (const auto recovery : {Recovery::go_back_n, Recovery::selective})
    for (const double ratio : {1e-4, 1e-3, 5e-3}) {
      NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
      spec.transport = infiniband();
      spec.transport.recovery = recovery;
      spec.transport.retransmit_timeout = 50us;
      spec.transport.window_frames = 256;
      spec.transport.retry_count = 100;
      for (auto &link : spec.links)
        link.segments.front().uncorrectable_ratio = ratio;
      permutation(spec, 256_KiB, 3);
      const NetworkResult r = simulate(std::move(spec), {});
      check_delivered(r);
      CHECK(r.frames_corrupted > 0);
      CHECK(r.frames_resent > 0);
    }
}

TEST_CASE("Store-and-forward drops a corrupt frame where it came in, cut-through at the receiver") {
  const auto run = [](Forwarding forwarding) {
    NetworkSpec spec = chain({400_Gbps, 400_Gbps}, 300ns);
    spec.switches.forwarding = forwarding;
    spec.transport = infiniband();
    spec.transport.retransmit_timeout = 20us;
    spec.links[0].segments.front().uncorrectable_ratio = 1e-3;
    stream_of_messages(spec, 4_MiB);
    return simulate(std::move(spec), {});
  };
  const NetworkResult cut = run(Forwarding::cut_through), stored = run(Forwarding::store_and_forward);
  check_delivered(cut);
  check_delivered(stored);
  CHECK(cut.links[3].tx_frames == cut.links[0].tx_frames);
  CHECK(stored.links[3].tx_frames == stored.links[0].tx_frames - stored.links[0].corrupted_frames);
}

TEST_CASE("Under go-back-N a lost frame costs the frames of one round trip, not more") {
  // One frame lost: down from just before the tail of frame 20 arrives until just after.
  const std::int64_t tail = 21 * frame_ps + 500'000;
  NetworkSpec spec = flapping_cable(200, at_picoseconds(tail - 1000), at_picoseconds(tail + 1000));
  spec.transport.recovery = Recovery::go_back_n;
  const NetworkResult r = simulate(std::move(spec), {});
  check_delivered(r);
  const auto round_trip = static_cast<std::uint64_t>((2 * 500'000 + 50 * 20 + frame_ps) / frame_ps + 2);
  CHECK(r.frames_lost <= static_cast<std::uint64_t>(500'000 / frame_ps + 2)); // those in flight when the light went
  CHECK(r.frames_resent <= r.frames_lost + round_trip);
  CHECK(r.frames_discarded <= round_trip);
}

TEST_CASE("Under selective recovery a burst that was lost costs its frames and one round trip, however long it was") {
  const std::int64_t whole = 400 * frame_ps + 500'000; // 400 frames, the last tail after 500 ns
  for (const std::int64_t lost : {1, 10, 100}) {
    const std::int64_t from = 500'000 + 50 * frame_ps + 1;
    NetworkSpec spec = flapping_cable(400, at_picoseconds(from), at_picoseconds(from + (lost - 1) * frame_ps + 1));
    const NetworkResult r = simulate(std::move(spec), {});
    check_delivered(r);
    CAPTURE(lost);
    const auto frames = static_cast<std::int64_t>(r.frames_lost);
    CHECK(frames >= lost);
    CHECK(r.frames_resent == r.frames_lost); // each once, and nothing else
    // The lost frames are sent between the others; only the acknowledgements of the repeat are waited for.
    CHECK(picoseconds(r.end) <= whole + frames * frame_ps + 3 * 500'000 + 2 * frame_ps);
  }
}

TEST_CASE("A link that goes down in flight loses exactly the frames whose tail had not arrived") {
  for (const std::int64_t down : std::initializer_list<std::int64_t>{
           600'000, 1'000'000, 3'333'333, 500'000 + 7 * frame_ps, 500'000 + 7 * frame_ps - 1}) {
    const NetworkResult r = simulate(flapping_cable(100, at_picoseconds(down), at_picoseconds(60'000'000)), {});
    check_delivered(r);
    const std::int64_t arrived =
        (down - 500'000) / frame_ps; // frame i (from 0) arrives at (i + 1) frame times + 500 ns
    CHECK(r.links[0].dropped_frames == static_cast<std::uint64_t>(100 - arrived));
    CHECK(r.frames_lost == static_cast<std::uint64_t>(100 - arrived));
  }
}

TEST_CASE("With every codeword bad a job fails after retry_count time-outs, and names the peer and the instant") {
  for (const std::uint32_t retries : {0u, 3u, 7u}) {
    NetworkSpec spec = star(3, 400_Gbps, 500ns);
    spec.transport = infiniband();
    spec.transport.retransmit_timeout = 30us;
    spec.transport.retry_count = retries;
    spec.hosts.message_overhead = 1us;
    spec.links[3].segments.front().uncorrectable_ratio = 1; // switch → host 1
    give(spec, {{{}}, {{receive(2, 10'000_B)}}, {{send(1, 10'000_B)}}});
    const NetworkResult r = simulate(std::move(spec), {});
    REQUIRE(r.failed);
    CHECK(r.failure.rank == 2);
    CHECK(r.failure.peer == 1);
    CHECK(r.failure.retries == retries);
    // The first frame leaves after 1 us and 700 ns; each of retries + 1 time-outs takes 30 us.
    CHECK(r.failure.at == SimTime{} + 1'700ns + (retries + 1) * 30us);
    CHECK(r.violations.empty());
    REQUIRE(r.blocked.size() == 1);
    CHECK(r.blocked[0].describe == "rank 1 stream 0 waits for 10000 B from rank 2");
  }
}

TEST_CASE("A host that is dark, or that no route leads to, ends the job with the same named failure") {
  for (const bool dark : {true, false}) {
    NetworkSpec spec = leaf_spine(2, 1, 2, 400_Gbps, 250ns);
    spec.transport = infiniband();
    spec.transport.retransmit_timeout = 20us;
    if (dark) {
      take_down(spec, 1, SimTime{} + 1ns);
    } else {
      auto without = leaf_spine_table(2, 1, 2);
      auto row = std::make_shared<SwitchRoutes>(*without->switches[0]);
      row->group_of_leaf[1] = no_group;
      without->switches[0] = row;
      spec.routes.push_back({SimTime{} + 1ns, without});
    }
    stream_of_messages(spec, 20'000_B);
    const NetworkResult r = simulate(std::move(spec), {});
    REQUIRE(r.failed);
    CHECK(r.failure.rank == 0);
    CHECK(r.failure.peer == 1);
    CHECK(r.failure.at == SimTime{} + 700ns + 8 * 20us);
    CHECK((dark ? r.frames_lost : r.frames_unroutable) == r.frames_injected);
    CHECK(r.violations.empty());
  }
}

namespace {
/// Host 0 to host 1 over two spines, sprayed; the cable leaf 0 – spine 0 is down from 20 us on.
NetworkSpec failing(Bytes size, SimTime reroute, SimTime repaired = never) {
  NetworkSpec spec = leaf_spine(2, 1, 2, 400_Gbps, 250ns);
  spec.transport = infiniband();
  spec.transport.retransmit_timeout = 30us;
  spec.paths = PathChoice::spray;
  take_down(spec, 2, SimTime{} + 20us, repaired == never ? never : repaired - 1us);
  const auto all = spec.routes.front().table;
  spec.routes.push_back({reroute, leaf_spine_table(2, 1, 2, 0)});
  if (repaired != never)
    spec.routes.push_back({repaired, all});
  stream_of_messages(spec, size);
  return spec;
}
constexpr std::size_t uplink = 4; // leaf 0 → spine 0: cable 2 forward
} // namespace

TEST_CASE("Frames are lost between the failure and the re-route, and none after it") {
  const NetworkResult small = simulate(failing(3_MiB, SimTime{} + 24us), {});
  const NetworkResult large = simulate(failing(9_MiB, SimTime{} + 24us), {});
  check_delivered(small);
  check_delivered(large);
  CHECK(small.links[uplink].dropped_frames > 0);
  CHECK(large.links[uplink].dropped_frames == small.links[uplink].dropped_frames);
  // Half of what leaves in 4 us of darkness and in the 500 ns for which a frame that was routed before is in the
  // switch, plus half of what was in flight for 250 ns.
  const double sent_dark = (4'500'000.0 + 250'000.0) / frame_ps / 2;
  CHECK(static_cast<double>(small.links[uplink].dropped_frames) <= sent_dark + 2);
  CHECK(static_cast<double>(small.links[uplink].dropped_frames) >= sent_dark - 2);
}

TEST_CASE("A link that was drained before it went down loses nothing") {
  const NetworkResult r = simulate(failing(3_MiB, SimTime{} + 15us), {});
  check_delivered(r);
  CHECK(r.frames_lost == 0);
  CHECK(r.frames_resent == 0);
  CHECK(r.links[uplink].tx_frames > 0);
}

TEST_CASE("A repaired link carries traffic again, once its route is back") {
  const NetworkResult without = simulate(failing(9_MiB, SimTime{} + 24us), {});
  const NetworkResult with = simulate(failing(9_MiB, SimTime{} + 24us, SimTime{} + 100us), {});
  check_delivered(with);
  CHECK(with.links[uplink].tx_frames > without.links[uplink].tx_frames + 300);
  CHECK(with.links[uplink].dropped_frames == without.links[uplink].dropped_frames);
}
