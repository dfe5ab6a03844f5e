#include "collectives/algorithm.hpp"

#include "sim/core/error.hpp"

#include <algorithm>

#include <fmt/format.h>

// The files of collectives/algorithms/, one line each. Each defines a function of its name, which returns its rows.
#define LIGHTLOOM_ALGORITHM_FILES(line)                                                                                \
  line(ring) line(halving_doubling) line(hierarchical) line(pairwise) line(chain) line(direct)

namespace lightloom {

namespace algorithms {
#define LIGHTLOOM_DECLARE(file) AlgorithmTable file();
LIGHTLOOM_ALGORITHM_FILES(LIGHTLOOM_DECLARE)
} // namespace algorithms

const AlgorithmTable &collective_algorithms() {
  static const AlgorithmTable table = [] {
    AlgorithmTable all;
    const auto add = [&](AlgorithmTable rows) { std::move(rows.begin(), rows.end(), std::back_inserter(all)); };
#define LIGHTLOOM_ADD(file) add(algorithms::file());
    LIGHTLOOM_ALGORITHM_FILES(LIGHTLOOM_ADD)
    return all;
  }();
  return table;
}

AlgorithmTable algorithms_with(const AlgorithmTable &own) {
  AlgorithmTable all = collective_algorithms();
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

const CollectiveAlgorithm &find_algorithm(CollectiveOp op, std::string_view name, const AlgorithmTable &table) {
  std::vector<std::string> known;
  for (const CollectiveAlgorithm &row : table) {
    if (row.op != op)
      continue;
    if (name == row.name || name == "auto")
      return row;
    known.push_back(row.name);
  }
  throw Error(fmt::format("algorithm \"{}\" for {}", name, to_string(op)),
              fmt::format("this version has {} for it", fmt::join(known, ", ")),
              known.empty() ? "" : fmt::format("Use \"{}\" or \"auto\".", known.front()));
}

std::vector<std::string> algorithm_names(const AlgorithmTable &table) {
  std::vector<std::string> names;
  for (const CollectiveAlgorithm &row : table)
    if (std::find(names.begin(), names.end(), row.name) == names.end())
      names.push_back(row.name);
  return names;
}

void check_shape(const CollectiveAlgorithm &algorithm, const CollectiveShape &shape) {
  if (shape.ranks == 1 || algorithm.why_not == nullptr)
    return;
  if (const std::string why = algorithm.why_not(shape); !why.empty())
    throw Error(fmt::format("{} {} over {} ranks", algorithm.name, to_string(algorithm.op), shape.ranks), why,
                "Use \"ring\".");
}

std::vector<std::uint32_t> next_member(const CollectiveShape &shape) {
  if (shape.ranks == 1)
    return {};
  return {(shape.index + 1) % shape.ranks};
}

} // namespace lightloom
