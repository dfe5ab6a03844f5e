// The shipped pairs of 800G against 1.6T hold equal what they say, and the job fits.

#include "analysis/compare.hpp"
#include "scenarios/build.hpp"
#include "scenarios/build/job_spec.hpp"
#include "scenarios/results/fill_results.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace lightloom;

namespace {
Scenario shipped(const std::string &name) {
  const auto text = shipped_scenario(name);
  REQUIRE(text.has_value());
  return load_scenario_text(*text, name + ".toml");
}

std::string fact(const Scenario &s, const std::string &key) {
  for (const auto &row : facts_of(s, build_fabric_of(s)))
    if (row.key == key)
      return row.value;
  FAIL("no fact " << key);
  return "";
}
} // namespace

TEST_CASE("Each pair holds one basis equal, and not the others") {
  for (const std::string job : {"gpt3-1024", "moe"}) {
    CAPTURE(job);
    const auto base = shipped(job + "-800g"), radix = shipped(job + "-1600g"),
               silicon = shipped(job + "-1600g-silicon"), planes = shipped(job + "-800g-planes");
    CHECK(fact(base, fact_radix) == "64");
    CHECK(fact(radix, fact_radix) == "64");
    CHECK(fact(radix, fact_silicon) == "102.4 Tb/s");
    CHECK(fact(base, fact_silicon) == "51.2 Tb/s");
    CHECK(fact(silicon, fact_silicon) == "51.2 Tb/s");
    CHECK(fact(silicon, fact_radix) == "32");
    CHECK(fact(planes, fact_gpu_bandwidth) == "1600 Gb/s");
    CHECK(fact(radix, fact_gpu_bandwidth) == "1600 Gb/s");
    CHECK(fact(base, fact_gpu_bandwidth) == "800 Gb/s");
    // One job: what is trained, how it is divided, and on what.
    for (const char *key : {"job", "parallelism", "cluster.gpus", "cluster.gpu", "granularity"})
      CHECK(std::set<std::string>{fact(base, key), fact(radix, key), fact(silicon, key), fact(planes, key)}.size() ==
            1);
  }
}

TEST_CASE("The jobs of the pairs fit their GPUs") {
  for (const char *name : {"gpt3-1024-800g", "moe-800g"}) {
    CAPTURE(name);
    const auto memory = job_memory(training_spec(shipped(name)));
    CHECK(memory.capacity == 180'000'000'000_B);
    CHECK(memory.fits());
  }
  // 174.6e9 parameters (Narayanan et al., SC 2021, Table 2) over tensor 8 × pipeline 8, 2 B each: 5.46 GB, and the
  // embedding on one stage.
  const auto gpt3 = job_memory(training_spec(shipped("gpt3-1024-800g")));
  CHECK(static_cast<double>(gpt3.weights.value) > 174.6e9 / 64 * 2);
  CHECK(static_cast<double>(gpt3.weights.value) < 174.6e9 / 64 * 2 * 1.05);
  // DeepSeekMoE 16B: 16.4e9 parameters (Dai et al. 2024).
  CHECK(static_cast<double>(parameters(model_shape(shipped("moe-800g")))) == doctest::Approx(16.4e9).epsilon(0.01));
}
