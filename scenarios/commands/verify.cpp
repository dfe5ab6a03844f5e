// verify: a scenario as frames and as trains of several lengths; fails when `auto` misses its stated error.
// Leaves out the flow rung: not in this version.

#include "scenarios/commands/verify.hpp"
#include "analysis/summary.hpp"
#include "analysis/table.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/schema/loader.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Kind = GranularityPart::Kind;

/// What stands for the run's time: a training step, else the slowest collective, else the last flow.
std::pair<const char *, double> time_of(const RunSummary &run) {
  if (std::isfinite(run.step_time_s))
    return {"step time", run.step_time_s};
  double slowest = 0;
  for (const auto &c : run.collectives)
    slowest = std::max(slowest, c.time_max_s);
  if (slowest > 0)
    return {"collective time", slowest};
  return {"last flow", run.flows.fct_max_s};
}

double counter(const RunSummary &run, const std::string &name) {
  for (const auto &row : run.counters)
    if (row.name == name)
      return static_cast<double>(row.value);
  return 0;
}

Rung measured(const std::string &name, const RunOutcome &outcome, Verification &v) {
  const RunSummary run = summary(outcome.results);
  const auto [what, time_s] = time_of(run);
  v.what = what;
  Rung rung;
  rung.name = name;
  rung.time_s = time_s;
  rung.difference = v.rungs.empty() ? 0 : time_s / v.rungs.front().time_s - 1;
  rung.predicted_error = run.granularity.predicted_error;
  rung.frames_per_train = run.granularity.frames_per_train_mean;
  rung.trains = counter(run, "frames_injected") / rung.frames_per_train;
  rung.link_hops = outcome.link_hops;
  rung.cpu_s = outcome.user_s;
  rung.digest = run.digest;
  return rung;
}
} // namespace

bool Verification::within() const { return rungs.size() > 1 && std::abs(rungs[1].difference) <= stated_error; }

Verification verify(const Scenario &scenario, const RunRequest &request,
                    const std::function<void(const RunOutcome &)> &outcome) {
  Verification v;
  v.scenario = scenario.name;
  v.stated_error = scenario.granularity.error;
  struct Choice {
    const char *name;
    Kind kind;
    Bytes size;
  };
  for (const auto &[name, kind, size] :
       {Choice{"frame", Kind::frame, {}}, Choice{"auto", Kind::automatic, {}}, Choice{"64 KiB", Kind::size, 64_KiB},
        Choice{"256 KiB", Kind::size, 256_KiB}}) {
    if (kind == Kind::size && size < scenario.transport.mtu)
      continue;
    Scenario one = scenario;
    one.granularity.kind = kind;
    one.granularity.size = size;
    const RunOutcome run = run_built(one, build_run(one), request);
    outcome(run);
    if (run.code != ExitCode::done) {
      v.code = run.code;
      return v;
    }
    v.rungs.push_back(measured(name, run, v));
  }
  if (!v.within())
    v.code = ExitCode::failed_check;
  return v;
}

std::string to_text(const Verification &v) {
  Table t({{"rung", "", Table::Align::left},
           {v.what, ""},
           {"difference", "%"},
           {"predicted", "%"},
           {"frames", "per train"},
           {"trains", ""},
           {"link-hops", "M"},
           {"CPU", "s"},
           {"digest", "", Table::Align::left}});
  for (const auto &r : v.rungs)
    t.add({r.name, format_seconds(r.time_s), fmt::format("{:+.3f}", 100 * r.difference),
           fmt::format("{:.3f}", 100 * r.predicted_error), fmt::format("{:.1f}", r.frames_per_train),
           fmt::format("{:.0f}", r.trains), fmt::format("{:.2f}", static_cast<double>(r.link_hops) * 1e-6),
           fmt::format("{:.2f}", r.cpu_s), r.digest});
  std::string text = t.str() + "flow: not in this version\n";
  if (v.rungs.size() > 1)
    text += fmt::format("auto {} its stated error of {:g} %\n", v.within() ? "keeps" : "MISSES", 100 * v.stated_error);
  return text;
}

std::string to_json(const Verification &v) {
  using Json = nlohmann::ordered_json;
  Json j = {{"scenario", v.scenario}, {"time", v.what},         {"stated_error", v.stated_error},
            {"within", v.within()},   {"rungs", Json::array()}, {"not_in_this_version", {"flow"}}};
  for (const auto &r : v.rungs)
    j["rungs"].push_back({{"rung", r.name},
                          {"time_s", r.time_s},
                          {"difference", r.difference},
                          {"predicted_error", r.predicted_error},
                          {"frames_per_train", r.frames_per_train},
                          {"trains", r.trains},
                          {"link_hops", r.link_hops},
                          {"cpu_s", r.cpu_s},
                          {"digest", r.digest}});
  return j.dump(2) + "\n";
}

ExitCode command_verify(const CommandLine &line) {
  std::vector<std::string> settings = line.settings;
  settings.push_back("scenario.granularity=auto"); // else a stated granularity_error would be needless
  const Scenario scenario = load_scenario(line.files.front(), settings);
  const Verification v =
      verify(scenario, request_of(line), [&](const RunOutcome &outcome) { say_outcome(line, outcome); });
  print_result(line.json ? to_json(v) : to_text(v));
  return v.code;
}

} // namespace lightloom
