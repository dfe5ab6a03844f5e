#pragma once
// What a scenario becomes before it runs: fabric with its optics, faults by cable, programs, the network's
// specification. Made by build.hpp.

#include "collectives/job_plan.hpp"
#include "collectives/training/memory.hpp"
#include "optics/bill.hpp"
#include "optics/link.hpp"
#include "optics/population.hpp"
#include "scenarios/scenario.hpp"
#include "sim/network/network_spec.hpp"
#include "topology/equipment.hpp"
#include "topology/fabric.hpp"

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
  bool known = false;            ///< down since before the run: routes avoid it from the start
  std::string source;            ///< "inject.0", "optics.population"
};
/// As the scenario file writes it.
const char *to_string(InjectPart::Kind kind);

/// The links as optics.population draws them, at the instant of the run. Empty when model = "limits".
struct DrawnLinks {
  std::vector<LinkState> states;    ///< [directed link]
  std::vector<PlannedFault> faults; ///< what has failed and what fails while the run lasts
  std::string summary;              ///< margins and how many are short of light
};

/// Fabric and optics of a scenario: all that `topology` needs.
struct BuiltFabric {
  Fabric fabric;
  PerTier<std::optional<LinkReport>> optics; ///< nothing where the fabric has no such cable
  OpticsBill bill;                                 ///< optics alone
  ClusterBill cluster;                             ///< GPUs, servers, NICs, switches and optics
  std::vector<std::string> notes;                  ///< what was chosen by default, one sentence each
};

/// Everything of a scenario but the run.
struct BuiltRun {
  BuiltFabric hardware;
  std::vector<PlannedFault> faults; ///< of [[inject]], then those drawn
  JobPlan plan;
  NetworkSpec network;
  std::vector<Duration> cable_latency; ///< [cable], by its modules' lots; per direction, without faults
  DrawnLinks drawn;
  std::vector<JobMemory> memory;            ///< [pipeline stage]; empty without a model
  std::vector<std::string> notes;           ///< choices of fabric, credits, plan
  std::vector<std::string> warnings;        ///< what a user hardly meant: a host bus slower than its NIC
  std::vector<std::string> route_fallbacks; ///< when routes are far from minimal (RouteKind::rooted), one sentence each
};

} // namespace lightloom
