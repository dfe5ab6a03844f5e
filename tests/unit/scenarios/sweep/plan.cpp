// Which runs a sweep has: the grid, common seeds, and problems found before anything runs.

#include "scenarios/sweep/plan.hpp"

#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

using namespace lightloom;

namespace {
/// The shipped one-frame scenario as a file of its own.
class ScenarioFile {
public:
  ScenarioFile() { std::ofstream(path_) << *shipped_scenario("one-frame"); }
  ~ScenarioFile() { std::filesystem::remove(path_); }
  ScenarioFile(const ScenarioFile &) = delete;
  ScenarioFile &operator=(const ScenarioFile &) = delete;
  const std::string &path() const { return path_; }

private:
  std::string path_ =
      (std::filesystem::temp_directory_path() / ("lightloom-plan-" + std::to_string(::getpid()) + ".toml")).string();
};

SweepRequest request(const ScenarioFile &file, std::vector<std::string> vary, std::uint32_t replicas = 1) {
  SweepRequest r;
  r.file = file.path();
  r.vary = std::move(vary);
  r.replicas = replicas;
  return r;
}

std::vector<Problem> problems_of(const SweepRequest &request) {
  try {
    SweepPlan plan(request);
    plan.check(2, [](std::size_t) {});
  } catch (const Error &e) { return e.problems(); }
  return {};
}
} // namespace

TEST_CASE("combinations are all products of the values, the last key fastest, and runs are those times the replicas") {
  const ScenarioFile file;
  SweepPlan plan(request(file, {"traffic.0.size=1KB:1MB:4:log", "transport.mtu=1024,4096"}, 5));
  CHECK(plan.combinations() == 4 * 2);
  CHECK(plan.runs() == 4 * 2 * 5);
  CHECK(plan.name(0) == "traffic.0.size=1KB transport.mtu=1024");
  CHECK(plan.name(1) == "traffic.0.size=1KB transport.mtu=4096");
  CHECK(plan.name(7) == "traffic.0.size=1MB transport.mtu=4096");
  std::set<std::string> names;
  for (std::size_t c = 0; c < plan.combinations(); ++c)
    names.insert(plan.name(c));
  CHECK(names.size() == plan.combinations());
}

TEST_CASE("nothing varied is one combination") {
  const ScenarioFile file;
  const SweepPlan plan(request(file, {}, 3));
  CHECK(plan.combinations() == 1);
  CHECK(plan.runs() == 3);
  CHECK(plan.name(0).empty());
}

TEST_CASE("replica r has the scenario's seed + r in every combination, and each run has its combination's values") {
  const ScenarioFile file;
  auto asked = request(file, {"traffic.0.size=1KB,2KB"}, 3);
  asked.settings = {"scenario.seed=7"};
  SweepPlan plan(asked);
  plan.check(2, [](std::size_t) {});
  for (std::size_t run = 0; run < plan.runs(); ++run) {
    const Scenario s = plan.scenario(run);
    CHECK(s.seed == 7 + run % 3);
    CHECK(plan.seed(run) == s.seed);
    CHECK(s.traffic[0].size == Bytes(run < 3 ? 1000 : 2000));
  }
}

TEST_CASE("a sweep before its runs knows its keys as texts and, where they are numbers, in base units") {
  const ScenarioFile file;
  SweepPlan plan(request(file, {"transport.kind=ideal,uec", "fabric.switch.latency=100ns,1us", "traffic.0.size=1KiB"}));
  plan.check(1, [](std::size_t) {});
  const SweepResults sweep = plan.empty();
  REQUIRE(sweep.parameters.size() == 3);
  CHECK(sweep.parameters[0].texts == std::vector<std::string>{"ideal", "ideal", "uec", "uec"});
  CHECK(sweep.parameters[0].numbers.empty());
  CHECK(sweep.parameters[1].numbers == std::vector<double>{100'000, 1'000'000, 100'000, 1'000'000});
  CHECK(sweep.parameters[1].unit == "ps");
  CHECK(sweep.parameters[2].numbers == std::vector<double>{1024, 1024, 1024, 1024});
  CHECK(sweep.rows.size() == 4);
  CHECK(sweep.done() == 0);
}

TEST_CASE("problems of all combinations come at once, each once and at the value that has it") {
  const ScenarioFile file;
  const auto problems = problems_of(request(file, {"transport.mtu=0,4096", "traffic.0.size=-1KB,1KB,zz"}));
  std::multiset<std::string> places;
  for (const Problem &p : problems)
    places.insert(p.where.file);
  CHECK(places ==
        std::multiset<std::string>{"--vary transport.mtu=0", "--vary traffic.0.size=-1KB", "--vary traffic.0.size=zz"});
}

TEST_CASE("a problem in the file that only some combinations have says which, one of all does not") {
  const ScenarioFile file;
  const auto some = problems_of(request(file, {"fabric.link_rate=400Gbps,800Gbps"}));
  REQUIRE(!some.empty());
  CHECK(some[0].where.file == file.path());
  CHECK(some[0].suggestion.find("It comes with fabric.link_rate=800Gbps.") != std::string::npos);
  auto asked = request(file, {"transport.mtu=1024,4096"});
  asked.settings = {"fabric.link_rate=800Gbps"};
  const auto all = problems_of(asked);
  REQUIRE(all.size() == some.size());
  CHECK(all[0].what == some[0].what);
  CHECK(all[0].suggestion.find("It comes with") == std::string::npos);
}

TEST_CASE("keys that cannot be varied are refused at their --vary") {
  const ScenarioFile file;
  auto asked = request(file, {"scenario.seed=1,2", "fabric.radx=3", "fabric.radix", "fabric.radix=8,16",
                              "fabric.radix=4", "transport.mtu=1,2"});
  asked.settings = {"transport.mtu=4096"};
  const auto problems = problems_of(asked);
  REQUIRE(problems.size() == 5);
  CHECK(problems[0].what == "scenario.seed is not varied");
  CHECK(problems[1].suggestion == "Did you mean fabric.radix?");
  CHECK(problems[2].what == "not KEY=SPEC");
  CHECK(problems[3].what == "fabric.radix is varied twice");
  CHECK(problems[4].what == "transport.mtu is set too");
}

TEST_CASE("more runs than anybody waits for are refused, also where their number overflows") {
  const ScenarioFile file;
  std::vector<std::string> vary;
  for (const char *key : {"fabric.radix", "transport.mtu", "scenario.steps", "routing.flowlet_gap", "fabric.rails"})
    vary.push_back(std::string(key) + "=1:10000:10000");
  const auto problems = problems_of(request(file, vary, 100'000));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].why == "more than 100000 runs");
}
