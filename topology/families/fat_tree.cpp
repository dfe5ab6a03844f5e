// Builds the graph of a fat-tree design (families/fat_tree_design.cpp): places hosts on leaves, joins leaves to spines
// and spines to cores.

#include "topology/families/fat_tree.hpp"

#include "sim/core/contract.hpp"

namespace lightloom {

namespace {

/// Item i of `total` things dealt over `places` as evenly as possible, the first places taking one more: how many place
/// i has.
std::uint32_t share(std::uint32_t total, std::uint32_t places, std::uint32_t i) {
  return total / places + (i < total % places ? 1 : 0);
}

/// The leaf of a place of a plane (host × NICs per GPU + NIC). Node v (its NICs are on `rails` rails) belongs to
/// scalable unit v ÷ hosts_per_leaf, which has one leaf per rail.
std::uint32_t leaf_of_place(const FatTreeDesign &design, std::uint32_t place) {
  const std::uint32_t unit = place / design.rails / design.hosts_per_leaf;
  return unit * design.rails + place % design.rails;
}

/// Node numbers: hosts, leaves of all planes, spines of all planes, cores of all planes.
struct Numbers {
  const FatTreeDesign &design;
  std::uint32_t hosts, planes;
  std::uint32_t spines() const { return design.pods * design.spines_per_pod; } // of a plane
  NodeId leaf(std::uint32_t plane, std::uint32_t l) const { return NodeId(hosts + plane * design.leaves + l); }
  NodeId spine(std::uint32_t plane, std::uint32_t pod, std::uint32_t s) const {
    return NodeId(hosts + planes * design.leaves + plane * spines() + pod * design.spines_per_pod + s);
  }
  NodeId core(std::uint32_t plane, std::uint32_t c) const {
    return NodeId(hosts + planes * (design.leaves + spines()) + plane * design.cores + c);
  }
};

/// Appends the nodes in id order.
void add_nodes(const Numbers &numbers, std::uint32_t nics_per_gpu, FabricDescription &fabric) {
  const FatTreeDesign &design = numbers.design;
  for (std::uint32_t h = 0; h < numbers.hosts; ++h)
    fabric.nodes.push_back({NodeKind::host, h, leaf_of_place(design, h * nics_per_gpu) / design.leaves_per_pod});
  const auto add = [&](NodeKind kind, std::uint32_t count, std::uint32_t per_pod) {
    for (std::uint32_t i = 0; i < numbers.planes * count; ++i) {
      const std::uint32_t plane = i / count;
      const std::uint32_t pod = per_pod == 0 ? 0 : i % count / per_pod;
      fabric.nodes.push_back({kind, i, plane * design.pods + pod, plane});
    }
  };
  add(NodeKind::leaf, design.leaves, design.leaves_per_pod);
  add(NodeKind::spine, numbers.spines(), design.spines_per_pod);
  add(NodeKind::core, design.cores, 0);
}

/// Spine s of a pod has that many cables from each leaf of its pod.
std::uint32_t cables_per_leaf(const FatTreeDesign &design, std::uint32_t spine_in_pod) {
  return share(design.uplinks, design.spines_per_pod, spine_in_pod);
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
      result.insert(result.end(), share(count, cores, c), core);
  };
  if (unshared == design.cores)
    for (const std::uint32_t up : uplinks)
      deal(up, (up + width - 1) / width);
  else
    deal(total, design.cores);
  ENSURES(core == design.cores && result.size() == total);
  return result;
}

/// Joins every plane's leaves to the spines of their pod.
void add_leaf_cables(const Numbers &numbers, BitRate rate, FabricPlan &plan) {
  const FatTreeDesign &design = numbers.design;
  for (std::uint32_t plane = 0; plane < numbers.planes; ++plane)
    for (std::uint32_t l = 0; l < design.leaves; ++l)
      for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
        for (std::uint32_t k = 0; k < cables_per_leaf(design, s); ++k)
          plan.cables.push_back(
              {numbers.leaf(plane, l), numbers.spine(plane, l / design.leaves_per_pod, s), Tier::leaf, rate});
}

/// Joins every pod's spines to the cores of their plane.
void add_core_cables(const Numbers &numbers, const FabricSpec &spec, FabricPlan &plan) {
  const FatTreeDesign &design = numbers.design;
  std::vector<std::uint32_t> uplinks(design.spines_per_pod);
  for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
    uplinks[s] = spine_uplinks(spec, design.leaves_per_pod * cables_per_leaf(design, s));
  const std::vector<std::uint32_t> cores = cores_of_uplinks(design, uplinks);
  for (std::uint32_t plane = 0; plane < numbers.planes; ++plane)
    for (std::uint32_t pod = 0; pod < design.pods; ++pod) {
      auto core = cores.begin();
      for (std::uint32_t s = 0; s < design.spines_per_pod; ++s)
        for (std::uint32_t u = 0; u < uplinks[s]; ++u)
          plan.cables.push_back(
              {numbers.spine(plane, pod, s), numbers.core(plane, *core++), Tier::spine, spec.rates.spine});
    }
}

} // namespace

Fabric build_fat_tree(const FabricSpec &spec) {
  const FatTreeDesign design = design_fat_tree(spec);
  const Numbers numbers{design, static_cast<std::uint32_t>(spec.hosts), spec.planes};
  FabricDescription fabric{"fat-tree", design.radix, design.levels, {}, {}, spec.planes, spec.switch_capacity};
  add_nodes(numbers, spec.nics_per_gpu, fabric);
  FabricPlan &plan = fabric.plan;
  plan.hosts = numbers.hosts;
  plan.ports_per_host = spec.nics_per_gpu * spec.planes;
  plan.switches = spec.planes * static_cast<std::uint32_t>(design.switches());
  for (std::uint32_t h = 0; h < plan.hosts; ++h)
    for (std::uint32_t plane = 0; plane < spec.planes; ++plane)
      for (std::uint32_t nic = 0; nic < spec.nics_per_gpu; ++nic)
        plan.cables.push_back({NodeId(h), numbers.leaf(plane, leaf_of_place(design, h * spec.nics_per_gpu + nic)),
                               Tier::host, spec.rates.host});
  add_leaf_cables(numbers, spec.rates.leaf, plan);
  if (design.cores > 0)
    add_core_cables(numbers, spec, plan);
  return Fabric(std::move(fabric));
}

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
          .build = build_fat_tree};
}

} // namespace lightloom
