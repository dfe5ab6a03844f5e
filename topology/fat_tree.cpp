// Builds the graph of a fat-tree design (fat_tree_design.cpp): places hosts on leaves, joins leaves to spines and
// spines to cores.

#include "topology/fat_tree.hpp"

#include "sim/core/contract.hpp"

namespace lightloom {

namespace {

/// Item i of `total` things dealt over `places` as evenly as possible, the first places taking one more: how many place
/// i has.
std::uint32_t share(std::uint32_t total, std::uint32_t places, std::uint32_t i) {
  return total / places + (i < total % places ? 1 : 0);
}

/// The leaf of host h. Node v (its hosts are on `rails` rails) belongs to scalable unit v ÷ hosts_per_leaf, which has
/// one leaf per rail.
std::uint32_t leaf_of_host(const FatTreeDesign &design, std::uint32_t host) {
  const std::uint32_t unit = host / design.rails / design.hosts_per_leaf;
  return unit * design.rails + host % design.rails;
}

/// Appends the nodes in id order.
void add_nodes(const FatTreeDesign &design, FabricDescription &fabric) {
  const auto pod_of_leaf = [&](std::uint32_t leaf) { return leaf / design.leaves_per_pod; };
  for (std::uint32_t h = 0; h < design.hosts; ++h)
    fabric.nodes.push_back({NodeKind::host, h, pod_of_leaf(leaf_of_host(design, h))});
  for (std::uint32_t l = 0; l < design.leaves; ++l)
    fabric.nodes.push_back({NodeKind::leaf, l, pod_of_leaf(l)});
  for (std::uint32_t s = 0; s < design.pods * design.spines_per_pod; ++s)
    fabric.nodes.push_back({NodeKind::spine, s, s / design.spines_per_pod});
  for (std::uint32_t c = 0; c < design.cores; ++c)
    fabric.nodes.push_back({NodeKind::core, c, 0});
}

/// Spine s of a pod has that many cables from each leaf of its pod.
std::uint32_t cables_per_leaf(const FatTreeDesign &design, std::uint32_t spine_in_pod) {
  return share(design.uplinks, design.spines_per_pod, spine_in_pod);
}

/// The core of each uplink of a pod, uplinks counted spine by spine; the same in every pod, so that a core meets the
/// same spine of each pod (a plane), as in the k-ary fat-tree. When whole planes would cost more cores, neighbouring
/// spines share some.
std::vector<std::uint32_t> cores_of_uplinks(const FatTreeDesign &design, const std::vector<std::uint32_t> &uplinks) {
  const std::uint32_t width = design.radix / design.pods;
  std::uint32_t in_planes = 0;
  std::uint32_t total = 0;
  for (const std::uint32_t up : uplinks) {
    in_planes += (up + width - 1) / width;
    total += up;
  }
  std::vector<std::uint32_t> result;
  std::uint32_t core = 0;
  const auto deal = [&](std::uint32_t count, std::uint32_t cores) {
    for (std::uint32_t c = 0; c < cores; ++c, ++core)
      result.insert(result.end(), share(count, cores, c), core);
  };
  if (in_planes == design.cores)
    for (const std::uint32_t up : uplinks)
      deal(up, (up + width - 1) / width);
  else
    deal(total, design.cores);
  ENSURES(core == design.cores && result.size() == total);
  return result;
}

/// Joins every pod's spines to the cores.
void add_core_cables(const FatTreeDesign &design, const FabricSpec &spec, FabricPlan &plan) {
  const std::uint32_t first_spine = design.hosts + design.leaves;
  const std::uint32_t first_core = first_spine + design.pods * design.spines_per_pod;
  std::vector<std::uint32_t> uplinks(design.spines_per_pod);
  for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
    uplinks[s] = spine_uplinks(spec, design.leaves_per_pod * cables_per_leaf(design, s));
  const std::vector<std::uint32_t> cores = cores_of_uplinks(design, uplinks);
  for (std::uint32_t pod = 0; pod < design.pods; ++pod) {
    auto core = cores.begin();
    for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
      for (std::uint32_t u = 0; u < uplinks[s]; ++u)
        plan.cables.push_back({NodeId(first_spine + pod * design.spines_per_pod + s), NodeId(first_core + *core++),
                               Tier::spine, spec.rates.spine});
  }
}

} // namespace

Fabric build_fat_tree(const FabricSpec &spec) {
  const FatTreeDesign design = design_fat_tree(spec);
  FabricDescription fabric{"fat-tree", spec.radix, design.levels, {}, {}};
  add_nodes(design, fabric);
  FabricPlan &plan = fabric.plan;
  plan.hosts = design.hosts;
  plan.switches = static_cast<std::uint32_t>(design.switches());
  const std::uint32_t first_leaf = design.hosts;
  const std::uint32_t first_spine = first_leaf + design.leaves;
  for (std::uint32_t h = 0; h < design.hosts; ++h)
    plan.cables.push_back({NodeId(h), NodeId(first_leaf + leaf_of_host(design, h)), Tier::host, spec.rates.host});
  for (std::uint32_t l = 0; l < design.leaves; ++l) {
    const std::uint32_t pod = l / design.leaves_per_pod;
    for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
      for (std::uint32_t k = 0; k < cables_per_leaf(design, s); ++k)
        plan.cables.push_back({NodeId(first_leaf + l), NodeId(first_spine + pod * design.spines_per_pod + s),
                               Tier::leaf, spec.rates.leaf});
  }
  if (design.cores > 0)
    add_core_cables(design, spec, plan);
  return Fabric(std::move(fabric));
}

} // namespace lightloom
