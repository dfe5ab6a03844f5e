#include "optics/select.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <variant>

#include <fmt/format.h>

namespace lightloom {

namespace {

constexpr double hours_per_year = 8766; // 365.25 d

/// Failures per year of one end.
double end_failures(const Module &m) { return m.fit_field * 1e-9 * hours_per_year; }
double end_price(const Module &m) {
  return m.price_usd_per_gbps.typical * static_cast<double>(m.rate.bits_per_second) * 1e-9;
}

/// Figures that follow from the module and the number of links alone. A part with fixed ends is replaced whole.
Candidate costed(const Module &m, std::int64_t links, const SelectionTerms &terms) {
  Candidate c;
  c.module = &m;
  const double ends = 2 * static_cast<double>(links);
  c.power_W = ends * m.power_watts.typical;
  c.price_usd = ends * end_price(m);
  c.energy_usd = c.power_W * 1e-3 * hours_per_year * terms.life_years * terms.pue * terms.usd_per_kWh;
  c.failures_per_year = ends * end_failures(m);
  c.replacement_usd =
      c.failures_per_year * terms.life_years * (end_price(m) * (m.is_cable() ? 2 : 1) + terms.repair_usd);
  c.total_usd = c.price_usd + c.energy_usd + c.replacement_usd;
  c.flaps_per_year = static_cast<double>(links) * m.flaps_per_link_year;
  return c;
}

int connectors_for(const Module &m, const TierNeed &need) {
  return m.is_cable() ? 0 : need.connectors > 0 ? need.connectors : 2;
}

LinkReport report_at(const Module &m, const TierNeed &need, const SelectionTerms &terms,
                     const ModuleCatalogue &catalogue, double celsius) {
  LinkOptics link;
  link.module = m.name;
  link.modules = catalogue;
  link.rate = need.rate;
  link.length = need.length;
  link.connectors = connectors_for(m, need);
  link.fec = terms.fec;
  link.latency_basis = terms.latency_basis;
  link.case_temperature = celsius;
  return link_report(link);
}

/// Before any budget: rate, reach, cabling, case. "" when nothing speaks against it.
std::string plain_reason(const Module &m, const TierNeed &need, const SelectionTerms &terms) {
  if (m.rate < need.rate)
    return fmt::format("carries {} of {}", format_bit_rate(m.rate), format_bit_rate(need.rate));
  if (m.reach < need.length)
    return fmt::format("reaches {} of {}", format_length(m.reach), format_length(need.length));
  if (m.is_cable() && need.connectors > 0)
    return fmt::format("fixed ends do not go through the tier's {} connectors", need.connectors);
  if (m.kind == ModuleKind::cpo && need.at_nic)
    return "is co-packaged with switch chips, and one end is a NIC";
  if (m.max_case_celsius < terms.hottest_celsius)
    return fmt::format("rated for {:g} C case, not {:g} C", m.max_case_celsius, terms.hottest_celsius);
  return "";
}

/// A laser that ages takes launch power away. Amplified spans and copper do not see it: their noise is elsewhere.
Decibel ageing_of(LinkLaw law, const SelectionTerms &terms) {
  return law == LinkLaw::light || law == LinkLaw::coherent_power ? terms.ageing : Decibel{};
}

/// The candidate, or why it is none.
std::variant<Candidate, std::string> judged(const Module &m, const TierNeed &need, const SelectionTerms &terms,
                                            const ModuleCatalogue &catalogue) {
  if (auto reason = plain_reason(m, need, terms); !reason.empty())
    return reason;
  Candidate c = costed(m, need.links, terms);
  for (const double celsius : {terms.hottest_celsius, terms.coldest_celsius}) {
    const LinkReport r = report_at(m, need, terms, catalogue, celsius);
    c.latency = std::max(c.latency, r.latency);
    if (r.law == LinkLaw::reach) {
      c.pre_fec_ber = r.pre_fec_ber;
      continue;
    }
    const Decibel margin = r.margin - ageing_of(r.law, terms);
    c.pre_fec_ber = std::max(c.pre_fec_ber, bit_error_ratio_at(r, margin));
    if (!c.margin || margin < *c.margin)
      c.margin = margin;
    if (margin.value < 0)
      return fmt::format("margin {:.2f} dB at {:g} C case and {:g} dB of ageing", margin.value, celsius,
                         ageing_of(r.law, terms).value);
  }
  if (c.pre_fec_ber > m.pre_fec_ber_limit * 1.05) // 2.4e-4 of KP4 counts as the 2.3e-4 of 200G lanes
    return fmt::format("pre-FEC BER {:.2g} above its limit {:.2g}", c.pre_fec_ber, m.pre_fec_ber_limit);
  if (terms.latency_budget && c.latency > *terms.latency_budget)
    return fmt::format("latency {} above {}", format_duration(c.latency), format_duration(*terms.latency_budget));
  return c;
}

/// The figure that decides first, then all others: whatever is first is dominated by none.
std::array<double, 6> order_of(const Candidate &c, RankBy rank) {
  const double latency = static_cast<double>(c.latency.count());
  const std::array all{c.total_usd, c.power_W, c.price_usd, c.failures_per_year, latency};
  std::array<double, 6> key{};
  key[0] = all[static_cast<std::size_t>(rank)];
  std::copy(all.begin(), all.end(), key.begin() + 1);
  return key;
}

/// One module for all tiers, when any qualifies in each.
std::optional<Equipment> one_for_all(const std::vector<TierNeed> &needs, const Selection &selection,
                                     const SelectionTerms &terms) {
  std::optional<std::pair<std::array<double, 6>, const Module *>> best;
  for (const auto &first : selection.tiers.front().qualified) {
    Candidate sum = first;
    bool everywhere = true;
    for (std::size_t t = 1; t < needs.size() && everywhere; ++t) {
      const auto &list = selection.tiers[t].qualified;
      const auto same = std::ranges::find(list, first.module, &Candidate::module);
      everywhere = same != list.end();
      if (everywhere) {
        sum.total_usd += same->total_usd;
        sum.power_W += same->power_W;
        sum.price_usd += same->price_usd;
        sum.failures_per_year += same->failures_per_year;
        sum.latency += same->latency;
      }
    }
    if (everywhere && (!best || order_of(sum, terms.rank) < best->first))
      best = {order_of(sum, terms.rank), first.module};
  }
  if (!best)
    return std::nullopt;
  return equipment_of(needs, std::vector<const Module *>(needs.size(), best->second), terms);
}

void check(const SelectionTerms &t) {
  const auto refuse = [](const char *what, double value, const char *why, const char *suggestion) {
    throw Error(fmt::format("{} = {:g}", what, value), why, suggestion);
  };
  if (!(t.hottest_celsius >= 0 && t.hottest_celsius <= 70))
    refuse("hottest case", t.hottest_celsius, "modules are rated for 0 … 70 C case", "Try \"70C\".");
  if (!(t.life_years > 0 && t.life_years <= 30))
    refuse("life in years", t.life_years, "must be above 0 and at most 30", "Try \"5y\".");
  if (!(t.ageing.value >= 0 && t.ageing.value <= 10))
    refuse("ageing in dB", t.ageing.value, "must be 0 … 10 dB", "Try \"1dB\".");
  if (!(t.usd_per_kWh >= 0 && t.usd_per_kWh <= 10))
    refuse("USD per kWh", t.usd_per_kWh, "must be 0 … 10", "Try 0.08.");
  if (!(t.pue >= 1 && t.pue <= 5))
    refuse("PUE", t.pue, "must be 1 … 5", "Try 1.25.");
  if (!(t.lead_weeks >= 0 && t.lead_weeks <= 520))
    refuse("lead time in weeks", t.lead_weeks, "must be 0 … 520", "Try 8.");
  if (!(t.repair_usd >= 0 && t.repair_usd <= 1e6))
    refuse("USD per repair", t.repair_usd, "must be 0 … 1e6", "Try 150.");
}

} // namespace

std::string to_string(RankBy rank) {
  static constexpr std::array names{"total", "power", "cost", "failures", "latency"};
  return names[static_cast<std::size_t>(rank)];
}

RankBy parse_rank(const std::string &name) {
  using enum RankBy;
  std::vector<std::string> names;
  for (const RankBy rank : {total, power, cost, failures, latency}) {
    if (name == to_string(rank))
      return rank;
    names.push_back(to_string(rank));
  }
  const auto near = nearest_word(name, names);
  throw Error(fmt::format("--rank {}", name), fmt::format("must be one of {}", fmt::join(names, ", ")),
              near.empty() ? "" : fmt::format("Did you mean {}?", near));
}

std::int64_t poisson_quantile(double mean, double level) {
  EXPECTS(mean >= 0 && level >= 0 && level < 1);
  // log p(s) = s log mean − mean − log s!, term by term; terms that underflow are below any level.
  double log_term = -mean;
  double below = 0;
  for (std::int64_t s = 0;; ++s) {
    below += std::exp(log_term);
    if (below >= level || static_cast<double>(s) > mean + 60 * std::sqrt(mean + 1) + 100)
      return s;
    log_term += std::log(mean) - std::log(static_cast<double>(s + 1));
  }
}

Equipment equipment_of(const std::vector<TierNeed> &needs, const std::vector<const Module *> &modules,
                       const SelectionTerms &terms) {
  EXPECTS(needs.size() == modules.size());
  Equipment e;
  std::map<std::string, Spares> spares;
  for (std::size_t t = 0; t < needs.size(); ++t) {
    if (modules[t] == nullptr) {
      e.complete = false;
      e.modules.emplace_back();
      continue;
    }
    const Candidate c = costed(*modules[t], needs[t].links, terms);
    e.modules.push_back(modules[t]->name);
    e.power_W += c.power_W;
    e.price_usd += c.price_usd;
    e.total_usd += c.total_usd;
    e.failures_per_year += c.failures_per_year;
    e.flaps_per_year += c.flaps_per_year;
    Spares &s = spares[modules[t]->name];
    s.module = modules[t]->name;
    s.ends += 2 * needs[t].links;
    s.failures_per_year += c.failures_per_year;
  }
  for (auto &[name, s] : spares) {
    const double in_lead = s.failures_per_year * terms.lead_weeks * 7 / 365.25;
    s.year_95 = poisson_quantile(s.failures_per_year, 0.95);
    s.year_99 = poisson_quantile(s.failures_per_year, 0.99);
    s.lead_95 = poisson_quantile(in_lead, 0.95);
    s.lead_99 = poisson_quantile(in_lead, 0.99);
    e.spares.push_back(s);
  }
  e.part_numbers = static_cast<std::int64_t>(e.spares.size());
  return e;
}

Selection select_modules(const std::vector<TierNeed> &needs, const SelectionTerms &terms,
                         const ModuleCatalogue &catalogue) {
  EXPECTS(!needs.empty());
  check(terms);
  Selection selection;
  std::vector<const Module *> first;
  for (const TierNeed &need : needs) {
    TierSelection tier{need, {}, {}};
    for (const Module &m : catalogue.modules()) {
      auto verdict = judged(m, need, terms, catalogue);
      if (auto *candidate = std::get_if<Candidate>(&verdict))
        tier.qualified.push_back(*candidate);
      else
        tier.fallen.push_back({&m, std::get<std::string>(verdict)});
    }
    std::ranges::stable_sort(tier.qualified, {}, [&](const Candidate &c) { return order_of(c, terms.rank); });
    first.push_back(tier.qualified.empty() ? nullptr : tier.qualified.front().module);
    selection.tiers.push_back(std::move(tier));
  }
  selection.chosen = equipment_of(needs, first, terms);
  if (selection.chosen.complete)
    selection.one = one_for_all(needs, selection, terms);
  return selection;
}

} // namespace lightloom
