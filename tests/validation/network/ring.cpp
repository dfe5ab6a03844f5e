// Ring all-reduce against its closed form. Source: Thakur, Rabenseifner, Gropp 2005 (α–β form), with the frames of
// decision 0005:
//
//     T = 2(n − 1) [ overhead + 2 × NIC + path latency + wire(S/n) ÷ R  (+ one first frame per later link,
//     store-and-forward) ]
//
// where wire(m) = m + frames × (header + 20 B) and path latency = links × latency + switches × switch latency.
// Tolerance: one frame time for `ideal`, 0.1 % for `infiniband` (acknowledgements share the links: 50 B for 16 frames
// of 4,146 B are 0.075 %).

#include "tests/unit/sim/network/fabrics.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

struct Setting {
  BitRate rate;
  std::uint32_t ranks;
  std::int64_t size; ///< S [B]
  bool two_levels; ///< every host on a leaf of its own under one spine: 4 links, 3 switches; otherwise a star: 2 links,
                   ///< 1 switch
  Forwarding forwarding;
};

std::int64_t wire(std::int64_t payload, std::int64_t mtu, std::int64_t header) {
  return payload + std::max<std::int64_t>(1, (payload + mtu - 1) / mtu) * (header + 20);
}

/// 8n/R in ps; a closed form may be a fraction.
double wire_time(std::int64_t bytes, BitRate rate) {
  return static_cast<double>(bytes) * 8e12 / static_cast<double>(rate.bits_per_second);
}

NetworkSpec make(const Setting &s, const TransportSpec &transport) {
  NetworkSpec spec = s.two_levels ? leaf_spine(s.ranks, 1, 1, s.rate, 250ns) : star(s.ranks, s.rate, 250ns);
  spec.transport = transport;
  spec.switches.forwarding = s.forwarding;
  spec.hosts.message_overhead = 3us;
  ring(spec, Bytes(s.size));
  return spec;
}

double closed_form(const Setting &s, const NetworkSpec &spec) {
  const std::int64_t links = s.two_levels ? 4 : 2;
  const std::int64_t chunk = s.size / s.ranks;
  const auto &t = spec.transport;
  double step = static_cast<double>(picoseconds(spec.hosts.message_overhead + 2 * spec.hosts.nic_latency +
                                                links * 250ns + (links - 1) * spec.switches.latency));
  step += wire_time(wire(chunk, t.mtu.value, t.header.value), s.rate);
  if (s.forwarding == Forwarding::store_and_forward)
    step += static_cast<double>(links - 1) * wire_time(std::min(chunk, t.mtu.value) + t.header.value + 20, s.rate);
  return 2.0 * (s.ranks - 1) * step;
}

std::vector<Setting> settings(const std::vector<std::int64_t> &chunks) {
  std::vector<Setting> all;
  for (const BitRate rate : {400_Gbps, 800_Gbps, 7200_Gbps})
    for (const std::uint32_t n : {2u, 3u, 8u, 16u})
      for (const std::int64_t chunk : chunks)
        for (const bool two_levels : {false, true})
          for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
            all.push_back({rate, n, chunk * n, two_levels, forwarding});
  return all;
}

} // namespace

TEST_CASE("Ring all-reduce on `ideal` takes its closed form, to one frame time") {
  double worst = 0, worst_whole = 0;
  for (const Setting &s : settings({1, 4096, 4097, 100'000, 1'000'000})) {
    NetworkSpec spec = make(s, TransportSpec{});
    const double expected = closed_form(s, spec);
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.violations.empty());
    const double error = static_cast<double>(picoseconds(r.end)) - expected;
    CHECK(std::abs(error) <= wire_time(4116, s.rate));
    auto &kind = s.rate == 7200_Gbps ? worst : worst_whole;
    kind = std::max(kind, std::abs(error));
  }
  MESSAGE("greatest error: " << worst_whole << " ps at 400 and 800 Gb/s, " << worst
                             << " ps at 7.2 Tb/s, where a byte is not whole picoseconds");
  CHECK(worst_whole == 0); // exact
}

TEST_CASE("Ring all-reduce on `infiniband` takes its closed form to 0.1 % from 1 MB per step on") {
  double worst = 0;
  for (const Setting &s : settings({1'000'000, 2'000'000})) {
    TransportSpec transport = infiniband();
    transport.credits = Bytes(4 << 20);
    if (s.ranks > 8)
      continue;
    NetworkSpec spec = make(s, transport);
    const double expected = closed_form(s, spec);
    const NetworkResult r = simulate(std::move(spec), {});
    CHECK(r.violations.empty());
    const double error = static_cast<double>(picoseconds(r.end)) / expected - 1;
    CHECK(error >= -1e-7); // acknowledgements only cost; the form rounds nothing, a port less than 1 ps a frame
    CHECK(error <= 1e-3);
    worst = std::max(worst, error);
  }
  MESSAGE("greatest error: " << 100 * worst << " %");
}

TEST_CASE("A ring over unequal paths is max-plus: each rank waits for its neighbour, exactly") {
  // Two hosts per leaf: every second hop crosses the spine. t_i(k) = max(t_i(k − 1), t_{i−1}(k − 1) + d_{i−1}).
  for (const std::uint32_t leaves : {2u, 4u}) {
    NetworkSpec spec = leaf_spine(leaves, 2, 1, 400_Gbps, 250ns);
    const std::uint32_t n = 2 * leaves;
    const std::int64_t chunk = 123'456;
    ring(spec, Bytes(chunk * n));
    const NetworkResult r = simulate(std::move(spec), {});
    std::vector<std::int64_t> t(n);
    for (std::uint32_t k = 0; k < 2 * (n - 1); ++k) {
      std::vector<std::int64_t> next(n);
      for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t left = (i + n - 1) % n;
        const std::int64_t links = left / 2 == i / 2 ? 2 : 4;
        const std::int64_t d = 2 * 700'000 + links * 250'000 + (links - 1) * 500'000 + wire(chunk, 4096, 0) * 20;
        next[i] = std::max(t[i], t[left] + d);
      }
      t = next;
    }
    for (std::uint32_t i = 0; i < n; ++i)
      CHECK(picoseconds(r.rank_end[i]) == t[i]);
  }
}
