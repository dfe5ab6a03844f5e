// Selection of modules: what must hold whatever the figures are, and spares against Boost.Math's Poisson law.

#include "optics/select.hpp"

#include <algorithm>
#include <boost/math/distributions/poisson.hpp>
#include <doctest/doctest.h>
#include <set>

using namespace lightloom;

namespace {
std::set<std::string> names(const TierSelection &tier) {
  std::set<std::string> all;
  for (const auto &c : tier.qualified)
    all.insert(c.module->name);
  return all;
}

std::set<std::string> qualified(double metres, int connectors, const SelectionTerms &terms) {
  return names(select_modules({{"leaf", 800_Gbps, Metres(metres), connectors, 128}}, terms).tiers.front());
}

bool subset(const std::set<std::string> &part, const std::set<std::string> &whole) {
  return std::ranges::includes(whole, part);
}

/// No worse in anything, better in something.
bool dominates(const Candidate &a, const Candidate &b) {
  const auto no_worse = a.power_W <= b.power_W && a.price_usd <= b.price_usd &&
                        a.failures_per_year <= b.failures_per_year && a.latency <= b.latency;
  const auto better = a.power_W < b.power_W || a.price_usd < b.price_usd || a.failures_per_year < b.failures_per_year ||
                      a.latency < b.latency;
  return no_worse && better;
}
} // namespace

TEST_CASE("longer links, more connectors, more heat, more ageing or a tighter budget of time qualify no new module") {
  SelectionTerms terms;
  auto before = qualified(1, 1, terms);
  for (double metres = 2; metres < 1e5; metres *= 1.6) {
    const auto now = qualified(metres, 1, terms);
    CHECK(subset(now, before));
    before = now;
  }
  for (const double metres : {3.0, 50.0, 400.0, 1500.0})
    for (const int connectors : {1, 2, 4}) {
      CHECK(subset(qualified(metres, connectors + 1, terms), qualified(metres, connectors, terms)));
      SelectionTerms hotter = terms;
      SelectionTerms older = terms;
      SelectionTerms quicker = terms;
      hotter.hottest_celsius = 70;
      older.ageing = 2.0_dB;
      quicker.latency_budget = Duration(std::chrono::nanoseconds(500));
      CHECK(subset(qualified(metres, connectors, hotter), qualified(metres, connectors, {.hottest_celsius = 45})));
      CHECK(subset(qualified(metres, connectors, older), qualified(metres, connectors, {})));
      CHECK(subset(qualified(metres, connectors, quicker), qualified(metres, connectors, {})));
    }
  CHECK(qualified(50, 2, terms).size() > qualified(400, 4, terms).size()); // the sets do shrink
  CHECK_FALSE(qualified(400, 2, terms).empty());
}

TEST_CASE("what is chosen is dominated by nothing that qualifies, by every rank") {
  using enum RankBy;
  for (const RankBy rank : {total, power, cost, failures, latency})
    for (const double metres : {2.0, 50.0, 400.0, 2000.0, 9000.0}) {
      const auto tier = select_modules({{"leaf", 800_Gbps, Metres(metres), metres > 10 ? 2 : 0, 100}},
                                       {.hottest_celsius = 45, .rank = rank})
                            .tiers.front();
      REQUIRE_FALSE(tier.qualified.empty());
      for (const auto &c : tier.qualified)
        CHECK_FALSE(dominates(c, tier.qualified.front()));
    }
}

TEST_CASE("spares are the quantile of Poisson's law, as Boost.Math has it") {
  using boost::math::poisson_distribution;
  for (const double mean : {1e-6, 0.01, 0.05129, 0.3, 1.0, 2.5, 4.49, 17.0, 120.0, 999.5, 12345.6})
    for (const double level : {0.5, 0.95, 0.99, 0.999}) {
      CAPTURE(mean);
      CAPTURE(level);
      const auto stock = poisson_quantile(mean, level);
      const poisson_distribution<> law(mean);
      CHECK(boost::math::cdf(law, static_cast<double>(stock)) >= level * (1 - 1e-11));
      if (stock > 0)
        CHECK(boost::math::cdf(law, static_cast<double>(stock - 1)) < level * (1 + 1e-11));
    }
  CHECK(poisson_quantile(0, 0.99) == 0);
}
