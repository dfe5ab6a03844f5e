// Closed loops: some long flows through one queue, each control against what its authors promise. Tolerances and the
// whole table: docs/validation/congestion-control.md.

#include "tests/unit/sim/network/congestion_control_loop.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::toy;

namespace {
SimTime at(Duration d) { return SimTime(d); }

/// Thresholds of the simulator that DCQCN's authors published, for 40 Gb/s: 40 KB, 1,000 KB, probability 1; in
/// proportion to the rate, as is usual.
Network dcqcn_network(BitRate line) {
  const std::int64_t gbps = line.bits_per_second / 1'000'000'000;
  return {line, 8us, {true, Bytes(1000 * gbps), Bytes(25'000 * gbps), 1.0}};
}

/// Thresholds at a fifth and four fifths of the BDP, trimming beyond a BDP, as htsim's examples have them.
Network nscc_network(BitRate line, Duration flight, std::int64_t slower = 1) {
  Network network{line, flight, {}};
  network.slower = slower;
  const double bdp = network.bdp() / static_cast<double>(slower);
  network.ecn = {true, Bytes(static_cast<std::int64_t>(bdp / 5)), Bytes(static_cast<std::int64_t>(bdp * 4 / 5)), 1.0};
  network.limit = Bytes(static_cast<std::int64_t>(bdp));
  return network;
}
} // namespace

TEST_CASE("DCQCN: after 40 ms 2, 8 and 32 flows share the link, Jain 0.95 at least, and use 95 % of it at least") {
  const DcqcnSpec spec;
  for (const BitRate line : {40_Gbps, 100_Gbps, 400_Gbps})
    for (const std::size_t flows : {2u, 8u, 32u}) {
      CAPTURE(line.bits_per_second);
      CAPTURE(flows);
      const Network network = dcqcn_network(line);
      const Outcome outcome = rates<Dcqcn>(network, spec, flows, spec.notification_interval, at(40ms), at(60ms));
      CHECK(outcome.jain >= 0.95);
      CHECK(outcome.utilisation >= 0.95);
      CHECK(outcome.most_queue < static_cast<double>(network.ecn.most.value));
    }
}

TEST_CASE("NSCC: after 8 ms 2, 8 and 32 flows share the link, Jain 0.95 at least, and use 95 % of it at least") {
  const NsccSpec spec;
  for (const BitRate line : {400_Gbps, 800_Gbps})
    for (const Duration flight : {Duration(4us), Duration(12us)})
      for (const std::size_t flows : {2u, 8u, 32u}) {
        const Network network = nscc_network(line, flight);
        CAPTURE(line.bits_per_second);
        CAPTURE(flight.count());
        CAPTURE(flows);
        const Outcome outcome = Windows(network, spec, flows, at(8ms), at(12ms)).run();
        CHECK(outcome.jain >= 0.95);
        CHECK(outcome.utilisation >= 0.95);
        CHECK(outcome.mean_queue < 0.9 * network.bdp());
      }
}

TEST_CASE("NSCC: one flow keeps the link busy, with a queue no longer than the target") {
  const NsccSpec spec;
  for (const BitRate line : {100_Gbps, 400_Gbps, 800_Gbps})
    for (const Duration flight : {Duration(4us), Duration(12us)})
      for (const std::int64_t slower : {1, 2}) { // 2: behind a port of half the rate
        const Network network = nscc_network(line, flight, slower);
        const Outcome outcome = Windows(network, spec, 1, at(1ms), at(4ms)).run();
        CHECK(outcome.utilisation >= 0.99);
        const double target = spec.target_share * network.bdp() / static_cast<double>(slower);
        CHECK(outcome.mean_queue <= target + static_cast<double>(network.frame));
        CHECK((slower == 2 || outcome.most_queue == 0));
      }
}

TEST_CASE("FECN and BECN: after 20 ms 2, 8 and 32 flows share the link, Jain 0.95 at least, and use 90 % of it") {
  const FecnBecnSpec spec;
  for (const BitRate line : {100_Gbps, 400_Gbps})
    for (const std::size_t flows : {2u, 8u, 32u}) {
      Network network{line, 8us, {}};
      const auto threshold = static_cast<std::int64_t>(network.bdp());
      network.ecn = {true, Bytes(threshold), Bytes(threshold), 1.0}; // every frame beyond the threshold
      CAPTURE(line.bits_per_second);
      CAPTURE(flows);
      const Outcome outcome = rates<FecnBecn>(network, spec, flows, spec.notification_interval, at(20ms), at(40ms));
      CHECK(outcome.jain >= 0.95);
      CHECK(outcome.utilisation >= 0.90);
      CHECK(outcome.most_queue < 2 * network.bdp());
    }
}
