#pragma once
// The parts of build_run, a file each: faults and link health (build/faults.cpp,
// build/population.cpp), switches (build/switches.cpp),
// transport (build/transport.cpp). All throw located Errors.

#include "scenarios/built.hpp"
#include "topology/routes.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// What building has to say beside its result.
struct BuildRemarks {
  std::vector<std::string> &notes;    ///< what was chosen by default
  std::vector<std::string> &warnings; ///< what a user hardly meant
};

/// What one switch carries in one direction.
BitRate switch_capacity(const Fabric &fabric);

/// What the host bus feeds one port and takes from it, in bytes on the wire: the bus carries payload, header and gap
/// are the NIC's. The ports of a NIC, one per plane, share its bus evenly. 0 = no limit.
BitRate host_bus_rate(const Scenario &scenario);

/// The programs of a scenario's load, without fabric. Throws located Errors.
JobPlan plan_load(const Scenario &scenario);

/// Every [[inject]] by cable; names and random draws resolved.
std::vector<PlannedFault> plan_faults(const Scenario &scenario, const BuiltFabric &built);
/// [optics.population] at the instant of the run.
DrawnLinks draw_links(const Scenario &scenario, const BuiltFabric &built);
/// One entry per directed link; `drawn` as draw_links made it, `planned` all faults.
std::vector<LinkHealth> link_healths(const Scenario &scenario, const BuiltFabric &built,
                                     const std::vector<PlannedFault> &planned, const DrawnLinks &drawn);
/// When cables carry no light, each time of a flap by itself.
std::vector<Outage> outages_of(const std::vector<PlannedFault> &planned);

/// What a link carries in so long, rounded down.
Bytes bytes_in(Duration time, BitRate rate);
/// Wire to wire on the longest path of the idle fabric: a full frame there, its acknowledgement back, what the NIC
/// needs between them; or transport.base_rtt.
Duration base_round_trip(const Scenario &scenario, const BuiltFabric &built);

/// What moves as one unit.
TrainSpec train_spec(const Scenario &scenario);

/// What every switch is: latency, buffers, thresholds and pauses, from the longest link and the base round trip where
/// the scenario leaves them out. Throws located Errors: a buffer too small for its headroom, thresholds out of order.
SwitchSpec switch_spec(const Scenario &scenario, const BuiltFabric &built, const std::vector<LinkHealth> &links,
                       Duration base_rtt, BuildRemarks &remarks);
/// Adds a note for what was chosen by default.
TransportSpec transport_spec(const Scenario &scenario, const BuiltFabric &built, const SwitchSpec &switches,
                             Duration base_rtt, std::vector<std::string> &notes);
/// Throws located Errors: a link that does not exist, more than fit into memory.
TelemetrySpec telemetry_spec(const Scenario &scenario, const BuiltFabric &built);
/// A sender that gives up before an answer can come back calls a healthy network unreachable.
void check_timeout(const Scenario &scenario, const BuiltFabric &built, Duration timeout);

} // namespace lightloom
