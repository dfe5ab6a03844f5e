// The search for the fat-tree with the fewest switches: hosts per leaf × leaves per pod, at most radix² / 2 candidates,
// each a few divisions. Ties go to the larger leaf, then to fewer pods, then to the smaller pod.

#include "sim/core/error.hpp"
#include "topology/fat_tree.hpp"

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

/// How many cables a spine may have to each of the `leaves` leaves of its pod so that it keeps ports for its own
/// uplinks; 0 = none.
std::uint32_t widest_spine(const FabricSpec &spec, std::uint32_t leaves) {
  std::uint32_t width = spec.radix / leaves;
  while (width > 0 && leaves * width + spine_uplinks(spec, leaves * width) > spec.radix)
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

/// Leaves when full leaves have `per_leaf` hosts: one per rail and scalable unit. An unfinished unit still has a leaf
/// per rail.
std::uint32_t leaves_for(const FabricSpec &spec, std::uint32_t per_leaf) {
  const auto hosts = static_cast<std::uint32_t>(spec.hosts);
  return spec.rails * ceil_div(hosts / spec.rails, per_leaf);
}

FatTreeDesign single_switch(const FabricSpec &spec) {
  FatTreeDesign design;
  design.radix = spec.radix;
  design.hosts = design.hosts_per_leaf = static_cast<std::uint32_t>(spec.hosts);
  design.leaves = design.leaves_per_pod = 1;
  return design;
}

/// The largest leaf worth trying. Hosts that fit one leaf are split over two when levels are asked for by number: that
/// many levels are built.
std::uint32_t largest_leaf(const FabricSpec &spec) {
  const auto per_rail = static_cast<std::uint32_t>(spec.hosts / spec.rails);
  const bool one_leaf_would_do = spec.rails == 1 && per_rail + leaf_uplinks(spec, per_rail) <= spec.radix;
  return std::min(spec.radix - 1, one_leaf_would_do ? ceil_div(per_rail, 2) : per_rail);
}

std::optional<FatTreeDesign> two_levels(const FabricSpec &spec) {
  std::optional<FatTreeDesign> best;
  const std::uint32_t largest = largest_leaf(spec);
  for (std::uint32_t per_leaf = 1; per_leaf <= largest; ++per_leaf) {
    FatTreeDesign design;
    design.levels = 2;
    design.radix = spec.radix;
    design.hosts = static_cast<std::uint32_t>(spec.hosts);
    design.rails = spec.rails;
    design.hosts_per_leaf = per_leaf;
    design.uplinks = leaf_uplinks(spec, per_leaf);
    design.leaves = design.leaves_per_pod = leaves_for(spec, per_leaf);
    if (per_leaf + design.uplinks > spec.radix || design.leaves < 2 || design.leaves > spec.radix)
      continue;
    const std::uint32_t width = spec.radix / design.leaves;
    const std::uint32_t fewest = ceil_div(design.uplinks, width);
    design.spines_per_pod = spec.spines > 0 ? spec.spines : fewest;
    if (design.spines_per_pod >= fewest && design.spines_per_pod <= design.uplinks)
      keep_best(best, design);
  }
  return best;
}

std::optional<FatTreeDesign> three_levels(const FabricSpec &spec) {
  std::optional<FatTreeDesign> best;
  const std::uint32_t largest = largest_leaf(spec);
  for (std::uint32_t per_pod = 1; per_pod < spec.radix; ++per_pod) {
    const std::uint32_t width = widest_spine(spec, per_pod);
    if (width == 0)
      break; // wider pods need more ports still
    for (std::uint32_t per_leaf = 1; per_leaf <= largest; ++per_leaf) {
      FatTreeDesign design;
      design.levels = 3;
      design.radix = spec.radix;
      design.hosts = static_cast<std::uint32_t>(spec.hosts);
      design.rails = spec.rails;
      design.hosts_per_leaf = per_leaf;
      design.uplinks = leaf_uplinks(spec, per_leaf);
      design.leaves = leaves_for(spec, per_leaf);
      design.leaves_per_pod = per_pod;
      design.pods = ceil_div(design.leaves, per_pod);
      if (per_leaf + design.uplinks > spec.radix || design.pods < 2 || design.pods > spec.radix)
        continue;
      design.spines_per_pod = ceil_div(design.uplinks, width);
      design.cores =
          ceil_div(pod_uplinks(spec, per_pod, design.uplinks, design.spines_per_pod), spec.radix / design.pods);
      keep_best(best, design);
    }
  }
  return best;
}

void check_values(const FabricSpec &spec) {
  if (spec.radix < 2)
    throw Error(fmt::format("fabric.radix = {}", spec.radix), "a switch needs at least two ports", "Try 64.");
  if (spec.radix % 2 != 0)
    throw Error(fmt::format("fabric.radix = {}", spec.radix), "must be even for a fat-tree",
                fmt::format("Try {}.", spec.radix + 1));
  if (spec.radix > max_radix)
    throw Error(fmt::format("fabric.radix = {}", spec.radix),
                fmt::format("at most {}; the largest switches sold have 512", max_radix), "Try 512.");
  if (spec.levels == 1 || spec.levels > 3)
    throw Error(fmt::format("fabric.levels = {}", spec.levels), "a fat-tree here has 2 or 3 levels",
                "Use 2, 3 or \"auto\".");
  for (const double ratio : {spec.oversubscription, spec.spine_oversubscription})
    if (!(ratio >= 0.1 && ratio <= 1000))
      throw Error(fmt::format("fabric.oversubscription = {}", ratio), "must lie between 0.1 and 1000",
                  "Try 1.0, which is full bisection.");
  for (const BitRate rate : {spec.rates.host, spec.rates.leaf, spec.rates.spine})
    if (rate.bits_per_second <= 0)
      throw Error(fmt::format("a fabric link rate of {} bit/s", rate.bits_per_second), "must be positive",
                  "Try \"800Gbps\".");
  if (spec.hosts == 0)
    throw Error("a fabric of 0 hosts", "there is nothing to connect", "Set cluster.gpus to 1 or more.");
  if (spec.rails == 0 || spec.hosts % spec.rails != 0)
    throw Error(fmt::format("fabric.rails = {}", spec.rails),
                fmt::format("the {} hosts do not divide evenly over the rails", spec.hosts),
                "Use the number of GPUs per node, or 1 for no rails.");
  if (spec.spines > 0 && spec.levels == 3)
    throw Error(fmt::format("fabric.spines = {}", spec.spines), "a number of spines can be set for two levels only",
                "Remove it, or set fabric.levels = 2.");
}

/// "2 levels with radix 64".
std::string shape(const FabricSpec &spec, std::uint32_t levels) {
  return fmt::format("a fat-tree of {} levels with radix {}{}", levels, spec.radix,
                     spec.rails > 1 ? fmt::format(" and {} rails", spec.rails) : "");
}

[[noreturn]] void refuse_size(const FabricSpec &spec) {
  const std::uint32_t levels = spec.levels == 0 ? 3 : spec.levels;
  const std::uint64_t most = std::min(fat_tree_capacity(spec, levels), max_fabric_hosts);
  std::string advice;
  if (spec.hosts > max_fabric_hosts)
    advice = fmt::format("Use at most {} hosts.", most);
  else if (levels == 2 && fat_tree_capacity(spec, 3) >= spec.hosts)
    advice = "Use fabric.levels = 3.";
  FabricSpec larger = spec;
  while (advice.empty() && larger.radix < 1024) {
    larger.radix *= 2;
    if (fat_tree_capacity(larger, levels) >= spec.hosts)
      advice = fmt::format("Use fabric.radix = {}, or at most {} hosts.", larger.radix, most);
  }
  throw Error(fmt::format("a fabric of {} hosts", spec.hosts),
              fmt::format("{} takes at most {}", shape(spec, levels), most),
              advice.empty() ? fmt::format("Use at most {} hosts.", most) : advice);
}

} // namespace

