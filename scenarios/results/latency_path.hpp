#pragma once
// One message alone on its way through an idle network: which links it takes, and what its frames wait for there.

#include "scenarios/built.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/frame.hpp"

#include <memory>
#include <vector>

namespace lightloom {

/// What decides the way of a message, apart from the fabric's shape.
struct LatencyTerms {
  PerTier<Duration> link{};                      ///< per direction, modules + FEC + propagation
  PerTier<std::int64_t> rate_factor{1, 1, 1, 1}; ///< the rate of a tier's links × this
  Duration switching{};
  Duration nic{};      ///< each end
  Duration overhead{}; ///< once
  BitRate bus;         ///< of the host, per port; 0 = no limit
  bool store_and_forward = false;
};
LatencyTerms latency_terms(const Scenario &scenario, const BuiltFabric &built);

/// One link that the completing frame crossed.
struct LatencyHop {
  CableId cable;
  Tier tier = Tier::host;
  BitRate rate;
  Duration sending{}; ///< first link: until the frame's last bit has left the host. Later links: what the frame takes
                      ///< longer here than if its bits had gone on as they came (store and forward, a slower link)
};

/// The way of the frame that completes the message; where a host has several ports, of the part that is last.
struct LatencyPath {
  Bytes part{};                 ///< payload of that part; one port: of the message
  std::vector<LatencyHop> hops; ///< at least two
  Duration feeding{};           ///< the host bus holds the frame's bits back at the sender
  Duration taking{};            ///< … and at the receiver
  Duration total{};             ///< posted → in memory
};

/// Throws Error when no route leads there. `from` and `to` differ.
class LatencyWalk {
public:
  LatencyWalk(const Scenario &scenario, const BuiltFabric &built);
  LatencyPath path(HostId from, HostId to, Bytes size, const LatencyTerms &terms) const;
  /// Links on the way.
  std::uint32_t hops(HostId from, HostId to) const;
  /// The first of the hosts that are the most links away, if possible outside of the sender's scale-up domain.
  HostId farthest(HostId from) const;

private:
  CableId next(SwitchId at, const Frame &frame) const;
  Frame frame_of(HostId from, HostId to, std::uint32_t port) const;
  LatencyPath part_path(HostId from, HostId to, std::uint32_t port, Bytes size, const LatencyTerms &terms) const;
  NodeId far_end(CableId cable, NodeId from) const;
  BitRate rate(CableId cable, const LatencyTerms &terms) const;
  Duration link(CableId cable, const LatencyTerms &terms) const;

  const BuiltFabric &built_;
  const Scenario &scenario_;
  std::shared_ptr<const RouteTable> routes_;
};

} // namespace lightloom
