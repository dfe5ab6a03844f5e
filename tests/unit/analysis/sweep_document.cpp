// A sweep → a document → a sweep: nothing is lost, every dataset is described, damage is refused.

#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/sweep.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace lightloom;

namespace {
/// One run done, one failed, two to do.
SweepResults half_done(bool whole) {
  SweepResults sweep;
  sweep.lightloom_version = "0.0.0";
  sweep.scenario_toml = "[scenario]\n";
  sweep.replicas = 2;
  sweep.whole_runs = whole;
  sweep.parameters = {{"inject.0.ber", {"1e-4", "1e-3"}, {1e-4, 1e-3}, "1"}};
  sweep.rows.resize(4);
  for (std::size_t i = 0; i < 4; ++i)
    sweep.rows[i].seed = 1 + i % 2;
  record_run(sweep, 1, example::results(), 0, whole);
  record_failure(sweep, 2, 1, "gave up");
  return sweep;
}

const Dataset *dataset(const Document &document, const std::string &path) {
  const auto found = std::find_if(document.datasets.begin(), document.datasets.end(),
                                  [&](const Dataset &d) { return d.path == path; });
  return found == document.datasets.end() ? nullptr : &*found;
}
} // namespace

TEST_CASE("what is read back from a file is what was written, with whole runs and without") {
  const example::Folder folder;
  for (const bool whole : {false, true}) {
    const SweepResults written = half_done(whole);
    const std::string path = folder.file("sweep.h5"), image = hdf5_image(to_document(written));
    example::write_bytes(path, image);
    SweepResults read = sweep_from_document(load_document(path, true), path);
    read.run = written.run;
    CHECK(hdf5_image(to_document(read)) == image);
    CHECK(read.done() == 2);
    CHECK(read.rows[2].outcome == "gave up");
    CHECK(read.rows[1].whole.datasets.empty() == !whole);
    CHECK(read.parameters[0].numbers == written.parameters[0].numbers);
  }
}

TEST_CASE("a whole run lies below /sweep/runs as run -o writes it, its machine facts below /run") {
  const Document document = to_document(half_done(true)), run = to_document(example::results());
  for (const Dataset &d : run.datasets) {
    const Dataset *moved = dataset(document, "/sweep/runs/1" + d.path);
    REQUIRE(moved != nullptr);
    CHECK(moved->shape == d.shape);
    CHECK(moved->unit == d.unit);
  }
  for (const Attribute &a : document.attributes)
    if (a.name == "cpu_s" || a.name == "frame_hops")
      CHECK(a.group == "/run/runs/1");
}

TEST_CASE("every dataset has a unit, a description and one value per run") {
  for (const Dataset &d : to_document(half_done(false)).datasets) {
    CHECK_MESSAGE(!d.unit.empty(), d.path);
    CHECK_MESSAGE(!d.description.empty(), d.path);
    CHECK(d.shape == std::vector<std::uint64_t>{4});
  }
}

TEST_CASE("a document that lacks a column, or has one of another length, is refused with its name") {
  const Document whole = to_document(half_done(false));
  for (const char *path : {"/sweep/metrics/done", "/sweep/metrics/step_time_s", "/sweep/parameters/seed"}) {
    Document lacking = whole;
    std::erase_if(lacking.datasets, [&](const Dataset &d) { return d.path == path; });
    CHECK_THROWS_WITH_AS(sweep_from_document(lacking, "s.h5"), doctest::Contains(path), Error);
    Document shorter = whole;
    for (Dataset &d : shorter.datasets)
      if (d.path == path)
        d.data = std::vector<double>{1};
    CHECK_THROWS_WITH_AS(sweep_from_document(shorter, "s.h5"), doctest::Contains(path), Error);
  }
  CHECK(is_sweep(whole));
  CHECK(!is_sweep(to_document(example::results())));
}
