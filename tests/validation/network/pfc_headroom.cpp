// Priority flow control loses nothing, and what it sets aside for that is little more than what it needs
// (docs/validation/pfc-headroom.md).

#include "sim/network/switch/pfc_headroom.hpp"
#include "tests/unit/sim/network/nic_bench.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

constexpr Duration reaction = Duration(400'000), pipeline = Duration(500'000);
constexpr Bytes pause_frame{64 + frame_gap_bytes};

struct Scene {
  BitRate rate;
  Duration latency; ///< one way, of every link
  std::int64_t mtu;
  Forwarding forwarding = Forwarding::cut_through;

  Bytes frame() const { return Bytes(mtu + rocev2().header.value + frame_gap_bytes); }
  /// A switch counts a frame once it has passed its pipeline.
  Bytes headroom(Duration of_peer = reaction) const {
    return pfc_headroom(rate, latency, of_peer + pipeline, frame(), pause_frame, forwarding);
  }
};

void lossless(NetworkSpec &spec, const Scene &scene, Bytes headroom, Bytes xoff) {
  spec.transport = rocev2();
  spec.transport.mtu = Bytes(scene.mtu);
  spec.transport.law = {};
  spec.transport.window_frames = 65536;
  spec.transport.retransmit_timeout = 4ms;
  spec.hosts.reaction = reaction;
  spec.switches.forwarding = scene.forwarding;
  spec.switches.buffer = Bytes(1'000'000'000); // never what decides
  spec.switches.pfc = {true, xoff, Bytes(xoff.value - 2 * scene.frame().value), headroom};
}

std::uint64_t drops(const NetworkResult &r) {
  std::uint64_t sum = 0;
  for (const LinkResult &link : r.links)
    sum += link.buffer_drops;
  return sum;
}
std::uint64_t pauses(const NetworkResult &r) {
  std::uint64_t sum = 0;
  for (const LinkResult &link : r.links)
    sum += link.pauses;
  return sum;
}

/// Hosts 1 … n send to host 0, whose link has 1/64 of the rate: what waits for it hardly drains. Hosts n + 1 … 2n send
/// to them at line rate, so that pauses wait for full frames; senders start in steps of 1/n of a frame's time, so that
/// they wait from none to a whole one.
NetworkSpec worst_case(const Scene &scene, Bytes headroom) {
  constexpr std::uint32_t n = 16;
  NetworkSpec spec = star(2 * n + 1, scene.rate, scene.latency);
  lossless(spec, scene, headroom, scene.frame() * 4);
  for (const std::uint32_t link : {0, 1})
    spec.links[link] = healthy(BitRate(scene.rate.bits_per_second / 64), scene.latency);
  const Bytes size(scene.headroom().value + 10 * scene.mtu);
  const Duration step = transmission_time(scene.frame(), scene.rate) / n;
  std::vector<std::vector<std::vector<Operation>>> scripts(2 * n + 1);
  scripts[0].resize(1);
  for (std::uint32_t i = 1; i <= n; ++i) {
    scripts[i] = {{compute(i * step), send(0, size)}, {receive(n + i, size * 2)}};
    scripts[0][0].push_back(receive(i, size));
    scripts[n + i] = {{}, {send(i, size * 2)}};
  }
  give(spec, std::move(scripts));
  return spec;
}

/// The least headroom with which nothing is dropped: what the scene uses of it. Without a drop it changes nothing else.
std::int64_t used(const Scene &scene) {
  std::int64_t low = 0, high = scene.headroom().value; // drops, does not
  while (high - low > scene.frame().value / 64) {
    const std::int64_t middle = (low + high) / 2;
    (drops(simulate(worst_case(scene, Bytes(middle)), {})) > 0 ? low : high) = middle;
  }
  return high;
}

const char *name(Forwarding forwarding) {
  return forwarding == Forwarding::cut_through ? "cut-through" : "store-and-forward";
}

/// 2 m, 50 m and 2 km of fibre at 4.9 ns per metre.
constexpr Duration lengths[] = {Duration(9'800), Duration(245'000), Duration(9'800'000)};

/// Three leaves of four hosts under two spines: a permutation collides on the uplinks, an incast on a host's link.
NetworkResult run_clos(const Scene &scene, bool incasts) {
  NetworkSpec spec = leaf_spine(3, 4, 2, scene.rate, scene.latency);
  lossless(spec, scene, scene.headroom(pipeline), scene.frame() * 4); // switches obey after their pipeline
  spec.paths = PathChoice::ecmp;
  const Bytes size(2 * scene.headroom().value + 200'000);
  if (incasts)
    incast(spec, 11, size);
  else
    permutation(spec, size, 5);
  return simulate(std::move(spec), {});
}

} // namespace

TEST_CASE("PFC headroom suffices in the worst case, and all but two frames of it are used") {
  for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
    for (const auto rate : {100_Gbps, 400_Gbps, 800_Gbps})
      for (const Duration latency : lengths)
        for (const std::int64_t mtu : {1024, 4096, 9000}) {
          const Scene scene{rate, latency, mtu, forwarding};
          CAPTURE(name(forwarding));
          CAPTURE(rate.bits_per_second);
          CAPTURE(latency.count());
          CAPTURE(mtu);
          const NetworkResult r = simulate(worst_case(scene, scene.headroom()), {});
          CHECK(r.violations.empty());
          CHECK(r.bytes_delivered == r.bytes_sent);
          CHECK(drops(r) == 0);
          CHECK(pauses(r) > 0);
          // 1/1024 drains meanwhile. One frame is counted on both sides of xoff, one is lost to whole numbers of
          // frames.
          const Bytes cut(scene.headroom().value - scene.headroom().value / 512 - scene.frame().value * 21 / 10);
          CHECK(drops(simulate(worst_case(scene, cut), {})) > 0);
        }
}

TEST_CASE("Of the PFC headroom of small frames at least 90 % is used") {
  for (const auto rate : {100_Gbps, 400_Gbps, 800_Gbps})
    for (const Duration latency : lengths) {
      const Scene scene{rate, latency, 1024};
      const std::int64_t need = used(scene), room = scene.headroom().value;
      const double share = static_cast<double>(need) / static_cast<double>(room);
      MESSAGE("at " << rate.bits_per_second / 1'000'000'000 << " Gb/s, " << latency.count() / 1000 << " ns: " << need
                    << " of " << room << " B, " << share);
      CHECK(share >= 0.9);
    }
}

TEST_CASE("PFC drops nothing in permutations and incasts between switches, at any length, rate and frame size") {
  for (const bool incasts : {false, true})
    for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
      for (const auto rate : {100_Gbps, 800_Gbps})
        for (const Duration latency : lengths)
          for (const std::int64_t mtu : {1024, 9000}) {
            const NetworkResult r = run_clos({rate, latency, mtu, forwarding}, incasts);
            CHECK(r.violations.empty());
            CHECK(r.blocked.empty());
            CHECK(r.bytes_delivered == r.bytes_sent);
            CHECK(drops(r) == 0);
            CHECK(r.frames_resent == 0);
            CHECK(pauses(r) > 0);
          }
}

TEST_CASE("Under PFC an incast drains at payload-adjusted line rate within 0.5 %") {
  for (const std::uint32_t senders : {4u, 16u})
    for (const Duration latency : lengths) {
      const Scene scene{400_Gbps, latency, 4096};
      NetworkSpec spec = star(senders + 1, scene.rate, latency);
      lossless(spec, scene, scene.headroom(), scene.headroom()); // xoff: what the round trip of a pause needs
      constexpr std::int64_t frames = 4000;
      incast(spec, senders, Bytes(frames * scene.mtu));
      const NetworkResult r = simulate(std::move(spec), {});
      CHECK(drops(r) == 0);
      CHECK(pauses(r) > 0);
      const double line = static_cast<double>(senders * frames * transmission_time(scene.frame(), scene.rate).count());
      const auto path = static_cast<double>((2 * latency + pipeline + 2 * Duration(700'000)).count());
      const double measured = static_cast<double>(picoseconds(r.end)) - path;
      MESSAGE(senders << " senders, " << latency.count() / 1000 << " ns: " << line / measured << " of line rate");
      CHECK(measured >= line);
      CHECK(line / measured >= 0.995);
    }
}
