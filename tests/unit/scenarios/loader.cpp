// Bad input: each kind is refused at its place, with what is wrong, why, and what to do.

#include "scenarios/schema/loader.hpp"
#include "scenarios/build.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const std::string small = R"([cluster]
gpus = 16
gpus_per_node = 8
[fabric]
radix = 16
[[traffic]]
pattern = "permutation"
size = "1MB"
)";

/// The text of the error that a scenario of `small` and these lines gives; "" when it is right.
std::string refusal(const std::string &more, const std::string &base = small) {
  try {
    build_run(load_scenario_text(base + more, "s.toml"));
    return "";
  } catch (const Error &e) {
    CHECK(e.code() == ExitCode::bad_input);
    for (const auto &p : e.problems())
      CHECK(p.where.file == "s.toml");
    return e.what();
  }
}

bool contains(const std::string &text, const std::string &part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found)
    MESSAGE("in: " << text);
  return found;
}
} // namespace

TEST_CASE("A small scenario is right and its defaults are the schema's") {
  const auto s = load_scenario_text(small, "dir/small.toml");
  CHECK(s.name == "small");
  CHECK(s.fabric.host_rate == 800_Gbps);
  CHECK(s.fabric.switch_latency == Duration(500ns));
  CHECK(!s.transport.ideal());
  CHECK(s.transport.mtu == 4096_B);
  CHECK(s.routing.paths == PathChoice::spray);
  CHECK(s.optics.tiers[0].module == "800G-AEC");
  CHECK(s.optics.tiers[1].module == "800G-DR8");
  CHECK(s.optics.tiers[1].module_chosen);
}

TEST_CASE("An unknown key names its place and the nearest key") {
  CHECK(contains(refusal("[transport]\nmtoo = 4096\n"),
                 "s.toml:10:1: transport.mtoo (unknown key). Did you mean transport.mtu?"));
  CHECK(contains(refusal("[fabrics]\nradix = 4\n"), "Did you mean fabric?"));
}

TEST_CASE("A wrong unit, a missing unit and a wrong type say which are right") {
  CHECK(contains(refusal("[routing]\nreroute = \"1GB\"\n"),
                 "s.toml:10:1: routing.reroute = \"1GB\" (not a number with one of the units"));
  CHECK(contains(refusal("[routing]\nreroute = 5\n"), "must be a time with its unit"));
  CHECK(contains(refusal("[scenario]\nseed = \"one\"\n"), "scenario.seed = \"one\" (must be a whole number)"));
  CHECK(contains(refusal("[scenario]\nseed = 1.5\n"), "must be a whole number"));
  CHECK(contains(refusal("[scenario]\nname = 7\n"), "must be a string"));
  CHECK(contains(refusal("[scenario]\nname = [1, 2]\n"), "must be a string"));
  CHECK(contains(refusal("scenario = 7\n", ""), "is a table of keys"));
}

TEST_CASE("GPUs that do not factor are refused, with factors that do") {
  const std::string job = "[cluster]\ngpus = 128\n[job]\nmodel = \"gpt-13b\"\n";
  CHECK(
      contains(refusal("tensor = 8\ndata = 15\n", job), "= 120 (must be the 128 GPUs of the cluster). Try data = 16."));
  CHECK(contains(refusal("tensor = 7\n", job), "s.toml:5:1: job.tensor"));
  CHECK(contains(refusal("", "[cluster]\ngpus = 12\ngpus_per_node = 8\n"),
                 "cluster.gpus_per_node = 8 (must divide the 12 GPUs of the cluster). Try 6."));
  CHECK(contains(refusal("tensor = 8\ndata = 16\nglobal_batch = 17\n", job),
                 "must be a multiple of micro_batch × data = 16"));
}

TEST_CASE("A module that is unknown, too short or too slow is refused at its key") {
  CHECK(contains(refusal("[optics]\nleaf = { module = \"800G-DR9\" }\n"), "Did you mean \"800G-DR8\"?"));
  CHECK(contains(refusal("[optics]\nhost = { module = \"800G-AEC\", length = \"60m\" }\n"), "s.toml:10:"));
  CHECK(contains(refusal("[optics]\nleaf = { module = \"400G-DR4\" }\n"), "optics.leaf"));
  CHECK(contains(refusal("[optics]\nhost = { module = \"800G-AEC\", connectors = 2 }\n"), "cable with fixed ends"));
}

