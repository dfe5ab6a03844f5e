// Shipped routings under back-pressure: whatever the fabric, the path choice and the buffers, nothing stands still.
// tests/property/topology holds the same of the dependencies between links, for many more fabrics.

#include "sim/network/frame.hpp"
#include "sim/network/switch/pfc_headroom.hpp"
#include "tests/unit/sim/network/fabrics.hpp"
#include "tests/unit/topology/specs.hpp"
#include "topology/routes.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

NetworkSpec network(const FabricSpec &shape) {
  const Fabric fabric = build_fabric(shape);
  NetworkSpec spec;
  spec.fabric = fabric.plan();
  spec.routes.push_back({SimTime{}, compute_routes(fabric)});
  for (const auto &cable : spec.fabric.cables)
    for (int direction = 0; direction < 2; ++direction)
      spec.links.push_back(healthy(cable.rate, 300ns));
  spec.transport = infiniband();
  spec.transport.credits = Bytes{};
  return spec;
}

constexpr std::int64_t frame_bytes = 4146;

/// Room for three frames per ingress port and what PFC needs beyond, or one frame per credit buffer: back-pressure
/// wherever two flows meet.
void squeeze(NetworkSpec &spec, int buffers) {
  if (buffers == 0) {
    spec.transport.credits = Bytes(frame_bytes);
    return;
  }
  std::vector<std::int64_t> degree(spec.fabric.nodes());
  for (const auto &cable : spec.fabric.cables) {
    ++degree[cable.a.index()];
    ++degree[cable.b.index()];
  }
  const std::int64_t ports = *std::max_element(degree.begin(), degree.end());
  const Bytes headroom =
      pfc_headroom(spec.fabric.cables.front().rate, 300ns, spec.switches.latency + 1us, Bytes(frame_bytes), Bytes(84));
  spec.switches.pfc = {true, Bytes(3 * frame_bytes), Bytes(frame_bytes), headroom};
  if (buffers == 2) // the dynamic threshold
    spec.switches.pfc.xoff = spec.switches.pfc.xon = Bytes{};
  spec.switches.buffer = Bytes(ports * (headroom.value + 4 * frame_bytes));
}

} // namespace

TEST_CASE("Under PFC and under single-frame credits shipped fat-trees and Dragonfly+ drop nothing and finish any "
          "traffic") {
  std::uint64_t pauses = 0;
  for (const FabricSpec &shape :
       {specs::fat_tree(16, 8, 2), specs::fat_tree(16, 4, 3), specs::fat_tree(20, 8, 2), specs::dragonfly_plus(5, 2)})
    for (const auto paths : {PathChoice::ecmp, PathChoice::spray_random, PathChoice::adaptive})
      for (const int buffers : {0, 1, 2})
        for (const bool all : {true, false}) {
          CAPTURE(shape.topology);
          CAPTURE(shape.hosts);
          CAPTURE(static_cast<int>(paths));
          CAPTURE(buffers);
          CAPTURE(all);
          NetworkSpec spec = network(shape);
          spec.paths = paths;
          squeeze(spec, buffers);
          if (all)
            all_to_all(spec, 20'000_B);
          else
            incast(spec, spec.fabric.hosts - 1, 40'000_B);
          const NetworkResult r = simulate(std::move(spec), {});
          CHECK(r.standstill.links.empty());
          CHECK(r.blocked.empty());
          CHECK_FALSE(r.failed);
          CHECK(r.violations.empty());
          CHECK(r.frames_resent == 0);
          for (const auto &link : r.links) {
            CHECK(link.buffer_drops == 0);
            pauses += link.pauses;
          }
        }
  MESSAGE(pauses << " pauses");
  CHECK(pauses > 1000);
}
