#pragma once
// A scenario → what the packet network runs: fabric, optics, routes over time, transport, programs. The only place
// where topology, optics and collectives meet. Problems that only show here (a fault on a link that does not exist) are
// located in the user's file.

#include "collectives/job_plan.hpp"
#include "collectives/training/memory.hpp"
#include "optics/bill.hpp"
#include "optics/link.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/network_spec.hpp"
#include "topology/equipment.hpp"
#include "topology/fabric.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// A fault of [[inject]] on one cable, after names and random draws are resolved.
struct PlannedFault {
  CableId cable;
  SimTime from{};
  SimTime until = never;
  InjectPart::Kind kind = InjectPart::Kind::down;
  bool down = true;              ///< takes the light away, at times: down and flap
  Duration down_for{}, up_for{}; ///< flap: in turn, the first one down
  double ber = 0;                ///< ber: pre-FEC
  double factor = 1;             ///< slow, degrade: the share of the rate that is left
  std::string source;            ///< "inject.0"
};
/// As the scenario file writes it.
const char *to_string(InjectPart::Kind kind);

/// Fabric and optics of a scenario: all that `topology` needs.
struct BuiltFabric {
  Fabric fabric;
  std::array<std::optional<LinkReport>, 4> optics; ///< by Tier; nothing where the fabric has no such cable
  OpticsBill bill;                                 ///< optics alone
  ClusterBill cluster;                             ///< GPUs, servers, NICs, switches and optics
  std::vector<std::string> notes;                  ///< what was chosen by default, one sentence each
};

/// Everything of a scenario but the run.
struct BuiltRun {
  BuiltFabric hardware;
  std::vector<PlannedFault> faults;
  JobPlan plan;
  NetworkSpec network;
  std::vector<Duration> cable_latency;      ///< [cable], by its modules' lots; per direction, without faults
  std::vector<JobMemory> memory;            ///< [pipeline stage]; empty without a model
  std::vector<std::string> notes;           ///< choices of fabric, credits, plan
  std::vector<std::string> warnings;        ///< what a user hardly meant: a host bus slower than its NIC
  std::vector<std::string> route_fallbacks; ///< when routes are far from minimal (RouteKind::rooted), one sentence each
};

/// Throws located Errors.
BuiltFabric build_fabric_of(const Scenario &scenario);

/// The same, the plan of its load and the network. Throws located Errors, one of them when the scenario has no load.
BuiltRun build_run(const Scenario &scenario);

/// What one switch carries in one direction.
BitRate switch_capacity(const Fabric &fabric);

/// What the host bus feeds one port and takes from it, in bytes on the wire: the bus carries payload, header and gap
/// are the NIC's. The ports of a NIC, one per plane, share its bus evenly. 0 = no limit.
BitRate host_bus_rate(const Scenario &scenario);

/// The programs of a scenario's load, without fabric. Throws located Errors.
JobPlan plan_load(const Scenario &scenario);

} // namespace lightloom
