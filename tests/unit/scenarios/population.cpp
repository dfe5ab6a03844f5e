// [optics.population]: from keys to the health of links, what failed before the run, and what results say of it.

#include "scenarios/build.hpp"
#include "scenarios/schema/loader.hpp"

#include <array>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const std::string base = R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
link_rate = "800Gbps"
[optics]
host = { module = "800G-DR8", length = "30m" }
leaf = { module = "800G-DR8", length = "500m", connectors = 4 }
[[traffic]]
pattern = "permutation"
size = "200KB"
)";
const std::string drawn = base + "[optics.population]\nmodel = \"drawn\"\n";
/// Drawn, but all alike and at the data sheet's limits.
const std::string at_limits = drawn + R"(launch_above = "0dB"
launch_spread = "0dB"
sensitivity_above = "0dB"
sensitivity_spread = "0dB"
lot_spread = "0dB"
connector_loss = "0.35dB"
connector_spread = "0dB"
dirty_share = 0
gross_share = 0
case_spread = "0C"
daily_swing = "0C"
)";

Scenario loaded(const std::string &text) { return load_scenario_text(text, "s.toml"); }
std::string refusal(const std::string &text) {
  try {
    loaded(text);
    return "";
  } catch (const Error &e) { return e.what(); }
}
bool contains(const std::string &text, const std::string &part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found)
    MESSAGE("in: " << text);
  return found;
}
double uncorrectable(const BuiltRun &run, std::size_t link) {
  return run.network.links[link].segments.front().uncorrectable_ratio;
}
} // namespace

TEST_CASE("Drawn without anything to draw, links are at their limits") {
  const auto limits = build_run(loaded(base)), same = build_run(loaded(at_limits));
  REQUIRE(limits.network.links.size() == same.network.links.size());
  CHECK(limits.drawn.states.empty());
  for (std::size_t l = 0; l < limits.network.links.size(); ++l) {
    CHECK(uncorrectable(same, l) == doctest::Approx(uncorrectable(limits, l)).epsilon(1e-6));
    CHECK(same.network.links[l].segments.size() == 1);
    CHECK(same.network.links[l].segments[0].latency == limits.network.links[l].segments[0].latency);
  }
}

TEST_CASE("Each directed link has its own error ratio, and a reading of an operator stands for its whole tier") {
  const auto run = build_run(loaded(drawn));
  const auto cable = run.hardware.fabric.find_cable("leaf:0/spine:0").index();
  const auto &there = run.drawn.states[2 * cable], &back = run.drawn.states[2 * cable + 1];
  CHECK(there.margin != back.margin);
  const LinkReport &optics = *run.hardware.optics[Tier::leaf];
  CHECK(uncorrectable(run, 2 * cable) == codeword_error_ratio(*optics.fec, there.pre_fec_ber));
  Scenario given = loaded(drawn);
  given.optics.tiers[Tier::leaf].pre_fec_ber = 1e-3;
  const auto read = build_run(given);
  CHECK(read.drawn.states[2 * cable].pre_fec_ber == 1e-3);
  CHECK(read.drawn.states[0].pre_fec_ber != 1e-3);
}

TEST_CASE("A dB of dirt is a dB of margin on the share of cables that has it, whatever else is drawn") {
  const auto with_dirt = [](const char *dirt) {
    return build_run(loaded(drawn + "dirty_share = 0.2\ngross_share = 0\ndirt = \"" + dirt + "\"\n"));
  };
  const auto clean = with_dirt("0dB"), dirty = with_dirt("1dB");
  int lost = 0;
  for (std::size_t l = 0; l < clean.drawn.states.size(); ++l) {
    const double difference = clean.drawn.states[l].margin.value - dirty.drawn.states[l].margin.value;
    CHECK((std::abs(difference) < 1e-9 || difference == doctest::Approx(1)));
    lost += difference > 0.5 ? 1 : 0;
  }
  CHECK(lost % 2 == 0); // both directions
  CHECK(lost > 10);     // 0.2 × 128 directed links are 26
  CHECK(lost < 44);
}

TEST_CASE("Modules that died before the run are replaced, or their links are out and no route uses them") {
  const std::string old = drawn + "age = \"5y\"\nmodule_failures_factor = 5\nlane_failures_factor = 0\n";
  const auto repaired = build_run(loaded(old));
  CHECK(repaired.drawn.faults.empty());
  const auto broken = build_run(loaded(old + "repaired = false\n"));
  REQUIRE(!broken.drawn.faults.empty());
  for (const auto &fault : broken.drawn.faults) {
    CHECK(fault.kind == InjectPart::Kind::down);
    CHECK(fault.known);
    const auto &segments = broken.network.links[2 * fault.cable.index()].segments;
    CHECK(segments.back().rate.bits_per_second == 0);
  }
  CHECK(broken.network.routes.size() == 1); // known from the start
  CHECK(broken.network.routes.front().from == SimTime{});
}

TEST_CASE("Lanes that died before the run leave seven of eight, half, or no link, as the port can mask them") {
  const std::string worn = drawn + "age = \"3y\"\nmodule_failures_factor = 0\nlane_failures_factor = 20\n";
  const auto rates = [&](const std::string &masking) {
    std::array<int, 4> count{}; // whole, 7 of 8, half, down
    const auto run = build_run(loaded(worn + "lane_masking = \"" + masking + "\"\n"));
    for (const auto &link : run.network.links) {
      const double share = static_cast<double>(link.segments.back().rate.bits_per_second) / 800e9;
      ++count[share == 1 ? 0 : share == 0.875 ? 1 : share == 0.5 ? 2 : 3];
    }
    return count;
  };
  const auto one = rates("one"), half = rates("half"), none = rates("none");
  CHECK(one[1] > 0); // 64 cables × 16 lanes × 1,000 FIT × 3 years: 27 lanes
  CHECK(half[1] == 0);
  CHECK(half[2] == one[1] + one[2]);
  CHECK(none[3] == one[1] + one[2] + one[3]);
  CHECK(one[0] == none[0]);
}

TEST_CASE("What the population keys exclude is refused where it stands") {
  CHECK(contains(refusal(base + "[optics.population]\nage = \"2y\"\n"),
                 "optics.population.age has no effect (optics.population.model is \"limits\")"));
  CHECK(contains(refusal(drawn + "dirt = \"1dB\"\ndirt_low = \"1dB\"\n"), "optics.population.dirt_low has no effect"));
  CHECK(contains(refusal(drawn + "dirt_low = \"4dB\"\n"), "must not exceed dirt_high = 3dB"));
  CHECK(contains(refusal(drawn + "dirty_share = 1\n"), "more than all cables are dirty"));
  CHECK(contains(refusal(drawn + "age = \"2\"\n"), "not a number with one of the units ms, s, min, h, d, w or y"));
  CHECK(contains(refusal(drawn + "dirt = \"1\"\n"), "units dB"));
  CHECK(contains(refusal(drawn + "flap_p95 = \"1s\"\n"), "flap_p95 is below flap_median"));
}
