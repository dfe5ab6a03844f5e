// Runs of a sweep: the same as alone, whatever runs beside them, and whatever was done before.

#include "scenarios/sweep/runner.hpp"

#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_writer.hpp"
#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace lightloom;

namespace {
/// A folder of its own with a scenario in it.
class Folder {
public:
  Folder() {
    std::filesystem::create_directories(path_);
    std::ofstream(file("s.toml")) << *shipped_scenario("ber-step");
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  std::string file(const std::string &name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("lightloom-runner-" + std::to_string(::getpid()));
};

SweepRequest request(const Folder &folder, bool whole_runs = false) {
  SweepRequest r;
  r.file = folder.file("s.toml");
  r.settings = {"traffic.0.size=100KB", "inject.0.at=1us"};
  r.vary = {"inject.0.ber=1e-4,2e-3", "transport.kind=infiniband,uec"};
  r.replicas = 2;
  r.whole_runs = whole_runs;
  return r;
}

SweepResults run(const SweepRequest &asked, std::uint32_t threads, SweepResults *begun = nullptr) {
  SweepPlan plan(asked);
  plan.check(threads, [](std::size_t) {});
  SweepResults sweep = begun != nullptr ? *begun : plan.empty();
  run_sweep(plan, sweep, nullptr, {threads, false});
  return sweep;
}

/// Without facts of the machine, which differ.
std::string image(SweepResults sweep) {
  sweep.run = {};
  for (SweepRow &row : sweep.rows)
    std::erase_if(row.whole.attributes, [](const Attribute &a) { return a.group == "/run"; });
  return hdf5_image(to_document(sweep));
}
} // namespace

TEST_CASE("a run of a sweep is bit for bit the same run alone") {
  const Folder folder;
  const auto asked = request(folder);
  const SweepResults sweep = run(asked, 2);
  for (std::size_t n = 0; n < sweep.rows.size(); ++n) {
    auto settings = asked.settings;
    for (const SweepParameter &p : sweep.parameters)
      settings.push_back(p.key + "=" + p.texts[n / sweep.replicas]);
    settings.push_back("scenario.seed=" + std::to_string(1 + n % 2));
    const Scenario alone = load_scenario(asked.file, settings);
    const RunOutcome outcome = run_built(alone, build_run(alone), RunRequest{});
    CHECK(sweep.rows[n].digest == outcome.results.identity.digest);
    CHECK(sweep.rows[n].exit_code == static_cast<int>(outcome.code));
  }
}

TEST_CASE("threads change nothing but facts of the machine, with whole runs and without") {
  const Folder folder;
  for (const bool whole : {false, true}) {
    const std::string alone = image(run(request(folder, whole), 1));
    CHECK(image(run(request(folder, whole), 3)) == alone);
  }
}

TEST_CASE("a sweep of which some runs were done ends as one that did them all") {
  const Folder folder;
  for (const bool whole : {false, true}) {
    const auto asked = request(folder, whole);
    const SweepResults all = run(asked, 2);
    SweepResults some = all;
    for (const std::size_t lost : {1u, 4u, 7u}) {
      const auto seed = some.rows[lost].seed;
      some.rows[lost] = {};
      some.rows[lost].seed = seed;
    }
    // As a file has it: written, read and continued.
    const std::string path = folder.file(whole ? "whole.h5" : "figures.h5");
    std::ofstream(path, std::ios::binary) << hdf5_image(to_document(some));
    SweepResults read = sweep_from_document(load_document(path, true), path);
    CHECK(read.done() == all.rows.size() - 3);
    CHECK(image(run(asked, 2, &read)) == image(all));
  }
}
