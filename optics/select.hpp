#pragma once
// Which modules a buyer may order for each tier of a fabric, ranked, and why the others fall out.
//
// A module qualifies when it carries the rate, reaches, fits the way the tier is cabled (fixed ends do not go through
// patch panels), keeps a margin of the link's budget that is not negative at the hottest case and at the end of life,
// stays below its pre-FEC limit, and meets the latency budget. Cost over life = price of both ends + energy through the
// building's power + what is replaced. Leaves out: negotiated prices, interoperability of vendors, firmware, delivery;
// the host's SerDes for linear modules.
// Sources: beside each default; docs/validation/selection.md.

#include "optics/link.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// What decides the order of those that qualify; ties by the others.
enum class RankBy : std::uint8_t { total, power, cost, failures, latency };
/// "total", "power", "cost", "failures", "latency".
std::string to_string(RankBy rank);
/// Error for a name that is none of these.
RankBy parse_rank(const std::string &name);

/// What is asked of modules, and what money is.
struct SelectionTerms {
  double hottest_celsius = 70; ///< case; the standards' rating. The link is looked at there and at `coldest_celsius`
  double coldest_celsius = 0;
  double life_years = 5; ///< of the fabric (usual depreciation of network equipment, estimate)
  Decibel ageing{1.0};   ///< of launch power at the end of life: the end-of-life criterion of GR-468 practice
  std::optional<Duration> latency_budget = {}; ///< of a link, per direction
  RankBy rank = RankBy::total;
  double usd_per_kWh = 0.08; ///< US industrial average 2024, about 8 cents (EIA, recalled)
  double pue = 1.25;         ///< power of the building over power of the machines (hyperscale 1.1–1.3, estimate)
  double repair_usd = 150;   ///< labour and handling of one replacement (estimate)
  double lead_weeks = 8;     ///< from an order of spares to their arrival (estimate)
  LatencyBasis latency_basis = LatencyBasis::split;
  std::string fec = "auto";
};

/// One tier to be equipped.
struct TierNeed {
  std::string tier; ///< "leaf"
  BitRate rate;
  Metres length;
  int connectors = 0;     ///< mated pairs; 0 with fibre means a pair at each end (2)
  std::int64_t links = 0; ///< full-duplex cables
  bool at_nic = false;    ///< one end is a NIC, into which nothing is co-packaged
};

/// A module that qualifies for a tier; figures of the whole tier.
struct Candidate {
  const Module *module = nullptr;
  std::optional<Decibel> margin; ///< worst over temperature, aged, in the dB of the link's law; nothing for AOC
  double pre_fec_ber = 0;        ///< there
  Duration latency{};            ///< per link and direction
  double power_W = 0;
  double price_usd = 0;
  double energy_usd = 0;        ///< over life
  double replacement_usd = 0;   ///< over life, expected
  double total_usd = 0;         ///< sum of the three
  double failures_per_year = 0; ///< modules to replace: field FIT × ends
  double flaps_per_year = 0;
};

/// A module that falls out, with the first reason in the order rate, reach, cabling, case rating, margin, BER, latency.
struct FallenOut {
  const Module *module = nullptr;
  std::string reason; ///< with its figure: "reaches 100 m of 200 m"
};

/// Both lists of a tier; `qualified` ranked, `fallen` in the order of the catalogue.
struct TierSelection {
  TierNeed need;
  std::vector<Candidate> qualified;
  std::vector<FallenOut> fallen;
};

/// Spares of one part number.
struct Spares {
  std::string module;
  std::int64_t ends = 0;
  double failures_per_year = 0;
  std::int64_t year_95 = 0, year_99 = 0; ///< on the shelf for a year without delivery, at that service level
  std::int64_t lead_95 = 0, lead_99 = 0; ///< when what is used is ordered again: for the lead time
};

/// One way to equip the fabric.
struct Equipment {
  std::vector<std::string> modules; ///< by tier; empty where no module qualifies
  std::vector<Spares> spares;       ///< one entry per part number
  double power_W = 0, price_usd = 0, total_usd = 0, failures_per_year = 0, flaps_per_year = 0;
  std::int64_t part_numbers = 0;
  bool complete = true; ///< every tier has a module
};

/// The answer.
struct Selection {
  std::vector<TierSelection> tiers;
  Equipment chosen;             ///< the first of each tier
  std::optional<Equipment> one; ///< one module for all tiers, the best by the same rank; nothing when none qualifies
};

/// Needs are taken in their order. Error for a length or connectors that no link may have.
Selection select_modules(const std::vector<TierNeed> &needs, const SelectionTerms &terms,
                         const ModuleCatalogue &catalogue = {});

/// What it takes to equip these tiers with the modules named (one entry per tier), whether they qualify or not.
Equipment equipment_of(const std::vector<TierNeed> &needs, const std::vector<const Module *> &modules,
                       const SelectionTerms &terms);

/// The least stock s with P(Poisson(mean) ≤ s) ≥ level. Requires mean ≥ 0 and 0 ≤ level < 1.
std::int64_t poisson_quantile(double mean, double level);

} // namespace lightloom
