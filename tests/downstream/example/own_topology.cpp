// A topology of one's own: a full mesh, in which every leaf switch has a cable to every other one, and no spines.
//
// Eight GPUs on switches of five ports make two leaves of four, with one cable between them. Everyone sends one frame
// to the GPU four further on, so four frames cross that cable each way, one after another:
//
//     a frame   4,096 B on the wire over 400 Gb/s      81,920 ps
//     four in a row                                   327,680 ps
//     the way   host, leaf, leaf, host: 3 × 250 ns    750,000 ps
//     the last one is there                         1,077,680 ps     (through a spine: 250 ns more)

#include <lightloom/lightloom.hpp>
#include <lightloom/topology/fabric.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

using namespace lightloom;

// Nodes are hosts first, then leaves; cables are those of the hosts first, in their order.
Fabric build_full_mesh(const FabricSpec &spec) {
  const auto hosts = static_cast<std::uint32_t>(spec.hosts);
  std::uint32_t leaves = 1;
  while (leaves * (spec.radix + 1 - leaves) < hosts)
    if (++leaves > spec.radix)
      throw Error("cluster.gpus = " + std::to_string(hosts), "no full mesh of such switches holds them",
                  "Raise fabric.radix.");
  if (spec.nics_per_gpu * spec.planes > 1)
    throw Error("fabric.planes = " + std::to_string(spec.planes), "this mesh is one plane of one NIC per GPU",
                "Use 1.");
  const std::uint32_t hosts_per_leaf = spec.radix + 1 - leaves;

  FabricDescription mesh;
  mesh.topology = "full-mesh";
  mesh.radix = spec.radix;
  mesh.levels = 1;
  mesh.plan.hosts = hosts;
  mesh.plan.switches = leaves;
  for (std::uint32_t h = 0; h < hosts; ++h) {
    mesh.nodes.push_back({.kind = NodeKind::host, .index = h, .group = 0, .plane = 0});
    mesh.plan.cables.push_back({NodeId(h), NodeId(hosts + h / hosts_per_leaf), Tier::host, spec.rates.host});
  }
  for (std::uint32_t l = 0; l < leaves; ++l) {
    mesh.nodes.push_back({.kind = NodeKind::leaf, .index = l, .group = 0, .plane = 0});
    for (std::uint32_t other = l + 1; other < leaves; ++other)
      mesh.plan.cables.push_back({NodeId(hosts + l), NodeId(hosts + other), Tier::leaf, spec.rates.leaf});
  }
  return Fabric(std::move(mesh));
}

int main() {
  Extensions ours;
  ours.topologies.push_back({.name = "full-mesh", .called = "a full mesh", .build = build_full_mesh});

  Experiment across("across");
  across.use(ours);
  across.set("cluster.gpus", 8).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
  across.set("fabric.topology", "full-mesh").set("fabric.radix", 5).set("fabric.link_rate", 400_Gbps);
  across.set("fabric.switch.latency", 0ns).set("fabric.nic.latency", 0ns);
  across.set("optics.host.module", "400G-DAC").set("optics.host.length", 2_m).set("optics.host.latency", 250ns);
  across.set("optics.leaf.module", "400G-DAC").set("optics.leaf.length", 2_m).set("optics.leaf.latency", 250ns);
  across.set("transport.kind", "ideal").set("transport.mtu", 4'076_B);
  across.add("traffic", {{"pattern", "shift"}, {"by", 4}, {"size", 4'076_B}});

  constexpr Duration expected = 4 * transmission_time(4'096_B, 400_Gbps) + 3 * Duration(250ns);
  const Results results = run(across);
  Duration slowest{};
  for (const FlowRow &flow : results.tables.flows.rows)
    slowest = std::max(slowest, duration_of(flow));
  std::printf("four frames across: %lld ps%s\n", static_cast<long long>(slowest.count()),
              slowest == expected ? ", as by hand" : ", which is not what we computed");
  return results.complete && slowest == expected ? 0 : 1;
}
