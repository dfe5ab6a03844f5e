// The example run and the temporary folders of the tests of analysis.

#include "tests/unit/analysis/example.hpp"

#include "analysis/waiting.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace lightloom::example {

CauseTimes causes(const std::vector<std::pair<Cause, std::int64_t>> &parts) {
  CauseTimes times;
  for (const auto &[cause, ps] : parts)
    times[cause] += ps;
  return times;
}

namespace {
/// 110 ps of idle time in all, and two critical paths.
void add_causes(RunResults &out) {
  using enum Cause;
  out.steps[0].critical_path = causes({{compute, 60}, {serialization, 25}, {optics, 10}, {Cause::scale_up, 5}});
  out.steps[1].critical_path = causes({{compute, 60}, {queueing, 20}});
  out.steps[1].reused = true;
  out.gpus.idle_by_cause_ps = {
      causes({{Cause::scale_up, 10}, {serialization, 20}, {propagation, 5}, {pipeline_bubble, 5}}),
      causes({{Cause::scale_up, 10}, {serialization, 10}, {queueing, 5}, {imbalance, 5}}),
      causes({{Cause::scale_up, 10}, {serialization, 8}, {optics, 2}}),
      causes({{Cause::scale_up, 5}, {queueing, 10}, {imbalance, 5}})};
}

/// The same 110 ps by activity, some of them by link, and what the critical paths go through.
void add_rankings(RunResults &out) {
  using enum Cause;
  add_waiting(out, "activity",
              {{"gradient all-reduce", causes({{serialization, 38}, {queueing, 15}, {propagation, 5}, {optics, 2}})},
               {"tensor-parallel", causes({{Cause::scale_up, 35}})},
               {"pipeline activations", causes({{pipeline_bubble, 5}, {imbalance, 10}})}},
              0);
  add_link_waiting(out, {{1, causes({{queueing, 15}, {serialization, 8}})}, {0, causes({{serialization, 30}})}}, 0);
  add_waiting(out, "critical path",
              {{"forward", causes({{compute, 120}})}, {"gradient all-reduce", causes({{serialization, 60}})}}, 0);
}
/// Both directions of a host's cable.
std::vector<LinkRow> links() {
  LinkRow link;
  link.name = "host:0/leaf:0";
  link.source = "host:0";
  link.target = "leaf:0";
  link.tier = "host";
  link.module = "800G-DR8";
  link.rate_bps = 800'000'000'000;
  link.latency_ps = 500'000;
  link.pre_fec_ber = 1e-6;
  link.frame_loss_ratio = 1e-15;
  link.tx_bytes = 8292;
  link.tx_frames = 2;
  link.busy_ps = 82'920;
  link.max_queue_bytes = 4146;
  LinkRow back = link;
  back.name = "leaf:0/host:0";
  back.source = "leaf:0";
  back.target = "host:0";
  back.corrupted_frames = 1;
  back.buffer_drops = 3;
  back.trimmed_frames = 4;
  back.ecn_marked = 5;
  back.pauses = 2;
  back.paused_ps = 7000;
  back.retried_frames = 6;
  back.mean_queue_bytes = 1024.5;
  back.rx_power_dBm = -2.5;
  back.margin_dB = 1.25;
  back.temperature_C = 45;
  back.bias_share = 1.5;
  back.corrected_codewords = 12;
  back.uncorrected_codewords = 2;
  return {link, back};
}
} // namespace

RunResults results() {
  RunResults out;
  out.identity = {"0.1.0",
                  "lightloom run tiny.toml",
                  "[scenario]\nname = \"tiny\"\n",
                  "tiny",
                  7,
                  "packet",
                  true,
                  "",
                  "0123456789abcdef",
                  0,
                  1000,
                  2e12,
                  1e24};
  out.steps = {{0, 100, 0, 0}, {100, 80, 0, 0}};
  out.gpus = {2, {60, 70, 60, 60}, {40, 30, 20, 20}, {10, 10, 10, 5}, {30, 15, 10, 10}};
  add_causes(out);
  out.memory = {{1000, 2000, 3000, 4000, 20'000}};
  out.granularity = {"auto", 42.5, 0.75, 0.006, 0.01, "messages below 256 KiB"};
  out.collectives = {{0, "all-reduce", "ring", 4096, 2, false, 10, 50, 1.024e14, 1.024e14, 3e-11, "leaf:0/spine:1"},
                     {1, "all-reduce", "ring", 4096, 2, false, 110, 130, 2.048e14, 2.048e14, 3e-11, "leaf:0/spine:1"}};
  out.links = links();
  add_rankings(out);
  out.flows.rows = {{0, 1, 1000, 0, 40, 30}, {1, 0, 1000, 0, 20, 20}, {0, 1, 500, 10, not_ended, not_known}};
  out.telemetry = {{"host:0/leaf:0", "leaf:0/host:0"},
                   {50, 100, 150},
                   {0, 0.5, 1, 0.25, 0, 0},
                   {0, 1, 4146, 0, 9, 0},
                   {-2.5, -2.5, -2.5, -2.75, -2.5, not_known},
                   {1e-9, 1e-9, 1e-9, 1e-3, 1e-9, not_known},
                   {45, 44, 45, 44, 45, 44}};
  out.fabric = {{"host:0", "host:1", "leaf:0"},
                {{"B200-SXM", 2, 2000, 80'000, false, "GPU"},
                 {"800G-DR8", 4, 60, 4800, true, "optics"},
                 {"switch:leaf", 1, not_known, not_known, false, "switch"}},
                18.75};
  out.failures = {{3e-3, "leaf:0/spine:3", "down", not_known, "2 frames lost", not_known}};
  out.counters = {{"frames_delivered", 2, "frames", "accepted by the transport"},
                  {"frames_injected", 2, "frames", "data frames sent by hosts"}};
  out.facts = {{"fabric.radix", "64"}, {"fabric.link_rate", "800 Gb/s"}};
  out.run = {2, 1.5, 2.5, 100, 150, 2, 6, 1 << 20, 10, 500'000, "host:0/leaf:0", "somewhere", "2026-01-01T00:00:00Z"};
  return out;
}

Folder::Folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lightloom-test-XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string bytes_of(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::string &path, const std::string &bytes) { std::ofstream(path, std::ios::binary) << bytes; }

} // namespace lightloom::example
