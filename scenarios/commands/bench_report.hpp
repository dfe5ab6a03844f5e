#pragma once
// What `bench` measured, as a table beside the figures that this project asked of itself, and as JSON
// (docs/CONTRACT.md).

#include "scenarios/commands/tie_study.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// One scene, measured. Times are of its fastest repetition.
struct SceneResult {
  std::string name;
  std::uint64_t link_hops = 0;
  double cpu_s = 0;  ///< user CPU seconds of the process, set-up included
  double wall_s = 0; ///< set-up included
  std::uint32_t threads = 1;
  std::uint32_t repetitions = 1;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t bytes_per_idle_host = 0; ///< 0: not measured
  std::int64_t end_ps = 0;               ///< simulated
  std::string digest;
  std::optional<TieStudy> ties; ///< of the scene `ties`
};

/// What `bench` prints, with --json and without.
std::string bench_json(const std::vector<SceneResult> &scenes);
std::string bench_text(const std::vector<SceneResult> &scenes);

} // namespace lightloom
