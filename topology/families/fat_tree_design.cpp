// The search for the fat-tree with the fewest switches: hosts per leaf × leaves per pod, at most radix² / 2 candidates,
// each a few divisions. Ties go to the larger leaf, then to fewer pods, then to the smaller pod.
//
// One plane is designed, all are alike. Inside this file a `Plane` has `places`, the NIC ports it joins: hosts ×
// nics_per_gpu.

#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/families/fat_tree.hpp"
#include "topology/families/port_budget.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace lightloom {

namespace {

constexpr std::uint32_t ceil_div(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint32_t>((a + b - 1) / b);
}

/// Cables of rate `up` that carry `count` cables of rate `down` at this oversubscription. The tiny slack keeps 32 ÷ 3.2
/// at 10.
std::uint32_t cables_up(std::uint32_t count, BitRate down, BitRate up, double oversubscription) {
  const double exact = static_cast<double>(count) * static_cast<double>(down.bits_per_second) /
                       (oversubscription * static_cast<double>(up.bits_per_second));
  return std::max(1u, static_cast<std::uint32_t>(std::ceil(exact - 1e-9)));
}

/// What one plane is designed for.
struct Plane {
  FabricSpec spec;
  FatTreeShape shape;
  PortBudget budget;
  std::uint64_t places = 0; ///< NIC ports

