#include "scenarios/results/latency_study.hpp"

#include "scenarios/build.hpp"
#include "sim/core/error.hpp"
#include "topology/builder.hpp"

#include <algorithm>
#include <bit>

namespace lightloom {

namespace {
/// Lost frames of 64 octets that a whole physical layer is allowed: IEEE 802.3, 100 Gb/s, and 200 Gb/s and above.
constexpr double loss_allowed_to_100G = 6.2e-10;
constexpr double loss_allowed_above = 6.2e-11;
/// Ports of the largest switches sold. With fewer levels a switch needs more of them.
constexpr std::uint32_t most_ports = 512;

double loss_allowed(BitRate rate) { return rate <= 100_Gbps ? loss_allowed_to_100G : loss_allowed_above; }
} // namespace

LatencyStudy::LatencyStudy(const Scenario &s, const BuiltFabric &b, HostId from, HostId to, Bytes size)
    : s_(s), built_(b), from_(from), to_(to), size_(size), walk_(s, b) {
  flatten();
}

LatencyDesign LatencyStudy::today() const {
  LatencyDesign d;
  for (const Tier tier : all_tiers)
    d.length[tier] = s_.optics.tiers[tier].length_m;
  d.fec = s_.optics.fec;
  d.terms = latency_terms(s_, built_);
  return d;
}

/// Null when the catalogue's row does not fit or the code leaves too many frames lost.
const LinkReport *LatencyStudy::report(const std::string &module, double length, const std::string &fec, Tier tier) {
  const auto &part = s_.optics.tiers[tier];
  const auto [at, fresh] = reports_.try_emplace({module, length, fec, part.connectors});
  if (fresh)
    try {
      LinkOptics o = tier_link(s_, tier);
      o.module = module;
      o.modules = s_.optics.modules;
      o.length = Metres(length);
      o.fec = fec;
      at->second = std::make_unique<LinkReport>(link_report(o));
    } catch (const Error &) { return nullptr; } // cannot reach so far
  return at->second.get();
}

const LinkReport *LatencyStudy::link(const LatencyDesign &d, Tier tier) {
  const auto &part = s_.optics.tiers[tier];
  const LinkReport *now = built_.optics[tier] ? &*built_.optics[tier] : nullptr;
  if (part.latency) // by hand: no module behind it
    return d.rate_factor == 1 ? now : nullptr;
  const bool as_is = d.rate_factor == 1 && !d.best_module[tier];
  const auto acceptable = [&](const LinkReport *r) {
    return r != nullptr &&
           r->frame_loss_ratio <= std::max(loss_allowed(r->rate), now != nullptr ? now->frame_loss_ratio : 0);
  };
  if (as_is) {
    const LinkReport *r = report(part.module, d.length[tier], d.fec, tier);
    return acceptable(r) ? r : nullptr;
  }
  const auto [at, fresh] =
      best_.try_emplace({d.length[tier], d.fec, tier, d.best_module[tier] ? d.rate_factor : -d.rate_factor}, nullptr);
  if (!fresh)
    return at->second;
  const BitRate rate(s_.optics.modules.named(part.module).rate.bits_per_second * d.rate_factor);
  if (!d.best_module[tier]) { // twice the rate, as the catalogue would choose
    const Module *m = s_.optics.modules.suggest(rate, Metres(d.length[tier]));
    const LinkReport *r = m == nullptr ? nullptr : report(m->name, d.length[tier], d.fec, tier);
    return at->second = acceptable(r) ? r : nullptr;
  }
  for (const Module &m : s_.optics.modules.modules())
    if (m.rate == rate && !(m.reach < Metres(d.length[tier])))
      if (const LinkReport *r = report(m.name, d.length[tier], d.fec, tier);
          acceptable(r) && (at->second == nullptr || r->latency < at->second->latency))
        at->second = r;
  return at->second;
}

/// Frames wait for each other in the same way whatever the links' latencies are: the way is walked once per shape.
LatencyPath LatencyStudy::path(const LatencyDesign &d) {
  const auto [at, fresh] =
      paths_.try_emplace({d.fewer_levels, d.terms.store_and_forward, d.rate_factor, d.terms.bus.bits_per_second});
  if (fresh)
    at->second = (d.fewer_levels ? *flatter_walk_ : walk_).path(from_, to_, size_, d.terms);
  return at->second;
}

LatencyParts LatencyStudy::evaluate(LatencyDesign d) {
  d.terms.rate_factor.fill(d.rate_factor);
  const LatencyPath p = path(d);
  LatencyParts e;
  const auto hops = static_cast<std::int64_t>(p.hops.size());
  for (const auto &hop : p.hops) {
    const Tier tier = hop.tier;
    e.links[tier] = link(d, tier);
    if (e.links[tier] == nullptr)
      return e;
    const LinkReport &r = *e.links[tier];
    const Duration light = r.module_latency + r.fec_latency;
    const bool by_hand = s_.optics.tiers[tier].latency.has_value();
    e.parts[0] += by_hand ? Duration{} : light;
    e.parts[1] += by_hand ? r.latency : r.latency - light;
    e.parts[4] += hop.sending;
  }
  e.parts[2] = (hops - 1) * d.terms.switching;
  e.parts[3] = 2 * d.terms.nic + d.terms.overhead;
  e.parts[4] += p.feeding + p.taking;
  for (const Duration part : e.parts)
    e.total += part;
  e.possible = true;
  return e;
}

/// The fabric with one level of switches less, with the fewest ports that hold all hosts.
void LatencyStudy::flatten() {
  const auto with_levels = find_family(s_.fabric.topology, families_with(s_.extensions.topologies)).with_levels;
  if (with_levels == nullptr || built_.fabric.levels() < 2 || s_.fabric.switch_capacity)
    return;
  for (std::uint32_t radix = std::bit_ceil(s_.fabric.radix); radix <= most_ports; radix *= 2)
    try {
      Scenario flat = s_;
      flat.fabric.shape = with_levels(built_.fabric.levels() - 1);
      flat.fabric.radix = radix;
      BuiltFabric built = build_fabric_of(flat);
      flatter_ = std::make_unique<FlatterFabric>(FlatterFabric{std::move(flat), std::move(built)});
      flatter_walk_ = std::make_unique<LatencyWalk>(flatter_->scenario, flatter_->built);
      return;
    } catch (const Error &) { continue; } // too small
}

} // namespace lightloom
