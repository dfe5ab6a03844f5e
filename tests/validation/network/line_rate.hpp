#pragma once
// Permutations of 20 MB per flow at 400 Gb/s, measured against a flow that is alone on its path.

#include "tests/unit/sim/network/fabrics.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <doctest/doctest.h>
#include <utility>

namespace lightloom::test {

inline constexpr std::int64_t frames = 4883;          ///< of a flow: 20 MB ÷ 4,096 B
inline constexpr double least_ps = frames * 82'320.0; ///< 4,116 B at 400 Gb/s

/// Of a path: NIC, links, a switch between each two, NIC.
constexpr double path_latency_ps(int links) { return 2 * 700'000 + links * 300'000 + (links - 1) * 500'000; }

inline NetworkResult run_flows(NetworkSpec spec, PathChoice paths, std::uint64_t seed, std::size_t flows) {
  spec.paths = paths;
  spec.seed = seed;
  spec.record_flows = true;
  NetworkResult result = simulate(std::move(spec), {});
  CHECK(result.violations.empty());
  REQUIRE(result.flows.size() == flows);
  return result;
}

/// Time of the slowest flow beyond a path's latency, as a multiple of 20 MB at payload-adjusted line rate.
inline double slowest_flow(const NetworkResult &r, double latency_ps) {
  double worst = 0;
  for (const auto &flow : r.flows)
    worst = std::max(worst, (static_cast<double>((flow.end - flow.start).count()) - latency_ps) / least_ps);
  return worst;
}

} // namespace lightloom::test
