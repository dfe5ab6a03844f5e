// Connection matrices nobody here wrote: htsim's own samples beside the project are read, and their flows run through.
// Skipped, loudly, where the files are not there.

#include "collectives/traffic/traffic.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {
struct Sample {
  std::uint32_t nodes;
  std::size_t connections;
  std::int64_t bytes; ///< of all flows; 0: endless
};
/// As the first two lines of each file and its sizes say.
const std::map<std::string, Sample> samples = {
    {"bidir.cm", {16, 2, 4'000'000}},
    {"incast.cm", {432, 64, 0}},
    {"incast_128.cm", {128, 127, 254'000'000}},
    {"incast_20.cm", {32, 18, 36'000'000}},
    {"one.cm", {16, 1, 2'000'000}},
    {"parking.cm", {16, 3, 3 * 33'554'432ll}},
    {"perm_1024n_1024c_0u_2000000b.cm", {1024, 1024, 2'048'000'000}},
    {"perm_16n_16c_2MB.cm", {16, 16, 32'000'000}},
    {"permutation.cm", {432, 432, 0}},
    {"test.cm", {32, 5, 5'242'880}},
    {"test2.cm", {16, 2, 217'088}},
};
} // namespace

TEST_CASE("every connection matrix of htsim is read with its counts, and its flows run to the end") {
  const auto folder = std::filesystem::path(LIGHTLOOM_INPUTS) / "htsim";
  if (!std::filesystem::is_directory(folder)) {
    std::printf("skipped: htsim is not here\n");
    return;
  }
  for (const auto &[name, sample] : samples) {
    CAPTURE(name);
    HtsimReading reading;
    reading.start_unit = HtsimReading::Unit::picoseconds;
    if (sample.bytes == 0)
      reading.size = Bytes(1000);
    TrafficSpec spec;
    spec.pattern = "file";
    spec.matrix = std::make_shared<const HtsimMatrix>(load_htsim_matrix((folder / name).string(), reading));
    CHECK(spec.matrix->nodes == sample.nodes);
    CHECK(spec.matrix->connections.size() == sample.connections);
    const auto run = interpret(plan_traffic(spec, sample.nodes));
    CHECK_MESSAGE(run.problems.empty(), problems_of(run));
    CHECK(run.sent.value == (sample.bytes > 0 ? sample.bytes : 1000 * static_cast<std::int64_t>(sample.connections)));
  }
}
