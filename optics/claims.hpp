#pragma once
// What is publicly claimed of optics in AI clusters, beside what the catalogue and the link model give, under both ways
// of counting latency. A claim is confirmed when the computed figure lies in the range it states (or, of a single
// figure, within 10 % of it); where sources disagree a claim may hold under one basis and not under the other. Leaves
// out: claims about step time, which take a simulation (docs/validation/published-claims.md has those). Sources: named
// per claim; marks as in the catalogue.

#include "optics/catalogue.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// One claim with our figures.
struct Claim {
  std::string text;   ///< what is claimed
  std::string source; ///< who claims it
  SourceTag tag = SourceTag::none;
  std::string unit; ///< of the four figures below
  double low = 0;   ///< range that confirms it
  double high = 0;
  double split = 0;  ///< computed, LatencyBasis::split
  double vendor = 0; ///< computed, LatencyBasis::vendor; the same where latency plays no part
  std::string how;   ///< what was computed

  bool confirmed(double figure) const { return low <= figure && figure <= high; }
};

/// All claims, latency first. Computed anew from the catalogue at each call.
std::vector<Claim> published_claims();

/// The share of its time that a job must wait for its network for a cut of `cut` of communication latency to save
/// `saved` of `days`: saved ÷ (cut × days). Above 1 no job can: even one that only waits for latency.
double waiting_share_needed(double cut, double saved, double days);

} // namespace lightloom
