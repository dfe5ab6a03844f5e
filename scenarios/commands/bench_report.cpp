#include "scenarios/commands/bench_report.hpp"

#include "analysis/results.hpp"
#include "analysis/table.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;

double per_cpu_s(const SceneResult &r) { return r.cpu_s > 0 ? static_cast<double>(r.link_hops) / r.cpu_s : 0; }
double per_wall_s(const SceneResult &r) { return r.wall_s > 0 ? static_cast<double>(r.link_hops) / r.wall_s : 0; }

/// A figure asked of a release on a machine of two cores, and what came out.
struct Figure {
  const char *name;
  const char *what;
  bool at_least; ///< else at most
  double asked;
  double measured;
  const char *unit; ///< of both, in JSON
  double scale;     ///< printed = value × scale
  const char *printed_unit;
  bool reached() const { return at_least ? measured >= asked : measured <= asked; }
};

/// Those whose scenes were run.
std::vector<Figure> figures(const std::vector<SceneResult> &scenes) {
  const auto find = [&](const char *name) -> const SceneResult * {
    for (const auto &r : scenes)
      if (r.name == name)
        return &r;
    return nullptr;
  };
  std::vector<Figure> list;
  const auto *one = find("forward-1024"), *two = find("forward-1024-2t");
  const auto rate_of = [&](const char *scene, const char *name, const char *what, double asked) {
    if (const SceneResult *r = find(scene))
      list.push_back({name, what, true, asked, per_cpu_s(*r), "link-hops per CPU-second", 1e-6, "M link-hops/CPU s"});
  };
  rate_of("forward-128", "forwarding_128", "bare forwarding, 128 hosts, one thread", 25e6);
  rate_of("forward-1024", "forwarding", "bare forwarding, 1,024 hosts, one thread", 25e6);
  rate_of("uec-128", "uec_128", "uec, permutation over 128 hosts", 10e6);
  rate_of("uec-1024", "uec_1024", "uec, permutation over 1,024 hosts", 8e6);
  rate_of("rocev2-128", "rocev2_128", "rocev2, permutation over 128 hosts", 10e6);
  rate_of("rocev2-1024", "rocev2_1024", "rocev2, permutation over 1,024 hosts", 8e6);
  if (one != nullptr)
    list.push_back({"idle_host", "memory of an idle host", false, 10e3, static_cast<double>(one->bytes_per_idle_host),
                    "B", 1e-3, "KB"});
  if (one != nullptr && two != nullptr)
    list.push_back({"two_threads", "bare forwarding on two threads, times faster", true, 1.9, one->wall_s / two->wall_s,
                    "1", 1, "×"});
  if (const auto *few = find("uec-128"), *many = find("uec-8192"); few != nullptr && many != nullptr)
    list.push_back({"scaling", "uec, rate lost from 128 to 8,192 hosts", false, 0.5,
                    1 - per_cpu_s(*many) / per_cpu_s(*few), "1", 100, "%"});
  if (const auto *ring = find("uec-ring-128"))
    list.push_back(
        {"ring", "uec, ring all-reduce of 64 MiB over 128 ranks, CPU", false, 1.5, ring->cpu_s, "s", 1, "s"});
  if (const auto *slow = find("gpt-800g"), *fast = find("gpt-1600g"); slow != nullptr && fast != nullptr) {
    list.push_back(
        {"main_job", "main job, both clusters, elapsed", false, 180, slow->wall_s + fast->wall_s, "s", 1, "s"});
    list.push_back({"main_job_memory", "main job, peak memory", false, 2147483648.0,
                    static_cast<double>(std::max(slow->peak_rss_bytes, fast->peak_rss_bytes)), "B", 1.0 / 1048576,
                    "MiB"});
  }
  return list;
}

Json spread_json(const Spread &s) {
  return {{"min", s.min}, {"mean", s.mean}, {"max", s.max}, {"standard_deviation", s.deviation}};
}

