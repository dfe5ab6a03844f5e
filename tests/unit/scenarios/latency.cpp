// The latency budget against the simulator: the same message alone on the same fabric, to the picosecond.

#include "scenarios/build.hpp"
#include "scenarios/results/latency_budget.hpp"
#include "scenarios/results/latency_path.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"
#include "sim/core/parse_quantity.hpp"
#include "sim/network/network.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

using namespace lightloom;

namespace {
/// Sends one message, receives one, or does nothing.
class OneMessage : public RankProgram {
public:
  explicit OneMessage(Operation operation) : operation_(operation) {}
  std::uint32_t streams() const override { return 1; }
  Operation next(std::uint32_t) override { return std::exchange(operation_, Operation{}); }
  std::vector<Peer> sends_to() const override {
    if (operation_.kind != Operation::Kind::send)
      return {};
    return {{0, operation_.peer}};
  }

private:
  Operation operation_;
};

Duration simulated(const Scenario &s, std::uint32_t from, std::uint32_t to, Bytes size) {
  BuiltRun built = build_run(s);
  NetworkSpec &n = built.network;
  for (std::uint32_t rank = 0; rank < n.programs.size(); ++rank) {
    Operation o;
    o.kind = rank == from ? Operation::Kind::send : rank == to ? Operation::Kind::receive : Operation::Kind::finish;
    o.peer = rank == from ? to : from;
    o.bytes = size;
    n.programs[rank] = std::make_unique<OneMessage>(o);
  }
  n.record_flows = true;
  n.explain_waiting = false;
  n.collectives = n.steps = 0;
  const NetworkResult r = simulate(std::move(n), {});
  REQUIRE(r.flows.size() == 1);
  CHECK(r.violations.empty());
  return r.flows[0].end - r.flows[0].start;
}

/// 32 hosts; `fabric` and `transport` are lines of those tables.
Scenario scenario(const std::string &fabric, const std::string &transport, const std::string &more = "") {
  return load_scenario_text(fmt::format(R"([scenario]
name = "lone"
[cluster]
gpus = 32
gpus_per_node = 1
scale_up = {{ kind = "none" }}
[fabric]
radix = 8
{}
[transport]
{}
[[traffic]]
pattern = "permutation"
size = "64B"
{})",
                                        fabric, transport, more),
                            "lone.toml");
}

void agrees(const Scenario &s, const std::vector<std::int64_t> &sizes) {
  const BuiltFabric built = build_fabric_of(s);
  for (const std::int64_t size : sizes) {
    CAPTURE(size);
    LatencyRequest request;
    request.size = fmt::format("{}B", size);
    const LatencyBudget b = latency_budget(s, built, request);
    CHECK(b.from == "host:0");
    const auto to = static_cast<std::uint32_t>(std::stoul(b.to.substr(5)));
    CHECK(b.total == simulated(s, 0, to, Bytes(size)));
    Duration sum{};
    for (const auto &item : b.items) {
      CHECK(item.time >= Duration{});
      sum += item.time;
    }
    CHECK(sum == b.total);
  }
}
const std::vector<std::int64_t> sizes{1, 64, 4096, 4097, 1'000'003, 1 << 20};
} // namespace

TEST_CASE("The budget is what the simulator gives for that message alone, for every way of forwarding and transport") {
  for (const char *forwarding : {"cut-through", "store-and-forward"})
    for (const char *transport : {"kind = \"ideal\"", "kind = \"infiniband\""})
      for (const char *policy : {"spray", "ecmp"}) {
        CAPTURE(forwarding);
        CAPTURE(transport);
        CAPTURE(policy);
        agrees(scenario(fmt::format("link_rate = \"400Gbps\"\nswitch = {{ forwarding = \"{}\" }}", forwarding),
                        transport, fmt::format("[routing]\npolicy = \"{}\"\n", policy)),
               sizes);
      }
}

TEST_CASE("The budget holds through shared buffers, where a lone message meets no mark and no pause") {
  for (const char *forwarding : {"cut-through", "store-and-forward"})
    for (const char *transport : {"kind = \"rocev2\"", "kind = \"uec\"\nentropies = 1"}) {
      CAPTURE(forwarding);
      CAPTURE(transport);
      agrees(
          scenario(fmt::format("link_rate = \"400Gbps\"\nswitch = {{ forwarding = \"{}\" }}", forwarding), transport),
          sizes);
    }
}

TEST_CASE("The budget holds with other rates up and down, and with a launch") {
  for (const char *forwarding : {"cut-through", "store-and-forward"})
    for (const char *rates : {"host = \"300Gbps\", leaf = \"300Gbps\", spine = \"300Gbps\"",
                              "host = \"400Gbps\", leaf = \"800Gbps\", spine = \"800Gbps\"",
                              "host = \"800Gbps\", leaf = \"400Gbps\", spine = \"800Gbps\""}) {
      CAPTURE(forwarding);
      CAPTURE(rates);
      agrees(scenario(fmt::format("rates = {{ {} }}\nswitch = {{ latency = \"300ns\", forwarding = \"{}\" }}\n"
                                  "nic = {{ latency = \"650ns\", overhead = \"1500ns\" }}",
                                  rates, forwarding),
                      "kind = \"infiniband\"", "[routing]\npolicy = \"ecmp\"\n"),
             sizes);
      agrees(scenario(fmt::format("rates = {{ {} }}\nswitch = {{ forwarding = \"{}\" }}", rates, forwarding),
                      "kind = \"ideal\"", "[routing]\npolicy = \"spray\"\n"),
             sizes);
    }
}

