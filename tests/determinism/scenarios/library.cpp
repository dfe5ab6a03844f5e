// Experiments of the library: one digest for any number of threads, also with a policy of one's own that remembers and
// looks; and side by side in one process each as if alone.

#include "scenarios/lightloom.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>

using namespace lightloom;

namespace {
/// The shorter of the port taken last and the next one.
class Wanderer final : public RoutingPolicy {
public:
  Wanderer(SwitchId self, std::uint64_t seed) : last_(self.value + static_cast<std::uint32_t>(seed)) {}
  std::uint32_t choose(const PathQuery &query) override {
    const std::uint32_t here = last_ % query.ports, next = (last_ + 1) % query.ports;
    last_ = query.backlog(next) < query.backlog(here) ? next : here;
    return last_;
  }

private:
  std::uint32_t last_;
};

/// 64 hosts under three levels, everyone to another one.
Experiment crowd(const std::string &policy, const std::string &transport) {
  Extensions ours;
  ours.routing_policies["wanderer"] = [](SwitchId self, std::uint64_t seed) {
    return std::make_unique<Wanderer>(self, seed);
  };
  Experiment e("crowd");
  e.use(ours);
  e.set("cluster.gpus", 64).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
  e.set("fabric.radix", 8).set("fabric.levels", 3).set("routing.policy", policy).set("transport.kind", transport);
  e.add("traffic", {{"pattern", "permutation"}, {"size", 256_KiB}});
  return e;
}

std::string digest_of(const Experiment &experiment, std::uint32_t threads = 1) {
  const Results results = run(experiment, {.threads = threads});
  CHECK(results.complete);
  return results.digest;
}
} // namespace

TEST_CASE(
    "A policy of one's own gives one digest for 1, 2, 3 and 4 threads, and another than the one it stands in for") {
  for (const char *transport : {"infiniband", "uec"}) {
    CAPTURE(transport);
    const std::string alone = digest_of(crowd("wanderer", transport));
    for (const std::uint32_t threads : {2u, 3u, 4u})
      CHECK(digest_of(crowd("wanderer", transport), threads) == alone);
    CHECK(digest_of(crowd("adaptive", transport)) != alone);
  }
}

TEST_CASE("Two experiments side by side in one process have the digests they have alone") {
  const Experiment one = crowd("wanderer", "infiniband"), other = crowd("spray", "uec");
  const std::string alone_one = digest_of(one), alone_other = digest_of(other);
  std::string beside_one, beside_other;
  {
    std::jthread first([&] { beside_one = run(one, {.threads = 2}).digest; });
    std::jthread second([&] { beside_other = run(other, {.threads = 2}).digest; });
  }
  CHECK(beside_one == alone_one);
  CHECK(beside_other == alone_other);
}

TEST_CASE("A fleet whose links are drawn, some of them losing frames, has one digest for 1, 2 and 3 threads") {
  const auto digest = [](const char *dirt, std::uint32_t threads) {
    Experiment e = crowd("spray", "uec");
    for (const char *tier : {"host", "leaf", "spine"})
      e.set(std::string("optics.") + tier + ".module", "800G-DR8")
          .set(std::string("optics.") + tier + ".length", "450m");
    e.set("optics.population.model", "drawn").set("optics.population.dirty_share", 0.1);
    e.set("optics.population.dirt", dirt).set("transport.retry_count", 7);
    return run(e, {.threads = threads}).digest;
  };
  const std::string alone = digest("5dB", 1);
  CHECK(digest("5dB", 2) == alone);
  CHECK(digest("5dB", 3) == alone);
  CHECK(digest("0dB", 1) != alone);
}
