// What people see, character by character: one run, two runs side by side, the outline of a file, JSON. The pages
// beside this file were read and found right; when the output is changed on purpose, LIGHTLOOM_UPDATE_GOLDEN=1 rewrites
// them, to be read again.

#include "analysis/compare.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/json.hpp"
#include "analysis/waiting.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace lightloom;

namespace {
constexpr std::int64_t ms = 1'000'000'000;

/// What the network made GPUs wait for, `network` in all.
CauseTimes network_causes(std::int64_t network) {
  using enum Cause;
  return example::causes({{serialization, network - 4 * ms},
                          {queueing, 2 * ms},
                          {flow_control, ms},
                          {optics, ms / 2},
                          {propagation, 3 * ms / 10},
                          {switching, 2 * ms / 10}});
}

void add_causes(RunResults &out, std::int64_t busy, std::int64_t network, std::int64_t scale_up, std::int64_t skew) {
  CauseTimes idle = network_causes(network), path = idle;
  const CauseTimes inside = example::causes({{Cause::scale_up, scale_up}});
  const CauseTimes others = example::causes({{Cause::imbalance, skew}});
  idle += inside;
  idle += others;
  path = idle;
  path[Cause::compute] = busy;
  out.steps[0].critical_path = path;
  out.gpus.idle_by_cause_ps = {idle, idle};
  CauseTimes reduce;
  for (int gpu = 0; gpu < 2; ++gpu)
    reduce += network_causes(network);
  out.waiting.clear();
  add_waiting(out, "activity",
              {{"gradient all-reduce", reduce},
               {"tensor-parallel", inside},
               {"tensor-parallel", inside},
               {"end of step", others}},
              0);
  std::vector<std::pair<std::size_t, CauseTimes>> links;
  out.links.resize(7, out.links.front());
  for (std::size_t l = 0; l < out.links.size(); ++l) {
    out.links[l].name = "leaf:0/spine:" + std::to_string(l);
    links.emplace_back(l, example::causes({{Cause::serialization, static_cast<std::int64_t>(l + 1) * network / 28}}));
  }
  add_link_waiting(out, links, 0);
  add_waiting(out, "critical path",
              {{"forward and backward", example::causes({{Cause::compute, busy}})},
               {"gradient all-reduce", network_causes(network)}},
              0);
}

/// A run of a size that people meet: 128 GPUs would be, two stand for them here.
RunResults realistic(const std::string &name, std::int64_t network_ms, double watts, const std::string &rate) {
  RunResults out = example::results();
  out.identity.name = name;
  out.identity.tokens_per_step = 32768;
  out.identity.flops_per_step = 1.65e14;
  out.identity.peak_flops_per_gpu = 2.25e15;
  const std::int64_t busy = 60 * ms, scale_up = 3 * ms, skew = ms / 2, network = network_ms * ms;
  const std::int64_t idle = scale_up + network + skew;
  out.steps = {{0, busy + idle, 0, 0}};
  out.gpus = {2, {busy, busy}, {idle, idle}, {scale_up, scale_up}, {network, network}};
  add_causes(out, busy, network, scale_up, skew);
  out.collectives = {{0, "all-reduce", "ring", 203'000'000, 16, false, 0, network, 0, 0, 9e-4, "host:0/leaf:0"}};
  out.collectives[0].algbw_Bps = 203e6 / (static_cast<double>(network_ms) * 1e-3);
  out.collectives[0].busbw_Bps = out.collectives[0].algbw_Bps * 1.875;
  out.flows.rows.clear();
  out.memory = {{1'750'000'000, 1'750'000'000, 10'500'000'000, 47'200'000'000, 80'000'000'000},
                {1'750'000'000, 1'750'000'000, 10'500'000'000, 31'000'000'000, 80'000'000'000}};
  out.fabric.bill = {{"B200-SXM", 2, 2000, 80'000, false, "GPU"},
                     {"server", 1, 1500, 60'000, false, "server"},
                     {"NIC", 2, 50, 4000, false, "NIC"},
                     {"switch:leaf", 2, 3000, 100'000, false, "switch"},
                     {rate + "-DR8", 256, watts, 2.5 * watts, true, "optics"}};
  out.facts = {{"fabric.radix", "64"},
               {"cluster.gpu", "B200-SXM"},
               {"job", "gpt-13b, tensor 8, data 16, global batch 32"},
               {"fabric.link_rate", rate},
               {"switch capacity", rate == "800G" ? "51.2 Tb/s" : "102.4 Tb/s"},
               {"bandwidth per GPU", rate == "800G" ? "0.8 Tb/s" : "1.6 Tb/s"}};
  return out;
}

/// The summary of a run whose network wait is a little longer in each seed.
RunSummary seeded(const std::string &name, std::int64_t network_ms, double watts, const std::string &rate,
                  std::uint64_t seed) {
  RunResults out = realistic(name, network_ms, watts, rate);
  out.identity.seed = seed;
  const auto more = static_cast<std::int64_t>(seed) * ms / 10;
  out.steps[0].duration_ps += more;
  for (std::size_t gpu = 0; gpu < 2; ++gpu) {
    out.gpus.idle_ps[gpu] += more;
    out.gpus.wait_network_ps[gpu] += more;
    out.gpus.idle_by_cause_ps[gpu][Cause::queueing] += more;
  }
  out.steps[0].critical_path[Cause::queueing] += more;
  derive_steps(out);
  return summary(out);
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

TEST_CASE("three seeds of two runs side by side print as agreed") {
  std::vector<std::vector<RunSummary>> runs(2);
  for (const std::uint64_t seed : {1, 2, 4}) {
    runs[0].push_back(seeded("gpt-800g", 28, 4096, "800G", seed));
    runs[1].push_back(seeded("gpt-1600g", 12, 7680, "1.6T", seed));
  }
  check_golden("compare-seeds.txt", to_text(compare(runs)));
}

TEST_CASE("one run prints as agreed") { check_golden("run.txt", to_text(both().runs[0])); }

TEST_CASE("plain flows print as agreed") { check_golden("flows.txt", to_text(summary(example::results()))); }

TEST_CASE("the outline of a file prints as agreed") {
  const example::Folder folder;
  write_results(example::results(), folder.file("tiny.h5"), false);
  check_golden("outline.txt", to_text(outline(folder.file("tiny.h5"))));
}
