#pragma once
// A scenario's fabric as a fleet of links over months and years: what its links are now, which will hurt first, and
// what the year costs under each maintenance policy. Cables are lived one by one (optics/fleet_life.hpp) on all
// threads; sums are taken in the order of cables, so that threads do not change a byte. Replica r has seed + r, the
// same under every policy: same fleet, same events, same repair times (common random numbers).

#include "optics/goodput.hpp"
#include "scenarios/results/fleet_view.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lightloom {

/// What to study.
struct FleetRequest {
  std::vector<MaintenancePolicy> policies; ///< at least one; the details of the first are kept
  CampaignDuration span = std::chrono::days(365);
  std::uint32_t replicas = 1;
  std::uint32_t threads = 1;
  std::function<bool()> stop = {}; ///< asked between cables; true: stop early, incomplete. May be empty
};

/// What one replica of the fleet did under one policy.
struct PolicyFigures {
  double goodput = 1;
  double unplanned_cable_h = 0, planned_cable_h = 0; ///< cables out of service
  double availability = 1;                           ///< of cables
  double hours_above_limit = 0;                      ///< directed link-hours in service above the module's BER limit
  double uncorrectable_codewords = 0;                ///< expected
  double flaps = 0, module_failures = 0, lane_failures = 0, bit_error_failures = 0;
  double alarms = 0, warnings = 0;
  double drains = 0, cleanings = 0, replaced = 0, unresolved = 0;
  double job_stops = 0, job_drains = 0;
  double lost_work_s = 0, unplanned_down_s = 0, planned_down_s = 0, slow_s = 0;
};
/// A column of them.
struct PolicyColumn {
  const char *name;
  const char *unit;
  const char *description;
  double PolicyFigures::*member;
};
const std::vector<PolicyColumn> &policy_columns();

/// One policy, one entry per replica.
struct PolicyResult {
  MaintenancePolicy policy = MaintenancePolicy::wait;
  std::vector<PolicyFigures> replicas;
};

/// Everything.
struct FleetStudy {
  CampaignTime from{}, until{};
  std::vector<FleetLink> links; ///< [directed link], of the first replica
  std::vector<PolicyResult> policies;
  std::vector<CableLife> lives;      ///< [cable], of the first policy and replica
  std::vector<double> outage_lost_s; ///< of those, cable by cable: what each outage cost the job
  std::uint32_t mended_before = 0;   ///< cables out of use at the start, mended before the count began
  JobModel job;
  bool complete = true; ///< false: interrupted, the last replicas are missing
  std::string digest;   ///< of all outcomes, sixteen hexadecimal digits
};

/// Throws located Errors.
FleetStudy study_fleet(const Scenario &scenario, const BuiltFabric &built, const FleetRequest &request);

} // namespace lightloom
