// Laws of results files: nothing is lost, nothing undescribed, equal results are equal bytes.

#include "analysis/hdf5_writer.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/summary.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

using namespace lightloom;

namespace {
ExitCode code_of(const auto &action) {
  try {
    action();
  } catch (const Error &error) { return error.code(); }
  return ExitCode::done;
}
} // namespace

TEST_CASE("what is read back is what was written, in every field") {
  const example::Folder folder;
  const std::string path = folder.file("tiny.h5");
  const RunResults written = example::results();
  write_results(written, path, false);
  const RunResults read = read_results(path);
  // The image holds every field, so equal images are equal results.
  CHECK(hdf5_image(read) == hdf5_image(written));
  CHECK(read.identity.scenario_toml == written.identity.scenario_toml);
  CHECK(read.identity.seed == 7);
  CHECK(read.identity.complete);
  CHECK(read.links[1].corrupted_frames == 1);
  CHECK(read.links[0].name == "host:0/leaf:0");
  CHECK(read.links[1].buffer_drops == 3);
  CHECK(read.links[1].trimmed_frames == 4);
  CHECK(read.links[1].ecn_marked == 5);
  CHECK(read.links[1].pauses == 2);
  CHECK(read.links[1].paused_ps == 7000);
  CHECK(read.links[1].retried_frames == 6);
  CHECK(read.links[1].mean_queue_bytes == 1024.5);
  CHECK(std::isnan(read.links[0].mean_queue_bytes));
  CHECK(read.telemetry.links == written.telemetry.links);
  CHECK(read.telemetry.time_ps == written.telemetry.time_ps);
  CHECK(read.telemetry.utilization == written.telemetry.utilization);
  CHECK(read.telemetry.queue_bytes == written.telemetry.queue_bytes);
  CHECK(read.flows.rows[2].end_ps == not_ended);
  CHECK(std::isnan(read.flows.rows[2].ideal_ps));
  CHECK(read.gpus.busy_ps == written.gpus.busy_ps);
  CHECK(read.run.host == "somewhere");
  CHECK(read.counters[1].value == 2);
}

TEST_CASE("an empty run is a readable file with every dataset of the contract") {
  const example::Folder folder;
  const std::string path = folder.file("empty.h5");
  write_results(RunResults{}, path, false);
  const RunResults read = read_results(path);
  CHECK(read.steps.empty());
  CHECK_FALSE(read.identity.complete);
  std::set<std::string> paths;
  for (const DatasetOutline &dataset : outline(path).datasets)
    paths.insert(dataset.path);
  for (const char *name : {"/steps/start_ps",
                           "/steps/duration_ps",
                           "/steps/compute_ps",
                           "/steps/exposed_comm_ps",
                           "/gpus/busy_ps",
                           "/gpus/idle_ps",
                           "/gpus/idle_by_cause_ps",
                           "/steps/critical_path_ps",
                           "/causes",
                           "/collectives/step",
                           "/collectives/op",
                           "/collectives/algorithm",
                           "/collectives/bytes",
                           "/collectives/ranks",
                           "/collectives/start_ps",
                           "/collectives/end_ps",
                           "/collectives/algbw_Bps",
                           "/collectives/busbw_Bps",
                           "/links/name",
                           "/links/source",
                           "/links/target",
                           "/links/tier",
                           "/links/module",
                           "/links/rate_bps",
                           "/links/latency_ps",
                           "/links/pre_fec_ber",
                           "/links/frame_loss_ratio",
                           "/links/tx_bytes",
                           "/links/tx_frames",
                           "/links/corrupted_frames",
                           "/links/retried_frames",
                           "/links/dropped_frames",
                           "/links/ecn_marked",
                           "/links/busy_ps",
                           "/links/max_queue_bytes",
                           "/links/buffer_drops",
                           "/links/trimmed_frames",
                           "/links/pauses",
                           "/links/paused_ps",
                           "/links/mean_queue_bytes",
                           "/telemetry/time_ps",
                           "/telemetry/utilization",
                           "/telemetry/queue_bytes",
                           "/flows/size_bytes",
                           "/flows/start_ps",
                           "/flows/end_ps",
                           "/flows/ideal_ps",
                           "/failures/time_s",
                           "/failures/component",
                           "/failures/kind",
                           "/failures/repair_s",
                           "/failures/effect",
                           "/failures/lost_s",
                           "/fabric/nodes",
                           "/fabric/power_W",
                           "/fabric/cost_usd"})
    CHECK_MESSAGE(paths.contains(name), name);
}

