// Workload files nobody here wrote: all of SimAI/AICB's and ASTRA-sim's samples beside the project are read, and those
// this version can run are run through. Skipped, loudly, where the files are not there.

#include "collectives/files/simai.hpp"
#include "sim/core/error.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {

/// The .txt files of a folder of inputs, sorted; empty (and a message) when it is not there.
std::vector<std::string> files_of(const std::string &folder) {
  const std::filesystem::path path = std::filesystem::path(LIGHTLOOM_INPUTS) / folder;
  std::vector<std::string> files;
  if (!std::filesystem::is_directory(path)) {
    std::printf("skipped: %s is not here\n", folder.c_str());
    return files;
  }
  for (const auto &entry : std::filesystem::directory_iterator(path))
    if (entry.path().extension() == ".txt")
      files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(const std::string &path) { return std::filesystem::path(path).filename().string(); }

std::string find(const std::vector<std::string> &files, const std::string &start) {
  for (const auto &f : files)
    if (name_of(f).rfind(start, 0) == 0)
      return f;
  return "";
}

} // namespace

TEST_CASE("every SimAI and ASTRA-sim workload file is read, layer for layer") {
  for (const char *folder : {"simai-workload", "astra-sim-text"})
    for (const std::string &file : files_of(folder)) {
      CAPTURE(file);
      SimaiWorkload w;
      REQUIRE_NOTHROW(w = load_simai(file));
      CHECK(!w.layers.empty());
      // One file of the set is known to state 839 layers and hold 32.
      const bool miscounted = name_of(file).rfind("L65B", 0) == 0;
      CHECK((w.stated_layers != w.layers.size()) == miscounted);
    }
}

TEST_CASE("GPT-13B by AICB: 92 layers, two tensor all-reduces of 20 MiB per layer and direction, 3.2 GB of gradients") {
  const auto files = files_of("simai-workload");
  if (files.empty())
    return;
  const SimaiWorkload w = load_simai(find(files, "G13B-M1-C01"));
  CHECK(w.layers.size() == 92);
  CHECK(w.tensor == 8);
  CHECK(!w.all_gpus);
  std::int64_t tensor = 0;
  for (const auto &row : summarize(w).communications)
    if (row.op == "all-reduce" && row.group == "tensor")
      tensor = row.bytes.value;
  // embedding and 80 blocks, forward and backward, 2048 x 5120 x 2 B each; "layernorm"; "embedding_norm"; three cross
  // entropies; four flags
  CHECK(tensor == 162 * (2048 * 5120 * 2ll) + 3'248'619'520 + 327'680'000 + 3 * 8192 + 4 * 4);
}

TEST_CASE("every file without pipeline or custom parallelism runs through on its GPUs without a stall") {
  for (const char *folder : {"simai-workload", "astra-sim-text"})
    for (const std::string &file : files_of(folder)) {
      const SimaiWorkload w = load_simai(file);
      CAPTURE(file);
      SimaiRun run;
      if (!w.all_gpus)
        run.gpus = w.tensor * 4;
      run.scale_up = {8, 3'600_Gbps, 300ns};
      const bool runs =
          w.pipeline == 1 && (w.parallelism.rfind("HYBRID_TRANSFORMER", 0) == 0 || w.parallelism == "MICRO" ||
                              w.parallelism == "DATA" || w.parallelism == "MODEL");
      if (!runs) {
        CHECK_THROWS_AS(plan_simai(w, run), Error);
        continue;
      }
      const JobPlan plan = plan_simai(w, run);
      const auto result = interpret(plan);
      CHECK_MESSAGE(result.problems.empty(), problems_of(result));
      std::printf("%-58s %4u GPUs, %zu collectives, %.3g GB over the network\n", name_of(file).c_str(), plan.ranks,
                  plan.collectives.size(), static_cast<double>(plan.network_bytes.value) * 1e-9);
    }
}

TEST_CASE("the 9,216-GPU mixture-of-experts file is read in full, and refused for its pipeline by name") {
  const auto files = files_of("simai-workload");
  if (files.empty())
    return;
  const SimaiWorkload w = load_simai(find(files, "workload_analytical"));
  CHECK(w.layers.size() == 1789);
  CHECK(w.tensor == 2);
  CHECK(w.expert == 16);
  CHECK(w.pipeline == 12);
  CHECK(w.virtual_pipeline == 8);
  CHECK(w.accumulation == 24);
  CHECK(*w.all_gpus == 9216);
  CHECK(w.pipeline_bytes == Bytes(50'331'648));
  std::uint64_t expert = 0;
  for (const auto &row : summarize(w).communications)
    if (row.op == "all-to-all" && row.group == "expert")
      expert = row.count;
  CHECK(expert == 2 * 384);
  CHECK_THROWS_WITH_AS(plan_simai(w, {}), doctest::Contains("pipeline"), Error);
}
