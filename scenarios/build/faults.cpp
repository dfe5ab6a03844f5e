// [[inject]] of a scenario: faults on cables, and the health of every link under them.

#include "optics/health.hpp"
#include "optics/lots.hpp"
#include "scenarios/build/parts.hpp"
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

/// The share of the rate that is left; a degraded link has lost lanes of its module.
double factor_left(const Scenario &s, const InjectPart &p, const BuiltFabric &b, CableId cable,
                   const std::string &key) {
  if (p.kind != InjectPart::Kind::degrade)
    return p.factor;
  const Module &module = *b.optics[b.fabric.plan().cables[cable.index()].tier]->module;
  if (p.lanes >= static_cast<std::uint32_t>(module.lanes))
    throw Error(Problem{s.place(key + ".lanes"), fmt::format("{}.lanes = {}", key, p.lanes),
                        fmt::format("{} has {} lane{}, and a degraded link has lost some", module.name, module.lanes,
                                    module.lanes == 1 ? "" : "s"),
                        module.lanes > 1 ? fmt::format("Try {}.", module.lanes / 2) : "Use kind = \"down\"."});
  return static_cast<double>(p.lanes) / module.lanes;
}

/// Calls `down(from, until)` for each time without light.
template <class Down> void each_outage(const PlannedFault &f, Down &&down) {
  if (f.kind == InjectPart::Kind::down)
    down(f.from, f.until);
  if (f.kind == InjectPart::Kind::flap)
    for (SimTime t = f.from; t < f.until; t += f.down_for + f.up_for)
      down(t, std::min(f.until, t + f.down_for));
}

void add_faults(const PlannedFault &f, std::vector<LinkFault> &faults) {
  switch (f.kind) {
  case InjectPart::Kind::down:
  case InjectPart::Kind::flap:
    each_outage(f, [&](SimTime from, SimTime until) { faults.push_back(LinkFault::make_down(from, until)); });
    break;
  case InjectPart::Kind::ber:
    faults.push_back(LinkFault::make_ber(f.from, f.until, f.ber));
    break;
  case InjectPart::Kind::degrade:
  case InjectPart::Kind::slow:
    faults.push_back(LinkFault::make_slow(f.from, f.until, f.factor));
    break;
  }
}
} // namespace

const char *to_string(InjectPart::Kind kind) {
  switch (kind) {
  case InjectPart::Kind::down:
    return "down";
  case InjectPart::Kind::flap:
    return "flap";
  case InjectPart::Kind::ber:
    return "ber";
  case InjectPart::Kind::degrade:
    return "degrade";
  case InjectPart::Kind::slow:
    return "slow";
  }
  return "";
}

std::vector<PlannedFault> plan_faults(const Scenario &s, const BuiltFabric &b) {
  std::vector<PlannedFault> faults;
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < s.inject.size(); ++i) {
    const auto &p = s.inject[i];
    const std::string key = fmt::format("inject.{}", i);
    const std::string target = key + (!p.link.empty() ? ".link" : !p.nic.empty() ? ".nic" : ".switch");
    RandomStream draw(s.seed, Purpose::failure, static_cast<std::uint32_t>(i));
    try {
      PlannedFault f;
      f.from = SimTime{p.at};
      f.until = p.lasts && *p.lasts < never - f.from ? f.from + *p.lasts : never;
      f.kind = p.kind;
      f.down = p.kind == InjectPart::Kind::down || p.kind == InjectPart::Kind::flap;
      f.down_for = p.down.value_or(Duration{});
      f.up_for = p.up.value_or(Duration{});
      f.ber = p.ber;
      f.source = key;
      for (const CableId cable : located(s, target, [&] { return cables_of(b, p, draw); })) {
        f.cable = cable;
        f.factor = factor_left(s, p, b, cable, key);
        faults.push_back(f);
      }
    } catch (const Error &e) { problems.insert(problems.end(), e.problems().begin(), e.problems().end()); }
  }
  if (!problems.empty())
    throw Error(std::move(problems));
  return faults;
}

std::vector<Outage> outages_of(const std::vector<PlannedFault> &planned) {
  std::vector<Outage> outages;
  constexpr SimTime long_ago(Duration::min() / 2);
  for (const auto &f : planned)
    each_outage(f, [&](SimTime from, SimTime until) {
      outages.push_back({f.cable, f.known ? long_ago : from, until});
    });
  return outages;
}

namespace {
/// The report of a directed link of this tier, in this state.
LinkReport report_in(LinkReport report, const LinkState &state) {
  report.pre_fec_ber = state.pre_fec_ber;
  report.codeword_error_ratio = uncorrectable_ratio(report, state.pre_fec_ber);
  return report;
}

LinkHealth health_of(const LinkReport &optics, BitRate rate, const std::vector<LinkFault> &faults, double factor) {
  LinkHealth health = link_health(optics, rate, faults, factor);
  const auto is_up = [](const LinkHealthSegment &segment) { return segment.rate.bits_per_second > 0; };
  if (std::any_of(health.segments.begin(), health.segments.end(), is_up))
    return health;
  // The network takes the rate of a link from when it is up. One that never is goes down after 1 ps: no bit
  // arrives before.
  LinkHealthSegment down = health.segments.front();
  down.from = SimTime(Duration(1));
  health.segments = {link_health(optics, rate, {}, factor).segments.front(), down};
  return health;
}
} // namespace

std::vector<LinkHealth> link_healths(const Scenario &s, const BuiltFabric &b, const std::vector<PlannedFault> &planned,
                                     const DrawnLinks &drawn) {
  const auto &cables = b.fabric.plan().cables;
  std::vector<std::vector<LinkFault>> faults(cables.size());
  for (const auto &f : planned)
    add_faults(f, faults[f.cable.index()]);
  std::vector<LinkHealth> links;
  links.reserve(2 * cables.size());
  ModuleLots lots;
  lots.seed = s.seed;
  lots.spread = s.optics.latency_spread;
  for (std::size_t c = 0; c < cables.size(); ++c) {
    const LinkReport &optics = *b.optics[cables[c].tier];
    const double factor = module_latency_factor(lots, cables[c].tier, CableId(c), optics.module->is_cable());
    if (drawn.states.empty()) { // at their limits both directions are alike
      links.insert(links.end(), 2, health_of(optics, cables[c].rate, faults[c], factor));
      continue;
    }
    for (const std::size_t l : {2 * c, 2 * c + 1})
      links.push_back(health_of(report_in(optics, drawn.states[l]), cables[c].rate, faults[c], factor));
  }
  return links;
}

} // namespace lightloom
