// What no run may beat, what an incast takes, and that nobody is favoured.

#include "tests/unit/sim/network/fabrics.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

/// Least time of a message in the fat-tree k = 4: NIC both ways, links and switches of the path, its bytes at line
/// rate.
Duration least(const NetworkSpec &spec, std::uint32_t from, std::uint32_t to, Bytes size) {
  const int links = from / 2 == to / 2 ? 2 : from / 4 == to / 4 ? 4 : 6;
  const auto &t = spec.transport;
  const std::int64_t frames = std::max<std::int64_t>(1, (size.value + t.mtu.value - 1) / t.mtu.value);
  const Bytes wire = size + frames * (t.header + Bytes(20));
  return spec.hosts.message_overhead + 2 * spec.hosts.nic_latency + links * spec.links[0].segments[0].latency +
         (links - 1) * spec.switches.latency + transmission_time(wire, 400_Gbps);
}

struct Spread {
  std::vector<double> mean_rank; ///< per sender, over seeds
  double slowest_over_fastest = 0;
  double least_end = 1e30, greatest_end = 0; ///< of the last sender, over seeds [ps]
};

/// An incast of n equal senders over 20 seeds; senders are ranked by completion.
Spread compete(const TransportSpec &transport, std::uint32_t n, Bytes size) {
  Spread spread;
  spread.mean_rank.resize(n);
  constexpr std::uint64_t seeds = 20;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    NetworkSpec spec = star(n + 1, 400_Gbps, 300ns);
    spec.transport = transport;
    spec.seed = seed;
    spec.record_flows = true;
    incast(spec, n, size);
    const NetworkResult r = simulate(std::move(spec), {});
    REQUIRE(r.flows.size() == n);
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return r.flows[a].end < r.flows[b].end; });
    for (std::uint32_t place = 0; place < n; ++place)
      spread.mean_rank[order[place]] += static_cast<double>(place) / seeds;
    const auto last = static_cast<double>(picoseconds(r.flows[order.back()].end));
    const auto first = static_cast<double>(picoseconds(r.flows[order.front()].end));
    spread.slowest_over_fastest = std::max(spread.slowest_over_fastest, last / first);
    spread.least_end = std::min(spread.least_end, last);
    spread.greatest_end = std::max(spread.greatest_end, last);
  }
  return spread;
}

} // namespace

TEST_CASE("No message is faster than its bytes at line rate plus the latency of its path") {
  for (const auto paths : {PathChoice::ecmp, PathChoice::spray})
    for (const bool ideal : {true, false})
      for (const std::int64_t size : {0, 1, 4096, 100'000}) {
        NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
        if (!ideal)
          spec.transport = infiniband();
        spec.paths = paths;
        spec.record_flows = true;
        spec.hosts.message_overhead = 1us;
        all_to_all(spec, Bytes(size));
        NetworkSpec same = fat_tree(4, 400_Gbps, 300ns);
        same.transport = spec.transport;
        same.hosts = spec.hosts;
        const NetworkResult r = simulate(std::move(spec), {});
        REQUIRE(r.flows.size() == 16 * 15);
        for (const FlowResult &flow : r.flows)
          CHECK(flow.end - flow.start >= least(same, flow.source, flow.destination, flow.size));
      }
}

TEST_CASE("A permutation inside one switch runs at full rate: every message takes exactly its least time") {
  NetworkSpec spec = star(8, 400_Gbps, 300ns);
  spec.record_flows = true;
  permutation(spec, 1_MiB, 9);
  const NetworkResult r = simulate(std::move(spec), {});
  const Duration expected = 2 * 700ns + 2 * 300ns + 500ns + transmission_time(Bytes(1'048'576 + 256 * 20), 400_Gbps);
  for (const FlowResult &flow : r.flows)
    CHECK(flow.end - flow.start == expected);
}

TEST_CASE("An incast of 64 × 1 MiB at 400 Gb/s drains in N·B/C + path exactly, and queues (N − 1)·B") {
  NetworkSpec spec = star(65, 400_Gbps, 300ns);
  spec.record_flows = true;
  incast(spec, 64, 1_MiB);
  const NetworkResult r = simulate(std::move(spec), {});
  SimTime last{};
  for (const FlowResult &flow : r.flows)
    last = std::max(last, flow.end);
  const std::int64_t wire = 1'048'576 + 256 * 20;
  const std::int64_t path = 2 * 700'000 + 2 * 300'000 + 500'000;
  CHECK(picoseconds(last) == path + 64 * wire * 20); // 1.342 ms of payload, 1.349 ms with gaps
  const auto queue = static_cast<double>(r.links[1].max_queue_bytes);
  MESSAGE("last byte after " << picoseconds(last) << " ps, greatest queue " << queue << " B");
  CHECK(queue == doctest::Approx(63.0 * static_cast<double>(wire)).epsilon(0.001));
}

TEST_CASE(
    "In an incast of equal senders none is favoured over 20 seeds: mean ranks within 4 standard errors of the middle") {
  constexpr std::uint32_t n = 16;
  const double error = std::sqrt((n * n - 1) / 12.0 / 20); // of the mean of 20 uniform ranks
  TransportSpec limited = infiniband();
  limited.credits = Bytes(4 * 4146);
  for (const auto &transport : {TransportSpec{}, infiniband(), limited}) {
    const Spread spread = compete(transport, n, 256_KiB);
    double worst = 0;
    for (const double rank : spread.mean_rank)
      worst = std::max(worst, std::abs(rank - (n - 1) / 2.0) / error);
    MESSAGE("credits " << transport.credits.value << " B: largest deviation " << worst
                       << " standard errors; slowest ÷ fastest sender " << spread.slowest_over_fastest
                       << "; end over seeds " << spread.least_end << " … " << spread.greatest_end << " ps");
    CHECK(worst <= 4);
  }
}

TEST_CASE("Ties by id are another order than drawn ties, the same for every seed") {
  const auto run = [](bool by_id, std::uint64_t seed) {
    NetworkSpec spec = star(9, 400_Gbps, 300ns);
    spec.ties_by_id = by_id;
    spec.seed = seed;
    incast(spec, 8, 64_KiB);
    return simulate(std::move(spec), {}).digest;
  };
  CHECK(run(true, 1) == run(true, 2));
  CHECK(run(false, 1) != run(false, 2));
  CHECK(run(true, 1) != run(false, 1));
}

TEST_CASE(
    "The order of ties can be varied alone: another tie seed is another order, and the end of a drain is the same") {
  const auto run = [](std::uint64_t tie_seed) {
    NetworkSpec spec = star(9, 400_Gbps, 300ns);
    spec.tie_seed = tie_seed;
    incast(spec, 8, 64_KiB);
    return simulate(std::move(spec), {});
  };
  CHECK(run(5).digest != run(6).digest);
  CHECK(run(5).end == run(6).end);
}
