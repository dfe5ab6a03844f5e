#pragma once
// The network as built from a NetworkSpec: entities, channels, queue pairs, logical processes. One instance is one run.

#include "sim/engine/simulation.hpp"
#include "sim/network/host.hpp"
#include "sim/network/network_result.hpp"
#include "sim/network/network_spec.hpp"
#include "sim/network/scale_up_group.hpp"
#include "sim/network/switch/switch.hpp"

#include <memory>
#include <vector>

namespace lightloom {

/// Everything that one run moves, wired up; it owns all of it.
class NetworkAssembly {
public:
  /// Throws Error when the specification cannot work. `spec` is kept.
  NetworkAssembly(NetworkSpec spec, ExecutionOptions::Grouping grouping);
  NetworkAssembly(const NetworkAssembly &) = delete; // NICs refer to its spec
  NetworkAssembly &operator=(const NetworkAssembly &) = delete;

  NetworkSpec spec;
  std::vector<std::unique_ptr<Host>> hosts;
  std::vector<std::unique_ptr<Switch>> switches;
  std::vector<std::unique_ptr<ScaleUpGroup>> scale_up_groups;
  std::unique_ptr<Simulation> simulation;
  /// The sending end of a directed link.
  Link &link_of(LinkId link) const;
  /// Greatest backlog of the link's egress port in a switch; 0 for hosts, whose queue is their memory. [wire bytes]
  std::uint64_t most_backlog(LinkId link) const;
  /// Wire bytes × the time they waited in the link's egress port. [B ns]
  std::uint64_t waiting_byte_ns(LinkId link) const;

private:
  void check() const;
  void number_ports();
  bool nothing_can_be_lost() const;
  Duration reorder_patience();
  bool credits_are_ample() const;
  void make_entities(ExecutionOptions::Grouping grouping);
  void connect_cables();
  void connect_link(LinkId link);
  struct Flow {
    std::uint32_t source;
    std::uint32_t channel;
    std::uint32_t target;
    std::uint32_t send_index = 0;
    std::uint32_t receive_index = 0;
  };
  void connect_queue_pairs();
  void number_queues(std::vector<Flow> &flows);
  void connect_flow(const Flow &flow, std::uint32_t port);
  PathUse path_use(std::uint32_t from, std::uint32_t to) const;
  SwitchId leaf_of(std::size_t endpoint) const;
  void find_leaf_processes();
  /// Whatever arrives at a switch passes its pipeline before it counts, but for credits.
  Duration switch_foresight() const { return spec.transport.with_credits() ? Duration{} : spec.switches.latency; }
  void connect_scale_up();
  Switch::OutPort *egress(LinkId link) const;
  NodeId source(LinkId link) const;
  NodeId target(LinkId link) const;
  std::uint32_t process_of(NodeId node, ExecutionOptions::Grouping grouping) const;

  struct CablePorts {
    std::uint32_t at_a = 0;
    std::uint32_t at_b = 0;
  };
  std::vector<CablePorts> ports_; ///< [cable]
  Duration patience_per_frame_{};
  std::vector<std::uint32_t> degree_;       ///< [node]
  std::vector<std::uint32_t> leaf_process_; ///< [switch] logical process, by_leaf
  struct Group {
    std::uint32_t id = 0;
    std::vector<std::uint32_t> ranks;
  };
  std::vector<Group> groups_;
};

/// Ports of switches that hold frames when nothing more can happen (waiting_ports.cpp).
std::vector<WaitingPort> waiting_ports(const NetworkAssembly &assembly);
/// Everything a finished assembly says about its run.
NetworkResult collect_results(const NetworkAssembly &assembly, const ExecutionStatistics &statistics);
/// Broken conservation laws of a run that came to rest; empty when all hold (laws.cpp).
std::vector<std::string> broken_laws(const NetworkAssembly &assembly, const NetworkResult &result);

} // namespace lightloom
