#pragma once
// What no run can beat: bytes through the busiest port ÷ its rate + path latency. A result below its bound is a bug
// (exit code 4). Paths are walked on the first route epoch; all equal-cost paths of the topologies here cross the same
// tiers.

#include "analysis/results.hpp"
#include "scenarios/build.hpp"
#include "scenarios/scenario.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// An idle network's path from one host to another.
struct IdlePath {
  Duration latency{}; ///< both NICs, links, switches; no transmission time
  BitRate slowest;    ///< least rate on the way
  std::uint32_t links = 0;
  bool reachable = true;
};

class Bounds {
public:
  /// Takes what it needs; `built.network` must not have been simulated (moved) yet.
  Bounds(const Scenario &scenario, const BuiltRun &built);

  IdlePath path(HostId from, HostId to) const;
  /// Posted → delivered of one message alone in the network.
  Duration ideal(HostId from, HostId to, Bytes size) const;
  /// Of a network collective over all of `info.ranks`; port and rate are named by bottleneck().
  Duration collective(const CollectiveInfo &info) const;
  std::string bottleneck(const CollectiveInfo &info) const;
  /// Of flows that all start together, first post → last delivery; the port is named as Fabric names nodes.
  FlowBound flows(const std::vector<FlowResult> &flows, const Fabric &fabric) const;

private:
  FabricPlan plan_;
  std::vector<Duration> latency_;               ///< [cable], first segment
  std::vector<std::vector<CableId>> cables_of_; ///< [node], in port order
  std::shared_ptr<const RouteTable> routes_;
  Duration nic_{}, overhead_{}, switch_{};
  bool store_and_forward_ = false;
  Bytes mtu_, header_;
  BitRate host_rate_;
  Duration shortest_{}; ///< latency between two hosts of one leaf
  ScaleUpSpec scale_up_;
  BitRate scale_up_bandwidth_;
};

/// Judges every collective, flow and link of the results of a finished run against its bound. One sentence per
/// violation. `silent_ps` is when the last frame on any link had been sent: acknowledgements and needless copies still
/// travel after the last rank is done, and a link's counters hold them.
std::vector<std::string> below_bounds(const RunResults &results, std::int64_t silent_ps);

} // namespace lightloom