TEST_CASE("every dataset has a unit and a description") {
  const example::Folder folder;
  const std::string path = folder.file("tiny.h5");
  write_results(example::results(), path, false);
  const FileOutline file = outline(path);
  CHECK(file.datasets.size() > 40);
  for (const DatasetOutline &dataset : file.datasets) {
    CHECK_MESSAGE(!dataset.unit.empty(), dataset.path);
    CHECK_MESSAGE(!dataset.description.empty(), dataset.path);
  }
}

TEST_CASE("root attributes are those of the contract") {
  const example::Folder folder;
  const std::string path = folder.file("tiny.h5");
  write_results(example::results(), path, false);
  std::set<std::string> names;
  for (const AttributeOutline &attribute : outline(path).attributes)
    names.insert(attribute.path);
  for (const char *name : {"/lightloom_version", "/schema_version", "/command", "/scenario_toml", "/seed", "/fidelity",
                           "/complete", "/digest", "/run/wall_s", "/run/threads", "/run/events", "/run/frames",
                           "/run/frame_hops", "/run/events_per_s", "/run/peak_rss_bytes"})
    CHECK_MESSAGE(names.contains(name), name);
}

TEST_CASE("equal results are equal bytes, and machine facts change nothing before /run") {
  const example::Folder folder;
  write_results(example::results(), folder.file("a.h5"), false);
  write_results(example::results(), folder.file("b.h5"), false);
  CHECK(example::bytes_of(folder.file("a.h5")) == example::bytes_of(folder.file("b.h5")));

  RunResults elsewhere = example::results();
  elsewhere.run = {};
  elsewhere.run.host = "a machine with a much longer name than the other one had";
  write_results(elsewhere, folder.file("c.h5"), false);
  RunResults read = read_results(folder.file("c.h5"));
  read.run = example::results().run;
  CHECK(hdf5_image(read) == hdf5_image(example::results()));
}

TEST_CASE("a scenario text beyond the 64 KiB of a fixed attribute survives") {
  RunResults long_text = example::results();
  long_text.identity.scenario_toml = std::string(200'000, 'x') + "\nend";
  const example::Folder folder;
  write_results(long_text, folder.file("long.h5"), false);
  CHECK(read_results(folder.file("long.h5")).identity.scenario_toml == long_text.identity.scenario_toml);
}

TEST_CASE("a histogram of flows survives with its exact figures") {
  RunResults many = example::results();
  compact_flows(many, 2);
  const example::Folder folder;
  write_results(many, folder.file("many.h5"), false);
  const RunSummary fresh = summary(example::results());
  const RunSummary read = summary(read_results(folder.file("many.h5")));
  CHECK(read.flows.count == 3);
  CHECK(read.flows.completed == 2);
  CHECK(read.flows.fct_p99_s == fresh.flows.fct_p99_s);
}

TEST_CASE("a file that exists is refused without force and replaced with it") {
  const example::Folder folder;
  const std::string path = folder.file("tiny.h5");
  write_results(example::results(), path, false);
  CHECK(code_of([&] { check_writable(path, false); }) == ExitCode::bad_input);
  CHECK(code_of([&] { check_writable(path, true); }) == ExitCode::done);
  RunResults other = example::results();
  other.identity.name = "other";
  write_results(other, path, true);
  CHECK(read_results(path).identity.name == "other");
}

TEST_CASE("force replaces results, never a file that no run wrote") {
  const example::Folder folder;
  const std::string path = folder.file("scenario.toml");
  std::ofstream(path) << "[cluster]\n";
  CHECK(code_of([&] { check_writable(path, true); }) == ExitCode::bad_input);
  CHECK(code_of([&] { write_results(example::results(), path, true); }) == ExitCode::bad_input);
  std::ofstream(folder.file("a.h5.part")) << "notes";
  CHECK(code_of([&] { check_writable(folder.file("a.h5"), true); }) == ExitCode::bad_input);
  std::ofstream(folder.file("empty.h5")).flush(); // as mktemp makes
  CHECK(code_of([&] { check_writable(folder.file("empty.h5"), true); }) == ExitCode::done);
}

TEST_CASE("an unwritable place is a system error, and the check leaves no file") {
  const example::Folder folder;
  CHECK(code_of([&] { check_writable(folder.file("no/such/folder.h5"), false); }) == ExitCode::system);
  CHECK(code_of([&] { check_writable(folder.path().string(), true); }) == ExitCode::system);
  CHECK(code_of([&] { check_writable("", false); }) == ExitCode::bad_input);
  check_writable(folder.file("fine.h5"), false);
  CHECK(std::filesystem::is_empty(folder.path()));
}