TEST_CASE("The budget holds with a host bus slower than the port") {
  // PCIe 4.0 x16 carries some 230 Gb/s of payload, the port 400 Gb/s: the copy is what takes longest.
  const Scenario s = scenario("link_rate = \"400Gbps\"\nnic = { pcie = \"gen4x16\" }", "kind = \"ideal\"");
  agrees(s, sizes);
  for (const char *bus : {"gen4x16", "gen5x16", "gen6x16"})
    for (const char *rate : {"200Gbps", "400Gbps", "800Gbps"})
      for (const char *more : {"", "\nplanes = 2"}) {
        CAPTURE(bus);
        CAPTURE(rate);
        CAPTURE(more);
        agrees(scenario(fmt::format("link_rate = \"{}\"\nnic = {{ pcie = \"{}\" }}{}", rate, bus, more),
                        "kind = \"infiniband\""),
               {1, 64, 4097, 1'000'003});
      }
  LatencyRequest request;
  request.size = "1MiB";
  const LatencyBudget b = latency_budget(s, build_fabric_of(s), request);
  CHECK(b.items[1].item == "copy to the NIC");
  // 256 frames, each (1/230 − 1/400 Gb/s) × 4,146 B × 8 apart: more than 10 us.
  CHECK(b.items[1].time > Duration(10'000'000));
}

