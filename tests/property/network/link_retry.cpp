// Laws of link-level retry in whole runs: throughput under losses, nothing corrupt or lost at the transports, giving
// up, one result however a run is executed.

#include "sim/network/frame.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

/// The ratio of uncorrectable codewords at which a full frame of `wire` bytes is hit with probability p.
double codeword_ratio(double p, double wire) {
  const CodewordShape shape;
  const double codewords = shape.interleave + wire / shape.payload_bytes;
  return 1 - std::pow(1 - p, 1 / codewords);
}

/// The same of a frame that leaves right behind one that was not hit: the block that both share is known to be good.
double hit_behind_good(double p, double wire) {
  return 1 - std::pow(1 - codeword_ratio(p, wire), wire / CodewordShape{}.payload_bytes);
}

void make_lossy(NetworkSpec &spec, double p) {
  const auto wire =
      static_cast<double>(spec.transport.mtu.value + spec.transport.header.value + std::int64_t{frame_gap_bytes});
  for (auto &link : spec.links)
    for (auto &segment : link.segments)
      segment.uncorrectable_ratio = codeword_ratio(p, wire);
  spec.link_retry.enabled = true;
}

struct Totals {
  std::uint64_t corrupted = 0, retried = 0, dropped = 0;
};
Totals totals(const NetworkResult &r) {
  Totals t;
  for (const auto &link : r.links) {
    t.corrupted += link.corrupted_frames;
    t.retried += link.retried_frames;
    t.dropped += link.dropped_frames;
  }
  return t;
}

} // namespace

TEST_CASE(
    "At frame loss ratio p a link carries 1 ÷ (1 + q ÷ (1 − p) × replay ÷ frame time) of its rate, q behind a good "
    "frame, within 4 standard errors") {
  for (const double p : {1e-3, 1e-2, 0.1})
    for (const Duration latency : {100ns, 1000ns}) {
      constexpr int frames = 50'000;
      NetworkSpec spec = chain({400_Gbps}, latency);
      stream_of_messages(spec, Bytes(std::int64_t{4096} * frames));
      make_lossy(spec, p);
      spec.link_retry.most = 1000;
      spec.hosts.nic_latency = Duration{};
      const NetworkResult r = simulate(std::move(spec), {});
      CHECK(r.violations.empty());
      // A frame of 4,116 B takes 82,320 ps; a try that is hit costs that, two latencies and two turnarounds of 50 ns.
      const double frame = 82'320, replay = frame + 2 * static_cast<double>(latency.count()) + 100'000;
      // A first try follows a frame that came through; a replay starts blocks later, and is hit with p.
      const double q = hit_behind_good(p, 4116);
      const double hits = q / (1 - p) * frames, error = std::sqrt(q * (1 + p) * frames) / (1 - p);
      const auto measured = static_cast<double>(picoseconds(r.end - latency));
      MESSAGE("p = " << p << ": " << frames * frame / measured << " of the rate, law "
                     << 1 / (1 + q / (1 - p) * replay / frame));
      CHECK(std::abs(measured - (frames * frame + hits * replay)) < 4 * error * replay);
      CHECK(totals(r).retried == totals(r).corrupted);
    }
}

TEST_CASE("With tries enough no transport sees a loss, whatever the fabric, the transport and the lanes") {
  for (const std::uint32_t lanes : {1u, 2u})
    for (const bool ideal : {true, false})
      for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward}) {
        NetworkSpec spec = leaf_spine(3, 3, 2, 400_Gbps, 300ns);
        if (!ideal)
          spec.transport = infiniband();
        spec.transport.virtual_lanes = lanes;
        spec.switches.forwarding = forwarding;
        all_to_all(spec, 300'000_B);
        make_lossy(spec, 0.02);
        spec.link_retry.most = 100;
        const NetworkResult r = simulate(std::move(spec), {});
        CHECK(r.violations.empty());
        CHECK(r.blocked.empty());
        CHECK(totals(r).retried >
              200); // (18 pairs × 2 links + 54 × 4) × 74 frames × 2 % = 373; 1.25 % behind good ones
        CHECK(totals(r).dropped == 0);
        CHECK(r.frames_corrupted == 0);
        CHECK(r.frames_lost == 0);
        CHECK(r.frames_resent == 0);
        CHECK(r.control_frames_lost == 0);
        CHECK(r.bytes_delivered == r.bytes_sent);
      }
}