std::uint32_t leaf_uplinks(const FabricSpec &spec, std::uint32_t hosts) {
  return cables_up(hosts, spec.rates.host, spec.rates.leaf, spec.oversubscription);
}

std::uint32_t spine_uplinks(const FabricSpec &spec, std::uint32_t leaf_cables) {
  return cables_up(leaf_cables, spec.rates.leaf, spec.rates.spine, spec.spine_oversubscription);
}

std::uint64_t fat_tree_capacity(const FabricSpec &spec, std::uint32_t levels) {
  std::uint32_t per_leaf = spec.radix - 1;
  while (per_leaf > 0 && per_leaf + leaf_uplinks(spec, per_leaf) > spec.radix)
    --per_leaf;
  std::uint64_t leaves = spec.radix;
  if (levels == 3) {
    std::uint32_t per_pod = spec.radix - 1;
    while (per_pod > 0 && widest_spine(spec, per_pod) == 0)
      --per_pod;
    leaves *= per_pod;
  }
  return leaves / spec.rails * spec.rails * per_leaf;
}

FatTreeDesign design_fat_tree(const FabricSpec &spec) {
  check_values(spec);
  const std::uint64_t capacity = std::max(fat_tree_capacity(spec, 2), fat_tree_capacity(spec, 3));
  if (spec.hosts > max_fabric_hosts || spec.hosts > std::max<std::uint64_t>(capacity, spec.radix))
    refuse_size(spec);
  // A host alone has nobody to climb for, so whatever the levels a single switch is all of its tree.
  if (spec.hosts == 1 || (spec.levels == 0 && spec.spines == 0 && spec.rails == 1 && spec.hosts <= spec.radix))
    return single_switch(spec);
  std::optional<FatTreeDesign> design;
  if (spec.levels != 3)
    design = two_levels(spec);
  if (!design && spec.spines > 0 && fat_tree_capacity(spec, 2) >= spec.hosts) {
    FabricSpec free = spec;
    free.spines = 0;
    const std::optional<FatTreeDesign> fewest = two_levels(free);
    throw Error(
        fmt::format("fabric.spines = {}", spec.spines),
        fewest
            ? fmt::format(
                  "{} hosts with radix {} at oversubscription {} need {} spines or more, and no more than a leaf has "
                  "uplinks",
                  spec.hosts, spec.radix, spec.oversubscription, fewest->spines_per_pod)
            : "no two-level fat-tree fits",
        fewest ? fmt::format("Use {} to {}, or raise fabric.oversubscription.", fewest->spines_per_pod, fewest->uplinks)
               : "Remove it.");
  }
  if (!design && spec.levels != 2 && spec.spines == 0)
    design = three_levels(spec);
  if (!design)
    refuse_size(spec);
  return *design;
}

} // namespace lightloom