TEST_CASE("The budget holds on Dragonfly+ and on a fabric of two planes") {
  agrees(load_scenario_text(*shipped_scenario("dragonfly-plus"), "dragonfly-plus.toml"), {64, 4096, 100'000});
  agrees(scenario("link_rate = \"400Gbps\"\nplanes = 2", "kind = \"infiniband\""), {64, 4097, 1'000'003});
}

TEST_CASE("A message that its transport stalls takes longer than the budget, which says so") {
  for (const char *setting : {"window_frames = 64", "credits = \"8KiB\""}) {
    CAPTURE(setting);
    const Scenario s = scenario("link_rate = \"400Gbps\"", fmt::format("kind = \"infiniband\"\n{}", setting),
                                "[optics]\nleaf = { module = \"400G-DR4\", length = \"500m\" }\n");
    const BuiltFabric built = build_fabric_of(s);
    LatencyRequest request;
    CHECK(latency_budget(s, built, request).notes.empty());
    request.size = "1MiB";
    const LatencyBudget b = latency_budget(s, built, request);
    REQUIRE(b.notes.size() == 1);
    CHECK(b.notes[0].find("is less than") != std::string::npos);
    const auto to = static_cast<std::uint32_t>(std::stoul(b.to.substr(5)));
    CHECK(b.total < simulated(s, 0, to, Bytes(1 << 20)));
  }
}

TEST_CASE("By default the hosts are as far apart as any, and a network message apart") {
  const Scenario s = load_scenario_text(*shipped_scenario("gpt-800g"), "gpt-800g.toml");
  const BuiltFabric b = build_fabric_of(s);
  const LatencyWalk walk(s, b);
  const HostId to = walk.farthest(HostId(0));
  CHECK(to.value / s.cluster.gpus_per_node != 0);
  for (std::uint32_t h = 1; h < b.fabric.hosts(); ++h)
    CHECK(walk.hops(HostId(0), HostId(h)) <= walk.hops(HostId(0), to));
}

TEST_CASE("A budget by hand: 64 B over one leaf at 400 Gb/s") {
  const Scenario s = scenario("link_rate = \"400Gbps\"", "kind = \"ideal\"",
                              "[optics]\nhost = { module = \"400G-DAC\", length = \"2m\" }\n");
  LatencyRequest request;
  request.to = "host:1";
  const LatencyBudget b = latency_budget(s, build_fabric_of(s), request);
  // 64 B + 20 B at 400 Gb/s: 1.68 ns. NICs 2 × 700 ns, switch 500 ns. Two links: modules 2 × 1 ns, KP4 105 ns, 2 m of
  // copper at 4.65 ns/m.
  CHECK(b.total == Duration(1'680 + 1'400'000 + 500'000 + 2 * (2'000 + 105'000 + 9'300)));
  CHECK(b.items.size() == 10);
}

TEST_CASE("A met target says how much is left") {
  const Scenario s = scenario("link_rate = \"400Gbps\"", "kind = \"ideal\"");
  LatencyRequest request;
  request.target = "1ms";
  const LatencyBudget b = latency_budget(s, build_fabric_of(s), request);
  REQUIRE(b.target);
  CHECK(b.target->met);
  CHECK(b.target->changes.empty());
  CHECK(b.target->verdict == "met, " + format_duration(Duration(1'000'000'000) - b.total) + " left");
}

namespace {
/// The scenario with a change made to it, as a user would.
Duration after(const std::string &name, const std::vector<std::string> &settings, const LatencyRequest &request) {
  const Scenario s = load_scenario_text(*shipped_scenario(name), name + ".toml", settings);
  return latency_budget(s, build_fabric_of(s), request).total;
}
} // namespace

TEST_CASE("What a change is said to save is what the changed scenario saves") {
  const Duration before = after("gpt-800g", {}, {});
  LatencyRequest request;
  request.target = "2us";
  const Scenario s = load_scenario_text(*shipped_scenario("gpt-800g"), "gpt-800g.toml");
  const LatencyBudget b = latency_budget(s, build_fabric_of(s), request);
  REQUIRE(b.target);
  int checked = 0;
  for (const auto &[item, setting] :
       std::vector<std::pair<std::string, std::string>>{{"leaf module", "optics.leaf.module=800G-DR8-LPO"},
                                                        {"FEC ll", "optics.fec=ll"},
                                                        {"leaf length", "optics.leaf.length=2m"},
                                                        {"switches", "fabric.switch.latency=100ns"},
                                                        {"NIC", "fabric.nic.latency=600ns"}})
    for (const auto &c : b.target->changes)
      if (c.item == item) {
        CAPTURE(item);
        CHECK(c.saves == before - after("gpt-800g", {setting}, {}));
        ++checked;
      }
  CHECK(checked == 5);
  CHECK_FALSE(b.target->met);
  CHECK(b.target->chosen.size() > 1);
  CHECK(b.target->together <= Duration(2'000'000));
}

TEST_CASE("One change is enough, and it is no greater than needed") {
  LatencyRequest request;
  request.target = "3500ns";
  const Scenario s = load_scenario_text(*shipped_scenario("gpt-800g"), "gpt-800g.toml");
  const LatencyBudget b = latency_budget(s, build_fabric_of(s), request);
  REQUIRE(b.target);
  REQUIRE(b.target->chosen.size() == 1);
  CHECK(b.target->chosen[0].what.starts_with("fabric.switch.latency = \"300 ns\""));
  // 4,099.04 ns today with three switches of 500 ns: 599.04 ns too much, 199.68 ns per switch.
  CHECK(after("gpt-800g", {"fabric.switch.latency=300ns"}, {}) <= Duration(3'500'000));
  CHECK(after("gpt-800g", {"fabric.switch.latency=301ns"}, {}) > Duration(3'500'000));
}

TEST_CASE("A target below what is left of the path cannot be reached, and the parts that are too much are named") {
  LatencyRequest request;
  request.target = "1us";
  const Scenario s = load_scenario_text(*shipped_scenario("gpt-800g"), "gpt-800g.toml");
  const LatencyBudget b = latency_budget(s, build_fabric_of(s), request);
  REQUIRE(b.target);
  CHECK(b.target->chosen.empty());
  CHECK(b.target->together > Duration(1'000'000));
  CHECK(b.target->verdict.find("cannot be reached") != std::string::npos);
  CHECK(b.target->verdict.find("NICs and launch alone are 1.2 us") != std::string::npos);
}

TEST_CASE("The JSON has the names of the contract, and shares sum to 1") {
  const Scenario s = load_scenario_text(*shipped_scenario("gpt-800g"), "gpt-800g.toml");
  LatencyRequest request;
  request.target = "5us";
  const auto j = nlohmann::json::parse(to_json(latency_budget(s, build_fabric_of(s), request)));
  double shares = 0;
  for (const auto &item : j["items"]) {
    shares += item["share"].get<double>();
    CHECK_FALSE(item["source"].get<std::string>().empty());
  }
  CHECK(shares == doctest::Approx(1));
  CHECK(j["target_s"].get<double>() == doctest::Approx(5e-6));
  CHECK(j["met"].get<bool>());
  CHECK(j["latency_s"].get<double>() == doctest::Approx(4.09904e-6));
}

TEST_CASE("Hosts, sizes and targets that mean nothing are errors") {
  const Scenario s = scenario("link_rate = \"400Gbps\"", "kind = \"ideal\"");
  const BuiltFabric b = build_fabric_of(s);
  for (const LatencyRequest &request :
       {LatencyRequest{"leaf:0", "", "", ""}, LatencyRequest{"host:32", "", "", ""},
        LatencyRequest{"host:1", "host:1", "", ""}, LatencyRequest{"", "", "64", ""}, LatencyRequest{"", "", "-1B", ""},
        LatencyRequest{"", "", "", "5"}, LatencyRequest{"", "", "", "0us"}, LatencyRequest{"", "", "1TB", ""}})
    CHECK_THROWS_AS(latency_budget(s, b, request), Error);
}
