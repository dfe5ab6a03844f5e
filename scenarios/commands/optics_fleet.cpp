// optics --fleet: the links of a scenario's fabric as a fleet: margins now, who will hurt first, the year under each
// maintenance policy, telemetry into a file.

#include "analysis/atomic_file.hpp"
#include "analysis/hdf5_writer.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/commands/fleet_report.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/results/fleet_document.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/toml_document.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace lightloom {

namespace {
constexpr CampaignDuration longest_span = std::chrono::years(20); ///< no part is warranted for longer

/// A fleet of links that are all at their limits is no fleet: drawn, unless the scenario says which it wants.
Scenario load_fleet(const CommandLine &line) {
  std::vector<Setting> given;
  for (const std::string &text : line.settings)
    given.push_back(command_line_setting(text));
  std::vector<std::string> settings = line.settings;
  const std::string model = "optics.population.model";
  if (!read_toml(line.optics.fleet, given).values.contains(model)) {
    settings.push_back(model + "=drawn");
    say(line,
        "links are drawn (optics.population.model = \"drawn\"); --set optics.population.model=limits puts each at "
        "its data sheet's limits");
  }
  const Scenario s = load_scenario(line.optics.fleet, settings);
  if (!s.optics.population.drawn)
    say(line, "every link stands at its data sheet's limits and nothing happens to it (optics.population.model = "
              "\"limits\"); --set optics.population.model=drawn draws them");
  return s;
}

CampaignDuration duration_option(const char *option, const std::string &text, CampaignDuration low,
                                 CampaignDuration high, const char *range, const char *example) {
  const auto d = parse_campaign_duration(text);
  if (!d)
    throw Error(fmt::format("{} {}", option, text),
                std::string("not a number with one of the units ") + campaign_duration_units,
                fmt::format("Try {} {}.", option, example));
  if (*d < low || *d > high)
    throw Error(fmt::format("{} {}", option, text), fmt::format("must be {}", range),
                fmt::format("Try {} {}.", option, example));
  return *d;
}

/// `wait` leads when all are asked for: the others are held against it.
std::vector<MaintenancePolicy> policies_of(const std::string &word) {
  if (word == "all")
    return {maintenance_policies.begin(), maintenance_policies.end()};
  std::vector<std::string> known = {"all"};
  for (const MaintenancePolicy p : maintenance_policies) {
    if (word == to_string(p))
      return {p};
    known.emplace_back(to_string(p));
  }
  const std::string near = nearest_word(word, known);
  throw Error("--policy " + word, fmt::format("must be one of {}", fmt::join(known, ", ")),
              near.empty() ? "" : "Did you mean " + near + "?");
}
} // namespace

ExitCode optics_fleet(const CommandLine &line) {
  const OpticsRequest &ask = line.optics;
  const Scenario scenario = load_fleet(line);
  const BuiltFabric built = build_fabric_of(scenario);
  FleetRequest request;
  request.policies = policies_of(ask.policy.empty() ? scenario.optics.maintenance.policy : ask.policy);
  request.span = duration_option("--for", ask.span, std::chrono::hours(1), longest_span, "1h … 20y", "365d");
  request.replicas = ask.replicas;
  request.threads = line.threads;
  request.stop = [] { return interrupted(); };
  FleetTelemetry telemetry;
  telemetry.every = duration_option("--every", ask.every, std::chrono::minutes(1), longest_span, "1min … 20y", "6h");
  telemetry.links = ask.links;
  if (!line.output.empty()) { // before the study: what cannot be written costs no minutes
    check_telemetry(telemetry, request.span, 2 * built.fabric.plan().cables.size());
    check_writable(line.output, line.force);
  }
  const auto began = std::chrono::steady_clock::now();
  const FleetStudy study = study_fleet(scenario, built, request);
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (!line.output.empty()) {
    const FleetFacts facts{"lightloom " + line.typed, line.threads, wall_s};
    const std::string part = line.output + ".part";
    replace_file(part, hdf5_image(fleet_document(scenario, built, study, telemetry, facts)));
    if (study.complete)
      rename_file(part, line.output);
    say(line, study.complete ? "results are in " + line.output : "results so far are in " + part);
  }
  print_result(line.json ? fleet_json(scenario, built, study) : fleet_text(scenario, built, study));
  say(line,
      fmt::format("{} cables × {} policies × {} replicas in {:.1f} s, digest {}", built.fabric.plan().cables.size(),
                  request.policies.size(), request.replicas, wall_s, study.digest));
  return study.complete ? ExitCode::done : ExitCode::interrupted;
}

} // namespace lightloom
