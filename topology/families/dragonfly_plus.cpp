// Builds Dragonfly+: complete bipartite groups, and global cables spread evenly over pairs of groups and over spines.
//
// Even spreading: each group has T = spines × global_links_per_spine ends for groups − 1 others, so every pair gets ⌊T
// ÷ (groups − 1)⌋ cables and some pairs one more. Those extra cables form a circulant graph over the groups
// (differences ±1, ±2, …), so that every group has the same number of them; when the parity forbids it, a few groups
// keep an unused end.

#include "topology/families/dragonfly_plus.hpp"

#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/families/plane_layout.hpp"
#include "topology/families/port_budget.hpp"

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

/// What is asked for, with its defaults.
DragonflyPlusShape shape_of(const FabricSpec &spec) {
  auto shape = with_parameters<DragonflyPlusShape>(spec.shape);
  if (shape.global_links_per_spine == 0)
    shape.global_links_per_spine = std::max(shape.groups, 2u) - 1;
  return shape;
}

void check_count(const char *key, std::uint32_t value) {
  if (value == 0)
    throw Error(fmt::format("fabric.{} = 0", key), "a Dragonfly+ needs every count set", "Use 1 or more.");
}

/// Ports of one switch: so many below and so many above (or across).
struct SwitchPorts {
  std::uint64_t down, up;
  Tier down_tier, up_tier;
};

/// "4 ports, its radix is 2"; with a capacity "32 × 800 Gb/s and 32 × 1.6 Tb/s, its capacity is 51.2 Tb/s".
/// Empty when they fit.
std::string too_many_ports(const FabricSpec &spec, const PortBudget &budget, const SwitchPorts &ports) {
  if (spec.switch_capacity.bits_per_second == 0)
    return ports.down + ports.up <= spec.radix
               ? ""
               : fmt::format("{} ports, its radix is {}", ports.down + ports.up, spec.radix);
  const BitRate down = rate_of(spec.rates, ports.down_tier);
  const BitRate up = rate_of(spec.rates, ports.up_tier);
  const auto sum = static_cast<unsigned __int128>(ports.down) * static_cast<std::uint64_t>(down.bits_per_second) +
                   static_cast<unsigned __int128>(ports.up) * static_cast<std::uint64_t>(up.bits_per_second);
  if (sum <= static_cast<std::uint64_t>(budget.total))
    return "";
  return fmt::format("{} × {} and {} × {}, its capacity is {}", ports.down, format_bit_rate(down), ports.up,
                     format_bit_rate(up), format_bit_rate(spec.switch_capacity));
}

PortBudget budget_of(const FabricSpec &spec, const DragonflyPlusShape &p) {
  return p.groups > 1 ? port_budget(spec, {Tier::host, Tier::leaf, Tier::global})
                      : port_budget(spec, {Tier::host, Tier::leaf});
}

void check_values(const FabricSpec &spec, const DragonflyPlusShape &p) {
  check_ports_per_host(spec);
  if (spec.rails != 1)
    throw Error(fmt::format("fabric.rails = {}", spec.rails), "a Dragonfly+ is built without rails",
                "Remove it, or use topology = \"fat-tree\".");
  check_count("groups", p.groups);
  check_count("leaves_per_group", p.leaves_per_group);
  check_count("spines_per_group", p.spines_per_group);
  check_count("hosts_per_leaf", p.hosts_per_leaf);
  const PortBudget budget = budget_of(spec, p);
  const char *raise = spec.switch_capacity.bits_per_second == 0 ? "fabric.radix" : "fabric.switch.capacity";
  const std::string leaf = too_many_ports(spec, budget, {p.hosts_per_leaf, p.spines_per_group, Tier::host, Tier::leaf});
  if (!leaf.empty())
    throw Error(fmt::format("fabric.hosts_per_leaf = {}", p.hosts_per_leaf),
                fmt::format("with {} spines per group a leaf needs {}", p.spines_per_group, leaf),
                fmt::format("Lower hosts_per_leaf or spines_per_group, or raise {}.", raise));
  const std::string spine =
      too_many_ports(spec, budget, {p.leaves_per_group, p.global_links_per_spine, Tier::leaf, Tier::global});
  if (!spine.empty())
    throw Error(fmt::format("fabric.global_links_per_spine = {}", p.global_links_per_spine),
                fmt::format("with {} leaves per group a spine needs {}", p.leaves_per_group, spine),
                fmt::format("Lower leaves_per_group or global_links_per_spine, or raise {}.", raise));
  const std::uint64_t ends = std::uint64_t{p.spines_per_group} * p.global_links_per_spine;
  if (p.groups > ends + 1)
    throw Error(fmt::format("fabric.groups = {}", p.groups),
                fmt::format("a group has {} global cables, so it reaches at most {} others", ends, ends),
                fmt::format("Use at most {} groups, or raise global_links_per_spine.", ends + 1));
}