TEST_CASE("Bursts of a code that has no symbols are refused at their key") {
  CHECK(contains(refusal("[optics]\nfec = \"none\"\nburst = 0.5\n"), "s.toml:11:"));
  CHECK(contains(refusal("[optics]\nfec = \"none\"\nprecoding = true\n"), "Reed-Solomon"));
  CHECK(contains(refusal("[optics]\nburst = 1\n"), "optics.burst = 1"));
}

TEST_CASE("Absurd sizes are refused before anything is allocated") {
  CHECK(contains(refusal("", "[cluster]\ngpus = 1000000000000\n"),
                 "s.toml:2:1: cluster.gpus = 1000000000000 (out of range 1 … 65536)"));
  CHECK(contains(
      refusal(
          "",
          "[cluster]\ngpus = 65536\ngpus_per_node = 8\n[scenario]\nsteps = 1000000\n[[collective]]\nsize = \"1B\"\n"),
      "fit in memory"));
  CHECK(contains(refusal("", "[cluster]\ngpus = 65536\n[[collective]]\nop = \"all-to-all\"\n"), "at most 4096 ranks"));
  CHECK(contains(refusal("", "[cluster]\ngpus = 0\n"), "out of range"));
  CHECK(contains(refusal("", "[cluster]\ngpus = -8\n"), "out of range"));
}

TEST_CASE("Frames and messages that the network cannot number are refused at their keys") {
  // 65,486 + 30 + 20 = 65,536 B: one more than 16 bits hold.
  CHECK(contains(refusal("[transport]\nmtu = 65486\n"), "s.toml:10:1: transport.mtu = 65486 (with a header of 30 B"));
  CHECK(refusal("[transport]\nmtu = 65485\n").empty());
  CHECK(contains(refusal("[transport]\nmtu = 65536\n"), "out of range 64 … 65515 B"));
  CHECK(contains(refusal("[transport]\nwindow_frames = 32\n"),
                 "s.toml:10:1: transport.window_frames = 32 (out of range"));
  CHECK(refusal("[transport]\nwindow_frames = 64\n").empty());
  // 64 B × 2^30 = 68.7 GB: a flow, a part of a collective, never a whole collective.
  const std::string tiny = "[cluster]\ngpus = 16\n[transport]\nmtu = 64\n";
  CHECK(contains(refusal("[[traffic]]\nsize = \"100GB\"\n", tiny),
                 "s.toml:6:1: traffic.0.size: a message of 93.132 GiB"));
  CHECK(contains(refusal("[[traffic]]\npattern = \"incast\"\nfan_in = 2\nsize = \"100GB\"\n", tiny), "traffic.0.size"));
  CHECK(refusal("[[traffic]]\nsize = \"68GB\"\n", tiny).empty());
  const std::string first = "[[collective]]\nsize = \"1MB\"\n[[collective]]\nop = \"send\"\nsize = ";
  CHECK(contains(refusal(first + "\"100GB\"\n", tiny), "s.toml:9:1: collective.1.size: a message of 93.132 GiB"));
  CHECK(refusal("[[collective]]\nop = \"all-reduce\"\nsize = \"1TB\"\n", tiny).empty()); // 62.5 GB to the neighbour
}

TEST_CASE("Broken TOML is located") {
  CHECK(contains(refusal("[fabric\n"), "s.toml:9:"));
  CHECK(contains(refusal("x = \n", ""), "s.toml:1:"));
  CHECK(contains(refusal("a = 1\na = 2\n", ""), "s.toml:2:"));
}

TEST_CASE("Suggestions lead on: near units, forgotten quotes, and never to what is refused next") {
  CHECK(contains(refusal("[fabric]\nlink_rate = \"400GBps\"\n", ""), "Did you mean \"400Gbps\"?"));
  CHECK(contains(refusal("[fabric]\nlink_rate = 400Gbps # fast\n", ""),
                 "Text and quantities need quotes: link_rate = \"400Gbps\"."));
  CHECK(contains(refusal("[transport]\nkind = infiniband\n", ""), "need quotes: kind = \"infiniband\"."));
  CHECK(refusal("x = \n", "").find("quotes") == std::string::npos);
  CHECK(contains(refusal("[transport]\nkind = \"roce\"\n"), "Did you mean \"rocev2\"?"));
}