TEST_CASE(
    "Frames that are hit at each of `most` tries are given up, as many as the chain of tries says, and the transport "
    "mends them") {
  for (const std::uint32_t most : {1u, 2u}) {
    NetworkSpec spec = chain({400_Gbps}, 300ns);
    spec.transport = infiniband();
    spec.transport.retransmit_timeout = 20us;
    spec.transport.retry_count = 1000;
    stream_of_messages(spec, Bytes(4096 * 500), 20);
    make_lossy(spec, 0.1);
    spec.link_retry.most = most;
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.violations.empty());
    CHECK(r.bytes_delivered == r.bytes_sent);
    CHECK(r.frames_corrupted == 0);
    CHECK(r.frames_lost == r.links[0].dropped_frames);
    CHECK(r.links[0].corrupted_frames == r.links[0].retried_frames + r.links[0].dropped_frames);
    const auto n = static_cast<double>(r.frames_injected);
    // A first try is hit with q behind a frame that came through, with p behind one given up; each replay with p.
    const double p = 0.1, q = hit_behind_good(p, 4116), replays = std::pow(p, most - 1);
    const double lost = q * replays / (1 - (p - q) * replays);
    CHECK(std::abs(static_cast<double>(r.frames_lost) - n * lost) < 4 * std::sqrt(n * lost * (1 - lost)));
    CHECK(r.frames_resent >= r.frames_lost);
  }
}

TEST_CASE("Runs with retries have one digest for the sequential executor, any threads and any grouping") {
  const auto run = [](const ExecutionOptions &options, bool ideal) {
    NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
    if (!ideal)
      spec.transport = infiniband();
    spec.paths = PathChoice::spray;
    permutation(spec, 200'000_B, 5);
    make_lossy(spec, 0.02);
    spec.link_retry.buffer = ideal ? Bytes(20'000) : Bytes{};
    return simulate(std::move(spec), options);
  };
  for (const bool ideal : {true, false}) {
    ExecutionOptions sequential;
    sequential.sequential = true;
    const NetworkResult reference = run(sequential, ideal);
    CHECK(reference.violations.empty());
    CHECK(totals(reference).retried > 50); // 16 flows × 49 frames × 2 … 6 links × 2 %: 31 … 94
    for (const std::uint32_t threads : {1u, 2u, 3u})
      for (const auto grouping : {ExecutionOptions::Grouping::one_entity, ExecutionOptions::Grouping::by_leaf,
                                  ExecutionOptions::Grouping::all_in_one}) {
        ExecutionOptions options;
        options.threads = threads;
        options.grouping = grouping;
        const NetworkResult r = run(options, ideal);
        CHECK(r.digest == reference.digest);
        CHECK(totals(r).retried == totals(reference).retried);
        CHECK(r.end == reference.end);
      }
  }
}

TEST_CASE("Time lost to replays is explained: the parts of every wait still sum to what elapsed") {
  for (const bool ideal : {true, false}) {
    NetworkSpec spec = leaf_spine(2, 2, 2, 400_Gbps, 300ns);
    if (!ideal)
      spec.transport = infiniband();
    std::vector<std::vector<std::vector<Operation>>> scripts(4);
    for (std::uint32_t i = 0; i < 4; ++i)
      scripts[i] = {{plain(Operation::Kind::begin_step), compute(5us), send((i + 2) % 4, 100'000_B),
                     receive((i + 2) % 4, 100'000_B), plain(Operation::Kind::end_step)}};
    give(spec, std::move(scripts));
    spec.steps = 1;
    spec.explain_waiting = true;
    make_lossy(spec, 0.05);
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(totals(r).retried > 5);
    for (const auto &what : r.violations)
      FAIL_CHECK(what);
    CHECK(r.attribution.available);
  }
}
