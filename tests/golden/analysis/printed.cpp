// What people see, character by character: one run, two runs side by side, the outline of a file, JSON. The pages
// beside this file were read and found right; when the output is changed on purpose, LIGHTLOOM_UPDATE_GOLDEN=1 rewrites
// them, to be read again.

#include "analysis/compare.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/json.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace lightloom;

namespace {
/// A run of a size that people meet: 128 GPUs would be, two stand for them here.
RunResults realistic(const std::string &name, std::int64_t network_ms, double watts, const std::string &rate) {
  RunResults out = example::results();
  out.identity.name = name;
  out.identity.tokens_per_step = 32768;
  out.identity.flops_per_step = 1.65e14;
  out.identity.peak_flops_per_gpu = 2.25e15;
  constexpr std::int64_t ms = 1'000'000'000;
  const std::int64_t busy = 60 * ms, scale_up = 3 * ms, skew = ms / 2;
  const std::int64_t idle = scale_up + network_ms * ms + skew;
  out.steps = {{0, busy + idle, 0, 0}};
  out.gpus = {2, {busy, busy}, {idle, idle}, {scale_up, scale_up}, {network_ms * ms, network_ms * ms}};
  out.collectives = {
      {0, "all-reduce", "ring", 203'000'000, 16, false, 0, network_ms * ms, 0, 0, 9e-4, "host:0/leaf:0"}};
  out.collectives[0].algbw_Bps = 203e6 / (static_cast<double>(network_ms) * 1e-3);
  out.collectives[0].busbw_Bps = out.collectives[0].algbw_Bps * 1.875;
  out.flows.rows.clear();
  out.fabric.bill = {{rate + "-DR8", 256, watts, 2.5 * watts, true}};
  out.facts = {{"fabric.radix", "64"}, {"cluster.gpu", "B200-SXM"}, {"fabric.link_rate", rate}};
  return out;
}

void check_golden(const std::string &name, const std::string &text) {
  const std::string path = std::string(GOLDEN_FOLDER) + "/" + name;
  if (std::getenv("LIGHTLOOM_UPDATE_GOLDEN"))
    example::write_bytes(path, text);
  CHECK(text == example::bytes_of(path));
}

Comparison both() {
  RunResults slow = realistic("gpt-800g", 28, 4096, "800G"), fast = realistic("gpt-1600g", 12, 7680, "1.6T");
  derive_steps(slow);
  derive_steps(fast);
  return compare({summary(slow), summary(fast)});
}
} // namespace

TEST_CASE("two runs side by side print as agreed") { check_golden("compare.txt", to_text(both())); }

TEST_CASE("two runs side by side are the JSON agreed") { check_golden("compare.json", to_json(both())); }

TEST_CASE("one run prints as agreed") { check_golden("run.txt", to_text(both().runs[0])); }

TEST_CASE("plain flows print as agreed") { check_golden("flows.txt", to_text(summary(example::results()))); }

TEST_CASE("the outline of a file prints as agreed") {
  const example::Folder folder;
  write_results(example::results(), folder.file("tiny.h5"), false);
  check_golden("outline.txt", to_text(outline(folder.file("tiny.h5"))));
}