/// Hosts to build: spec.hosts, or every place. hosts_per_leaf counts NIC ports.
std::uint32_t checked_hosts(const FabricSpec &spec, const DragonflyPlusShape &p) {
  const std::uint64_t places = std::uint64_t{p.groups} * p.leaves_per_group * p.hosts_per_leaf;
  const std::uint64_t most = places / spec.nics_per_gpu;
  const std::uint64_t hosts = spec.hosts == 0 ? most : spec.hosts;
  if (hosts > most)
    throw Error(fmt::format("a fabric of {}", describe_hosts(spec, hosts)),
                fmt::format("{} groups of {} leaves and {} spines have {} places", p.groups, p.leaves_per_group,
                            p.spines_per_group, places),
                fmt::format("Use at most {} hosts, or more groups or hosts_per_leaf.", most));
  if (places * spec.planes > max_fabric_hosts)
    throw Error(fmt::format("a fabric of {} places for hosts", places * spec.planes),
                fmt::format("at most {} fit", max_fabric_hosts), "Use fewer groups.");
  const std::uint64_t cables =
      spec.planes * (places + std::uint64_t{p.groups} * p.spines_per_group *
                                  (std::uint64_t{p.leaves_per_group} + p.global_links_per_spine));
  if (cables > max_cables || p.groups * std::uint64_t{spec.planes} > max_groups)
    throw Error(fmt::format("a fabric of {} cables in {} groups", cables, p.groups * std::uint64_t{spec.planes}),
                fmt::format("at most {} cables and {} groups fit", max_cables, max_groups), "Use fewer groups.");
  return static_cast<std::uint32_t>(hosts);
}

/// Each group deals its global cables, in order of the other group, to its spines in turn: MEDIUM joins equal spines of
/// all groups, LARGE uses every spine equally. `ends`: of a group.
void add_global_cables(const PlaneLayout &layout, std::uint32_t ends, std::uint32_t plane, FabricPlan &plan) {
  const PairCounts counts(layout.groups, ends);
  const auto spine = [&](std::uint32_t group, std::uint32_t end) {
    return layout.spine(plane, group, end % layout.spines_per_group);
  };
  std::vector<std::uint32_t> dealt(layout.groups, 0); // ends used towards groups before the current one
  for (std::uint32_t a = 0; a < layout.groups; ++a)
    for (std::uint32_t b = a + 1; b < layout.groups; ++b)
      for (std::uint32_t k = 0; k < counts(a, b); ++k)
        plan.cables.push_back({spine(a, dealt[a]++), spine(b, dealt[b]++), Tier::global, layout.spec.rates.global});
}

/// The ports of a switch at the slowest rate in use.
std::uint32_t most_ports(const FabricSpec &spec, const DragonflyPlusShape &p) {
  const PortBudget budget = budget_of(spec, p);
  return budget.most(p.groups > 1 ? std::min({budget.host, budget.leaf, budget.global})
                                  : std::min(budget.host, budget.leaf));
}

/// Groups × (leaves, spines); hosts fill leaves in order (spec.hosts = 0: all places). Throws Error when a pair of
/// groups would have no cable, ports exceed the radix, or hosts exceed the places.
Fabric build(const FabricSpec &spec) {
  const DragonflyPlusShape p = shape_of(spec);
  check_values(spec, p);
  const PlaneLayout layout{.spec = spec,
                           .hosts = checked_hosts(spec, p),
                           .groups = p.groups,
                           .leaves = p.groups * p.leaves_per_group,
                           .leaves_per_group = p.leaves_per_group,
                           .spines_per_group = p.spines_per_group};
  FabricDescription fabric = layout.begin("dragonfly-plus", most_ports(spec, p), 2,
                                          [&](std::uint32_t place) { return place / p.hosts_per_leaf; });
  layout.join_leaves(fabric.plan, [](std::uint32_t) { return 1; });
  for (std::uint32_t plane = 0; plane < spec.planes && p.groups > 1; ++plane)
    add_global_cables(layout, p.spines_per_group * p.global_links_per_spine, plane, fabric.plan);
  return Fabric(std::move(fabric));
}

} // namespace

/// Its row in the table of builder.cpp.
TopologyFamily dragonfly_plus_family() {
  return {.name = "dragonfly-plus",
          .called = "topology = \"dragonfly-plus\"",
          .parameters = parameter_rows<DragonflyPlusShape>,
          .tiers =
              [](const GivenParameters &) {
                return std::vector{Tier::host, Tier::leaf, Tier::global};
              },
          .needless =
              [](const GivenParameters &) {
                return std::map<std::string, std::string>{
                    {"rates.spine", "a dragonfly-plus has no cores; its spines use rates.leaf and rates.global"}};
              },
          .policies = {"minimal", "ecmp", "spray", "flowlet", "adaptive"},
          .default_policy = "minimal",
          .build = build};
}

} // namespace lightloom
