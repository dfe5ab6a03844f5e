#pragma once
// One [[traffic]] table after loading.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace lightloom {

/// One [[traffic]] table as it was read; keys are explained in scenarios/schema/schema_loads.cpp.
struct TrafficPart {
  std::string pattern = "permutation";
  Bytes size{};
  std::uint32_t fan_in = 64;
  std::uint32_t by = 1;       ///< shift
  std::string by_unit{};      ///< "" or "host", "rack", "group": by is counted in them
  std::string path{};         ///< file: the matrix, resolved against the scenario's folder
  bool start_in_ps = false;   ///< file: start_unit = "ps"
  bool replace_zeros = false; ///< file: size was given
  Duration start{};
  std::uint32_t repeat = 1;
  bool poisson = false; ///< arrivals = "poisson"
  double load = 0;
  Duration duration{};
  Duration warmup{};           ///< from start on: left out of the figures
  std::string sizes = "fixed"; ///< a name of flow_size_names()
  std::string sizes_file{};    ///< resolved against the scenario's folder; replaces sizes
  bool record = true;
};

} // namespace lightloom
