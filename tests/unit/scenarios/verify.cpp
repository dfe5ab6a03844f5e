// verify: the rungs of one scenario against each other.

#include "scenarios/commands/verify.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
Verification verified(const std::string &name, std::vector<std::string> settings) {
  settings.push_back("scenario.granularity=auto");
  const auto text = shipped_scenario(name);
  REQUIRE(text.has_value());
  int runs = 0;
  const Verification v =
      verify(load_scenario_text(*text, name + ".toml", settings), {}, [&](const RunOutcome &) { ++runs; });
  CHECK(runs == 4);
  return v;
}
} // namespace

TEST_CASE("An incast is the same on every rung to a thousandth, with the same bytes in fewer trains") {
  const Verification v = verified("incast", {"traffic.0.size=2MB"});
  REQUIRE(v.rungs.size() == 4);
  CHECK(v.code == ExitCode::done);
  CHECK(v.within());
  CHECK(v.what == "last flow");
  CHECK(v.rungs[0].name == "frame");
  CHECK(v.rungs[0].predicted_error == 0);
  CHECK(v.rungs[0].frames_per_train == 1);
  for (const auto &r : v.rungs) {
    CAPTURE(r.name);
    CHECK(std::abs(r.difference) < 1e-3);
    CHECK(r.trains * r.frames_per_train == doctest::Approx(v.rungs[0].trains));
  }
  CHECK(v.rungs[2].frames_per_train > 14); // 16, and the rest of a message
  CHECK(v.rungs[3].frames_per_train > v.rungs[2].frames_per_train);
}

TEST_CASE("Trains as long as asked for can miss what auto keeps, and the prediction says so") {
  const Verification v = verified("permutation-1024", {"cluster.gpus=32", "fabric.radix=8", "traffic.0.size=1MB"});
  REQUIRE(v.rungs.size() == 4);
  CHECK(v.within());
  CHECK(std::abs(v.rungs[3].difference) > v.stated_error);
  CHECK(v.rungs[3].predicted_error > v.stated_error);
}

TEST_CASE("An error that auto does not keep is a failed check, in words and in JSON") {
  Verification v;
  v.what = "step time";
  v.stated_error = 0.01;
  v.rungs.resize(2);
  v.rungs[1].difference = -0.02;
  CHECK_FALSE(v.within());
  CHECK(to_text(v).find("auto MISSES its stated error of 1 %") != std::string::npos);
  CHECK(to_text(v).find("-2.000") != std::string::npos);
  CHECK(to_json(v).find("\"within\": false") != std::string::npos);
  CHECK(to_json(v).find("\"not_in_this_version\"") != std::string::npos);
}
