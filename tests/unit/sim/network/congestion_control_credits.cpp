// RCCC's grants, and the headroom of priority flow control frame by frame.

#include "sim/core/random.hpp"
#include "sim/network/congestion/rccc.hpp"
#include "sim/network/switch/pfc_headroom.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <numeric>
#include <vector>

using namespace lightloom;

namespace {
constexpr std::int64_t payload = 4096;
constexpr std::int64_t wire = 4178;
SimTime at(Duration d) { return SimTime(d); }
} // namespace

TEST_CASE("RCCC: what is granted, with headers and gaps, fills the port's share to the picosecond, without drift") {
  for (const double share : {1.0, 0.9}) {
    RcccSpec spec;
    spec.rate = share;
    CreditSource source(spec, BitRate(300'000'000'000), payload, wire); // a byte takes 26.67 ps
    source.want(0, std::int64_t{1} << 40, at(5us));
    source.want(1, std::int64_t{1} << 40, at(5us));
    for (std::int64_t n = 0; n < 10'000; ++n) {
      const std::int64_t bits = n * 4 * wire * 8; // four frames per grant
      const std::int64_t rate = share == 1.0 ? 300 : 270;
      CHECK(source.next() == at(5us + Duration(bits * 1000 / rate)));
      CHECK(source.take().bytes == 4 * payload);
    }
  }
}

TEST_CASE("RCCC: senders that want more take turns in the order they came, and a new one comes last") {
  const RcccSpec spec;
  CreditSource source(spec, 800_Gbps, payload, wire);
  for (const std::uint32_t sender : {7u, 2u, 5u})
    source.want(sender, 1'000'000, at(0us));
  std::vector<std::uint32_t> order;
  for (int i = 0; i < 7; ++i)
    order.push_back(source.take().sender);
  CHECK(order == std::vector<std::uint32_t>{7, 2, 5, 7, 2, 5, 7});
  source.want(9, 100, at(1us));       // its turn: behind 7, whose grant was the last
  source.want(2, 1'000'000, at(1us)); // wants even more: keeps its place
  order.clear();
  for (int i = 0; i < 8; ++i)
    order.push_back(source.take().sender);
  CHECK(order == std::vector<std::uint32_t>{2, 5, 7, 9, 2, 5, 7, 2});
}

TEST_CASE("RCCC: a sender that wants less than a grant gets that, and the pace counts what it takes on the wire") {
  const RcccSpec spec;
  CreditSource source(spec, 400_Gbps, payload, wire);
  source.want(3, 5000, at(0us));
  source.want(4, 2 * 16'384, at(0us));
  CHECK(source.wanted(3) == 5000);
  const CreditSource::Grant grant = source.take();
  CHECK(grant.sender == 3);
  CHECK(grant.bytes == 5000);
  CHECK(source.wanted(3) == 0);
  CHECK(source.next() == at(Duration((5000 + 2 * 82) * 20))); // two frames; a byte takes 20 ps
  CHECK(source.take().sender == 4);
  CHECK(source.take().sender == 4);
  CHECK(source.next() == never);
  source.want(3, 1, at(10us)); // after a pause: at once
  CHECK(source.next() == at(10us));
  source.take();
  source.want(3, 1, at(10us)); // before the port is free: then
  CHECK(source.next() == at(10us + Duration(83 * 20)));
}

TEST_CASE("RCCC: all that is wanted is granted, at the rate of the port while anybody wants") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const RcccSpec spec;
    CreditSource source(spec, 100_Gbps, payload, wire);
    RandomStream random(seed, Purpose::test, 0);
    std::vector<std::int64_t> wanted(20);
    std::vector<std::int64_t> granted(20);
    SimTime now{};
    SimTime began{};
    std::int64_t busy = 0; // wire bytes since `began`
    for (int i = 0; i < 3000; ++i) {
      if (random.below(3) == 0 || source.next() == never) {
        now += Duration(static_cast<std::int64_t>(random.below(3'000'000)));
        const auto sender = static_cast<std::uint32_t>(random.below(20));
        const auto bytes = static_cast<std::int64_t>(1 + random.below(60'000));
        if (source.next() == never) {
          source.want(sender, bytes, now);
          began = source.next();
          busy = 0;
        } else {
          source.want(sender, bytes, now);
        }
        wanted[sender] += bytes;
      } else {
        CHECK(source.next() == began + Duration(busy * 80)); // 80 ps a byte: neither faster nor slower
        now = std::max(now, source.next());
        const auto grant = source.take();
        granted[grant.sender] += grant.bytes;
        busy += grant.bytes + (grant.bytes + payload - 1) / payload * (wire - payload);
      }
    }
    while (source.next() != never) {
      const auto grant = source.take();
      granted[grant.sender] += grant.bytes;
    }
    CHECK(granted == wanted);
  }
}

namespace {
/// A link whose peer sends full frames without a gap, and an ingress port that holds exactly xoff when a frame of
/// `crossing` bytes comes, `since` after the reverse port began a full frame. Bytes beyond xoff in the end, counted
/// frame by frame. Times in picoseconds from the moment the crossing frame counts.
std::int64_t beyond_xoff(std::int64_t ps_per_byte, Duration latency, Duration reaction, std::int64_t full,
                         std::int64_t pause, std::int64_t crossing, std::int64_t since, Forwarding forwarding) {
  const std::int64_t pause_begins = full * ps_per_byte - since;
  const std::int64_t pause_in = pause_begins + pause * ps_per_byte + latency.count();
  const std::int64_t last_start = pause_in + reaction.count();
  const bool heads = forwarding == Forwarding::cut_through;
  std::int64_t held = crossing;
  std::int64_t start = (heads ? crossing * ps_per_byte : 0) - latency.count(); // of the next frame at the peer
  for (; start <= last_start; start += full * ps_per_byte)
    held += full;
  return held;
}
} // namespace

TEST_CASE("The headroom of priority flow control: by hand") {
  // 100 Gb/s, 12.5 B/ns; 100 ns of link twice: 2,500 B; 500 ns: 6,250 B; a pause of 84 B; two frames of 4,178 B.
  CHECK(pfc_headroom(100_Gbps, 100ns, 500ns, Bytes(4178), Bytes(84)) == Bytes(2500 + 6250 + 84 + 2 * 4178));
  CHECK(pfc_headroom(100_Gbps, 100ns, 500ns, Bytes(4178), Bytes(84), Forwarding::store_and_forward) ==
        Bytes(2500 + 6250 + 84 + 3 * 4178));
  CHECK(pfc_headroom(300_Gbps, Duration(1), Duration(0), Bytes(100), Bytes(84)) == Bytes(1 + 84 + 200)); // rounded up
}

TEST_CASE(
    "The headroom of priority flow control is enough for every frame that still comes, and not a frame too much") {
  constexpr std::int64_t full = 4178;
  constexpr std::int64_t pause = 84;
  for (const Forwarding forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
    for (const std::int64_t ps_per_byte : {80, 20, 10}) // 100, 400, 800 Gb/s
      for (const Duration latency : {Duration(10ns), Duration(100ns), Duration(517ns), Duration(2us)})
        for (const Duration reaction : {Duration(0), Duration(333ns), Duration(500ns)}) {
          const std::int64_t room = pfc_headroom(BitRate(8'000'000'000'000 / ps_per_byte), latency, reaction,
                                                 Bytes(full), Bytes(pause), forwarding)
                                        .value;
          std::int64_t most = 0;
          for (std::int64_t crossing = pause; crossing <= full; ++crossing)
            for (const std::int64_t since : {std::int64_t{0}, full * ps_per_byte / 2, full * ps_per_byte})
              most =
                  std::max(most, beyond_xoff(ps_per_byte, latency, reaction, full, pause, crossing, since, forwarding));
          CHECK(most <= room);
          CHECK(most > room - full);
        }
}
