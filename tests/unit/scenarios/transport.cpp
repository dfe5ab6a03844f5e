// Transports, shared buffers and routing: defaults by kind, what a run is built of, and what cannot stand side by side.

#include "scenarios/build.hpp"
#include "scenarios/schema/key_checks.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/schema.hpp"
#include "sim/network/congestion/dcqcn.hpp"
#include "sim/network/switch/pfc_headroom.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

// Four links of 1 us on the longest path, three switches of 500 ns, 400 Gb/s: 50 B per ns.
const std::string base = R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
link_rate = "400Gbps"
[optics]
host = { latency = "1us" }
leaf = { latency = "1us" }
[[traffic]]
size = "1MB"
[transport]
kind = )";

BuiltRun built(const std::string &kind, const std::vector<std::string> &settings = {}) {
  return build_run(load_scenario_text(base + "\"" + kind + "\"\n", "s.toml", settings));
}

std::string refusal(const std::string &kind, const std::vector<std::string> &settings) {
  try {
    built(kind, settings);
    return "";
  } catch (const Error &e) {
    CHECK(e.code() == ExitCode::bad_input);
    return e.what();
  }
}

bool contains(const std::string &text, const std::string &part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found)
    MESSAGE("in: " << text);
  return found;
}

bool said(const std::vector<std::string> &sentences, const std::string &part) {
  for (const auto &sentence : sentences)
    if (sentence.find(part) != std::string::npos)
      return true;
  return false;
}
} // namespace

TEST_CASE("Each kind of transport has the header, control, recovery and routing of its own") {
  const auto ideal = built("ideal").network, infiniband = built("infiniband").network;
  const auto rocev2 = built("rocev2").network, uec = built("uec").network;
  CHECK(infiniband.transport.kind == &infiniband_transport);
  CHECK(infiniband.transport.header == 30_B);
  CHECK(!infiniband.transport.law);
  CHECK(infiniband.paths == PathChoice::spray);
  CHECK(infiniband.transport.credits > 0_B);
  CHECK(infiniband.switches.buffer == 0_B);
  CHECK(ideal.paths == PathChoice::spray);
  CHECK(ideal.hosts.reaction == Duration{});
  // Ethernet 14 + 4, IPv4 20, UDP 8, BTH 12, ICRC 4; an acknowledgement has an AETH of 4 more.
  CHECK(rocev2.transport.header == Bytes(14 + 4 + 20 + 8 + 12 + 4));
  CHECK(rocev2.transport.control_header == rocev2.transport.header + 4_B);
  CHECK(rocev2.transport.law.name == "dcqcn");
  CHECK(rocev2.transport.recovery == TransportSpec::Recovery::go_back_n);
  CHECK(rocev2.transport.credits == 0_B);
  CHECK(rocev2.paths == PathChoice::ecmp);
  CHECK(rocev2.switches.pfc.enabled);
  CHECK(!rocev2.switches.trim);
  CHECK(rocev2.switches.queue_limit == 0_B);
  CHECK(uec.transport.header == Bytes(14 + 4 + 20 + 8 + 12 + 44));
  CHECK(uec.transport.law.name == "nscc");
  CHECK(uec.transport.recovery == TransportSpec::Recovery::selective);
  CHECK(uec.transport.entropies == 4096);
  CHECK(uec.paths == PathChoice::ecmp);
  CHECK(uec.switches.trim);
  CHECK(!uec.switches.pfc.enabled);
  CHECK(uec.hosts.reaction == Duration(400ns));
}

