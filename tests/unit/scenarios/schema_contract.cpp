// A scenario file with every key that users were promised (docs/CONTRACT.md): every key in it must be known to the
// schema. What this version does not have is refused as such, never as a mistake.

#include "scenarios/schema/key_checks.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/schema.hpp"
#include "scenarios/schema/toml_document.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <sstream>

using namespace lightloom;

namespace {
// With the keys that the contract names in comments, and numbers where it writes an ellipsis.
const char *const example = R"toml(
[scenario]
name = "gpt3-175b-800g"
seed = 1
fidelity = "packet"
granularity = "auto"
steps = 3

[cluster]
gpus = 1024
gpus_per_node = 8
gpu = "B200-SXM"
scale_up = { kind = "nvswitch", domain = 8, bandwidth = "7.2Tbps", latency = "300ns" }

[gpu]
peak_flops = 2.25e15
memory = "180GB"
memory_bandwidth = "64Tbps"
efficiency = 0.5

[fabric]
topology = "fat-tree"
radix = 64
levels = 3
rails = 8
planes = 1
oversubscription = 1.0
link_rate = "800Gbps"
rates = { host = "800Gbps", leaf = "1.6Tbps", spine = "1.6Tbps", global = "1.6Tbps" }
switch = { latency = "500ns", buffer = "128MiB", forwarding = "cut-through", capacity = "51.2Tbps" }
nic = { per_gpu = 1, latency = "700ns", pcie = "none" }
groups = 2
leaves_per_group = 2
spines_per_group = 2
hosts_per_leaf = 2
global_links_per_spine = 2
path = "fabric.graphml"

[routing]
policy = "spray"
spray = "round-robin"
detection = "10us"
reroute = "1ms"

[transport]
kind = "uec"
mtu = 4096
header = 30
credits = "256KiB"
virtual_lanes = 2
congestion_control = "none"

[optics]
host  = { module = "800G-AEC",  length = "3m" }
leaf  = { module = "800G-DR8",  length = "50m", connectors = 2 }
spine = { module = "800G-DR8",  length = "200m", connectors = 4 }
case_temperature = "45C"
latency_basis = "split"
fec = "auto"
llr = false

[[inject]]
at = "3ms"
link = "leaf:0/spine:3"
kind = "down"
for = "10ms"
ber = 1e-4
factor = 0.6
lanes = 4
switch = "spine:2"
nic = "host:17/0"

[job]
model = "gpt3-175b"
tensor = 8
pipeline = 8
data = 16
context = 1
micro_batch = 1
global_batch = 768
schedule = "interleaved-1f1b"
interleave = 6
workload = "trace/file"

[model]
layers = 96
hidden = 12288
heads = 96
sequence = 2048
vocabulary = 51200
experts = 8

[[collective]]
op = "all-reduce"
algorithm = "ring"
size = "1GiB"

[[traffic]]
pattern = "permutation"
size = "20MB"
fan_in = 64
by = 1
path = "matrix.cm"
arrivals = "poisson"
load = 0.8
duration = "2ms"

[failures]
link_mtbf = "1000d"
flap_rate = 0.1

[campaign]
tokens = 300e9
checkpoint_interval = "auto"
replicas = 1000
)toml";

/// The text without some tables and without the lines that begin so in the others.
std::string without(const std::string &text, const std::set<std::string> &tables,
                    const std::vector<std::string> &beginnings) {
  std::istringstream in(text);
  std::string out;
  bool kept = true;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("["))
      kept = !tables.contains(line);
    if (kept && std::none_of(beginnings.begin(), beginnings.end(),
                             [&](const std::string &beginning) { return line.starts_with(beginning); }))
      out += line + "\n";
  }
  return out;
}
} // namespace

TEST_CASE("Every key of the contract's example is known") {
  const auto document = parse_toml_text(example, "example.toml", {});
  std::vector<Problem> problems;
  check_names(document, problems);
  for (const auto &p : problems)
    FAIL_CHECK(to_string(p));
  CHECK(document.values.size() > 90);
}

TEST_CASE(
    "Each value of the contract's example is right, or refused as not in this version, with what exists instead") {
  const auto document = parse_toml_text(example, "example.toml", {});
  std::size_t refused = 0;
  for (const auto &[path, value] : document.values) {
    std::vector<Problem> problems;
    check_value(*find_key(path), path, value, problems);
    for (const auto &p : problems) {
      CAPTURE(to_string(p));
      CHECK(p.why.starts_with("not in this version"));
      CHECK(!p.suggestion.empty());
      CHECK(p.where.line > 0);
      ++refused;
    }
  }
  CHECK(refused > 4);
}

TEST_CASE("The example loads once what this version does not have, and what excludes each other, is taken out") {
  // Refused by name: GraphML files, failures and campaigns with them. Of another topology or transport: groups,
  // credits. One of two: rates or link_rate, model or workload, job or other loads; an injection says one thing.
  const std::string text = without(example, {"[model]", "[[collective]]", "[[traffic]]", "[failures]"},
                                   {"rates", "groups", "leaves_per_group", "spines_per_group", "hosts_per_leaf",
                                    "global_links_per_spine", "path", "credits", "ber", "factor", "lanes",
                                    "checkpoint_interval", "replicas", "switch = \"", "nic = \"", "workload"});
  const Scenario s = load_scenario_text(text, "example.toml");
  CHECK(s.granularity.kind == GranularityPart::Kind::automatic);
  CHECK(s.explain);
  REQUIRE(s.job.has_value());
  CHECK(s.job->interleaved);
  CHECK(s.job->pipeline * s.job->interleave == 48);
  CHECK(s.fabric.rails == 8);
}

TEST_CASE("The example is refused with all its problems at once, in the order of the file") {
  try {
    load_scenario_text(example, "example.toml");
    FAIL("nothing was refused");
  } catch (const Error &e) {
    CHECK(e.code() == ExitCode::bad_input);
    CHECK(e.problems().size() > 10);
    for (std::size_t i = 1; i < e.problems().size(); ++i)
      CHECK(e.problems()[i - 1].where.line <= e.problems()[i].where.line);
  }
}
