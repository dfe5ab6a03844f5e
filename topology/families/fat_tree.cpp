// Builds the graph of a fat-tree design (families/fat_tree_design.cpp): places hosts on leaves, joins leaves to spines
// and spines to cores.

#include "topology/families/fat_tree.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/even_share.hpp"
#include "topology/families/plane_layout.hpp"

namespace lightloom {

namespace {

/// The leaf of a place of a plane (host × NICs per GPU + NIC). Node v (its NICs are on `rails` rails) belongs to
/// scalable unit v ÷ hosts_per_leaf, which has one leaf per rail.
std::uint32_t leaf_of_place(const FatTreeDesign &design, std::uint32_t place) {
  const std::uint32_t unit = place / design.rails / design.hosts_per_leaf;
  return unit * design.rails + place % design.rails;
}

/// Spine s of a pod has that many cables from each leaf of its pod.
std::uint32_t cables_per_leaf(const FatTreeDesign &design, std::uint32_t spine_in_pod) {
  return even_share(design.uplinks, design.spines_per_pod, spine_in_pod);
}

/// The core of each uplink of a pod, uplinks counted spine by spine; the same in every pod, so that a core meets the
/// same spine of each pod, as in the k-ary fat-tree. When a core of their own for every spine would cost more cores,
/// neighbouring spines share some.
std::vector<std::uint32_t> cores_of_uplinks(const FatTreeDesign &design, const std::vector<std::uint32_t> &uplinks) {
  const std::uint32_t width = design.core_ports / design.pods;
  std::uint32_t unshared = 0;
  std::uint32_t total = 0;
  for (const std::uint32_t up : uplinks) {
    unshared += (up + width - 1) / width;
    total += up;
  }
  std::vector<std::uint32_t> result;
  std::uint32_t core = 0;
  const auto deal = [&](std::uint32_t count, std::uint32_t cores) {
    for (std::uint32_t c = 0; c < cores; ++c, ++core)
      result.insert(result.end(), even_share(count, cores, c), core);
  };
  if (unshared == design.cores)
    for (const std::uint32_t up : uplinks)
      deal(up, (up + width - 1) / width);
  else
    deal(total, design.cores);
  ENSURES(core == design.cores && result.size() == total);
  return result;
}

/// Joins every pod's spines to the cores of their plane.
void add_core_cables(const PlaneLayout &layout, const FatTreeDesign &design, FabricPlan &plan) {
  const FabricSpec &spec = layout.spec;
  std::vector<std::uint32_t> uplinks(design.spines_per_pod);
  for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
    uplinks[s] = spine_uplinks(spec, design.leaves_per_pod * cables_per_leaf(design, s));
  const std::vector<std::uint32_t> cores = cores_of_uplinks(design, uplinks);
  for (std::uint32_t plane = 0; plane < spec.planes; ++plane)
    for (std::uint32_t pod = 0; pod < design.pods; ++pod) {
      auto core = cores.begin();
      for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
        for (std::uint32_t u = 0; u < uplinks[s]; ++u)
          plan.cables.push_back(
              {layout.spine(plane, pod, s), layout.core(plane, *core++), Tier::spine, spec.rates.spine});
    }
}

/// Switches: leaves (plane by plane, pod by pod), spines (likewise), cores (plane by plane).
Fabric build(const FabricSpec &spec) {
  const FatTreeDesign design = design_fat_tree(spec);
  const PlaneLayout layout{.spec = spec,
                           .hosts = static_cast<std::uint32_t>(spec.hosts),
                           .groups = design.pods,
                           .leaves = design.leaves,
                           .leaves_per_group = design.leaves_per_pod,
                           .spines_per_group = design.spines_per_pod,
                           .cores = design.cores};
  FabricDescription fabric = layout.begin("fat-tree", design.radix, design.levels,
                                          [&](std::uint32_t place) { return leaf_of_place(design, place); });
  layout.join_leaves(fabric.plan, [&](std::uint32_t spine) { return cables_per_leaf(design, spine); });
  if (design.cores > 0)
    add_core_cables(layout, design, fabric.plan);
  return Fabric(std::move(fabric));
}

} // namespace

/// Its row in the table of builder.cpp.
TopologyFamily fat_tree_family() {
  return {.name = "fat-tree",
          .called = "a fat-tree",
          .parameters = parameter_rows<FatTreeShape>,
          .tiers =
              [](const GivenParameters &given) {
                std::vector tiers{Tier::host, Tier::leaf};
                if (with_parameters<FatTreeShape>(given).levels != 2)
                  tiers.push_back(Tier::spine);
                return tiers;
              },
          .rails = true,
          .oversubscription = true,
          .needless =
              [](const GivenParameters &given) {
                std::map<std::string, std::string> keys;
                if (with_parameters<FatTreeShape>(given).levels == 2)
                  keys.emplace("oversubscription.spine", "a fat-tree of two levels has no cores");
                return keys;
              },
          .with_levels = [](std::uint32_t levels) { return given_parameters(FatTreeShape{.levels = levels}); },
          .policies = {"spray", "ecmp", "flowlet", "adaptive"},
          .no_other_policy = "every path of a fat-tree is minimal",
          .build = build};
}

} // namespace lightloom
