// Builds Dragonfly+: complete bipartite groups, and global cables spread evenly over pairs of groups and over spines.
//
// Even spreading: each group has T = spines × global_links_per_spine ends for groups − 1 others, so every pair gets ⌊T
// ÷ (groups − 1)⌋ cables and some pairs one more. Those extra cables form a circulant graph over the groups
// (differences ±1, ±2, …), so that every group has the same number of them; when the parity forbids it, a few groups
// keep an unused end.

#include "topology/dragonfly_plus.hpp"

#include "sim/core/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace lightloom {

namespace {

// What fits in the memory of a workstation; the largest balanced fabric of radix 64 has 1,025 groups and 2.6 million
// cables.
constexpr std::uint64_t max_cables = 40'000'000;
constexpr std::uint32_t max_groups = 32'768;

/// How many global cables join each pair of groups.
class PairCounts {
public:
  PairCounts(std::uint32_t groups, std::uint32_t ends)
      : groups_(groups), everywhere_(ends / (groups - 1)), extra_(ends % (groups - 1)), partner_(groups, groups) {
    if (extra_ % 2 == 1)
      pair_off();
  }
  std::uint32_t operator()(std::uint32_t a, std::uint32_t b) const {
    const std::uint32_t apart = a > b ? a - b : b - a;
    const std::uint32_t difference = std::min(apart, groups_ - apart);
    return everywhere_ + (difference <= extra_ / 2 || partner_[a] == b ? 1 : 0);
  }

private:
  /// Pairs off the groups for the odd extra cable: opposite groups; an odd number of them cannot be paired, so then
  /// every second edge of the cycle g, g + d, g + 2d … pairs all groups but one. The pairs differ from those of the
  /// circulant graph.
  void pair_off() {
    std::uint32_t difference = groups_ / 2;
    if (groups_ % 2 == 1)
      for (difference = extra_ / 2 + 1; std::gcd(difference, groups_) != 1;)
        ++difference; // ends at groups / 2 at the latest: gcd(m, 2m + 1) = 1
    const std::uint32_t step = groups_ % 2 == 1 ? 2 * difference : 1;
    std::uint32_t g = 0;
    for (std::uint32_t pair = 0; pair < groups_ / 2; ++pair) {
      const std::uint32_t other = (g + difference) % groups_;
      partner_[g] = other;
      partner_[other] = g;
      g = (g + step) % groups_;
    }
  }

