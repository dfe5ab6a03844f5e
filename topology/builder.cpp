// The table of families: one line each.

#include "topology/builder.hpp"

#include "sim/core/error.hpp"
#include "topology/families/dragonfly_plus.hpp"
#include "topology/families/fat_tree.hpp"

#include <array>
#include <fmt/format.h>

namespace lightloom {

namespace {

constexpr std::array families{
    TopologyFamily{"fat-tree", "two levels (leaf and spine) or three (pods and cores)", build_fat_tree},
    TopologyFamily{"dragonfly-plus", "groups of leaves and spines joined by global cables", build_dragonfly_plus},
};

} // namespace

std::span<const TopologyFamily> topology_families() { return families; }

Fabric build_fabric(const FabricSpec &spec) {
  std::vector<std::string> names;
  for (const TopologyFamily &family : families) {
    if (spec.topology == family.name)
      return family.build(spec);
    names.emplace_back(family.name);
  }
  const std::string near = nearest_word(spec.topology, names);
  throw Error(fmt::format("fabric.topology = \"{}\"", spec.topology),
              fmt::format("this version builds {}", fmt::join(names, " and ")),
              fmt::format("Try \"{}\".", near.empty() ? names.front() : near));
}

} // namespace lightloom
