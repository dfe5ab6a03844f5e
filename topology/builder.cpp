// The table of families, and the search in it.

#include "topology/builder.hpp"

#include "sim/core/error.hpp"

#include <algorithm>
#include <fmt/format.h>

// One line per family: FAMILY(torus) is the row that torus_family() of families/torus.cpp returns.
#define LIGHTLOOM_TOPOLOGY_FAMILIES(FAMILY)                                                                            \
  FAMILY(fat_tree)                                                                                                     \
  FAMILY(dragonfly_plus)

namespace lightloom {

#define DECLARE(name) TopologyFamily name##_family();
LIGHTLOOM_TOPOLOGY_FAMILIES(DECLARE)
#undef DECLARE

std::span<const TopologyFamily> topology_families() {
#define ROW(name) name##_family(),
  static const TopologyFamily families[] = {LIGHTLOOM_TOPOLOGY_FAMILIES(ROW)};
#undef ROW
  return families;
}

std::vector<TopologyFamily> families_with(const std::vector<TopologyFamily> &own) {
  const auto known = topology_families();
  std::vector<TopologyFamily> all(known.begin(), known.end());
  for (TopologyFamily family : own) {
    if (family.parameters == nullptr)
      family.parameters = [] { return std::vector<ParameterRow>{}; };
    if (family.tiers == nullptr)
      family.tiers = [](const GivenParameters &) {
        return std::vector{Tier::host, Tier::leaf, Tier::spine, Tier::global};
      };
    if (family.policies.empty())
      family.policies = find_family("fat-tree").policies;
    all.push_back(std::move(family));
  }
  return all;
}

const TopologyFamily &find_family(const std::string &name, std::span<const TopologyFamily> families) {
  std::vector<std::string> names;
  for (const TopologyFamily &family : families) {
    if (name == family.name)
      return family;
    names.push_back(family.name);
  }
  const std::string near = nearest_word(name, names);
  throw Error(fmt::format("fabric.topology = \"{}\"", name),
              fmt::format("this version builds {}", fmt::join(names, " and ")),
              fmt::format("Try \"{}\".", near.empty() ? names.front() : near));
}

Fabric build_fabric(const FabricSpec &spec, std::span<const TopologyFamily> families) {
  const TopologyFamily &family = find_family(spec.topology, families);
  const std::vector<ParameterRow> own = family.parameters();
  for (const auto &[name, value] : spec.shape)
    if (std::ranges::find(own, name, &ParameterRow::name) == own.end())
      throw Error(fmt::format("fabric.{} has no effect", name), fmt::format("no key of topology = \"{}\"", family.name),
                  "Leave it out.");
  return family.build(spec);
}

} // namespace lightloom
