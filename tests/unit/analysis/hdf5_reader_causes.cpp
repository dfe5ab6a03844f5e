// Idle time by cause and the critical path in results files: new ones, those of before there were causes, damaged ones.

#include "analysis/document.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/json.hpp"
#include "analysis/summary.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace lightloom;

namespace {
Dataset &dataset(Document &document, const std::string &path) {
  const auto found = std::find_if(document.datasets.begin(), document.datasets.end(),
                                  [&](const Dataset &one) { return one.path == path; });
  REQUIRE(found != document.datasets.end());
  return *found;
}

/// Without what the first version did not write.
Document old_document() {
  Document document = to_document(example::results());
  std::erase_if(document.datasets, [](const Dataset &one) {
    return one.path == "/causes" || one.path == "/gpus/idle_by_cause_ps" || one.path == "/steps/critical_path_ps" ||
           one.path == "/steps/reused" || one.path == "/fabric/category" || one.path.starts_with("/waiting/") ||
           one.path.starts_with("/job/");
  });
  std::erase_if(document.attributes, [](const Attribute &one) { return one.group == "/granularity"; });
  return document;
}

bool refused(const Document &document, const std::string &path) {
  try {
    from_document(document, "x.h5");
  } catch (const Error &error) { return std::string(error.what()).find(path) != std::string::npos; }
  return false;
}
} // namespace

TEST_CASE("the file's causes are those of the contract in its order") {
  const example::Folder folder;
  write_results(example::results(), folder.file("tiny.h5"), false);
  Document document = to_document(example::results());
  CHECK(std::get<std::vector<std::string>>(dataset(document, "/causes").data) ==
        std::vector<std::string>{"compute", "serialization", "propagation", "optics", "switching", "scale_up",
                                 "queueing", "congestion_control", "flow_control", "retransmission", "reordering",
                                 "host", "pipeline_bubble", "imbalance", "failure", "checkpoint"});
  CHECK(dataset(document, "/gpus/idle_by_cause_ps").shape == std::vector<std::uint64_t>{2, 2, 16});
  CHECK(dataset(document, "/steps/critical_path_ps").shape == std::vector<std::uint64_t>{2, 16});
}

TEST_CASE("a large [step, gpu, cause] column survives its compression and is smaller than its numbers") {
  RunResults results = example::results();
  constexpr std::size_t gpus = 5000; // two chunks, the second one not full
  const auto gpu = results.gpus;
  results.gpus = {gpus, {}, {}, {}, {}};
  for (std::size_t i = 0; i < 2 * gpus; ++i) {
    const std::size_t like = 2 * (i / gpus) + i % 2;
    results.gpus.busy_ps.push_back(gpu.busy_ps[like]);
    results.gpus.idle_ps.push_back(gpu.idle_ps[like]);
    results.gpus.wait_scale_up_ps.push_back(gpu.wait_scale_up_ps[like]);
    results.gpus.wait_network_ps.push_back(gpu.wait_network_ps[like]);
    results.gpus.idle_by_cause_ps.push_back(gpu.idle_by_cause_ps[like]);
  }
  REQUIRE(check_shape(results).empty());
  const example::Folder folder;
  write_results(results, folder.file("large.h5"), false);
  const RunResults read = read_results(folder.file("large.h5"));
  CHECK(check_shape(read).empty());
  CHECK(std::equal(read.gpus.idle_by_cause_ps.begin(), read.gpus.idle_by_cause_ps.end(),
                   results.gpus.idle_by_cause_ps.begin(), results.gpus.idle_by_cause_ps.end(),
                   [](const CauseTimes &a, const CauseTimes &b) { return a.ps == b.ps; }));
  CHECK(example::bytes_of(folder.file("large.h5")).size() < 2 * gpus * cause_count * sizeof(std::int64_t));
}

TEST_CASE("a file of before there were causes is read, says what it lacks, and has null in JSON") {
  const RunResults read = from_document(old_document(), "old.h5");
  CHECK_FALSE(has_causes(read));
  CHECK(check_shape(read).empty());
  CHECK(read.missing.size() == 15); // the 5 single datasets, 5 of /waiting, 5 of /job/memory
  CHECK(std::find(read.missing.begin(), read.missing.end(), "/causes") != read.missing.end());
  const RunSummary run = summary(read);
  const auto json = nlohmann::json::parse(to_json(run));
  CHECK(json["idle_by_cause"].is_null());
  CHECK(json["critical_path_s"].is_null());
  CHECK(json["granularity"].is_null());
  CHECK(json["missing"].size() == 15);
  CHECK(to_text(run).find("The file of tiny lacks 15 of the datasets") != std::string::npos);
  CHECK(run.optics.power_W == 60);
  CHECK(from_document(to_document(example::results()), "new.h5").missing.empty());
}

TEST_CASE("a run without causes has no rows of them, and its file lacks nothing") {
  RunResults results = example::results();
  results.gpus.idle_by_cause_ps.clear();
  Document document = to_document(results);
  CHECK(dataset(document, "/gpus/idle_by_cause_ps").shape == std::vector<std::uint64_t>{0, 2, 16});
  const RunResults read = from_document(document, "plain.h5");
  CHECK_FALSE(has_causes(read));
  CHECK(read.missing.empty());
}

TEST_CASE("flows as a histogram are not missing datasets") {
  RunResults results = example::results();
  compact_flows(results, 2);
  CHECK(missing_datasets(to_document(results)).empty());
}

TEST_CASE("causes in another order are read by their names") {
  Document document = to_document(example::results());
  auto &names = std::get<std::vector<std::string>>(dataset(document, "/causes").data);
  std::swap(names[1], names[6]); // serialization and queueing
  const RunResults read = from_document(document, "x.h5");
  CHECK(read.gpus.idle_by_cause_ps[0][Cause::queueing] == 20);
  CHECK(read.gpus.idle_by_cause_ps[0][Cause::serialization] == 0);
}

TEST_CASE("causes that do not fit their neighbours are refused by name") {
  Document document = to_document(example::results());
  std::get<std::vector<std::string>>(dataset(document, "/causes").data)[3] = "gravity";
  CHECK(refused(document, "gravity"));
  document = to_document(example::results());
  dataset(document, "/gpus/idle_by_cause_ps").shape = {2, 1, 16};
  std::get<std::vector<std::int64_t>>(dataset(document, "/gpus/idle_by_cause_ps").data).resize(32);
  CHECK(refused(document, "/gpus/idle_by_cause_ps"));
  document = to_document(example::results());
  std::erase_if(document.datasets, [](const Dataset &one) { return one.path == "/steps/critical_path_ps"; });
  CHECK(refused(document, "/steps/critical_path_ps"));
  document = to_document(example::results());
  std::erase_if(document.datasets, [](const Dataset &one) { return one.path == "/causes"; });
  CHECK(refused(document, "/gpus/idle_by_cause_ps"));
}

TEST_CASE("the outline of a file that lacks datasets says so") {
  FileOutline file;
  CHECK(to_text(file).find("lacks") == std::string::npos);
  file.missing = {"/a", "/b", "/c", "/d"};
  CHECK(to_text(file).ends_with("The file lacks 4 of the datasets that this version writes: /a, /b, /c and 1 more.\n"));
  CHECK(nlohmann::json::parse(to_json(file))["missing"].size() == 4);
}
