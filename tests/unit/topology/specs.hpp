#pragma once
// Short ways to name the fabrics that the unit tests build, and to read what an Error says.

#include "sim/core/error.hpp"
#include "topology/builder.hpp"

#include <functional>
#include <string>

namespace lightloom::specs {

inline FabricSpec fat_tree(std::uint64_t hosts, std::uint32_t radix, std::uint32_t levels) {
  FabricSpec spec;
  spec.hosts = hosts;
  spec.radix = radix;
  spec.levels = levels;
  return spec;
}

/// p = s = l = h = m, so radix 2m.
inline FabricSpec dragonfly_plus(std::uint32_t groups, std::uint32_t m) {
  FabricSpec spec;
  spec.topology = "dragonfly-plus";
  spec.radix = 2 * m;
  spec.groups = groups;
  spec.leaves_per_group = spec.spines_per_group = spec.hosts_per_leaf = spec.global_links_per_spine = m;
  return spec;
}

/// The message of the Error that `action` throws; "" when it throws none.
inline std::string message_of(const std::function<void()> &action) {
  try {
    action();
  } catch (const Error &error) { return error.what(); }
  return "";
}

} // namespace lightloom::specs