  std::uint32_t groups_;
  std::uint32_t everywhere_;
  std::uint32_t extra_;
  std::vector<std::uint32_t> partner_; ///< [group], `groups` for none
};

std::string shape(const FabricSpec &spec) {
  return fmt::format("{} groups of {} leaves and {} spines", spec.groups, spec.leaves_per_group, spec.spines_per_group);
}

void check_count(const char *key, std::uint32_t value) {
  if (value == 0)
    throw Error(fmt::format("fabric.{} = 0", key), "a Dragonfly+ needs every count set", "Use 1 or more.");
}

void check_values(const FabricSpec &spec) {
  check_count("groups", spec.groups);
  check_count("leaves_per_group", spec.leaves_per_group);
  check_count("spines_per_group", spec.spines_per_group);
  check_count("hosts_per_leaf", spec.hosts_per_leaf);
  if (spec.groups > 1)
    check_count("global_links_per_spine", spec.global_links_per_spine);
  if (spec.radix < 2 || spec.radix > max_radix)
    throw Error(fmt::format("fabric.radix = {}", spec.radix), fmt::format("must lie between 2 and {}", max_radix),
                "Try 64.");
  const std::uint64_t leaf_ports = std::uint64_t{spec.hosts_per_leaf} + spec.spines_per_group;
  if (leaf_ports > spec.radix)
    throw Error(fmt::format("fabric.hosts_per_leaf = {}", spec.hosts_per_leaf),
                fmt::format("with {} spines per group a leaf needs {} ports, its radix is {}", spec.spines_per_group,
                            leaf_ports, spec.radix),
                "Lower hosts_per_leaf or spines_per_group, or raise fabric.radix.");
  const std::uint64_t spine_ports = std::uint64_t{spec.leaves_per_group} + spec.global_links_per_spine;
  if (spine_ports > spec.radix)
    throw Error(fmt::format("fabric.global_links_per_spine = {}", spec.global_links_per_spine),
                fmt::format("with {} leaves per group a spine needs {} ports, its radix is {}", spec.leaves_per_group,
                            spine_ports, spec.radix),
                "Lower leaves_per_group or global_links_per_spine, or raise fabric.radix.");
  const std::uint64_t ends = std::uint64_t{spec.spines_per_group} * spec.global_links_per_spine;
  if (spec.groups > ends + 1)
    throw Error(fmt::format("fabric.groups = {}", spec.groups),
                fmt::format("a group has {} global cables, so it reaches at most {} others", ends, ends),
                fmt::format("Use at most {} groups, or raise global_links_per_spine.", ends + 1));
  for (const BitRate rate : {spec.rates.host, spec.rates.leaf, spec.rates.global})
    if (rate.bits_per_second <= 0)
      throw Error(fmt::format("a fabric link rate of {} bit/s", rate.bits_per_second), "must be positive",
                  "Try \"800Gbps\".");
}

/// Hosts to build: spec.hosts, or every place.
std::uint32_t checked_hosts(const FabricSpec &spec) {
  const std::uint64_t places = std::uint64_t{spec.groups} * spec.leaves_per_group * spec.hosts_per_leaf;
  const std::uint64_t hosts = spec.hosts == 0 ? places : spec.hosts;
  if (hosts > places)
    throw Error(fmt::format("a fabric of {} hosts", hosts), fmt::format("{} have {} places", shape(spec), places),
                fmt::format("Use at most {} hosts, or more groups or hosts_per_leaf.", places));
  if (places > max_fabric_hosts)
    throw Error(fmt::format("a fabric of {} places for hosts", places), fmt::format("at most {} fit", max_fabric_hosts),
                "Use fewer groups.");
  const std::uint64_t cables = places + std::uint64_t{spec.groups} * spec.spines_per_group *
                                            (std::uint64_t{spec.leaves_per_group} + spec.global_links_per_spine);
  if (cables > max_cables || spec.groups > max_groups)
    throw Error(fmt::format("a fabric of {} cables in {} groups", cables, spec.groups),
                fmt::format("at most {} cables and {} groups fit", max_cables, max_groups), "Use fewer groups.");
  return static_cast<std::uint32_t>(hosts);
}

void add_nodes(const FabricSpec &spec, std::uint32_t hosts, FabricDescription &fabric) {
  const std::uint32_t hosts_per_group = spec.leaves_per_group * spec.hosts_per_leaf;
  for (std::uint32_t h = 0; h < hosts; ++h)
    fabric.nodes.push_back({NodeKind::host, h, h / hosts_per_group});
  for (std::uint32_t l = 0; l < spec.groups * spec.leaves_per_group; ++l)
    fabric.nodes.push_back({NodeKind::leaf, l, l / spec.leaves_per_group});
  for (std::uint32_t s = 0; s < spec.groups * spec.spines_per_group; ++s)
    fabric.nodes.push_back({NodeKind::spine, s, s / spec.spines_per_group});
}

/// Each group deals its global cables, in order of the other group, to its spines in turn: MEDIUM joins equal spines of
/// all groups, LARGE uses every spine equally.
void add_global_cables(const FabricSpec &spec, FabricPlan &plan) {
  const std::uint32_t ends = spec.spines_per_group * spec.global_links_per_spine;
  const PairCounts counts(spec.groups, ends);
  const std::uint32_t first_spine = plan.hosts + spec.groups * spec.leaves_per_group;
  const auto spine = [&](std::uint32_t group, std::uint32_t end) {
    return NodeId(first_spine + group * spec.spines_per_group + end % spec.spines_per_group);
  };
  std::vector<std::uint32_t> dealt(spec.groups, 0); // ends used towards groups before the current one
  for (std::uint32_t a = 0; a < spec.groups; ++a)
    for (std::uint32_t b = a + 1; b < spec.groups; ++b)
      for (std::uint32_t k = 0; k < counts(a, b); ++k)
        plan.cables.push_back({spine(a, dealt[a]++), spine(b, dealt[b]++), Tier::global, spec.rates.global});
}

} // namespace

Fabric build_dragonfly_plus(const FabricSpec &spec) {
  check_values(spec);
  const std::uint32_t hosts = checked_hosts(spec);
  FabricDescription fabric{"dragonfly-plus", spec.radix, 2, {}, {}};
  add_nodes(spec, hosts, fabric);
  FabricPlan &plan = fabric.plan;
  plan.hosts = hosts;
  plan.switches = spec.groups * (spec.leaves_per_group + spec.spines_per_group);
  const std::uint32_t first_spine = hosts + spec.groups * spec.leaves_per_group;
  for (std::uint32_t h = 0; h < hosts; ++h)
    plan.cables.push_back({NodeId(h), NodeId(hosts + h / spec.hosts_per_leaf), Tier::host, spec.rates.host});
  for (std::uint32_t l = 0; l < spec.groups * spec.leaves_per_group; ++l)
    for (std::uint32_t s = 0; s < spec.spines_per_group; ++s)
      plan.cables.push_back({NodeId(hosts + l),
                             NodeId(first_spine + l / spec.leaves_per_group * spec.spines_per_group + s), Tier::leaf,
                             spec.rates.leaf});
  if (spec.groups > 1)
    add_global_cables(spec, plan);
  return Fabric(std::move(fabric));
}

} // namespace lightloom
