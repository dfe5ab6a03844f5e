// Metrics of fabrics that can be counted by hand.

#include "topology/metrics.hpp"
#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("one switch: every host is two links from every other") {
  const FabricMetrics metrics = measure_fabric(build_fabric(specs::fat_tree(4, 64, 0)));
  CHECK(metrics.diameter_hops == 2);
  CHECK(metrics.average_hops == 2);
  CHECK(metrics.oversubscription == 1);
  CHECK(metrics.connected);
  CHECK(metrics.unused_ports == 60);
}

TEST_CASE("two leaves of two: one host at two links, two at four") {
  const FabricMetrics metrics = measure_fabric(build_fabric(specs::fat_tree(4, 4, 2)));
  CHECK(metrics.diameter_hops == 4);
  CHECK(metrics.average_hops == doctest::Approx((2 + 4 + 4) / 3.0));
  CHECK(metrics.bisection == 1600_Gbps); // two hosts at 800 Gb/s each way
  CHECK(metrics.bisection_method == "max-flow");
}

TEST_CASE("unused ports are listed by runs of neighbours with equal counts") {
  const FabricMetrics metrics = measure_fabric(build_fabric(specs::fat_tree(70, 64, 2)));
  // 3 leaves of 32, 32 and 6 hosts with 32 uplinks each: the last leaf has 26 unused. 64 / 3 = 21 per leaf: 2 spines ×
  // 3 × 16 = 48 used.
  CHECK(metrics.spines == 2);
  REQUIRE(metrics.unused.size() == 2);
  CHECK(metrics.unused[0].first == "leaf:2");
  CHECK(metrics.unused[0].last == "leaf:2");
  CHECK(metrics.unused[0].ports_each == 26);
  CHECK(metrics.unused[1].first == "spine:0");
  CHECK(metrics.unused[1].last == "spine:1");
  CHECK(metrics.unused[1].switches == 2);
  CHECK(metrics.unused[1].ports_each == 16);
  CHECK(metrics.unused_ports == 26 + 2 * 16);
}

TEST_CASE("an oversubscribed leaf tier shows in ratio and bisection alike") {
  FabricSpec spec = specs::fat_tree(192, 64, 2);
  spec.oversubscription = 3;
  const FabricMetrics metrics = measure_fabric(build_fabric(spec));
  CHECK(metrics.oversubscription == doctest::Approx(3.0));
  CHECK(metrics.bisection.bits_per_second == 192 / 2 * 800'000'000'000 / 3);
}

TEST_CASE("the structural formula of the bisection equals the maximum flow on symmetric fabrics") {
  for (const FabricSpec &spec : {specs::fat_tree(128, 64, 2), specs::fat_tree(1024, 16, 3), specs::dragonfly_plus(5, 4),
                                 specs::dragonfly_plus(4, 3), specs::dragonfly_plus(2, 4)}) {
    const Fabric fabric = build_fabric(spec);
    const FabricMetrics flow = measure_fabric(fabric);
    const FabricMetrics formula = measure_fabric(fabric, 0);
    CHECK(flow.bisection_method == "max-flow");
    CHECK(formula.bisection_method == "structural");
    CHECK(flow.bisection == formula.bisection);
  }
}
