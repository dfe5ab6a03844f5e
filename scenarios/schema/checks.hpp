#pragma once
// What the files of cross-checks share: a list of problems, each with its place.

#include "scenarios/scenario.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lightloom {

/// A scenario under check and the problems found so far, each at the place of its key.
class Checks {
public:
  Checks(const Scenario &s, std::vector<Problem> &problems) : s_(s), problems_(problems) {}
  const Scenario &s() const { return s_; }
  void add(const std::string &key, std::string what, std::string why, std::string suggestion = "") {
    problems_.push_back({s_.place(key), std::move(what), std::move(why), std::move(suggestion)});
  }
  /// Problems that have their place.
  void add(const std::vector<Problem> &more) { problems_.insert(problems_.end(), more.begin(), more.end()); }
  /// A key that would have no effect here.
  void needless(const std::string &key, const std::string &why) {
    if (s_.given(key))
      add(key, key + " has no effect", why, "Leave it out.");
  }

private:
  const Scenario &s_;
  std::vector<Problem> &problems_;
};

/// The largest divisor of n that is at most `limit`: what to try instead.
inline std::uint32_t largest_divisor_up_to(std::uint32_t n, std::uint32_t limit) {
  for (std::uint32_t d = std::min(n, limit); d > 1; --d)
    if (n % d == 0)
      return d;
  return 1;
}

/// An all-to-all keeps a queue pair per pair of ranks.
inline constexpr std::uint32_t max_all_to_all_ranks = 4096;

/// [fabric] and its topology (schema/fabric_checks.cpp).
void check_fabric(Checks &c);
/// [job] and [model] (schema/job_checks.cpp).
void check_job(Checks &c);
/// [optics.population] (schema/population_checks.cpp).
void check_population(Checks &c);
/// [optics.telemetry] and [optics.maintenance] (schema/fleet_checks.cpp).
void check_fleet(Checks &c);
/// [[traffic]] (schema/traffic_checks.cpp).
void check_traffic(Checks &c);

} // namespace lightloom