TEST_CASE("A transport that could not work on an idle network is refused at its key") {
  CHECK(contains(refusal("[transport]\nretransmit_timeout = \"100ns\"\n"),
                 "s.toml:10:1: transport.retransmit_timeout = 100 ns (an acknowledgement on the longest path takes"));
  CHECK(contains(refusal("[optics]\nhost = { latency = \"1s\" }\n"), "transport.retransmit_timeout = 67.109 ms"));
  CHECK(refusal("[transport]\nkind = \"ideal\"\nretransmit_timeout = \"100ns\"\n").empty());
  CHECK(contains(refusal("[transport]\nack_every = 128\nwindow_frames = 64\n"),
                 "s.toml:10:1: transport.ack_every = 128 (the sender stops after window_frames = 64 frames"));
}

TEST_CASE("All problems come at once, each with its place") {
  const std::string text =
      refusal("[routing]\npolicy = \"sprayed\"\n[transport]\nmtu = 1\nkind = \"tcp\"\n[optics]\nhots = 1\n");
  CHECK(contains(text, "s.toml:10:1: routing.policy = \"sprayed\" (must be one of ecmp, spray, flowlet, adaptive, "
                       "minimal). Did you mean \"spray\"?"));
  CHECK(contains(text, "s.toml:12:1: transport.mtu = 1 (out of range 64 … 65515 B)"));
  CHECK(contains(text, "s.toml:13:1: transport.kind"));
  CHECK(contains(text, "s.toml:15:1: optics.hots (unknown key). Did you mean optics.host?"));
}

TEST_CASE("What this version does not have is refused by name, never replaced") {
  for (const char *lines : {"[scenario]\nfidelity = \"flow\"\n", "[routing]\npolicy = \"ugal-l\"\n",
                            "[failures]\nlink_mtbf = \"1d\"\n", "[campaign]\nreplicas = 5\n"}) {
    CAPTURE(lines);
    CHECK(contains(refusal(lines), "not in this version"));
  }
  CHECK(contains(refusal("[[job]]\nmodel = \"gpt-13b\"\n[[job]]\nmodel = \"gpt-13b\"\n", "[cluster]\ngpus = 8\n"),
                 "several jobs are not in this version"));
  CHECK(contains(refusal("[job]\ncontext = 2\n", "[cluster]\ngpus = 8\n"), "not in this version"));
}

TEST_CASE("A key that would have no effect is refused") {
  CHECK(contains(refusal("fan_in = 3\n"), "traffic.0.fan_in has no effect"));
  CHECK(contains(refusal("groups = 3\n", "[cluster]\ngpus = 8\n[fabric]\n"), "fabric.groups has no effect"));
  CHECK(contains(refusal("[transport]\nkind = \"ideal\"\ncredits = \"1MiB\"\n"), "unlimited buffers"));
}

TEST_CASE("A fault needs one target that exists") {
  const std::string fabric = small + "[[inject]]\nat = \"1us\"\n";
  CHECK(contains(refusal("", fabric), "inject.0 has 0 targets"));
  CHECK(contains(refusal("link = \"leaf:0/spine:0\"\nswitch = \"spine:0\"\n", fabric), "inject.0 has 2 targets"));
  CHECK(contains(refusal("switch = \"spine:77\"\n", fabric), "s.toml:11:1: "));
  CHECK(contains(refusal("link = \"leaf:0/leaf:1\"\n", fabric), "s.toml:11:1: "));
  CHECK(contains(refusal("nic = \"host:3/0\"\nkind = \"ber\"\n", fabric), "inject.0.ber is missing"));
  CHECK(refusal("nic = \"host:3/0\"\n", fabric).empty());
}

TEST_CASE("A fabric that cannot be built is refused at its keys") {
  CHECK(contains(refusal("", "[cluster]\ngpus = 128\n[fabric]\nradix = 4\nlevels = 2\n[[traffic]]\nsize = \"1B\"\n"),
                 "s.toml:"));
  CHECK(contains(refusal("[fabric.switch]\nbuffer = \"1KiB\"\n"), "of credits need"));
}
