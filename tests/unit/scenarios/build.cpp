#include "scenarios/build.hpp"
#include "scenarios/results/bounds.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/schema.hpp"
#include "topology/builder.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const std::string two_level = R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
switch = { latency = "100ns" }
nic = { latency = "200ns" }
[optics]
host = { latency = "10ns" }
leaf = { latency = "30ns" }
[[traffic]]
size = "1MB"
)";
} // namespace

TEST_CASE("A network has a health per directed link, a program per rank and a rank per host") {
  const auto run = build_run(load_scenario_text(two_level, "s.toml"));
  CHECK(run.network.links.size() == 2 * run.network.fabric.cables.size());
  CHECK(run.network.programs.size() == 32);
  CHECK(run.network.placement.size() == 32);
  CHECK(run.network.record_flows);
}

TEST_CASE("Automatic credits hold the longest round trip of a link and four full frames") {
  const auto run = build_run(load_scenario_text(two_level, "s.toml"));
  // 2 × 30 ns + 100 ns = 160 ns at 800 Gb/s = 16,000 B: 4 frames of 4,146 B hold it; + 4 frames = 8 × 4,146 B.
  CHECK(run.network.transport.credits == Bytes(8 * 4146));
}

TEST_CASE("An idle path adds NICs, links and switches") {
  const auto scenario = load_scenario_text(two_level, "s.toml");
  const auto run = build_run(scenario);
  const Bounds bounds(scenario, run);
  const auto near = bounds.path(HostId(0), HostId(1));
  CHECK(near.hops.size() == 2);
  CHECK(near.latency == Duration(400ns + 20ns + 100ns)); // 2 NICs, 2 host links, 1 switch
  const auto far = bounds.path(HostId(0), HostId(31));
  CHECK(far.hops.size() == 4);
  CHECK(far.latency == Duration(400ns + 20ns + 60ns + 300ns)); // and 2 leaf links, 2 more switches
  // One frame of 100 B: 100 + 30 + 20 = 150 B at 800 Gb/s = 1.5 ns.
  CHECK(bounds.ideal(HostId(0), HostId(31), 100_B) == far.latency + Duration(1500));
}

TEST_CASE("A dead switch is its links, a fault ends after `for`") {
  const auto run = build_run(
      load_scenario_text(two_level + "[[inject]]\nat = \"1us\"\nfor = \"2ms\"\nswitch = \"spine:0\"\n", "s.toml"));
  CHECK(run.faults.size() == 16); // radix 16: every port of the spine is used
  for (const auto &fault : run.faults) {
    CHECK(fault.from == SimTime(Duration(1us)));
    CHECK(fault.until == SimTime(Duration(2001us)));
    const auto &segments = run.network.links[2 * fault.cable.index()].segments;
    CHECK(segments.size() == 3);
    CHECK(segments[1].rate == BitRate(0));
  }
  CHECK(run.network.routes.size() > 1);
}

TEST_CASE("random:leaf draws the same cable for the same seed") {
  const std::string text = two_level + "[[inject]]\nlink = \"random:leaf\"\n";
  const auto a = build_run(load_scenario_text(text, "s.toml"));
  const auto b = build_run(load_scenario_text(text, "s.toml"));
  CHECK(a.faults.at(0).cable == b.faults.at(0).cable);
}

TEST_CASE("Modules left out are chosen by the rate of the link, and said") {
  const auto run = build_run(load_scenario_text(two_level, "s.toml"));
  bool said = false;
  for (const auto &note : run.notes)
    said = said || note.find("optics.leaf: 800G-DR8 over 50 m") != std::string::npos;
  CHECK(said);
}

TEST_CASE("Spines may be more than the fewest, and a number that cannot work is refused at its place") {
  const auto spines = [](const std::string &count) {
    return build_fabric_of(load_scenario_text(two_level, "s.toml", {"fabric.spines=" + count}))
        .fabric.count(NodeKind::spine);
  };
  // 4 leaves of 8 hosts and 8 uplinks: two spines of 16 ports are the fewest, eight take one cable of each leaf.
  CHECK(build_fabric_of(load_scenario_text(two_level, "s.toml")).fabric.count(NodeKind::spine) == 2);
  CHECK(spines("8") == 8);
  CHECK_THROWS_AS(spines("9"), Error);
}

TEST_CASE("Every family of topology is a choice of fabric.topology, and no other") {
  const Key *key = find_key("fabric.topology");
  REQUIRE(key != nullptr);
  std::vector<std::string> names;
  for (const auto &family : topology_families())
    names.emplace_back(family.name);
  CHECK(key->choices == names);
}

TEST_CASE("A single failure in a fat-tree needs no routes from a root") {
  const auto run =
      build_run(load_scenario_text(two_level + "[[inject]]\nat = \"1us\"\nlink = \"leaf:0/spine:0\"\n", "s.toml"));
  CHECK(run.route_fallbacks.empty());
}

TEST_CASE("Bursts reach the links: KP4 at 1e-4 with a = 0.5, four interleaved, 2.36e-13") {
  const auto ratio = [](const std::vector<std::string> &more) {
    std::vector<std::string> settings = {"optics.host.pre_fec_ber=1e-4", "optics.leaf.pre_fec_ber=1e-4"};
    settings.insert(settings.end(), more.begin(), more.end());
    const auto run = build_run(load_scenario_text(two_level, "s.toml", settings));
    for (const LinkHealth &link : run.network.links)
      CHECK(link.segments.front().uncorrectable_ratio ==
            run.network.links.front().segments.front().uncorrectable_ratio);
    return run.network.links.front().segments.front().uncorrectable_ratio;
  };
  CHECK(ratio({}) == doctest::Approx(1.36e-18).epsilon(0.01));
  CHECK(ratio({"optics.burst=0.5"}) == doctest::Approx(2.36e-13).epsilon(0.01));
  CHECK(ratio({"optics.burst=0.5", "optics.precoding=true"}) < 1e-15);
}