  /// A leaf has room for so many NIC ports and their uplinks.
  bool leaf_fits(std::uint32_t per_leaf) const {
    return per_leaf * budget.host + leaf_uplinks(spec, per_leaf) * budget.leaf <= budget.total;
  }
};

Plane plane_of(const FabricSpec &spec) {
  return {spec, with_parameters<FatTreeShape>(spec.shape), port_budget(spec, {Tier::host, Tier::leaf, Tier::spine}),
          spec.hosts * spec.nics_per_gpu};
}

/// How many cables a spine may have to each of the `leaves` leaves of its pod so that it keeps ports for its own
/// uplinks; 0 = none.
std::uint32_t widest_spine(const Plane &plane, std::uint32_t leaves) {
  const PortBudget &budget = plane.budget;
  const auto needs = [&](std::uint32_t cables) {
    return cables * budget.leaf + spine_uplinks(plane.spec, cables) * budget.spine;
  };
  std::uint32_t width = budget.most(budget.leaf) / leaves;
  while (width > 0 && needs(leaves * width) > budget.total)
    --width;
  return width;
}

/// Cables from one pod to all cores, when `uplinks` cables of each leaf are dealt over `spines` spines.
std::uint32_t pod_uplinks(const FabricSpec &spec, std::uint32_t leaves, std::uint32_t uplinks, std::uint32_t spines) {
  const std::uint32_t wide = uplinks % spines;
  const std::uint32_t width = uplinks / spines;
  const std::uint32_t narrow_up = width == 0 ? 0 : spine_uplinks(spec, leaves * width);
  return wide * spine_uplinks(spec, leaves * (width + 1)) + (spines - wide) * narrow_up;
}

/// Keeps the better of two designs.
void keep_best(std::optional<FatTreeDesign> &best, const FatTreeDesign &candidate) {
  const auto key = [](const FatTreeDesign &d) {
    return std::tuple(d.switches(), ~d.hosts_per_leaf, d.pods, d.leaves_per_pod);
  };
  if (!best || key(candidate) < key(*best))
    best = candidate;
}

/// Leaves when full leaves have `per_leaf` ports to hosts: one per rail and scalable unit. An unfinished unit still has
/// a leaf per rail.
std::uint32_t leaves_for(const Plane &plane, std::uint32_t per_leaf) {
  return plane.spec.rails * ceil_div(plane.places / plane.spec.rails, per_leaf);
}

/// What all designs of a plane have in common.
FatTreeDesign begin_design(const Plane &plane, std::uint32_t levels) {
  const PortBudget &budget = plane.budget;
  FatTreeDesign design;
  design.levels = levels;
  design.radix = budget.most(levels == 3   ? std::min({budget.host, budget.leaf, budget.spine})
                             : levels == 2 ? std::min(budget.host, budget.leaf)
                                           : budget.host);
  design.core_ports = budget.most(budget.spine);
  design.hosts = static_cast<std::uint32_t>(plane.places);
  design.rails = plane.spec.rails;
  return design;
}

FatTreeDesign single_switch(const Plane &plane) {
  FatTreeDesign design = begin_design(plane, 1);
  design.rails = 1;
  design.hosts_per_leaf = design.hosts;
  design.leaves = design.leaves_per_pod = 1;
  return design;
}

/// The largest leaf worth trying. Hosts that fit one leaf are split over two when levels are asked for by number: that
/// many levels are built.
std::uint32_t largest_leaf(const Plane &plane) {
  const auto per_rail = static_cast<std::uint32_t>(plane.places / plane.spec.rails);
  const bool one_leaf_would_do = plane.spec.rails == 1 && plane.leaf_fits(per_rail);
  return std::min(plane.budget.most(plane.budget.host) - 1, one_leaf_would_do ? ceil_div(per_rail, 2) : per_rail);
}

std::optional<FatTreeDesign> two_levels(const Plane &plane) {
  std::optional<FatTreeDesign> best;
  const std::uint32_t spine_ports = plane.budget.most(plane.budget.leaf);
  const std::uint32_t largest = largest_leaf(plane);
  for (std::uint32_t per_leaf = 1; per_leaf <= largest; ++per_leaf) {
    FatTreeDesign design = begin_design(plane, 2);
    design.hosts_per_leaf = per_leaf;
    design.uplinks = leaf_uplinks(plane.spec, per_leaf);
    design.leaves = design.leaves_per_pod = leaves_for(plane, per_leaf);
    if (!plane.leaf_fits(per_leaf) || design.leaves < 2 || design.leaves > spine_ports)
      continue;
    const std::uint32_t fewest = ceil_div(design.uplinks, spine_ports / design.leaves);
    design.spines_per_pod = plane.shape.spines > 0 ? plane.shape.spines : fewest;
    if (design.spines_per_pod >= fewest && design.spines_per_pod <= design.uplinks)
      keep_best(best, design);
  }
  return best;
}

/// Pods whose number of leaves is a multiple of `unit`.
std::optional<FatTreeDesign> three_levels(const Plane &plane, std::uint32_t unit) {
  std::optional<FatTreeDesign> best;
  const std::uint32_t core_ports = plane.budget.most(plane.budget.spine);
  const std::uint32_t largest = largest_leaf(plane);
  for (std::uint32_t per_pod = unit; per_pod < plane.budget.most(plane.budget.leaf); per_pod += unit) {
    const std::uint32_t width = widest_spine(plane, per_pod);
    if (width == 0)
      break; // wider pods need more ports still
    for (std::uint32_t per_leaf = 1; per_leaf <= largest; ++per_leaf) {
      FatTreeDesign design = begin_design(plane, 3);
      design.hosts_per_leaf = per_leaf;
      design.uplinks = leaf_uplinks(plane.spec, per_leaf);
      design.leaves = leaves_for(plane, per_leaf);
      design.leaves_per_pod = per_pod;
      design.pods = ceil_div(design.leaves, per_pod);
      if (!plane.leaf_fits(per_leaf) || design.pods < 2 || design.pods > core_ports)
        continue;
      design.spines_per_pod = ceil_div(design.uplinks, width);
      design.cores =
          ceil_div(pod_uplinks(plane.spec, per_pod, design.uplinks, design.spines_per_pod), core_ports / design.pods);
      keep_best(best, design);
    }
  }
  return best;
}

/// The NIC ports that a plane of so many levels takes.
std::uint64_t most_places(const Plane &plane, std::uint32_t levels) {
  const PortBudget &budget = plane.budget;
  std::uint32_t per_leaf = budget.most(budget.host) - 1;
  while (per_leaf > 0 && !plane.leaf_fits(per_leaf))
    --per_leaf;
  std::uint64_t leaves = budget.most(budget.leaf);
  if (levels == 3) {
    std::uint32_t per_pod = budget.most(budget.leaf) - 1;
    while (per_pod > 0 && widest_spine(plane, per_pod) == 0)
      --per_pod;
    leaves = std::uint64_t{budget.most(budget.spine)} * per_pod;
  }
  return leaves / plane.spec.rails * plane.spec.rails * per_leaf;
}

/// Rails: all leaves of a node, one per rail, in one pod when that is possible.
std::optional<FatTreeDesign> three_levels_by_node(const Plane &plane) {
  if (plane.spec.rails > 1)
    if (const auto design = three_levels(plane, plane.spec.rails))
      return design;
  return three_levels(plane, 1);
}

void check_rails(const FabricSpec &spec) {
  const std::uint64_t per_node = std::uint64_t{spec.gpus_per_node} * spec.nics_per_gpu;
  if (spec.rails == 0 || spec.hosts * spec.nics_per_gpu % spec.rails != 0)
    throw Error(fmt::format("fabric.rails = {}", spec.rails),
                fmt::format("the {} do not divide evenly over the rails", describe_hosts(spec, spec.hosts)),
                "Use the number of GPUs per node, or 1 for no rails.");
  if (spec.rails > 1 && per_node % spec.rails != 0)
    throw Error(
        fmt::format("fabric.rails = {}", spec.rails),
        fmt::format("a node of {} GPUs with {} NIC{} each has {} in a plane, which do not divide evenly over the "
                    "rails",
                    spec.gpus_per_node, spec.nics_per_gpu, spec.nics_per_gpu == 1 ? "" : "s", per_node),
        fmt::format("Use {}, or 1 for no rails.", per_node));
}

void check_values(const FabricSpec &spec, const FatTreeShape &shape) {
  check_ports_per_host(spec);
  if (spec.switch_capacity.bits_per_second == 0 && spec.radix >= 2 && spec.radix % 2 != 0)
    throw Error(fmt::format("fabric.radix = {}", spec.radix), "must be even for a fat-tree",
                fmt::format("Try {}.", spec.radix + 1));
  if (shape.levels == 1 || shape.levels > 3)
    throw Error(fmt::format("fabric.levels = {}", shape.levels), "a fat-tree here has 2 or 3 levels",
                "Use 2, 3 or \"auto\".");
  for (const double ratio : {spec.oversubscription, spec.spine_oversubscription})
    if (!(ratio >= 0.1 && ratio <= 1000))
      throw Error(fmt::format("fabric.oversubscription = {}", ratio), "must lie between 0.1 and 1000",
                  "Try 1.0, which is full bisection.");
  if (spec.hosts == 0)
    throw Error("a fabric of 0 hosts", "there is nothing to connect", "Set cluster.gpus to 1 or more.");
  if (spec.hosts <= max_fabric_hosts) // more are refused with what fits
    check_rails(spec);
  if (shape.spines > 0 && shape.levels == 3)
    throw Error(fmt::format("fabric.spines = {}", shape.spines), "a number of spines can be set for two levels only",
                "Remove it, or set fabric.levels = 2.");
}

/// "2 levels with radix 64".
std::string describe(const FabricSpec &spec, std::uint32_t levels) {
  return fmt::format("a fat-tree of {} levels with {}{}", levels, describe_switch(spec),
                     spec.rails > 1 ? fmt::format(" and {} rails", spec.rails) : "");
}

/// Doubles the radix or the capacity; false when there is no larger switch to suggest.
bool enlarge(FabricSpec &spec) {
  if (spec.switch_capacity.bits_per_second == 0) {
    spec.radix *= 2;
    return spec.radix <= 1024;
  }
  spec.switch_capacity.bits_per_second *= 2;
  return spec.switch_capacity <= 1000_Tbps;
}

[[noreturn]] void refuse_size(const FabricSpec &spec, const FatTreeShape &shape) {
  const std::uint32_t levels = shape.levels == 0 ? 3 : shape.levels;
  const std::uint64_t most_built = max_fabric_hosts / (spec.nics_per_gpu * spec.planes);
  const std::uint64_t most = std::min(fat_tree_capacity(spec, levels), most_built);
  std::string advice;
  if (spec.hosts > most_built)
    advice = fmt::format("Use at most {} hosts.", most);
  else if (levels == 2 && fat_tree_capacity(spec, 3) >= spec.hosts)
    advice = "Use fabric.levels = 3.";
  FabricSpec larger = spec;
  while (advice.empty() && enlarge(larger))
    if (fat_tree_capacity(larger, levels) >= spec.hosts)
      advice = larger.switch_capacity.bits_per_second == 0
                   ? fmt::format("Use fabric.radix = {}, or at most {} hosts.", larger.radix, most)
                   : fmt::format("Use fabric.switch.capacity = {}, or at most {} hosts.",
                                 format_bit_rate(larger.switch_capacity), most);
  throw Error(fmt::format("a fabric of {}", describe_hosts(spec, spec.hosts)),
              fmt::format("{} takes at most {}", describe(spec, levels), most),
              advice.empty() ? fmt::format("Use at most {} hosts.", most) : advice);
}

/// No two-level design has that many spines.
[[noreturn]] void refuse_spines(const Plane &plane) {
  const FabricSpec &spec = plane.spec;
  Plane free = plane;
  free.shape.spines = 0;
  const std::optional<FatTreeDesign> fewest = two_levels(free);
  if (!fewest)
    throw Error(fmt::format("fabric.spines = {}", plane.shape.spines), "no two-level fat-tree fits", "Remove it.");
  throw Error(
      fmt::format("fabric.spines = {}", plane.shape.spines),
      fmt::format("{} with {} at oversubscription {} need {} spines or more, and no more than a leaf has uplinks",
                  describe_hosts(spec, spec.hosts), describe_switch(spec), spec.oversubscription,
                  fewest->spines_per_pod),
      fmt::format("Use {} to {}, or raise fabric.oversubscription.", fewest->spines_per_pod, fewest->uplinks));
}

} // namespace

