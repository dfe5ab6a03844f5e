// Nodes in id order, then cables in the order that a Fabric requires.

#include "topology/families/plane_layout.hpp"

#include <utility>

namespace lightloom {

FabricDescription PlaneLayout::begin(std::string family, std::uint32_t radix, std::uint32_t levels,
                                     const std::function<std::uint32_t(std::uint32_t)> &leaf_of_place) const {
  FabricDescription fabric{std::move(family), radix, levels, {}, {}, spec.planes, spec.switch_capacity};
  for (std::uint32_t h = 0; h < hosts; ++h)
    fabric.nodes.push_back({NodeKind::host, h, leaf_of_place(h * spec.nics_per_gpu) / leaves_per_group});
  const auto add = [&](NodeKind kind, std::uint32_t count, std::uint32_t per_group) {
    for (std::uint32_t i = 0; i < spec.planes * count; ++i) { // groups count on through the planes
      const std::uint32_t plane = i / count;
      const std::uint32_t group = per_group == 0 ? 0 : i % count / per_group;
      fabric.nodes.push_back({kind, i, plane * groups + group, plane});
    }
  };
  add(NodeKind::leaf, leaves, leaves_per_group);
  add(NodeKind::spine, spines(), spines_per_group);
  add(NodeKind::core, cores, 0);
  FabricPlan &plan = fabric.plan;
  plan.hosts = hosts;
  plan.ports_per_host = spec.nics_per_gpu * spec.planes;
  plan.switches = spec.planes * (leaves + spines() + cores);
  for (std::uint32_t h = 0; h < hosts; ++h)
    for (std::uint32_t plane = 0; plane < spec.planes; ++plane)
      for (std::uint32_t nic = 0; nic < spec.nics_per_gpu; ++nic)
        plan.cables.push_back(
            {NodeId(h), leaf(plane, leaf_of_place(h * spec.nics_per_gpu + nic)), Tier::host, spec.rates.host});
  return fabric;
}

void PlaneLayout::join_leaves(FabricPlan &plan, const std::function<std::uint32_t(std::uint32_t)> &cables) const {
  for (std::uint32_t plane = 0; plane < spec.planes; ++plane)
    for (std::uint32_t l = 0; l < leaves; ++l)
      for (std::uint32_t s = 0; s < spines_per_group; ++s)
        plan.cables.insert(plan.cables.end(), cables(s),
                           {leaf(plane, l), spine(plane, l / leaves_per_group, s), Tier::leaf, spec.rates.leaf});
}

} // namespace lightloom
