// Rankings of waiting: shares, order, sums by module.

#include "analysis/waiting.hpp"
#include "analysis/summary.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
/// The example without its rankings.
RunResults plain() {
  RunResults results = example::results();
  results.waiting.clear();
  return results;
}
} // namespace

TEST_CASE("activities are ranked by their time, equal names added up, with shares of all GPU time") {
  RunResults results = plain();
  add_waiting(results, "activity",
              {{"small", example::causes({{Cause::optics, 9}})},
               {"large", example::causes({{Cause::queueing, 20}, {Cause::optics, 7}})},
               {"none", {}},
               {"large", example::causes({{Cause::optics, 9}})}},
              0);
  REQUIRE(results.waiting.size() == 2);
  CHECK(results.waiting[0].name == "large");
  CHECK(results.waiting[0].idle_share == doctest::Approx(36.0 / 360)); // 2 GPUs × (100 + 80) ps
  CHECK(results.waiting[0].idle_s == doctest::Approx(36e-12 / 4));     // 2 GPUs × 2 steps
  CHECK(results.waiting[0].mostly == "queueing");                      // 20 against 16
  CHECK(results.waiting[1].name == "small");
}

TEST_CASE("the warm-up is left out of what the rows are measured against") {
  RunResults results = plain();
  results.identity.warmup_steps = 1;
  add_waiting(results, "activity", {{"one", example::causes({{Cause::host, 16}})}}, first_counted_step(results));
  CHECK(results.waiting[0].idle_share == doctest::Approx(16.0 / 160));
  CHECK(results.waiting[0].idle_s == doctest::Approx(8e-12));
}

TEST_CASE("a module's row is the sum of its links'") {
  RunResults results = plain();
  results.links.push_back(results.links[0]);
  results.links[2].name = "leaf:0/spine:0";
  results.links[2].module = "1.6T-DR8";
  add_link_waiting(results,
                   {{0, example::causes({{Cause::optics, 18}})},
                    {1, example::causes({{Cause::optics, 9}})},
                    {2, example::causes({{Cause::queueing, 12}})}},
                   0);
  REQUIRE(results.waiting.size() == 5);
  CHECK(results.waiting[0].name == "host:0/leaf:0");
  CHECK(results.waiting[1].name == "leaf:0/spine:0");
  CHECK(results.waiting[3].kind == "module");
  CHECK(results.waiting[3].name == "800G-DR8");
  CHECK(results.waiting[3].idle_share == doctest::Approx(27.0 / 360));
  CHECK(results.waiting[4].name == "1.6T-DR8");
}

TEST_CASE("stretches of the critical path are shares of the step time") {
  RunResults results = plain();
  add_waiting(results, "critical path", {{"forward", example::causes({{Cause::compute, 90}})}}, 0);
  CHECK(results.waiting[0].idle_share == doctest::Approx(90.0 / 180));
  CHECK(results.waiting[0].idle_s == doctest::Approx(45e-12));
}
