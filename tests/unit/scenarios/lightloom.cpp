// The library's door: values as a file writes them, an experiment and the file that says the same, mistakes, results.

#include "scenarios/lightloom.hpp"

#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"
#include "sim/core/parse_quantity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

using namespace lightloom;

namespace {
/// Four GPUs on one switch and an all-reduce of 64 KiB.
Experiment small(const std::string &name = "small") {
  Experiment e(name);
  e.set("cluster.gpus", 4).set("cluster.scale_up.kind", "none").set("cluster.gpus_per_node", 1);
  e.set("fabric.radix", 4).set("fabric.link_rate", 400_Gbps).set("transport.kind", "ideal");
  e.add("collective", {{"op", "all-reduce"}, {"size", 64_KiB}});
  return e;
}

const char *const same_in_a_file = R"(
[scenario]
name = "small"
[cluster]
gpus = 4
scale_up = { kind = "none" }
gpus_per_node = 1
[fabric]
radix = 4
link_rate = "400Gbps"
[transport]
kind = "ideal"
[[collective]]
op = "all-reduce"
size = "64KiB"
)";

std::string refusal(const Experiment &experiment) {
  try {
    check(experiment);
    return "";
  } catch (const Error &e) { return e.what(); }
}

bool has(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("A value is written as a scenario file writes it, in the largest unit that holds it exactly") {
  CHECK(Value("ring").toml() == "\"ring\"");
  CHECK(Value("a \"b\" \\ c\n").toml() == "\"a \\\"b\\\" \\\\ c\\u000a\"");
  CHECK(Value(true).toml() == "true");
  CHECK(Value(64u).toml() == "64");
  CHECK(Value(0.5).toml() == "0.5");
  CHECK(Value(64_MiB).toml() == "\"64MiB\"");
  CHECK(Value(20_MB).toml() == "\"20MB\"");
  CHECK(Value(4'077_B).toml() == "\"4077B\"");
  CHECK(Value(0_B).toml() == "\"0B\"");
  CHECK(Value(1600_Gbps).toml() == "\"1600Gbps\"");
  CHECK(Value(2_Tbps).toml() == "\"2Tbps\"");
  CHECK(Value(500ns).toml() == "\"500ns\"");
  CHECK(Value(Duration(581'920)).toml() == "\"581920ps\"");
  CHECK(Value(20_m).toml() == "\"20m\"");
}

TEST_CASE("What a value writes is read back as the same quantity") {
  const auto text = [](const Value &value) { return value.toml().substr(1, value.toml().size() - 2); };
  for (const std::int64_t n : {1LL, 999LL, 1'000LL, 1'024LL, 4'096'000LL, 1'234'567'890'123LL, 1LL << 52}) {
    CHECK(parse_bytes(text(Bytes(n))) == Bytes(n));
    CHECK(parse_bit_rate(text(BitRate(n))) == BitRate(n));
    CHECK(parse_duration(text(Duration(n))) == Duration(n));
  }
  for (const double metres : {0.1, 2.0, 1.0 / 3, 1234.5})
    CHECK(parse_metres(text(Metres(metres))) == Metres(metres));
}

TEST_CASE("An experiment gives the digest of the file that says the same, and so does the text it writes") {
  const auto digest_of = [](const std::string &text) {
    const Scenario s = load_scenario_text(text, "file.toml");
    return run_built(s, build_run(s), {}).results.identity.digest;
  };
  const Results results = run(small());
  CHECK(results.complete);
  CHECK(results.findings.empty());
  CHECK(results.digest == digest_of(same_in_a_file));
  CHECK(results.digest == digest_of(small().toml()));
}

TEST_CASE("Every mistake is told at once, at its experiment and key, in the words of a file's") {
  Experiment wrong = small("wrong");
  wrong.set("fabric.radx", 64).set("fabric.link_rate", 400).set("collective.0.size", Bytes(-1));
  const std::string text = refusal(wrong);
  CHECK(has(text, "wrong:fabric.radx: fabric.radx (unknown key). Did you mean fabric.radix?"));
  CHECK(has(text, "wrong:fabric.link_rate: fabric.link_rate = 400 (must be a rate with its unit"));
  CHECK(has(text, "wrong:collective.0.size: "));
  // What only building finds, and what concerns no single key.
  Experiment odd = small("odd");
  odd.set("collective.0.algorithm", "halving-doubling").set("cluster.gpus", 3);
  CHECK(has(refusal(odd), "odd:collective.0.algorithm: "));
  CHECK(has(refusal(Experiment("idle")), "idle: nothing to run"));
  CHECK_THROWS_WITH_AS(small().add("fabric", {{"radix", 64}}), doctest::Contains("Use set()."), Error);
  CHECK_THROWS_WITH_AS(small().add("inject", {}), doctest::Contains("Set at least one."), Error);
  CHECK_THROWS_WITH_AS(small().set("", 1), doctest::Contains("set() without a key"), Error);
}

TEST_CASE("A file's experiment keeps what the file says, and adds behind its tables") {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string path = folder / "lightloom_library_test.toml";
  std::ofstream(path) << same_in_a_file;
  Experiment more = Experiment::from_file(path);
  CHECK(run(more).digest == run(small()).digest);
  more.set("scenario.seed", 7).add("collective", {{"op", "all-gather"}, {"size", 8_KiB}});
  const Scenario s = more.scenario();
  CHECK(s.seed == 7);
  REQUIRE(s.collectives.size() == 2);
  CHECK(s.collectives[0].op == "all-reduce");
  CHECK(s.collectives[1].op == "all-gather");
  more.set("fabric.radix", 3);
  CHECK(has(refusal(more), path + ":fabric.radix: "));
  std::filesystem::remove(path);
  CHECK_THROWS_WITH_AS(Experiment::from_file(path), doctest::Contains("cannot be read"), Error);
}

TEST_CASE("set() by index and add() count the same tables, and copies are independent") {
  Experiment e = small();
  e.set("collective.1.op", "all-gather").set("collective.1.size", 1_KiB);
  Experiment copy = e;
  copy.add("collective", {{"op", "reduce-scatter"}, {"size", 1_KiB}});
  CHECK(e.scenario().collectives.size() == 2);
  CHECK(copy.scenario().collectives.size() == 3);
}

TEST_CASE("A run that its watcher stops is not complete, and says so") {
  Experiment longer = small();
  longer.set("collective.0.size", 64_MiB);
  int calls = 0;
  RunOptions options;
  options.progress = [&](const Progress &) { return ++calls < 1; };
  const Results results = run(longer, options);
  if (calls > 0) { // else it was done before anybody asked
    CHECK_FALSE(results.complete);
    REQUIRE(results.findings.size() == 1);
    CHECK(results.findings[0].starts_with("interrupted at "));
  }
}

TEST_CASE("A results file gives back what was saved, and is not overwritten unasked") {
  const std::string path = std::filesystem::temp_directory_path() / "lightloom_library_test.h5";
  std::filesystem::remove(path);
  const Results saved = run(small());
  save(saved, path);
  const Results loaded = load(path);
  CHECK(loaded.complete);
  CHECK(loaded.digest == saved.digest);
  REQUIRE(loaded.tables.collectives.size() == 1);
  CHECK(duration_of(loaded.tables.collectives[0]) == duration_of(saved.tables.collectives[0]));
  CHECK_THROWS_AS(save(saved, path), Error);
  save(saved, path, true);
  std::filesystem::remove(path);
}

TEST_CASE("Idle time is told by cause where a job computes: the shares sum to the idle share") {
  Experiment job("job");
  job.set("cluster.gpus", 8).set("fabric.radix", 8).set("scenario.steps", 2);
  job.set("model.layers", 2).set("model.hidden", 256).set("model.heads", 4).set("model.sequence", 128);
  job.set("model.vocabulary", 1024);
  job.add("job", {{"tensor", 1}, {"pipeline", 1}, {"data", 8}, {"micro_batch", 1}, {"global_batch", 8}});
  const Results results = run(job, {.threads = 2});
  CHECK(results.complete);
  CHECK(results.step_time_s > 0);
  double sum = 0;
  for (const auto &[cause, share] : results.idle)
    sum += share;
  CHECK(sum == doctest::Approx(results.gpu_idle_share));
  CHECK(std::isnan(run(small()).gpu_idle_share));
}
