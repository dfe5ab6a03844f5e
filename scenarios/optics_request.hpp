#pragma once
// What `lightloom optics` is asked, as text: from the command line. One question at a time; commands/optics.cpp says
// which.

#include <cstdint>
#include <optional>
#include <string>

namespace lightloom {

/// What the user asked for. Fields that a question does not have keep their defaults.
struct OpticsRequest {
  bool catalogue = false; ///< list the modules
  bool density = false;   ///< modules on their faceplates
  std::string inlet = "35C", airflow = "standard";

  // Which modules fit a scenario's tiers.
  std::string select; ///< scenario file
  std::string rank = "total", life = "5y", ageing = "1dB", latency_budget;
  std::string hottest; ///< case; empty: the scenario's optics.case_temperature
  double usd_per_kWh = 0.08, pue = 1.25, repair_usd = 150, lead_weeks = 8;
  bool claims = false;

  // One link (module), or one code (fec alone).
  std::string module, fec;
  std::optional<double> pre_fec_ber;
  std::int64_t frame_bytes = 4126; ///< payload of 4,096 B and header of 30 B
  std::optional<int> interleave;   ///< codewords, default 1; of a code alone: a link's follows its port
  double burst = 0;                ///< P(symbol wrong | the one before is)
  bool precoding = false;
  std::string length = "50m"; ///< one, or several: 30m:2km:12:log
  std::string temperature = "45C";
  std::optional<int> connectors; ///< default 2; none in a cable with fixed ends
  int splices = 0;
  std::string connector_loss, reflectance; ///< "0.5dB"; "" = by the connector's type, by the standard's allowance
  bool dispersion_apart = false, end_of_life = false;
  double years = 0;
  std::string latency_basis; ///< "" = both

  // A fleet: the links of a scenario's fabric.
  std::string fleet;                       ///< the scenario file
  std::string span = "365d", every = "6h"; ///< how long; between two samples in the file
  std::string policy;                      ///< a maintenance policy, or all; "": as the scenario says
  std::uint32_t replicas = 1;
  std::uint64_t links = 64; ///< sampled into the file, the worst first
};

} // namespace lightloom
