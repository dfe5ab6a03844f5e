// bench: the speed scenes. Each is a shipped scenario with a few settings; nothing here is known to the simulator.
// Rates are link-hops ÷ user CPU seconds of the whole process during the scene, set-up included (docs/CONTRACT.md).
// Scenes that are repeated count with their fastest repetition, and every repetition must give the same digest.

#include "scenarios/build.hpp"
#include "scenarios/commands/bench_report.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"
#include "sim/core/contract.hpp"
#include "sim/network/network.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include <fmt/format.h>

namespace lightloom {

namespace {
struct Scene {
  const char *name;
  const char *scenario;
  std::vector<std::string> settings;
  std::uint32_t threads; ///< 0 = --threads
  std::uint32_t repetitions;
  const char *what;
};

/// The transports of AI fabrics on the workloads that packet-level peers publish (htsim-w1: 400G, 1 us per link).
const std::vector<Scene> &transport_scenes() {
  static const std::vector<Scene> all = {
      {"uec-128",
       "htsim-w1",
       {},
       1,
       3,
       "2 MB permutation over 128 hosts at 400G, uec: acknowledgements, ECN, trimming"},
      {"uec-128-20MB", "htsim-w1", {"traffic.0.size=20MB"}, 1, 3, "the same with 20 MB"},
      {"uec-1024", "htsim-w1", {"cluster.gpus=1024", "fabric.radix=16"}, 1, 3, "the same with 1,024 hosts and 2 MB"},
      {"uec-1024-2t", "htsim-w1", {"cluster.gpus=1024", "fabric.radix=16"}, 2, 3, "the same on two threads"},
      {"uec-8192", "htsim-w1", {"cluster.gpus=8192", "fabric.radix=32"}, 1, 1, "the same with 8,192 hosts"},
      {"uec-all-to-all-16KiB",
       "htsim-w1",
       {"traffic.0.pattern=all-to-all", "traffic.0.size=16KiB"},
       1,
       3,
       "all-to-all over 128 hosts, 16 KiB per pair, uec"},
      {"uec-all-to-all-256KiB",
       "htsim-w1",
       {"traffic.0.pattern=all-to-all", "traffic.0.size=256KiB"},
       1,
       1,
       "the same with 256 KiB per pair"},
      {"uec-ring-128",
       "ring-ideal",
       {"cluster.gpus=128", "collective.0.size=64MiB", "transport.kind=uec", "fabric.radix=8", "fabric.levels=3",
        "fabric.switch.latency=0ns", "fabric.nic.latency=0ns", "optics.host.latency=1us", "optics.leaf.latency=1us",
        "optics.spine.module=400G-DR4", "optics.spine.latency=1us"},
       1,
       1,
       "ring all-reduce of 64 MiB over 128 ranks on the same fabric, uec"},
      {"rocev2-128",
       "htsim-w1",
       {"transport.kind=rocev2", "traffic.0.size=20MB"},
       1,
       3,
       "20 MB permutation over 128 hosts, rocev2: DCQCN, PFC, go-back-N"},
      {"rocev2-1024",
       "htsim-w1",
       {"transport.kind=rocev2", "cluster.gpus=1024", "fabric.radix=16"},
       1,
       3,
       "2 MB permutation over 1,024 hosts, rocev2"},
      {"ring-128",
       "ring-ideal",
       {"cluster.gpus=128", "collective.0.size=64MiB"},
       1,
       1,
       "ring all-reduce of 64 MiB over 128 ranks, ideal transport"},
  };
  return all;
}

/// Flows are long enough that what is measured is forwarding, not set-up.
const std::vector<Scene> &own_scenes() {
  static const std::vector<Scene> all = {
      {"gpt-800g", "gpt-800g", {"scenario.steps=1"}, 0, 1, "one step of the main job, 800G, every frame"},
      {"gpt-1600g", "gpt-1600g", {"scenario.steps=1"}, 0, 1, "one step of the main job, 1.6T, every frame"},
      {"forward-128",
       "htsim-w1",
       {"transport.kind=ideal", "traffic.0.size=20MB"},
       1,
       3,
       "bare forwarding: permutation on a three-level fat-tree of 128 hosts, ideal transport, one thread"},
      {"forward-1024",
       "htsim-w1",
       {"transport.kind=ideal", "cluster.gpus=1024", "fabric.radix=16", "traffic.0.size=8MB"},
       1,
       3,
       "the same with 1,024 hosts"},
      {"forward-1024-2t",
       "htsim-w1",
       {"transport.kind=ideal", "cluster.gpus=1024", "fabric.radix=16", "traffic.0.size=8MB"},
       2,
       3,
       "the same on two threads"},
      {"credits-1024",
       "permutation-1024",
       {"traffic.0.size=8MB"},
       1,
       3,
       "permutation over 1,024 hosts with per-hop credits (infiniband)"},
      {"ties", "ties", {}, 0, 1, "20 tie seeds: the spread of a step time, and whether a port is favoured"},
  };
  return all;
}

std::vector<Scene> scenes() {
  std::vector<Scene> all = own_scenes();
  all.insert(all.end(), transport_scenes().begin(), transport_scenes().end());
  return all;
}

/// From here on the process's peak memory counts anew. Where /proc refuses, peaks are those of the process so far.
void reset_peak_memory() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

rusage usage_now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double user_s(const rusage &u) {
  return static_cast<double>(u.ru_utime.tv_sec) + static_cast<double>(u.ru_utime.tv_usec) * 1e-6;
}

/// CPU and wall time of whatever `work` does, into r.
template <class Work> void measure(SceneResult &r, Work &&work) {
  reset_peak_memory();
  const rusage before = usage_now();
  const auto wall = std::chrono::steady_clock::now();
  work();
  const rusage after = usage_now();
  r.cpu_s = user_s(after) - user_s(before);
  r.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  r.peak_rss_bytes = static_cast<std::uint64_t>(after.ru_maxrss) * 1024;
}

Scenario scenario_of(const Scene &scene, const CommandLine &line) {
  const auto text = shipped_scenario(scene.scenario);
  ENSURES(text.has_value());
  auto settings = scene.settings;
  settings.insert(settings.end(), line.settings.begin(), line.settings.end());
  return load_scenario_text(*text, std::string("scenarios/") + scene.scenario + ".toml", settings);
}

SceneResult run_once(const Scene &scene, const CommandLine &line, ExitCode &code) {
  SceneResult r;
  measure(r, [&] {
    const Scenario s = scenario_of(scene, line);
    RunRequest request = request_of(line);
    request.threads = scene.threads != 0 ? scene.threads : line.threads;
    const RunOutcome outcome = run_built(s, build_run(s), request);
    r.threads = request.threads;
    r.link_hops = outcome.link_hops;
    r.end_ps = outcome.end_ps;
    r.digest = outcome.results.identity.digest;
    say_outcome(line, outcome);
    if (outcome.code != ExitCode::done)
      code = outcome.code;
  });
  return r;
}

SceneResult run_ties(const CommandLine &line, ExitCode &code) {
  SceneResult r;
  measure(r, [&] {
    auto study = study_ties(line, code);
    r.threads = line.threads;
    r.link_hops = study.link_hops;
    r.digest = study.digest;
    if (study.seeds > 0)
      r.ties = std::move(study);
  });
  return r;
}

SceneResult run_scene(const Scene &scene, const CommandLine &line, ExitCode &code) {
  SceneResult best = scene.scenario == std::string("ties") ? run_ties(line, code) : run_once(scene, line, code);
  for (std::uint32_t i = 1; i < scene.repetitions && code == ExitCode::done; ++i) {
    const SceneResult again = run_once(scene, line, code);
    if (again.digest != best.digest) {
      fmt::print(stderr, "{}: digest {}, then {}: a bug in Lightloom, please report it\n", scene.name, best.digest,
                 again.digest);
      code = ExitCode::bug;
    }
    best.cpu_s = std::min(best.cpu_s, again.cpu_s);
    best.wall_s = std::min(best.wall_s, again.wall_s);
    best.peak_rss_bytes = std::max(best.peak_rss_bytes, again.peak_rss_bytes);
  }
  best.name = scene.name;
  best.repetitions = scene.repetitions;
  if (!best.ties && code == ExitCode::done)
    best.bytes_per_idle_host = network_footprint(build_run(scenario_of(scene, line)).network);
  return best;
}
} // namespace

ExitCode command_bench(const CommandLine &line) {
  const std::vector<Scene> all = scenes();
  std::vector<const Scene *> chosen;
  std::vector<std::string> names;
  for (const auto &scene : all) {
    names.emplace_back(scene.name);
    if (line.list)
      print_result(fmt::format("{:<16} {}\n", scene.name, scene.what));
    if (line.scenes.empty())
      chosen.push_back(&scene);
  }
  if (line.list)
    return ExitCode::done;
  for (const auto &name : line.scenes) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
      throw Error("bench " + name, "no such scene", fmt::format("Scenes: {}.", fmt::join(names, ", ")));
    chosen.push_back(&all[static_cast<std::size_t>(found - names.begin())]);
  }
  ExitCode code = ExitCode::done;
  std::vector<SceneResult> results;
  for (const auto *scene : chosen) {
    ExitCode scene_code = ExitCode::done;
    results.push_back(run_scene(*scene, line, scene_code));
    if (static_cast<int>(scene_code) > static_cast<int>(code))
      code = scene_code;
    if (interrupted())
      break;
  }
  print_result(line.json ? bench_json(results) : bench_text(results));
  return code;
}

} // namespace lightloom