TEST_CASE("The base round trip is links and switches twice, the reaction, and one frame there and its answer back") {
  // 2 × (4 × 1 us + 3 × 500 ns) + 400 ns, then 4,096 + 102 + 20 = 4,218 B and 90 + 20 = 110 B at 50 B per ns.
  const Duration transmission(84'360 + 2'200);
  CHECK(built("uec").network.transport.base_rtt == Duration(11'400ns) + transmission);
  const auto stored = built("uec", {"fabric.switch.forwarding=store-and-forward"});
  CHECK(stored.network.transport.base_rtt == Duration(11'400ns) + 4 * transmission);
  CHECK(built("uec", {"transport.base_rtt=20us"}).network.transport.base_rtt == Duration(20us));
}

TEST_CASE("Thresholds follow the rate, the base round trip and the size of the switch") {
  const auto uec = built("uec").network;
  const Bytes in_flight(uec.transport.base_rtt.count() * 50 / 1000);
  CHECK(uec.switches.queue_limit == in_flight);
  CHECK(uec.switches.ecn.least == Bytes(in_flight.value / 5));
  CHECK(uec.switches.ecn.most == Bytes(in_flight.value / 5 * 4));
  CHECK(uec.switches.ecn.probability == 1);
  // 160 MB per 51.2 Tb/s: 16 × 400 Gb/s are an eighth.
  CHECK(uec.switches.buffer == 20'000'000_B);
  CHECK(uec.transport.retransmit_timeout ==
        4 * uec.transport.base_rtt + transmission_time(uec.switches.queue_limit, 400_Gbps));
  // DCQCN at ten times its 40 Gb/s.
  const auto rocev2 = built("rocev2").network;
  CHECK(rocev2.switches.ecn.least == 400'000_B);
  CHECK(rocev2.switches.ecn.most == 10'000'000_B);
  CHECK(rocev2.switches.ecn.probability == 1);
  CHECK(built("uec", {"fabric.switch.queue_limit=none"}).network.switches.queue_limit == 0_B);
  CHECK(built("rocev2", {"fabric.switch.queue_limit=1MB"}).network.switches.queue_limit == 1'000'000_B);
  CHECK(built("rocev2", {"transport.congestion_control=none"}).network.switches.ecn.enabled == false);
}

TEST_CASE("Headroom is that of the longest link, and a buffer that cannot hold it is refused with the sum") {
  const auto rocev2 = built("rocev2").network;
  const Bytes frame = 4096_B + 62_B + 20_B;
  const Bytes room = pfc_headroom(400_Gbps, Duration(1us), Duration(1us), frame, 84_B);
  CHECK(rocev2.switches.pfc.headroom == room);
  CHECK(rocev2.switches.pfc.xoff == 0_B); // by alpha
  const auto text = refusal("rocev2", {"fabric.switch.buffer=1MB"});
  CHECK(contains(text, "16 ports"));
  CHECK(contains(text, "fabric.switch.buffer"));
  const std::string least = std::to_string((room + frame).value * 16);
  CHECK(refusal("rocev2", {"fabric.switch.buffer=" + least + "B"}).empty());
  CHECK(!refusal("rocev2", {"fabric.switch.buffer=" + std::to_string((room + frame).value * 16 - 1) + "B"}).empty());
  CHECK(refusal("rocev2", {"fabric.switch.buffer=1MB", "fabric.switch.pfc=false"}).empty());
  CHECK(built("rocev2", {"fabric.switch.pfc_xoff=100KB"}).network.switches.pfc.xon == 100'000_B - 2 * frame);
  // A train is paused whole: the headroom holds two.
  CHECK(built("rocev2", {"scenario.granularity=64KiB"}).network.switches.pfc.headroom == room + 30 * frame);
}

TEST_CASE("A congestion control belongs to its transport, and the right ones are named") {
  CHECK(contains(refusal("uec", {"transport.congestion_control=dcqcn"}),
                 "not for transport.kind = \"uec\"). Use \"auto\", \"none\", \"nscc\", \"rccc\" or \"nscc+rccc\"."));
  CHECK(contains(refusal("rocev2", {"transport.congestion_control=nscc"}), "\"none\" or \"dcqcn\""));
  CHECK(contains(refusal("infiniband", {"transport.congestion_control=rccc"}), "\"none\" or \"fecn-becn\""));
  CHECK(contains(refusal("ideal", {"transport.congestion_control=dcqcn"}), "Use \"auto\", \"none\"."));
  for (const char *control : {"none", "nscc", "rccc", "nscc+rccc"})
    CHECK(built("uec", {std::string("transport.congestion_control=") + control}).network.transport.kind ==
          &uec_transport);
  CHECK(built("infiniband", {"transport.congestion_control=fecn-becn"}).network.switches.ecn.enabled);
  CHECK(contains(refusal("rocev2", {"transport.nscc.fast=0.5"}), "transport.nscc has no effect"));
}

TEST_CASE("Frames out of order and go-back-N exclude each other") {
  for (const char *spray : {"round-robin", "random", "least-of-two"})
    CHECK(contains(refusal("infiniband", {"transport.recovery=go-back-n", std::string("routing.spray=") + spray}),
                   "sprayed frames arrive out of order"));
  CHECK(contains(refusal("rocev2", {"routing.policy=adaptive"}), "the default of rocev2"));
  CHECK(refusal("rocev2", {"routing.policy=adaptive", "transport.recovery=selective"}).empty());
  CHECK(refusal("rocev2", {"routing.policy=flowlet"}).empty());
  CHECK(contains(refusal("uec", {"transport.recovery=go-back-n"}), "Use \"selective\""));
  CHECK(contains(refusal("uec", {"transport.window_frames=65536"}), "Try 32768."));
  CHECK(refusal("uec", {"transport.window_frames=32768"}).empty());
  CHECK(refusal("rocev2", {"transport.window_frames=65536"}).empty());
}

TEST_CASE("Policies of routing become choices among paths") {
  const auto paths = [](const char *policy, const std::vector<std::string> &more = {}) {
    auto settings = more;
    settings.push_back(std::string("routing.policy=") + policy);
    return built("infiniband", settings).network.paths;
  };
  CHECK(paths("ecmp") == PathChoice::ecmp);
  CHECK(paths("flowlet") == PathChoice::flowlet);
  CHECK(paths("adaptive") == PathChoice::adaptive);
  CHECK(paths("spray") == PathChoice::spray);
  CHECK(paths("spray", {"routing.spray=random"}) == PathChoice::spray_random);
  CHECK(paths("spray", {"routing.spray=least-of-two"}) == PathChoice::spray_least_of_two);
  CHECK(contains(refusal("uec", {"routing.spray=random"}), "routing.spray has no effect"));
  CHECK(contains(refusal("uec", {"routing.flowlet_gap=1us"}), "routing.flowlet_gap has no effect"));
}

TEST_CASE("What a transport does not have is refused") {
  CHECK(contains(refusal("infiniband", {"fabric.switch.pfc=true"}), "has credits, which do what pauses do"));
  CHECK(contains(refusal("rocev2", {"fabric.switch.trimming=true"}), "does not know trimmed frames"));
  CHECK(contains(refusal("rocev2", {"transport.entropies=4"}), "transport.entropies has no effect"));
  CHECK(contains(refusal("uec", {"transport.credits=1MB"}), "has no credits"));
  CHECK(contains(refusal("uec", {"transport.virtual_lanes=1"}), "another lane"));
  CHECK(contains(refusal("uec", {"transport.control_header=20"}), "at least 64 B"));
  CHECK(contains(refusal("infiniband", {"transport.control_header=287", "transport.mtu=256"}), "full frame of 286 B"));
  CHECK(refusal("infiniband", {"transport.control_header=286", "transport.mtu=256"}).empty());
  CHECK(contains(refusal("uec", {"fabric.nic.reaction=1us"}), "more than fabric.nic.latency"));
  CHECK(contains(refusal("infiniband", {"fabric.nic.reaction=100ns"}), "answers at once"));
  CHECK(contains(refusal("infiniband", {"fabric.switch.alpha=2"}), "kept by credits"));
  CHECK(contains(refusal("uec", {"fabric.switch.ecn_min=1MB", "fabric.switch.ecn_max=1KB"}), "ecn_max"));
  CHECK(contains(refusal("rocev2", {"fabric.switch.pfc_xon=1KB"}), "pfc_xon follows it"));
  CHECK(contains(refusal("uec", {"optics.llr_retries=3"}), "optics.llr is false"));
}

TEST_CASE("Marks that nobody listens to are a warning") {
  const auto run =
      built("uec", {"transport.congestion_control=rccc", "fabric.switch.ecn_min=10KB", "fabric.switch.ecn_max=20KB"});
  CHECK(said(run.warnings, "does not listen to marks"));
  CHECK(!said(built("uec").warnings, "marks"));
}

TEST_CASE("Parameters of congestion control have rows with the structs' own defaults, and reach the network") {
  const auto changed = built("rocev2", {"transport.dcqcn.g=0.01", "transport.dcqcn.increase_interval=300us",
                                        "transport.dcqcn.additive=5Mbps", "transport.dcqcn.fast_recovery=3"});
  const auto dcqcn = with_parameters<DcqcnSpec>(changed.network.transport.law.parameters);
  CHECK(dcqcn.g == 0.01);
  CHECK(dcqcn.increase_interval == Duration(300us));
  CHECK(dcqcn.additive == BitRate(5'000'000));
  CHECK(dcqcn.fast_recovery == 3);
  const Key *interval = find_key("transport.dcqcn.increase_interval");
  REQUIRE(interval != nullptr);
  CHECK(interval->fallback == "55us");
  CHECK(default_value(*interval, interval->fallback).whole == DcqcnSpec{}.increase_interval.count());
  CHECK(contains(refusal("uec", {"transport.nscc.fst=1"}), "Did you mean transport.nscc.fast?"));
}

TEST_CASE("Link-level retry reaches the links") {
  const auto run = built("uec", {"optics.llr=true", "optics.llr_retries=3", "optics.llr_buffer=1MB"});
  CHECK(run.network.link_retry.enabled);
  CHECK(run.network.link_retry.most == 3);
  CHECK(run.network.link_retry.buffer == 1'000'000_B);
  CHECK(!built("uec").network.link_retry.enabled);
}
