#pragma once
// Short ways to name the fabrics that tests build, and to read what an Error says.

#include "sim/core/error.hpp"
#include "topology/families/dragonfly_plus.hpp"
#include "topology/families/fat_tree.hpp"

#include <functional>
#include <string>

namespace lightloom::specs {

inline FabricSpec fat_tree(std::uint64_t hosts, std::uint32_t radix, std::uint32_t levels) {
  FabricSpec spec;
  spec.hosts = hosts;
  spec.radix = radix;
  spec.shape = given_parameters(FatTreeShape{.levels = levels});
  return spec;
}

/// Two levels of radix 8.
inline FabricSpec planes_and_nics(std::uint64_t hosts, std::uint32_t planes, std::uint32_t nics) {
  FabricSpec spec = fat_tree(hosts, 8, 2);
  spec.planes = planes;
  spec.nics_per_gpu = nics;
  return spec;
}

inline FabricSpec dragonfly_plus(const DragonflyPlusShape &shape, std::uint32_t radix) {
  FabricSpec spec;
  spec.topology = "dragonfly-plus";
  spec.radix = radix;
  spec.shape = given_parameters(shape);
  return spec;
}

/// p = s = l = h = m, so radix 2m; all places have hosts.
inline FabricSpec dragonfly_plus(std::uint32_t groups, std::uint32_t m) {
  return dragonfly_plus({groups, m, m, m, m}, 2 * m);
}

/// The message of the Error that `action` throws; "" when it throws none.
inline std::string message_of(const std::function<void()> &action) {
  try {
    action();
  } catch (const Error &error) { return error.what(); }
  return "";
}

} // namespace lightloom::specs
