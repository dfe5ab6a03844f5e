#pragma once
// What is simulated: a fabric, its links over time, hosts, switches, a transport and a program per rank; and how to
// execute it.

#include "sim/network/host_spec.hpp"
#include "sim/network/link_retry.hpp"
#include "sim/network/nic/transport_spec.hpp"
#include "sim/network/plain/fabric_plan.hpp"
#include "sim/network/plain/link_health.hpp"
#include "sim/network/plain/rank_program.hpp"
#include "sim/network/plain/route_table.hpp"
#include "sim/network/switch/switch_spec.hpp"
#include "sim/network/telemetry.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace lightloom {

/// All that decides a result.
struct NetworkSpec {
  FabricPlan fabric;
  std::vector<LinkHealth> links;  ///< one entry per directed link
  std::vector<RouteEpoch> routes; ///< at least one, the first from 0
  SwitchSpec switches;
  HostSpec hosts;
  TransportSpec transport;
  LinkRetrySpec link_retry;
  ScaleUpSpec scale_up;
  TrainSpec trains;
  ComputeSpec compute;
  TelemetrySpec telemetry;
  bool explain_waiting = false;   ///< keep a history and fill NetworkResult::attribution
  std::uint32_t explain_from = 0; ///< first step that sums over steps count
  PathChoice paths = PathChoice::ecmp;
  std::uint64_t seed = 1;
  std::uint64_t tie_seed = 0;                         ///< draws the order of simultaneous frames; 0 = as seed
  bool ties_by_id = false;                            ///< for hand calculation
  std::vector<HostId> placement;                      ///< one entry per rank; distinct
  std::vector<std::unique_ptr<RankProgram>> programs; ///< one entry per rank
  std::uint32_t collectives = 0;                      ///< ids of begin/end_collective are below this
  std::uint32_t steps = 0;                            ///< ids of begin/end_step are below this
  bool record_flows = false;                          ///< keep one FlowResult per message (plain traffic)
  bool signals = false;                               ///< messages of 0 B are signals between ranks, not flows
};

/// How to execute; never changes a result.
struct ExecutionOptions {
  enum class Grouping : std::uint8_t { one_entity, by_leaf, all_in_one };
  std::uint32_t threads = 1;
  bool sequential = false; ///< the definition of correct (decision 0001); ignores threads and grouping
  Grouping grouping = Grouping::by_leaf;
  /// Called about five times a second from the calling thread with what is done so far; returns false to stop early.
  struct Progress {
    SimTime now{};
    std::uint64_t link_hops = 0;
    std::uint64_t bytes_delivered = 0; ///< payload of delivered messages, to compare with what the job will send
  };
  std::function<bool(const Progress &)> progress;
};

} // namespace lightloom
