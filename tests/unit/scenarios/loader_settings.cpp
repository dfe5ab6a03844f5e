// --set: what it reaches, what it keeps, and where its mistakes are located.

#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/toml_document.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const std::string base = R"([cluster]
gpus = 128
[job]
model = "gpt-13b"
[[inject]]
link = "leaf:0/spine:0"
[[inject]]
link = "leaf:0/spine:0"
)";

std::string refusal(const std::vector<std::string> &settings) {
  try {
    load_scenario_text(base, "s.toml", settings);
    return "";
  } catch (const Error &e) { return e.what(); }
}
} // namespace

TEST_CASE("--set reaches any key: tables that are there, tables that are not, one of an array, a single [job]") {
  const auto s = load_scenario_text(base, "s.toml",
                                    {"fabric.link_rate=1.6Tbps", "inject.1.at=\"7us\"", "job.data=32", "job.0.tensor=4",
                                     "scenario.seed=9", "fabric.switch.latency=1us"});
  CHECK(s.fabric.host_rate == BitRate(1'600'000'000'000));
  CHECK(s.inject[0].at == Duration(0));
  CHECK(s.inject[1].at == Duration(7us));
  CHECK(s.job->data == 32);
  CHECK(s.job->tensor == 4);
  CHECK(s.seed == 9);
  CHECK(s.fabric.switch_latency == Duration(1us));
}

TEST_CASE("The last --set wins, and the text kept with the results is what ran") {
  const auto s = load_scenario_text(base, "s.toml", {"scenario.seed=2", "scenario.seed=3"});
  CHECK(s.seed == 3);
  CHECK(load_scenario_text(s.text, "again.toml").seed == 3);
}

TEST_CASE("An index one past the end adds an entry") {
  const auto s = load_scenario_text(base, "s.toml", {"inject.2.link=leaf:0/spine:0"});
  CHECK(s.inject.size() == 3);
}

TEST_CASE("A mistake on the command line is located there") {
  CHECK(
      refusal({"fabric.radx=64"}).find("--set fabric.radx=64: fabric.radx (unknown key). Did you mean fabric.radix?") ==
      0);
  CHECK(refusal({"fabric.radix"}).find("--set fabric.radix: not key=value") == 0);
  CHECK(refusal({"inject.9.at=1us"}).find("there are 2 entries") != std::string::npos);
  CHECK(refusal({"job.model.x=1"}).find("--set job.model.x=1") == 0);
  CHECK(refusal({"cluster..gpus=1"}).find("a part between dots is empty") != std::string::npos);
  CHECK(refusal({"=1"}).find("not key=value") != std::string::npos);
}

TEST_CASE("Values keep their place in the file") {
  const auto document = parse_toml_text(base, "s.toml", {});
  CHECK(document.values.at("cluster.gpus").where.line == 2);
  CHECK(document.values.at("job.0.model").where.line == 4);
  CHECK(document.values.at("inject.1.link").where.line == 8);
  CHECK(document.text == base);
}
