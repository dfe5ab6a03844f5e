// A routing policy of one's own: by destination. A switch with k ports up sends what is for host d up through port
// d mod k, so that the hosts of a leaf, whose numbers follow one another, each get an uplink of their own. When every
// host sends to the host a fixed number further on (a shift), no two flows meet on a link (Zahavi, "Fat-tree routing
// and node ordering providing contention free traffic for MPI global collectives", 2012): each takes the time it would
// take alone. ECMP, which chooses by a hash, lets some of them meet.

#include <lightloom/lightloom.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

using namespace lightloom;

// One object per switch; it may remember what it likes, and this one needs nothing.
class ByDestination final : public RoutingPolicy {
public:
  std::uint32_t choose(const PathQuery &query) override { return query.destination % query.ports; }
};

// 32 hosts under leaves of 8, which have an uplink to each of 8 spines. Returns how many times its time alone the
// slowest flow takes.
double slowest_flow(const std::string &policy) {
  Extensions ours;
  ours.routing_policies["by-destination"] = [](SwitchId, std::uint64_t) { return std::make_unique<ByDestination>(); };

  Experiment shift("shift");
  shift.use(ours);
  shift.set("cluster.gpus", 32).set("cluster.scale_up.kind", "none");
  shift.set("fabric.radix", 16).set("fabric.levels", 2).set("fabric.spines", 8).set("fabric.link_rate", 400_Gbps);
  shift.set("transport.kind", "ideal").set("routing.policy", policy);
  shift.add("traffic", {{"pattern", "shift"}, {"by", 8}, {"size", 1_MB}});

  double slowest = 0;
  for (const FlowRow &flow : run(shift).tables.flows.rows)
    slowest = std::max(slowest, static_cast<double>(duration_of(flow).count()) / flow.ideal_ps);
  return slowest;
}

int main() {
  const double ours = slowest_flow("by-destination");
  const double theirs = slowest_flow("ecmp");
  std::printf("by destination: slowest flow takes %.3f times its time alone\n", ours);
  std::printf("by a hash:      slowest flow takes %.3f times its time alone\n", theirs);
  return ours < 1.001 && theirs > 1.5 ? 0 : 1;
}
