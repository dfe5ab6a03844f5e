// [[traffic]] through the front door: keys that belong together, files beside the scenario, and runs whose flows begin
// and end when they should.

#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace lightloom;

namespace {

/// Four hosts under one leaf; a frame of 1,000 B of payload takes 1,000 + 50 B at 100 Gb/s: 84 ns.
const std::string four = "[cluster]\ngpus = 4\ngpus_per_node = 1\n[fabric]\nradix = 8\nlink_rate = \"100Gbps\"\n"
                         "[transport]\nmtu = 1000\n";

RunOutcome run(const std::string &text, const std::string &file = "t.toml", std::uint32_t threads = 1) {
  const auto scenario = load_scenario_text(text, file);
  RunRequest request;
  request.threads = threads;
  return run_built(scenario, build_run(scenario), request);
}

std::string refusal(const std::string &traffic, const std::string &before = four) {
  try {
    build_run(load_scenario_text(before + "[[traffic]]\n" + traffic, "t.toml"));
  } catch (const Error &e) { return e.what(); }
  return "";
}

bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

/// A folder that is gone when the test is.
class Folder {
public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("lightloom_traffic_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  void write(const std::string &name, const std::string &text) const { std::ofstream(path_ / name) << text; }
  std::string file(const std::string &name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

} // namespace

TEST_CASE("Keys of traffic that contradict each other, are missing or have no effect are refused at their place") {
  CHECK(contains(refusal("arrivals = \"poisson\"\n"), "traffic.0.load is missing"));
  CHECK(contains(refusal("arrivals = \"poisson\"\n"), "traffic.0.duration is missing"));
  CHECK(contains(refusal("load = 0.5\n"), "t.toml:10:1: traffic.0.load has no effect"));
  CHECK(contains(refusal("sizes = \"websearch\"\n"), "traffic.0.sizes has no effect"));
  CHECK(contains(refusal("by = 2\n"), "traffic.0.by has no effect"));
  CHECK(contains(refusal("pattern = \"shift\"\nby = 8\n"), "each of the 4 GPUs would send to itself"));
  CHECK(contains(refusal("pattern = \"shift\"\nby = \"1 rack\"\n"), "all hosts are under one leaf"));
  CHECK(contains(refusal("pattern = \"shift\"\nby = \"1 group\"\n"), "this fabric has one group"));
  CHECK(contains(refusal("pattern = \"file\"\n"), "traffic.0.path is missing"));
  CHECK(contains(refusal("pattern = \"file\"\npath = \"no.cm\"\n"), "cannot read"));
  CHECK(contains(refusal("pattern = \"incast\"\nfan_in = 4\n"), "must be below the 4 GPUs"));
  const std::string open = "arrivals = \"poisson\"\nload = 0.5\nduration = \"1ms\"\n";
  CHECK(contains(refusal("pattern = \"all-to-all\"\n" + open), "has no open loop"));
  CHECK(contains(refusal("repeat = 2\n" + open), "traffic.0.repeat has no effect"));
  CHECK(contains(refusal("size = \"1MB\"\nsizes = \"hadoop\"\n" + open), "traffic.0.size has no effect"));
  CHECK(contains(refusal("sizes = \"hadop\"\n" + open), "Did you mean \"hadoop\"?"));
  CHECK(contains(refusal("pattern = \"shft\"\n"), "Did you mean \"shift\"?"));
  CHECK(refusal(open).empty());
}

TEST_CASE("A shift by one rack leaves every leaf") {
  const std::string text =
      "[cluster]\ngpus = 32\ngpus_per_node = 8\n[fabric]\nradix = 16\n[[traffic]]\npattern = \"shift\"\n"
      "by = \"1 rack\"\nsize = \"4KB\"\n";
  const auto scenario = load_scenario_text(text, "t.toml");
  const BuiltRun built = build_run(scenario);
  for (std::uint32_t host = 0; host < 32; ++host) {
    const std::uint32_t to = built.plan.program(host)->sends_to().front().rank;
    CHECK(to == (host + 8) % 32); // 8 hosts under a leaf of 16 ports
    CHECK(built.hardware.fabric.leaf_of(HostId(host)) != built.hardware.fabric.leaf_of(HostId(to)));
  }
}

TEST_CASE("Flows of a matrix begin when it says, and its trigger when the flow before is there") {
  const Folder folder;
  folder.write("m.cm", "Nodes 4\nConnections 3\nTriggers 2\n0->1 id 1 start 5 size 1000 recv_done_trigger 1\n"
                       "1->2 id 2 trigger 1 size 1000 recv_done_trigger 2\n3->0 id 3 trigger 2 size 1000\n"
                       "trigger id 1 oneshot\ntrigger id 2 oneshot\n");
  const auto out =
      run(four + "[[traffic]]\npattern = \"file\"\npath = \"m.cm\"\nstart = \"2us\"\n", folder.file("t.toml"));
  CHECK(out.code == ExitCode::done);
  const auto &rows = out.results.flows.rows;
  REQUIRE(rows.size() == 3); // to hosts 0, 1, 2; the empty message from 2 to 3 is none
  CHECK(rows[1].start_ps == 7'000'000);
  CHECK(rows[2].start_ps == rows[1].end_ps);
  const std::int64_t one_way = rows[1].end_ps - rows[1].start_ps;
  CHECK(rows[2].end_ps - rows[2].start_ps == one_way);
  // Host 3 is told by an empty message over the same kind of path.
  CHECK(rows[0].start_ps > rows[2].end_ps);
  CHECK(rows[0].start_ps < rows[2].end_ps + one_way);
}

TEST_CASE("A round begins when the flow before it is acknowledged") {
  const auto out = run(four + "[[traffic]]\npattern = \"shift\"\nrepeat = 3\nsize = \"1KB\"\n");
  CHECK(out.code == ExitCode::done);
  const auto &rows = out.results.flows.rows;
  REQUIRE(rows.size() == 12);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % 3 == 0)
      CHECK(rows[i].start_ps == 0);
    else
      CHECK(rows[i].start_ps > rows[i - 1].end_ps);
  }
}

TEST_CASE("An open loop ends when its last flow is there, with or without records, for any number of threads") {
  const std::string open = four + "[[traffic]]\npattern = \"uniform\"\narrivals = \"poisson\"\nload = 0.5\nduration = "
                                  "\"200us\"\nsize = \"2KB\"\nsizes = \"exponential\"\n";
  const auto out = run(open);
  CHECK(out.code == ExitCode::done);
  const auto &rows = out.results.flows.rows;
  // 4 × 200 us × 0.5 × 100 Gb/s ÷ 16 kb = 2,500 flows, standard deviation 50.
  CHECK(rows.size() > 2'250);
  CHECK(rows.size() < 2'750);
  for (const auto &row : rows) {
    CHECK(row.end_ps > row.start_ps);
    CHECK(row.start_ps < 200'000'000);
  }
  CHECK(run(open, "t.toml", 3).results.identity.digest == out.results.identity.digest);
  const auto silent = run(open + "record = false\n");
  CHECK(silent.results.flows.rows.empty());
  CHECK(silent.results.identity.digest == out.results.identity.digest);
}

TEST_CASE("Tables side by side run at the same time") {
  const auto alone = run(four + "[[traffic]]\npattern = \"shift\"\nsize = \"100KB\"\n");
  const auto both = run(four + "[[traffic]]\npattern = \"shift\"\nsize = \"100KB\"\n"
                               "[[traffic]]\npattern = \"shift\"\nby = 1\nsize = \"100KB\"\n");
  CHECK(both.code == ExitCode::done);
  REQUIRE(both.results.flows.rows.size() == 8);
  // Two flows share each port: both end near twice the time of one.
  const auto one = static_cast<double>(alone.results.flows.rows[0].end_ps);
  for (const auto &row : both.results.flows.rows)
    CHECK(static_cast<double>(row.end_ps) > 1.5 * one);
}

TEST_CASE("The shipped open loop is right and runs") {
  const auto text = shipped_scenario("traffic-uniform");
  REQUIRE(text.has_value());
  const auto out = run(*text);
  CHECK(out.code == ExitCode::done);
  CHECK(out.results.flows.rows.size() > 200);
}
