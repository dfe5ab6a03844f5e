// [[inject]] of a scenario: faults on cables, and the health of every link under them.

#include "optics/health.hpp"
#include "optics/lots.hpp"
#include "scenarios/build_parts.hpp"
#include "scenarios/located.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
std::vector<CableId> cables_of(const BuiltFabric &b, const InjectPart &p, RandomStream &draw) {
  if (!p.link.empty())
    return {b.fabric.find_cable(p.link, draw)};
  if (!p.nic.empty())
    return {b.fabric.find_nic(p.nic)};
  std::vector<CableId> cables;
  for (const auto &port : b.fabric.ports(b.fabric.find_switch(p.switch_name)))
    cables.push_back(port.cable);
  return cables;
}

} // namespace

std::vector<PlannedFault> plan_faults(const Scenario &s, const BuiltFabric &b) {
  std::vector<PlannedFault> faults;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < s.inject.size(); ++i) {
    const auto &p = s.inject[i];
    const std::string key = fmt::format("inject.{}", i);
    const std::string target = key + (!p.link.empty() ? ".link" : !p.nic.empty() ? ".nic" : ".switch");
    RandomStream draw(s.seed, Purpose::failure, static_cast<std::uint32_t>(i));
    try {
      const SimTime from{p.at};
      const SimTime until = p.lasts && *p.lasts < never - from ? from + *p.lasts : never;
      for (const CableId cable : located(s, target, [&] { return cables_of(b, p, draw); }))
        faults.push_back({cable, from, until, !p.ber_step, p.ber, key});
    } catch (const Error &e) { problems.insert(problems.end(), e.problems().begin(), e.problems().end()); }
  }
  if (!problems.empty())
    throw Error(std::move(problems));
  return faults;
}

std::vector<LinkHealth> link_healths(const Scenario &s, const BuiltFabric &b,
                                     const std::vector<PlannedFault> &planned) {
  const auto &cables = b.fabric.plan().cables;
  std::vector<std::vector<LinkFault>> faults(cables.size());
  for (const auto &f : planned)
    faults[f.cable.index()].push_back(f.down ? LinkFault::make_down(f.from, f.until)
                                             : LinkFault::make_ber(f.from, f.until, f.ber));
  std::vector<LinkHealth> links;
  links.reserve(2 * cables.size());
  ModuleLots lots;
  lots.seed = s.seed;
  lots.spread = s.optics.latency_spread;
  for (std::size_t c = 0; c < cables.size(); ++c) {
    const LinkReport &optics = *b.optics[static_cast<std::size_t>(cables[c].tier)];
    const double factor = module_latency_factor(lots, cables[c].tier, CableId(c), optics.module->is_cable());
    LinkHealth health = link_health(optics, cables[c].rate, faults[c], factor);
    const auto is_up = [](const LinkHealthSegment &segment) { return segment.rate.bits_per_second > 0; };
    if (std::none_of(health.segments.begin(), health.segments.end(), is_up)) {
      // The network takes the rate of a link from when it is up. One that never is goes down after 1 ps: no bit
      // arrives before.
      LinkHealthSegment down = health.segments.front();
      down.from = SimTime(Duration(1));
      health.segments = {link_health(optics, cables[c].rate, {}, factor).segments.front(), down};
    }
    links.push_back(health); // both directions are alike in this version
    links.push_back(health);
  }
  return links;
}

} // namespace lightloom
