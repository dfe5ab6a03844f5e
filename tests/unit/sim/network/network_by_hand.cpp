// Numbers that can be checked by hand: one frame on one link, remainders below a picosecond, hops in closed form.

#include "sim/engine/simulation.hpp"
#include "sim/network/link.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

/// Frames of `size` wire bytes, nothing added: mtu = size − 20.
NetworkSpec bare(NetworkSpec spec, std::int64_t wire) {
  spec.transport.mtu = Bytes(wire - 20);
  spec.hosts.nic_latency = Duration{};
  spec.switches.latency = 100ns;
  spec.record_flows = true;
  return spec;
}

SimTime arrival(NetworkSpec spec) {
  const NetworkResult result = simulate(std::move(spec), {});
  REQUIRE(result.flows.size() == 1);
  CHECK(result.violations.empty());
  return result.flows[0].end;
}

/// Exactly 8n/R in ps, rounded down.
std::int64_t floor_ps(std::int64_t bytes, BitRate rate) {
  return static_cast<std::int64_t>(static_cast<__int128>(bytes) * 8 * 1'000'000'000'000 / rate.bits_per_second);
}

} // namespace

TEST_CASE("4,096 B on the wire over 400 Gb/s and 500 ns arrive at 581,920 ps") {
  // 4,096 × 8 bit ÷ 400 Gb/s = 81,920 ps; + 500,000 ps.
  NetworkSpec spec = bare(chain({400_Gbps}, 500ns), 4096);
  stream_of_messages(spec, 4076_B); // payload: 4,096 − 20
  CHECK(picoseconds(arrival(std::move(spec))) == 581'920);
}

TEST_CASE("The remainder below 1 ps is carried: 1,000 frames take 8n/R rounded down, at any rate") {
  for (const BitRate rate :
       {BitRate(3'200'000'000'000), BitRate(7'200'000'000'000), BitRate(999'999'999'937), 400_Gbps})
    for (const std::uint16_t size : {std::uint16_t{21}, std::uint16_t{4116}, std::uint16_t{65535}}) {
      const LinkHealth health = healthy(rate, 1ns);
      Link link;
      Link::Settings settings;
      settings.full_frame = Bytes(size);
      link.configure(health, settings, RandomStream());
      Receiver<Frame> far_end;
      struct Idle final : Entity {
        SimTime advance(SimTime) override { return never; }
        std::uint64_t digest() const override { return 0; }
      } idle;
      Simulation simulation(1);
      simulation.add(idle, 0);
      far_end.connect(link.out, idle);
      Frame frame;
      frame.size = size;
      for (std::int64_t i = 1; i <= 1000; ++i) {
        link.transmit(frame, link.earliest(0, size, SimTime{}, never));
        CHECK(picoseconds(link.free()) == floor_ps(i * size, rate)); // never drifts by even one
      }
      CHECK(picoseconds(link.counters().busy) == floor_ps(1000 * size, rate));
      CHECK(link.counters().tx_bytes == 1000u * size);
    }
}

TEST_CASE("Cut-through over h hops of one rate: latencies and switches once each, the wire once") {
  for (std::size_t h = 1; h <= 6; ++h) {
    NetworkSpec spec = bare(chain(std::vector<BitRate>(h, 400_Gbps), 300ns), 4096);
    stream_of_messages(spec, 4076_B);
    const auto hops = static_cast<std::int64_t>(h);
    CHECK(picoseconds(arrival(std::move(spec))) == hops * 300'000 + (hops - 1) * 100'000 + 81'920);
  }
}

TEST_CASE("Store-and-forward over h hops of one rate: the wire of a frame once per hop, of the message once") {
  for (std::size_t h = 1; h <= 6; ++h)
    for (const std::int64_t frames : {1, 2, 9}) {
      NetworkSpec spec = bare(chain(std::vector<BitRate>(h, 400_Gbps), 300ns), 4096);
      spec.switches.forwarding = Forwarding::store_and_forward;
      stream_of_messages(spec, Bytes(4076 * frames));
      const auto hops = static_cast<std::int64_t>(h);
      CHECK(picoseconds(arrival(std::move(spec))) ==
            hops * 300'000 + (hops - 1) * (100'000 + 81'920) + frames * 81'920);
    }
}

TEST_CASE("From fast to slow and from slow to fast the tail of a message arrives when the slowest link allows") {
  // One message of 10 frames of 4,000 wire bytes: 40 ns at 800G, 80 ns at 400G, 320 ns at 100G.
  struct Case {
    std::vector<BitRate> rates;
    std::int64_t tail; ///< after h latencies and h − 1 switches
  };
  const Case cases[] = {
      {{800_Gbps, 400_Gbps}, 10 * 80'000}, // cut through: the slow link is never idle
      {{400_Gbps, 800_Gbps}, 10 * 80'000}, // the fast link ends with the slow one: no later, and no earlier
      {{100_Gbps, 800_Gbps}, 10 * 320'000},
      {{800_Gbps, 100_Gbps, 800_Gbps}, 10 * 320'000},
      {{100_Gbps, 800_Gbps, 100_Gbps},
       10 * 320'000 + 280'000}, // the last link starts 280 ns later: the head of a frame waits at the first switch
  };
  for (const auto &c : cases) {
    NetworkSpec spec = bare(chain(c.rates, 300ns), 4000);
    stream_of_messages(spec, Bytes(10 * 3980));
    const auto hops = static_cast<std::int64_t>(c.rates.size());
    CHECK(picoseconds(arrival(std::move(spec))) == hops * 300'000 + (hops - 1) * 100'000 + c.tail);
  }
}

TEST_CASE("A frame's tail never leaves a switch before it came in, whatever the rates") {
  static constexpr BitRate rates[] = {100_Gbps, 333_Gbps, 400_Gbps, 720_Gbps, 800_Gbps, 3200_Gbps, 7200_Gbps};
  for (const BitRate in : rates)
    for (const BitRate out : rates)
      for (const std::int64_t wire : {21, 1001, 4097}) {
        NetworkSpec spec = bare(chain({in, out}, 300ns), wire);
        stream_of_messages(spec, Bytes(wire - 20));
        const std::int64_t end = picoseconds(arrival(std::move(spec)));
        CHECK(end >= 2 * 300'000 + 100'000 + floor_ps(wire, in));
        CHECK(end >= 2 * 300'000 + 100'000 + floor_ps(wire, out));
        CHECK(end <= 2 * 300'000 + 100'000 + 1 + std::max(floor_ps(wire, in), floor_ps(wire, out)));
      }
}

TEST_CASE("The same holds when the two directions of the cables have different rates") {
  NetworkSpec spec = bare(star(2, 400_Gbps, 300ns), 4000);
  for (const std::uint32_t down : {1u, 3u})
    spec.links[down].segments.front().rate = 800_Gbps;
  stream_of_messages(spec, 3980_B);
  CHECK(picoseconds(arrival(std::move(spec))) ==
        2 * 300'000 + 100'000 + 80'000); // not 40'000: the tail comes in at 400G
}

TEST_CASE("… and when a link has been slowed down") {
  NetworkSpec spec = bare(star(2, 800_Gbps, 300ns), 4000);
  spec.links[0].segments.push_back({SimTime{} + 1us, 400_Gbps, 300ns, 0}); // host 0 up
  give(spec, {{{compute(2us), send(1, 3980_B)}}, {{receive(0, 3980_B)}}});
  CHECK(picoseconds(arrival(std::move(spec))) == 2'000'000 + 2 * 300'000 + 100'000 + 80'000);
}

TEST_CASE("The NIC takes its latency on both sides and the message overhead once per message") {
  NetworkSpec spec = bare(chain({400_Gbps}, 500ns), 4096);
  spec.hosts.nic_latency = 700ns;
  spec.hosts.message_overhead = 2us;
  stream_of_messages(spec, 4076_B);
  CHECK(picoseconds(arrival(std::move(spec))) == 581'920 + 2 * 700'000 + 2'000'000);
}

TEST_CASE("An empty message is one frame of header and gap") {
  NetworkSpec spec = bare(chain({400_Gbps}, 500ns), 4096);
  spec.transport.header = 30_B;
  stream_of_messages(spec, 0_B);
  CHECK(picoseconds(arrival(std::move(spec))) == 500'000 + 50 * 20); // 20 ps per byte
}

TEST_CASE("Only the last frame of a message is short") {
  NetworkSpec spec = bare(chain({400_Gbps}, 500ns), 4096);
  stream_of_messages(spec, 10'000_B); // 4,076 + 4,076 + 1,848 payload = 10,060 on the wire
  const NetworkResult result = simulate(std::move(spec), {});
  CHECK(result.frames_injected == 3);
  CHECK(result.links[0].tx_bytes == 10'060);
  CHECK(picoseconds(result.flows[0].end) == 500'000 + 10'060 * 20);
}

TEST_CASE("Two flows of one host take turns, a frame each: both end one frame time apart") {
  NetworkSpec spec = bare(star(3, 400_Gbps, 300ns), 4096);
  give(spec, {{{send(1, Bytes(4076 * 10)), send(2, Bytes(4076 * 10))}},
              {{receive(0, Bytes(40760))}},
              {{receive(0, Bytes(40760))}}});
  const NetworkResult result = simulate(std::move(spec), {});
  CHECK(picoseconds(result.flows[0].end) == 700'000 + 19 * 81'920);
  CHECK(picoseconds(result.flows[1].end) == 700'000 + 20 * 81'920);
}
