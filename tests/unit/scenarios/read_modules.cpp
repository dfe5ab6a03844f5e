// [[module]]: rows changed and added by a scenario, used wherever a module is named, refused at their place.

#include "scenarios/build.hpp"
#include "scenarios/schema/loader.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
const std::string small = R"([cluster]
gpus = 16
gpus_per_node = 8
[fabric]
radix = 8
levels = 2
link_rate = "800Gbps"
[[traffic]]
pattern = "permutation"
size = "1MB"
)";

Scenario scenario(const std::string &more) { return load_scenario_text(small + more, "s.toml"); }

std::string refusal(const std::string &more) {
  try {
    scenario(more);
    return "";
  } catch (const Error &e) { return e.what(); }
}
} // namespace

TEST_CASE(
    "a row changed by the scenario changes margin, power and bill of every link that names it, and no other file's") {
  const auto plain = build_fabric_of(scenario(""));
  const auto changed =
      build_fabric_of(scenario("[[module]]\nname = \"800G-DR8\"\nlaunch_oma = \"0.2dBm\"\npower = \"10W\"\n"));
  const auto leaf = static_cast<std::size_t>(Tier::leaf);
  CHECK(changed.optics[leaf]->margin.value == doctest::Approx(plain.optics[leaf]->margin.value + 1)); // −0.8 → 0.2 dBm
  CHECK(changed.optics[leaf]->power_W == doctest::Approx(20));
  const auto cables = plain.fabric.count(Tier::leaf);
  CHECK(plain.bill.power_W - changed.bill.power_W == doctest::Approx(2.0 * cables * 5)); // 15 → 10 W per end
  CHECK(build_fabric_of(scenario("")).bill.power_W == plain.bill.power_W);
}

TEST_CASE("a new module with a base is named by tiers like a row, its report outlives the scenario") {
  std::optional<BuiltFabric> built;
  {
    const Scenario s =
        scenario("[optics]\nleaf = { module = \"mine\", length = \"40m\" }\n[[module]]\nname = \"mine\"\n"
                 "base = \"800G-DR8-LPO\"\nprice_usd_per_gbps = 0.5\nlatency = \"1ns\"\nsource = \"quote\"\n");
    built.emplace(build_fabric_of(s));
  }
  const LinkReport &report = *built->optics[static_cast<std::size_t>(Tier::leaf)];
  CHECK(report.module->name == "mine");
  CHECK(report.module->kind == ModuleKind::lpo);
  CHECK(report.module_latency == Duration(2000));
  CHECK(report.cost_usd == doctest::Approx(2 * 0.5 * 800));
}

TEST_CASE("what cannot be a module is refused where it stands") {
  CHECK(refusal("[[module]]\npower = \"9W\"\n") ==
        "s.toml:11:1: module.0.name is missing (tiers name a module by it). Try name = \"800G-DR8\", or a new name.");
  CHECK(refusal("[[module]]\nname = \"m\"\nbase = \"800G-DR9\"\n") ==
        "s.toml:13:1: module.0.base = \"800G-DR9\" (no such module in the catalogue). Did you mean \"800G-DR8\"?");
  CHECK(
      refusal("[[module]]\nname = \"800G-DR8\"\npower = 9\n").starts_with("s.toml:13:1: module.0.power = 9 (must be"));
  CHECK(refusal("[[module]]\nname = \"800G-DR8\"\nlaunch_oma = \"0.2dB\"\n").find("Did you mean") != std::string::npos);
  CHECK(refusal("[[module]]\nname = \"800G-DR8\"\nlaunch_omaa = \"0.2dBm\"\n").find("launch_oma?") !=
        std::string::npos);
  CHECK(refusal("[[module]]\nname = \"m\"\nbase = \"800G-DR8\"\n[[module]]\nname = \"m\"\nbase = \"800G-DR8\"\n")
            .find("appears twice") != std::string::npos);
  CHECK(refusal("[[module]]\nname = \"m\"\nreach = \"5m\"\n").find("lacks kind, lanes") != std::string::npos);
}

TEST_CASE("cabling follows what a module is, not its name: a cable of any name has no connectors") {
  const Scenario s = scenario("[optics]\nhost = { module = \"patch lead\", length = \"2m\" }\n[[module]]\n"
                              "name = \"patch lead\"\nbase = \"800G-AEC\"\n");
  CHECK(s.optics.tiers[0].connectors == 0);
}
