// bench: the speed scenes. Each is a shipped scenario with a few settings; nothing here is known to the simulator.
// Rates are link-hops ÷ user CPU seconds of the whole process during the scene, set-up included (contract §5).

#include "analysis/table.hpp"
#include "scenarios/commands.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/shipped.hpp"
#include "sim/core/contract.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
struct Scene {
  const char *name;
  const char *scenario;
  std::vector<std::string> settings;
  std::uint32_t threads; ///< 0 = --threads
  bool quick;            ///< runs when no scene is named
  const char *what;
};

const std::vector<Scene> &scenes() {
  static const std::vector<Scene> all = {
      {"forward-128",
       "permutation-1024",
       {"cluster.gpus=128", "fabric.radix=8"},
       1,
       true,
       "permutation on a three-level fat-tree of 128 hosts, per-hop credits, one thread"},
      {"forward-1024", "permutation-1024", {}, 1, true, "the same with 1,024 hosts"},
      {"forward-1024-2t", "permutation-1024", {}, 2, true, "the same on two threads"},
      {"ring-128",
       "ring-ideal",
       {"cluster.gpus=128", "collective.0.size=64MiB"},
       1,
       true,
       "ring all-reduce of 64 MiB over 128 ranks, ideal transport"},
      {"gpt-800g", "gpt-800g", {"scenario.steps=1"}, 0, false, "one step of the main job, 800G"},
      {"gpt-1600g", "gpt-1600g", {"scenario.steps=1"}, 0, false, "one step of the main job, 1.6T"},
  };
  return all;
}

struct SceneResult {
  const Scene *scene = nullptr;
  std::uint64_t link_hops = 0;
  double cpu_s = 0, wall_s = 0;
  std::uint32_t threads = 1;
  std::uint64_t peak_rss_bytes = 0, bytes_per_idle_host = 0;
  std::string digest;
};

rusage usage_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double user_s(const rusage &u) {
  return static_cast<double>(u.ru_utime.tv_sec) + static_cast<double>(u.ru_utime.tv_usec) * 1e-6;
}

Scenario scenario_of(const Scene &scene, const CommandLine &line) {
  const auto text = shipped_scenario(scene.scenario);
  ENSURES(text.has_value());
  auto settings = scene.settings;
  settings.insert(settings.end(), line.settings.begin(), line.settings.end());
  return load_scenario_text(*text, std::string("scenarios/") + scene.scenario + ".toml", settings);
}

SceneResult run_scene(const Scene &scene, const CommandLine &line, ExitCode &code) {
  SceneResult r;
  r.scene = &scene;
  r.threads = scene.threads != 0 ? scene.threads : line.threads;
  const rusage before = usage_now();
  const auto wall = std::chrono::steady_clock::now();
  const Scenario s = scenario_of(scene, line);
  RunRequest request = request_of(line);
  request.threads = r.threads;
  const RunOutcome outcome = run_built(s, build_run(s), request);
  const rusage after = usage_now();
  r.cpu_s = user_s(after) - user_s(before);
  r.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  r.link_hops = outcome.link_hops;
  r.digest = outcome.results.identity.digest;
  r.peak_rss_bytes = static_cast<std::uint64_t>(after.ru_maxrss) * 1024;
  r.bytes_per_idle_host = network_footprint(build_run(s).network);
  say_outcome(line, outcome);
  if (outcome.code != ExitCode::done)
    code = outcome.code;
  return r;
}

std::string to_json(const std::vector<SceneResult> &results) {
  nlohmann::ordered_json j;
  j["scenes"] = nlohmann::ordered_json::array();
  for (const auto &r : results)
    j["scenes"].push_back({{"name", r.scene->name},
                           {"link_hops", r.link_hops},
                           {"cpu_s", r.cpu_s},
                           {"wall_s", r.wall_s},
                           {"link_hops_per_cpu_s", r.cpu_s > 0 ? static_cast<double>(r.link_hops) / r.cpu_s : 0.0},
                           {"link_hops_per_wall_s", r.wall_s > 0 ? static_cast<double>(r.link_hops) / r.wall_s : 0.0},
                           {"threads", r.threads},
                           {"peak_rss_bytes", r.peak_rss_bytes},
                           {"bytes_per_idle_host", r.bytes_per_idle_host},
                           {"digest", r.digest}});
  return j.dump(2) + "\n";
}

std::string to_text(const std::vector<SceneResult> &results) {
  Table t({{"scene", "", Table::Align::left},
           {"link-hops", "M"},
           {"CPU", "s"},
           {"elapsed", "s"},
           {"rate", "M/CPU s"},
           {"rate", "M/s"},
           {"threads", ""},
           {"peak", "MiB"},
           {"idle host", "B"},
           {"digest", "", Table::Align::left}});
  for (const auto &r : results) {
    const double hops = static_cast<double>(r.link_hops) * 1e-6;
    t.add({r.scene->name, fmt::format("{:.1f}", hops), fmt::format("{:.2f}", r.cpu_s), fmt::format("{:.2f}", r.wall_s),
           fmt::format("{:.1f}", r.cpu_s > 0 ? hops / r.cpu_s : 0.0),
           fmt::format("{:.1f}", r.wall_s > 0 ? hops / r.wall_s : 0.0), std::to_string(r.threads),
           std::to_string(r.peak_rss_bytes >> 20), std::to_string(r.bytes_per_idle_host), r.digest});
  }
  return t.str();
}
} // namespace

ExitCode command_bench(const CommandLine &line) {
  std::vector<const Scene *> chosen;
  std::vector<std::string> names;
  for (const auto &scene : scenes()) {
    names.emplace_back(scene.name);
    if (line.list)
      print_result(fmt::format("{:<16} {}{}\n", scene.name, scene.what, scene.quick ? "" : " (only when named)"));
    if (line.scenes.empty() && scene.quick)
      chosen.push_back(&scene);
  }
  if (line.list)
    return ExitCode::done;
  for (const auto &name : line.scenes) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw Error("bench " + name, "no such scene", fmt::format("Scenes: {}.", fmt::join(names, ", ")));
    chosen.push_back(&scenes()[static_cast<std::size_t>(found - names.begin())]);
  }
  ExitCode code = ExitCode::done;
  std::vector<SceneResult> results;
  for (const auto *scene : chosen) {
    results.push_back(run_scene(*scene, line, code));
    if (interrupted())
      break;
  }
  print_result(line.json ? to_json(results) : to_text(results));
  return code;
}

} // namespace lightloom
