#include "scenarios/results/fleet_view.hpp"

#include "analysis/statistics.hpp"
#include "scenarios/build/parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

namespace lightloom {

const char *to_string(LinkWeakness why) {
  constexpr std::array<const char *, 5> names = {"-", "dirt", "launch", "heat", "receiver"};
  return names[static_cast<std::size_t>(why)];
}

std::string fleet_link_name(const Fabric &fabric, LinkId id) {
  return fabric.name(CableId(id.value / 2)) + (id.value % 2 == 0 ? "" : " back");
}

FleetCable fleet_cable(const BuiltFabric &b, CableId id) {
  const Tier tier = b.fabric.plan().cables[id.index()].tier;
  return {id, tier, &*b.optics[tier]};
}

FleetWatches fleet_watches(const Scenario &s, const BuiltFabric &b) {
  FleetWatches watches;
  for (const Tier tier : all_tiers)
    if (b.optics[tier])
      watches[tier].emplace(*b.optics[tier], s.optics.telemetry, s.transport.mtu + s.transport.header,
                            s.fabric.rate(tier));
  return watches;
}

namespace {
/// The parts of a margin, each such that more is better. [dB]
struct MarginParts {
  double loss, launch, heat, margin;
};

MarginParts parts_of(const LinkState &s) {
  const double heat = -(launch_derating(s.launch_case_celsius) + tdecq_heating(s.launch_case_celsius)).value;
  const double launch = s.launch.value + launch_derating(s.launch_case_celsius).value; // as if at 40 °C
  return {-s.loss.value, launch, heat, s.margin.value};
}

/// Medians over a tier.
std::optional<MarginParts> median_parts(const std::vector<FleetLink> &links, Tier tier) {
  std::array<std::vector<double>, 4> columns;
  for (const FleetLink &l : links)
    if (l.tier == tier && !std::isnan(l.state.margin.value)) {
      const MarginParts p = parts_of(l.state);
      columns[0].push_back(p.loss), columns[1].push_back(p.launch);
      columns[2].push_back(p.heat), columns[3].push_back(p.margin);
    }
  if (columns[0].empty())
    return {};
  return MarginParts{percentile(columns[0], 0.5), percentile(columns[1], 0.5), percentile(columns[2], 0.5),
                     percentile(columns[3], 0.5)};
}

LinkWeakness weakness(const LinkState &s, const MarginParts &median) {
  const MarginParts p = parts_of(s);
  const double dirt = median.loss - p.loss, launch = median.launch - p.launch, heat = median.heat - p.heat;
  const double receiver = median.margin - p.margin - dirt - launch - heat;
  const std::array lacks = {0.0, dirt, launch, heat, receiver};
  return static_cast<LinkWeakness>(std::max_element(lacks.begin(), lacks.end()) - lacks.begin());
}

/// Seconds from `now` until the margin may be below `limit`; NaN when not within the forecast.
double seconds_to(const Population &population, const FleetCable &cable, const CableStretch &stretch, int side,
                  CampaignTime now, Decibel limit) {
  const auto above = [&](CampaignDuration ahead) {
    return population.margin_at_least(cable, stretch.parts, side, now, now + ahead,
                                      stretch.more_loss[static_cast<std::size_t>(side)]) > limit;
  };
  if (above(forecast))
    return not_known;
  CampaignDuration low{}, high = forecast;
  while (high - low > std::chrono::hours(1)) {
    const CampaignDuration middle = low + (high - low) / 2;
    (above(middle) ? low : high) = middle;
  }
  return static_cast<double>(high.count()) * 1e-9;
}
} // namespace

std::vector<FleetLink> view_links(const Population &population, const BuiltFabric &b, const FleetWatches &watches,
                                  const std::vector<CableLife> &lives, CampaignTime now) {
  std::vector<FleetLink> links;
  links.reserve(2 * lives.size());
  PerTier<Decibel> limit{};
  for (const Tier tier : all_tiers)
    if (watches[tier] && watches[tier]->reads_margin())
      limit[tier] = watches[tier]->margin_of(watches[tier]->ber_limit());
  for (std::size_t c = 0; c < lives.size(); ++c) {
    const FleetCable cable = fleet_cable(b, CableId(c));
    const LinkWatch &watch = *watches[cable.tier];
    const CableStretch &stretch = lives[c].found;
    for (const int side : {0, 1}) {
      FleetLink link;
      link.id = LinkId(2 * c + static_cast<std::size_t>(side));
      link.tier = cable.tier;
      link.state = population.state(cable, stretch.parts, side, now, stretch.more_loss[static_cast<std::size_t>(side)]);
      link.reading = watch.read(link.state);
      link.lost = !stretch.in_service;
      if (watch.reads_margin())
        link.to_limit_s = link.state.pre_fec_ber > watch.ber_limit()
                              ? 0
                              : seconds_to(population, cable, stretch, side, now, limit[cable.tier]);
      links.push_back(link);
    }
  }
  for (const Tier tier : all_tiers)
    if (const auto median = median_parts(links, tier))
      for (FleetLink &l : links)
        if (l.tier == tier && !std::isnan(l.state.margin.value))
          l.why = weakness(l.state, *median);
  return links;
}

std::vector<std::size_t> worst_first(const std::vector<FleetLink> &links, const FleetWatches &watches) {
  PerTier<double> limit{};
  for (const Tier tier : all_tiers)
    if (watches[tier] && watches[tier]->reads_margin())
      limit[tier] = watches[tier]->margin_of(watches[tier]->ber_limit()).value;
  constexpr double far = std::numeric_limits<double>::infinity();
  const auto key = [&](std::size_t i) {
    const FleetLink &l = links[i];
    const double spare = l.state.margin.value - limit[l.tier];
    return std::tuple(!l.lost, std::isnan(l.to_limit_s) ? far : l.to_limit_s, std::isnan(spare) ? far : spare, i);
  };
  std::vector<std::size_t> order(links.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

} // namespace lightloom
