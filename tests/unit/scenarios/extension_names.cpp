// Names that a program brings along: known where keys name them, refused where they would hide Lightloom's own.

#include "scenarios/schema/extension_names.hpp"

#include "scenarios/lightloom.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace lightloom;

namespace {
/// Always the same port.
class Fixed final : public RoutingPolicy {
public:
  explicit Fixed(std::uint32_t port) : port_(port) {}
  std::uint32_t choose(const PathQuery &) override { return port_; }

private:
  std::uint32_t port_;
};

RoutingPolicyFactory fixed(std::uint32_t port) {
  return [=](SwitchId, std::uint64_t) { return std::make_unique<Fixed>(port); };
}

/// Eight hosts under leaves of two with two uplinks each; every host sends to the next leaf.
Experiment shift(const std::string &policy, Extensions extensions) {
  Experiment e("shift");
  e.use(std::move(extensions));
  e.set("cluster.gpus", 8).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
  e.set("fabric.radix", 4).set("fabric.levels", 2).set("transport.kind", "ideal").set("routing.policy", policy);
  e.add("traffic", {{"pattern", "shift"}, {"by", 2}, {"size", 64_KiB}});
  return e;
}

std::string refusal(const Experiment &experiment) {
  try {
    run(experiment);
    return "";
  } catch (const Error &e) { return e.what(); }
}

bool has(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("A key takes the names of extensions beside its own, and an unknown name is told all of them") {
  Extensions ours;
  ours.routing_policies["fixed"] = fixed(0);
  CHECK(run(shift("fixed", ours)).complete);
  CHECK(run(shift("ecmp", ours)).complete);
  const std::string text = refusal(shift("fixd", ours));
  CHECK(has(text, "shift:routing.policy: routing.policy = \"fixd\" (must be one of ecmp, "));
  CHECK(has(text, ", fixed). Did you mean \"fixed\"?"));
  CHECK(has(refusal(shift("fixed", {})), "must be one of ecmp, ")); // it was not brought along
}

TEST_CASE("A policy that sends all up one port carries two flows on it: they share the uplink's rate") {
  Extensions ours;
  ours.routing_policies["fixed"] = fixed(1);
  for (const auto &link : run(shift("fixed", ours)).tables.links) {
    // Two flows of 64 KiB are 131,072 B of payload; headers and gaps come on top. Answers of `ideal` weigh nothing.
    if (link.tier == "leaf" && link.source.starts_with("leaf:"))
      CHECK((link.tx_bytes == 0 || link.tx_bytes > 131'072));
  }
}

TEST_CASE("A name that Lightloom has, an empty name, an empty factory and one that makes nothing are refused") {
  Extensions ours;
  ours.routing_policies["spray"] = fixed(0);
  CHECK(has(refusal(shift("ecmp", ours)),
            "shift: a routing policy \"spray\" brought along (Lightloom has one of that name)"));
  CHECK(has(refusal(shift("ecmp", {.routing_policies = {{"", fixed(0)}}})), "a name has at least one letter"));
  CHECK(has(refusal(shift("none", {.routing_policies = {{"none", {}}}})), "its factory is empty"));
  const RoutingPolicyFactory makes_nothing = [](SwitchId, std::uint64_t) { return std::unique_ptr<RoutingPolicy>(); };
  CHECK(has(refusal(shift("none", {.routing_policies = {{"none", makes_nothing}}})), "its factory made nothing"));
}

TEST_CASE("A policy that chooses a port that is not there ends the run with an Error at the key") {
  Extensions ours;
  ours.routing_policies["fixed"] = fixed(2);
  const std::string text = refusal(shift("fixed", ours));
  CHECK(has(text, "shift:routing.policy: routing.policy: port 2 was chosen (switch "));
  CHECK(has(text, "has 2 to choose from, counted from 0)"));
}

TEST_CASE("An algorithm brought along is found by operation and name, and one that hides another or does nothing is "
          "refused") {
  const auto ring = [](Extensions extensions, const char *algorithm) {
    Experiment e("ring");
    e.use(std::move(extensions));
    e.set("cluster.gpus", 4).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
    e.set("fabric.radix", 4).set("transport.kind", "ideal");
    e.add("collective", {{"op", "all-reduce"}, {"algorithm", algorithm}, {"size", 64_KiB}});
    return e;
  };
  CollectiveAlgorithm renamed = find_algorithm(CollectiveOp::all_reduce, "ring");
  renamed.name = "my-ring";
  const Results own = run(ring({.collective_algorithms = {renamed}}, "my-ring"));
  CHECK(own.digest == run(ring({}, "ring")).digest); // the same sends and receives in the same order
  CHECK(own.tables.collectives.at(0).algorithm == "my-ring");
  const std::string unknown = refusal(ring({.collective_algorithms = {renamed}}, "my-rng"));
  CHECK(has(unknown, "ring:collective.0.algorithm: "));
  CHECK(has(unknown, "Did you mean \"my-ring\"?"));
  CollectiveAlgorithm hiding = renamed, empty = renamed;
  hiding.name = "ring";
  empty.make = nullptr;
  CHECK(has(refusal(ring({.collective_algorithms = {hiding}}, "ring")), "Lightloom has one of that name"));
  CHECK(has(refusal(ring({.collective_algorithms = {empty}}, "ring")), "make or sends_to is empty"));
}

TEST_CASE("Under a policy of one's own a GPU's waiting is told to the picosecond, also where paths differ in latency") {
  Extensions ours;
  ours.routing_policies["fixed"] = fixed(1);
  Experiment job("job");
  job.use(ours);
  job.set("cluster.gpus", 16).set("cluster.gpus_per_node", 2).set("fabric.radix", 8).set("fabric.levels", 2);
  job.set("routing.policy", "fixed").set("optics.latency_spread", 0.2);
  job.set("model.layers", 2).set("model.hidden", 256).set("model.heads", 4).set("model.sequence", 128);
  job.set("model.vocabulary", 1024);
  job.add("job", {{"tensor", 2}, {"data", 8}, {"micro_batch", 1}, {"global_batch", 8}});
  const Results results = run(job); // a part that is missing would be a broken law
  CHECK(results.complete);
  CHECK(results.findings.empty());
  CHECK_FALSE(results.idle.empty());
}

TEST_CASE("A topology and a congestion control are refused where their names are taken or they make nothing") {
  const auto with_family = [](const char *name) {
    TopologyFamily family = find_family("fat-tree");
    family.name = name;
    return Extensions{.topologies = {family}};
  };
  CHECK(has(refusal(shift("ecmp", with_family("fat-tree"))), "a topology \"fat-tree\" brought along (Lightloom has"));
  Experiment renamed = shift("ecmp", with_family("my-tree"));
  renamed.set("fabric.topology", "my-tree");
  CHECK(run(renamed).digest == run(shift("ecmp", {})).digest);
  CHECK(has(refusal(shift("ecmp", {.topologies = {{.name = "empty"}}})), "build is empty"));
  const auto with_law = [](const char *name) {
    CongestionLaw law;
    law.name = name;
    return Extensions{.congestion_controls = {law}};
  };
  CHECK(has(refusal(shift("ecmp", with_law("nscc"))), "Lightloom has one of that name"));
  CHECK(has(refusal(shift("ecmp", with_law("a+b"))), "a + joins names"));
  CHECK(has(refusal(shift("ecmp", with_law("mine"))), "make is empty"));
}
