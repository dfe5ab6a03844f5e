#pragma once
// Bill of optics: module ends, power and cost of a set of links. A cable (DAC, ACC, AEC, AOC) counts as two ends.
// Leaves out: fibre trunks and patch panels (their price is not in the catalogue).

#include "optics/catalogue.hpp"
#include "optics/link.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// All ends of one module.
struct BillLine {
  std::string module;
  std::int64_t ends = 0;
  double power_W = 0;  ///< typical
  double cost_usd = 0; ///< typical price, per Gb/s × rate × ends
};

/// Lines in the order of the catalogue, and their sums.
struct OpticsBill {
  std::vector<BillLine> lines;
  std::int64_t modules = 0; ///< ends
  double power_W = 0;
  double cost_usd = 0;
  double pj_per_bit = 0;   ///< power ÷ Σ rate of the ends; 0 without ends
  double usd_per_gbps = 0; ///< cost ÷ Σ rate of the ends; 0 without ends
};

/// So many full-duplex links with this module at both ends.
struct LinkCount {
  std::string module;
  std::int64_t links = 0;
};

/// Error for an unknown module. Counts of the same module are added.
OpticsBill optics_bill(const std::vector<LinkCount> &links, const ModuleCatalogue &modules = {});

} // namespace lightloom
