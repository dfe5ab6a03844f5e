// [[inject]]: from kinds of faults to the health of links and the epochs of routes.

#include "scenarios/build.hpp"
#include "scenarios/schema/loader.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const std::string base = R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
link_rate = "800Gbps"
[routing]
detection = "10us"
reroute = "100us"
[[traffic]]
size = "1MB"
)";

BuiltRun built(const std::string &inject) { return build_run(load_scenario_text(base + inject, "s.toml")); }

std::string refusal(const std::string &inject) {
  try {
    built(inject);
    return "";
  } catch (const Error &e) { return e.what(); }
}

bool contains(const std::string &text, const std::string &part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found)
    MESSAGE("in: " << text);
  return found;
}

const std::vector<LinkHealthSegment> &health(const BuiltRun &run, const std::string &cable) {
  return run.network.links[2 * run.hardware.fabric.find_cable(cable).index()].segments;
}

const std::string on_link = "[[inject]]\nlink = \"leaf:0/spine:0\"\n";
} // namespace

TEST_CASE("A degraded link keeps the share of its module's lanes, for the whole run if so scripted") {
  // 800G-DR8: 8 lanes.
  const auto run = built(on_link + "kind = \"degrade\"\nlanes = 4\n");
  const auto &segments = health(run, "leaf:0/spine:0");
  REQUIRE(segments.size() == 1);
  CHECK(segments[0].rate == 400_Gbps);
  CHECK(health(run, "leaf:0/spine:1").front().rate == 800_Gbps);
  CHECK(run.network.routes.size() == 1); // a slow link is a link
  CHECK(contains(refusal(on_link + "kind = \"degrade\"\nlanes = 8\n"), "800G-DR8 has 8 lanes"));
  CHECK(contains(refusal(on_link + "kind = \"degrade\"\n"), "inject.0.lanes is missing"));
}

TEST_CASE("A slow link keeps its factor until the repair") {
  const auto run = built(on_link + "kind = \"slow\"\nfactor = 0.6\nat = \"1us\"\nfor = \"2us\"\n");
  const auto &segments = health(run, "leaf:0/spine:0");
  REQUIRE(segments.size() == 3);
  CHECK(segments[1].rate == 480_Gbps);
  CHECK(segments[2].from == SimTime(Duration(3us)));
  CHECK(contains(refusal(on_link + "kind = \"slow\"\n"), "inject.0.factor is missing"));
  CHECK(contains(refusal(on_link + "kind = \"down\"\nfactor = 0.5\n"), "inject.0.factor has no effect"));
}

TEST_CASE("A flap is down and up in turn until it ends, and routes follow only what outlasts the detection") {
  const std::string flap = on_link + "kind = \"flap\"\nat = \"1us\"\nup = \"40us\"\nfor = \"120us\"\ndown = ";
  const auto brief = built(flap + "\"5us\"\n");
  const auto &segments = health(brief, "leaf:0/spine:0");
  REQUIRE(segments.size() == 7); // up, then three times down and up: at 1, 46 and 91 us
  for (std::size_t i = 0; i < segments.size(); ++i)
    CHECK(segments[i].rate == (i % 2 == 1 ? BitRate(0) : 800_Gbps));
  CHECK(segments[3].from == SimTime(Duration(46us)));
  CHECK(segments[4].from == SimTime(Duration(51us)));
  CHECK(brief.network.routes.size() == 1);
  const auto longer = built(flap + "\"20us\"\n"); // down at 1 and 61 us, and not again at 121 us
  CHECK(health(longer, "leaf:0/spine:0").size() == 5);
  REQUIRE(longer.network.routes.size() > 3);
  CHECK(longer.network.routes[1].from == SimTime(Duration(11us))); // detection after the first
  CHECK(longer.faults.size() == 1);
  CHECK(longer.faults[0].down);
}

TEST_CASE("A flap needs its times and an end") {
  CHECK(contains(refusal(on_link + "kind = \"flap\"\nup = \"1us\"\nfor = \"1ms\"\n"), "inject.0.down is missing"));
  CHECK(contains(refusal(on_link + "kind = \"flap\"\nup = \"1us\"\ndown = \"1us\"\n"), "inject.0.for is missing"));
  CHECK(contains(refusal(on_link + "kind = \"flap\"\nup = \"1us\"\ndown = \"1us\"\nfor = \"1s\"\n"),
                 "more than 1000 times"));
  CHECK(contains(refusal(on_link + "kind = \"down\"\nup = \"1us\"\n"), "inject.0.up has no effect"));
}

TEST_CASE("Faults that overlap on one cable: down wins, then the lowest rate") {
  const auto run = built(on_link + "kind = \"degrade\"\nlanes = 4\nfor = \"30us\"\n" + on_link +
                         "kind = \"slow\"\nfactor = 0.25\nat = \"10us\"\nfor = \"30us\"\n" + on_link +
                         "kind = \"down\"\nat = \"20us\"\nfor = \"5us\"\n");
  const auto &segments = health(run, "leaf:0/spine:0");
  REQUIRE(segments.size() == 5);
  CHECK(segments[0].rate == 400_Gbps); // 0 … 10 us
  CHECK(segments[1].rate == 200_Gbps); // … 20
  CHECK(segments[2].rate == BitRate(0));
  CHECK(segments[3].rate == 200_Gbps); // 25 … 40
  CHECK(segments[4].rate == 800_Gbps);
  CHECK(segments[4].from == SimTime(Duration(40us)));
}

TEST_CASE("A switch takes all its cables with it, a NIC its own, whatever the kind") {
  const auto slow = built("[[inject]]\nswitch = \"spine:0\"\nkind = \"slow\"\nfactor = 0.5\n");
  CHECK(slow.faults.size() == 16);
  for (const auto &fault : slow.faults)
    CHECK(slow.network.links[2 * fault.cable.index() + 1].segments.front().rate == 400_Gbps);
  const auto nic = built("[[inject]]\nnic = \"host:3\"\nkind = \"degrade\"\nlanes = 2\n"); // 800G-AEC: 8 lanes
  REQUIRE(nic.faults.size() == 1);
  CHECK(nic.network.links[2 * nic.faults[0].cable.index()].segments.front().rate == 200_Gbps);
}
