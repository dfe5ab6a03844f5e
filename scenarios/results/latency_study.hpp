#pragma once
// A message's way as a design that can be changed and put together again: modules, lengths, FEC, switches, NICs, levels
// and rates. For results/latency_changes.hpp.

#include "scenarios/results/latency_path.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace lightloom {

/// Everything a change can touch.
struct LatencyDesign {
  PerTier<double> length{};
  PerTier<bool> best_module{}; ///< the catalogue's quickest for its length and rate, else the scenario's
  std::string fec;                   ///< as optics.fec
  LatencyTerms terms;                ///< .link and .rate_factor are filled from the rest
  std::int64_t rate_factor = 1;
  bool fewer_levels = false;
};

/// The modules of a design, and what they come to.
struct LatencyParts {
  bool possible = false;
  Duration total{};
  PerTier<const LinkReport *> links{};
  std::array<Duration, 5> parts{}; ///< order of latency_part_names
};
inline constexpr const char *latency_part_names[] = {"modules and FEC", "propagation", "switches", "NICs and launch",
                                                     "serialization and copy"};

/// Fabric with one level less, and how many ports its switches need.
struct FlatterFabric {
  Scenario scenario;
  BuiltFabric built;
};

/// The path of one message between two hosts under changes of design: its parts and what each change saves. [ps]
class LatencyStudy {
public:
  LatencyStudy(const Scenario &s, const BuiltFabric &b, HostId from, HostId to, Bytes size);

  LatencyDesign today() const;
  const FlatterFabric *flatter() const { return flatter_.get(); }
  LatencyParts evaluate(LatencyDesign d);
  /// Quickest module of the catalogue for a tier; null when none is quicker and loses few enough frames.
  const LinkReport *link(const LatencyDesign &d, Tier tier);

private:
  using LinkKey = std::tuple<std::string, double, std::string, std::uint32_t>;
  const LinkReport *report(const std::string &module, double length, const std::string &fec, Tier tier);
  LatencyPath path(const LatencyDesign &d);
  void flatten();

  const Scenario &s_;
  const BuiltFabric &built_;
  HostId from_, to_;
  Bytes size_;
  LatencyWalk walk_;
  std::unique_ptr<FlatterFabric> flatter_;
  std::unique_ptr<LatencyWalk> flatter_walk_;
  std::map<LinkKey, std::unique_ptr<LinkReport>> reports_;
  std::map<std::tuple<double, std::string, Tier, std::int64_t>, const LinkReport *> best_;
  std::map<std::tuple<bool, bool, std::int64_t, std::int64_t>, LatencyPath> paths_;
};

} // namespace lightloom