std::uint32_t leaf_uplinks(const FabricSpec &spec, std::uint32_t hosts) {
  return cables_up(hosts, spec.rates.host, spec.rates.leaf, spec.oversubscription);
}

std::uint32_t spine_uplinks(const FabricSpec &spec, std::uint32_t leaf_cables) {
  return cables_up(leaf_cables, spec.rates.leaf, spec.rates.spine, spec.spine_oversubscription);
}

std::uint64_t fat_tree_capacity(const FabricSpec &spec, std::uint32_t levels) {
  return most_places(plane_of(spec), levels) / spec.nics_per_gpu;
}

FatTreeDesign design_fat_tree(const FabricSpec &spec) {
  const auto shape = with_parameters<FatTreeShape>(spec.shape);
  check_values(spec, shape);
  const Plane plane = plane_of(spec);
  const std::uint32_t one_switch = plane.budget.most(plane.budget.host);
  const std::uint64_t capacity = std::max(most_places(plane, 2), most_places(plane, 3));
  if (spec.hosts > max_fabric_hosts || plane.places * spec.planes > max_fabric_hosts ||
      plane.places > std::max<std::uint64_t>(capacity, one_switch))
    refuse_size(spec, shape);
  // A host alone has nobody to climb for, so whatever the levels a single switch is all of its tree.
  if (spec.hosts == 1 || (shape.levels == 0 && shape.spines == 0 && spec.rails == 1 && plane.places <= one_switch))
    return single_switch(plane);
  std::optional<FatTreeDesign> design;
  if (shape.levels != 3)
    design = two_levels(plane);
  if (!design && shape.spines > 0 && most_places(plane, 2) >= plane.places)
    refuse_spines(plane);
  if (!design && shape.levels != 2 && shape.spines == 0)
    design = three_levels_by_node(plane);
  if (!design)
    refuse_size(spec, shape);
  return *design;
}

} // namespace lightloom
