#pragma once
// What no run can beat: bytes through the busiest port ÷ its rate + path latency. A result below its bound is a bug
// (exit code 4), so every bound errs on the side of too little time: the host bus, trains of frames and other traffic
// are left out. All equal-cost paths of the topologies here cross the same tiers, hence have the same rates; where
// modules differ by lot, the least latency of a tier counts.

#include "analysis/results.hpp"
#include "collectives/closed_form.hpp"
#include "scenarios/built.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/network_result.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// One tier that a flow crosses.
struct IdleHop {
  BitRate rate;            ///< of one link
  std::uint64_t width = 1; ///< links that the flow may use side by side: sprayed frames spread over equal ports
};

/// An idle network's path from one host to another.
struct IdlePath {
  Duration latency{}; ///< both NICs, links, switches; no transmission time
  std::vector<IdleHop> hops;
  bool reachable = true;
};

/// Posted → delivered of one message that is alone on `path`, without the overhead of posting: no schedule of its
/// frames is faster. On single links exact, but for rounding: the longest way through the grid of frames × links (a
/// tandem queue of which only the last frame may be smaller). With equal rates that is latency + wire bytes ÷ rate in
/// cut-through, and one full frame ÷ rate more per switch that stores and forwards. Windows, credits and congestion
/// control of a transport are left out: alone on idle links they hold nothing back, or the flow's slowdown shows it.
Duration least_time(Bytes message, const IdlePath &path, const Framing &framing, bool store_and_forward);

/// The least times that flows and collectives of one built run can take, whatever the schedule.
class Bounds {
public:
  /// Takes what it needs; `built.network` must not have been simulated (moved) yet.
  Bounds(const Scenario &scenario, const BuiltRun &built);

  /// By the routes of the first epoch, on one of the hosts' ports.
  IdlePath path(HostId from, HostId to, std::uint32_t port = 0) const;
  /// Posted → delivered of one message alone in the network, by the fastest of all route epochs. A message is cut into
  /// a part for each port: the largest part is 1 ÷ ports of it or more.
  Duration ideal(HostId from, HostId to, Bytes size) const;
  /// Of a network collective over all of `info.ranks`; port and rate are named by bottleneck().
  Duration collective(const CollectiveInfo &info) const;
  std::string bottleneck(const CollectiveInfo &info) const;
  /// Of flows that all start together, first post → last delivery; the port is named as Fabric names nodes.
  FlowBound flows(const std::vector<FlowResult> &flows, const Fabric &fabric) const;

private:
  IdlePath walk(HostId from, HostId to, std::uint32_t port, const RouteTable &routes) const;
  /// All ports of a host together, at most what its host buses carry.
  BitRate host_bandwidth() const { return BitRate(port_rate_.bits_per_second * plan_.ports_per_host); }
  /// Over all route epochs and ports.
  Duration least_latency(HostId from, HostId to) const;

  FabricPlan plan_;
  std::vector<Duration> latency_; ///< [cable], the least of its life
  PerTier<Duration> tier_latency_{Duration::max(), Duration::max(), Duration::max(),
                                  Duration::max()};       ///< by Tier, the least of all its cables
  std::vector<std::vector<CableId>> cables_of_;           ///< [node], in port order
  std::vector<std::shared_ptr<const RouteTable>> routes_; ///< of all epochs, and without failures
  std::uint32_t node_gpus_ = 1;                           ///< GPUs of a node
  bool spread_ = false;                                   ///< frames of one message take several paths
  Duration nic_{}, overhead_{}, switch_{};
  bool store_and_forward_ = false;
  Bytes mtu_, header_;
  BitRate port_rate_;         ///< a port's, or that of its share of a slower host bus
  std::string limit_ = "NIC"; ///< or "host bus"
  std::string ports_;         ///< what it carries: "800 Gb/s", "2 × 800 Gb/s"
  Duration shortest_{};       ///< latency between two hosts of one leaf
  ScaleUpSpec scale_up_;
  BitRate scale_up_bandwidth_;
};

/// Judges every collective, flow and link of the results of a finished run against its bound. One sentence per
/// violation. `silent_ps` is when the last frame on any link had been sent: acknowledgements and needless copies still
/// travel after the last rank is done, and a link's counters hold them.
std::vector<std::string> below_bounds(const RunResults &results, std::int64_t silent_ps);

} // namespace lightloom
