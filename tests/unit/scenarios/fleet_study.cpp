// A scenario's fabric as a fleet: what is handed to the models, summed and written.

#include "scenarios/results/fleet_study.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "scenarios/build.hpp"
#include "scenarios/results/fleet_document.hpp"
#include "scenarios/schema/loader.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>

using namespace lightloom;
using namespace std::chrono_literals;

namespace {
/// 32 hosts on optics over a leaf-spine fabric; every failure twenty times as often as it is.
const std::string text = R"(
[cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
[optics]
host = { module = "800G-DR8", length = "50m" }
leaf = { module = "800G-DR8", length = "300m" }
[optics.population]
model = "drawn"
dirty_share = 0.2
contaminations_per_link_year = 1
lane_failures_factor = 20
module_failures_factor = 20
)";

Scenario scenario_with(const std::vector<std::string> &settings = {}) {
  return load_scenario_text(text, "fleet.toml", settings);
}
FleetStudy study(const Scenario &s, const BuiltFabric &b, std::uint32_t threads = 1, std::uint32_t replicas = 1) {
  FleetRequest request;
  request.policies = {maintenance_policies.begin(), maintenance_policies.end()};
  request.replicas = replicas;
  request.threads = threads;
  return study_fleet(s, b, request);
}
std::string refusal(const std::string &setting) {
  try {
    scenario_with({setting});
  } catch (const Error &e) { return e.what(); }
  return "";
}
} // namespace

TEST_CASE("threads do not change a byte of a fleet study") {
  const Scenario s = scenario_with();
  const BuiltFabric b = build_fabric_of(s);
  const FleetStudy one = study(s, b, 1, 2), three = study(s, b, 3, 2);
  CHECK(one.digest == three.digest);
  const FleetFacts facts;
  CHECK(hdf5_image(fleet_document(s, b, one, {}, facts)) == hdf5_image(fleet_document(s, b, three, {}, facts)));
}

TEST_CASE("a replica is the fleet of the next seed, alone or in company") {
  const Scenario first = scenario_with(), second = scenario_with({"scenario.seed=2"});
  const BuiltFabric b = build_fabric_of(first);
  const FleetStudy both = study(first, b, 1, 2), alone = study(second, b);
  for (std::size_t p = 0; p < 3; ++p)
    for (const PolicyColumn &column : policy_columns())
      CHECK(both.policies[p].replicas[1].*column.member == alone.policies[p].replicas[0].*column.member);
}

TEST_CASE("policies meet the same sudden failures, and time lost and goodput make the whole") {
  const Scenario s = scenario_with({"scenario.seed=5"});
  const BuiltFabric b = build_fabric_of(s);
  const FleetStudy result = study(s, b);
  const PolicyFigures &wait = result.policies[0].replicas[0];
  CHECK(wait.drains == 0);
  CHECK(wait.job_drains == 0);
  CHECK(wait.flaps > 10);
  for (const PolicyResult &p : result.policies) {
    const PolicyFigures &f = p.replicas[0];
    CHECK(f.goodput + (f.lost_work_s + f.unplanned_down_s + f.planned_down_s + f.slow_s) / (365 * 86400.0) ==
          doctest::Approx(1).epsilon(1e-9));
    CHECK(f.availability < 1);
  }
}

TEST_CASE("at the data sheets' limits nothing happens and the job loses nothing") {
  const Scenario s = load_scenario_text("[cluster]\ngpus = 32\n[fabric]\nradix = 16\nlevels = 2\n", "limits.toml", {});
  const BuiltFabric b = build_fabric_of(s);
  const FleetStudy result = study(s, b);
  for (const PolicyResult &p : result.policies)
    CHECK(p.replicas[0].goodput == 1);
  CHECK(result.links.size() == 2 * b.fabric.plan().cables.size());
}

TEST_CASE("lost links stand in front of those with little time, and those before the healthy") {
  const Scenario s = scenario_with();
  const BuiltFabric b = build_fabric_of(s);
  const FleetStudy result = study(s, b);
  const auto order = worst_first(result.links, fleet_watches(s, b));
  REQUIRE(order.size() == result.links.size());
  const auto key = [&](std::size_t i) {
    const FleetLink &l = result.links[i];
    return l.lost ? -1.0 : std::isnan(l.to_limit_s) ? 1e18 : l.to_limit_s;
  };
  CHECK(std::is_sorted(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return key(x) < key(y); }));
  CHECK(std::ranges::any_of(result.links, [](const FleetLink &l) { return l.why == LinkWeakness::dirt; }));
}

TEST_CASE("a fleet's file has the promised names and shapes, is listed, and is refused as a run") {
  const Scenario s = scenario_with();
  const BuiltFabric b = build_fabric_of(s);
  const FleetStudy result = study(s, b);
  const Document d = fleet_document(s, b, result, {.every = 24h, .links = 5}, {});
  const auto shape = [&](const std::string &path) {
    const auto found = std::ranges::find(d.datasets, path, &Dataset::path);
    REQUIRE_MESSAGE(found != d.datasets.end(), path);
    return found->shape;
  };
  for (const char *name : {"rx_power_dBm", "tx_power_dBm", "bias_share", "temperature_C", "pre_fec_ber",
                           "corrected_codewords", "uncorrected_codewords"})
    CHECK(shape(std::string("/telemetry/") + name) == std::vector<std::uint64_t>{365, 5});
  CHECK(shape("/telemetry/time_s") == std::vector<std::uint64_t>{365});
  for (const char *name :
       {"name", "tier", "module", "margin_dB", "pre_fec_ber", "frame_loss_ratio", "uncorrectable_per_hour"})
    CHECK(shape(std::string("/fleet/") + name) == std::vector<std::uint64_t>{result.links.size()});
  CHECK(shape("/maintenance/goodput") == std::vector<std::uint64_t>{3, 1});
  for (const char *name : {"time_s", "component", "kind", "repair_s", "effect", "lost_s"})
    CHECK(shape(std::string("/failures/") + name) == shape("/failures/time_s"));
  const std::string path = (std::filesystem::temp_directory_path() / "lightloom-fleet-study.h5").string();
  replace_file(path, hdf5_image(d));
  CHECK(outline(path).missing.empty());
  CHECK_THROWS_AS(read_results(path), Error);
  std::filesystem::remove(path);
}

TEST_CASE("telemetry that would not fit is refused with what would") {
  CHECK_NOTHROW(check_telemetry({}, 8760h, 100'000));
  try {
    check_telemetry({.every = 1min, .links = 64}, 8760h, 100'000);
    FAIL("not refused");
  } catch (const Error &e) { CHECK(std::string(e.what()).find("Try --links") != std::string::npos); }
}

TEST_CASE("thresholds and times out of order are refused where they stand") {
  CHECK(refusal("optics.telemetry.ber_high_warning=2").find("ber_high_warning exceeds ber_high_alarm") !=
        std::string::npos);
  CHECK(refusal("optics.maintenance.clean_least=9h").find("clean_least exceeds clean_most") != std::string::npos);
  CHECK(refusal("optics.maintenance.policy=hope").find("wait") != std::string::npos);
  CHECK(refusal("optics.maintenance.window=1d").empty());
}
