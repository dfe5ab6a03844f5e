#pragma once
// A fleet study as a results file: the links as they are (/fleet), their readings over time (/telemetry), what failed
// (/failures) and what each policy made of it (/maintenance). Times are seconds since the study began. Memory is
// bounded: samples × links × 7 figures; more than `most_telemetry_bytes` is refused before anything runs.

#include "analysis/document.hpp"
#include "scenarios/results/fleet_study.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// Of the telemetry columns together.
inline constexpr std::uint64_t most_telemetry_bytes = std::uint64_t{256} << 20;

/// What to sample for the file.
struct FleetTelemetry {
  CampaignDuration every = std::chrono::hours(6);
  std::uint64_t links = 64; ///< the worst so many; all when there are fewer
};
/// Facts of the machine, for /run.
struct FleetFacts {
  std::string command; ///< as typed
  std::uint32_t threads = 1;
  double wall_s = 0;
};

/// Error when the samples would not fit. `links`: directed links of the fabric.
void check_telemetry(const FleetTelemetry &telemetry, CampaignDuration span, std::uint64_t links);
/// The whole file. Evaluates the sampled links again, from the history of their cables.
Document fleet_document(const Scenario &scenario, const BuiltFabric &built, const FleetStudy &study,
                        const FleetTelemetry &telemetry, const FleetFacts &facts);

} // namespace lightloom