Json ties_json(const TieStudy &t) {
  Json senders = Json::array();
  for (std::size_t i = 0; i < t.senders.size(); ++i)
    senders.push_back({{"host", t.senders[i].host}, {"mean_rank", t.senders[i].mean_rank}});
  Json times = Json::array();
  for (const auto &[scenario, what, spread] : t.times)
    times.push_back({{"scenario", scenario}, {"what", what}, {"time_s", spread_json(spread)}});
  return {{"seeds", t.seeds},
          {"times", times},
          {"incast",
           {{"expected_rank", t.expected_rank},
            {"standard_error", t.standard_error},
            {"senders", senders},
            {"farthest", t.senders[t.farthest].host},
            {"farthest_standard_errors", t.off(t.farthest)},
            {"fair", t.fair()}}}};
}
} // namespace

std::string bench_json(const std::vector<SceneResult> &scenes) {
  Json j;
  j["scenes"] = Json::array();
  for (const auto &r : scenes) {
    Json scene = {{"name", r.name},
                  {"link_hops", r.link_hops},
                  {"cpu_s", r.cpu_s},
                  {"wall_s", r.wall_s},
                  {"link_hops_per_cpu_s", per_cpu_s(r)},
                  {"link_hops_per_wall_s", per_wall_s(r)},
                  {"threads", r.threads},
                  {"repetitions", r.repetitions},
                  {"peak_rss_bytes", r.peak_rss_bytes},
                  {"completion_s", static_cast<double>(r.end_ps) * 1e-12},
                  {"bytes_per_idle_host", r.bytes_per_idle_host > 0 ? Json(r.bytes_per_idle_host) : Json(nullptr)},
                  {"digest", r.digest}};
    if (r.ties)
      scene["ties"] = ties_json(*r.ties);
    j["scenes"].push_back(std::move(scene));
  }
  j["figures"] = Json::array();
  for (const auto &f : figures(scenes))
    j["figures"].push_back({{"name", f.name},
                            {"asked", f.asked},
                            {"asked_is", f.at_least ? "at least" : "at most"},
                            {"measured", f.measured},
                            {"unit", f.unit},
                            {"reached", f.reached()}});
  return j.dump(2) + "\n";
}

std::string bench_text(const std::vector<SceneResult> &scenes) {
  using Align = Table::Align;
  Table t({{"scene", "", Align::left},
           {"threads", ""},
           {"best of", ""},
           {"link-hops", "M"},
           {"CPU", "s"},
           {"elapsed", "s"},
           {"rate", "M/CPU s"},
           {"rate", "M/s"},
           {"peak", "MiB"},
           {"idle host", "B"},
           {"simulated", "us"},
           {"digest", "", Align::left}});
  for (const auto &r : scenes)
    t.add({r.name, std::to_string(r.threads), std::to_string(r.repetitions),
           fmt::format("{:.1f}", static_cast<double>(r.link_hops) * 1e-6), fmt::format("{:.2f}", r.cpu_s),
           fmt::format("{:.2f}", r.wall_s), fmt::format("{:.1f}", per_cpu_s(r) * 1e-6),
           fmt::format("{:.1f}", per_wall_s(r) * 1e-6), std::to_string(r.peak_rss_bytes >> 20),
           r.bytes_per_idle_host > 0 ? std::to_string(r.bytes_per_idle_host) : "–",
           fmt::format("{:.2f}", static_cast<double>(r.end_ps) * 1e-6), r.digest});
  std::string text = t.str();
  if (const auto list = figures(scenes); !list.empty()) {
    Table f(
        {{"figure", "", Align::left}, {"asked", ""}, {"measured", ""}, {"", "", Align::left}, {"", "", Align::left}});
    for (const auto &figure : list)
      f.add({figure.what, fmt::format("{} {:g}", figure.at_least ? "≥" : "≤", figure.asked * figure.scale),
             format_number(figure.measured * figure.scale, 3), figure.printed_unit,
             figure.reached() ? "reached" : "MISSED"});
    text += "\n" + f.str();
  }
  for (const auto &r : scenes)
    if (r.ties)
      text += "\n" + to_text(*r.ties);
  return text;
}

} // namespace lightloom
