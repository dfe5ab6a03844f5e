// optics --select SCENARIO: for each tier of its fabric the modules that may be ordered, ranked, why the others fall
// out, part numbers and spares.

#include "analysis/table.hpp"
#include "optics/select.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"
#include "scenarios/schema/loader.hpp"
#include "sim/core/parse_quantity.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

double years_of(const std::string &text) {
  double years = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), years);
  if (code != std::errc{} || std::string_view(end) != "y")
    throw Error("--life " + text, "not a number with the unit y", "Try --life 5y.");
  return years;
}

SelectionTerms terms_of(const OpticsRequest &ask, const Scenario &s) {
  SelectionTerms terms;
  terms.life_years = years_of(ask.life);
  terms.rank = parse_rank(ask.rank);
  const auto ageing = parse_decibel(ask.ageing);
  if (!ageing)
    throw Error("--ageing " + ask.ageing, "not a number with the unit dB", "Try --ageing 1dB.");
  terms.ageing = *ageing;
  terms.hottest_celsius = s.optics.case_temperature_c;
  if (!ask.hottest.empty()) {
    const auto hottest = parse_celsius(ask.hottest);
    if (!hottest)
      throw Error("--hottest " + ask.hottest, "not a number with the unit C", "Try --hottest 70C.");
    terms.hottest_celsius = *hottest;
  }
  if (!ask.latency_budget.empty()) {
    terms.latency_budget = parse_duration(ask.latency_budget);
    if (!terms.latency_budget)
      throw Error("--latency-budget " + ask.latency_budget,
                  std::string("not a number with one of the units ") + duration_units, "Try --latency-budget 500ns.");
  }
  terms.usd_per_kWh = ask.usd_per_kWh;
  terms.pue = ask.pue;
  terms.repair_usd = ask.repair_usd;
  terms.lead_weeks = ask.lead_weeks;
  terms.latency_basis = s.optics.vendor_latency ? LatencyBasis::vendor : LatencyBasis::split;
  terms.fec = s.optics.fec;
  return terms;
}

struct Fabrics {
  std::vector<TierNeed> needs;
  std::vector<const Module *> now; ///< what the scenario has there
};

Fabrics needs_of(const Scenario &s, const BuiltFabric &b) {
  Fabrics f;
  for (const Tier tier : all_tiers) {
    if (b.fabric.count(tier) == 0)
      continue;
    const auto &part = s.optics.tiers[tier];
    f.needs.push_back({to_string(tier), s.fabric.rate(tier), Metres(part.length_m), static_cast<int>(part.connectors),
                       b.fabric.count(tier), tier == Tier::host});
    f.now.push_back(s.optics.modules.find(part.module));
  }
  return f;
}

Json to_json(const Equipment &e) {
  Json j = {{"modules", e.modules},
            {"part_numbers", e.part_numbers},
            {"power_W", e.power_W},
            {"price_usd", e.price_usd},
            {"total_usd", e.total_usd},
            {"failures_per_year", e.failures_per_year},
            {"flaps_per_year", e.flaps_per_year},
            {"spares", Json::array()}};
  for (const auto &s : e.spares)
    j["spares"].push_back({{"module", s.module},
                           {"ends", s.ends},
                           {"failures_per_year", s.failures_per_year},
                           {"year_95", s.year_95},
                           {"year_99", s.year_99},
                           {"lead_95", s.lead_95},
                           {"lead_99", s.lead_99}});
  return j;
}

Json to_json(const TierSelection &tier) {
  Json j = {{"tier", tier.need.tier},
            {"rate_bps", tier.need.rate.bits_per_second},
            {"length_m", tier.need.length.value},
            {"connectors", tier.need.connectors},
            {"links", tier.need.links},
            {"qualified", Json::array()},
            {"fallen_out", Json::array()}};
  for (const auto &c : tier.qualified)
    j["qualified"].push_back({{"module", c.module->name},
                              {"margin_dB", c.margin ? Json(c.margin->value) : Json(nullptr)},
                              {"pre_fec_ber", c.pre_fec_ber},
                              {"latency_s", seconds(c.latency)},
                              {"power_W", c.power_W},
                              {"price_usd", c.price_usd},
                              {"energy_usd", c.energy_usd},
                              {"replacement_usd", c.replacement_usd},
                              {"total_usd", c.total_usd},
                              {"failures_per_year", c.failures_per_year},
                              {"flaps_per_year", c.flaps_per_year}});
  for (const auto &out : tier.fallen)
    j["fallen_out"].push_back({{"module", out.module->name}, {"reason", out.reason}});
  return j;
}

std::string tier_text(const TierSelection &tier, const Module *now) {
  const TierNeed &n = tier.need;
  std::string text = fmt::format("{}: {} links of {} over {}, {} connectors\n", n.tier, n.links,
                                 format_bit_rate(n.rate), format_length(n.length), n.connectors);
  Table t({{"module", "", Align::left},
           {"margin", "dB, aged"},
           {"BER", "pre-FEC"},
           {"latency", "", Align::right},
           {"power", "kW"},
           {"price", "kUSD"},
           {"energy", "kUSD"},
           {"replaced", "kUSD"},
           {"total", "kUSD"},
           {"failures", "/year"},
           {"flaps", "/year"},
           {"", "", Align::left}});
  for (const auto &c : tier.qualified)
    t.add({c.module->name, c.margin ? fmt::format("{:.2f}", c.margin->value) : "–",
           fmt::format("{:.2g}", c.pre_fec_ber), format_duration(c.latency), fmt::format("{:.2f}", c.power_W * 1e-3),
           fmt::format("{:.1f}", c.price_usd * 1e-3), fmt::format("{:.1f}", c.energy_usd * 1e-3),
           fmt::format("{:.2f}", c.replacement_usd * 1e-3), fmt::format("{:.1f}", c.total_usd * 1e-3),
           fmt::format("{:.2f}", c.failures_per_year), fmt::format("{:.1f}", c.flaps_per_year),
           c.module == now ? "as in the scenario" : ""});
  text += tier.qualified.empty() ? std::string("  no module qualifies\n") : t.str();
  std::vector<std::string> out;
  for (const auto &f : tier.fallen)
    out.push_back(" " + f.module->name + " " + f.reason);
  return text + wrapped("Fall out:", out, ";") + "\n";
}

void add_equipment(Table &t, const std::string &name, const Equipment &e) {
  t.add({name, fmt::format("{}", fmt::join(e.modules, ", ")), std::to_string(e.part_numbers),
         fmt::format("{:.2f}", e.power_W * 1e-3), fmt::format("{:.1f}", e.price_usd * 1e-3),
         fmt::format("{:.1f}", e.total_usd * 1e-3), fmt::format("{:.1f}", e.failures_per_year),
         fmt::format("{:.0f}", e.flaps_per_year)});
}

std::string fabric_text(const Selection &selection, const Equipment &now) {
  Table t({{"whole fabric", "", Align::left},
           {"modules by tier", "", Align::left},
           {"SKUs", ""},
           {"power", "kW"},
           {"price", "kUSD"},
           {"total", "kUSD"},
           {"failures", "/year"},
           {"flaps", "/year"}});
  add_equipment(t, "best of each tier", selection.chosen);
  if (selection.one)
    add_equipment(t, "one for all tiers", *selection.one);
  add_equipment(t, "as in the scenario", now);
  std::string text = t.str();
  if (!selection.one)
    text += "No module qualifies in every tier.\n";
  Table spares({{"spares for the best of each tier", "", Align::left},
                {"ends", ""},
                {"failures", "/year"},
                {"a year", "95 %"},
                {"a year", "99 %"},
                {"lead time", "95 %"},
                {"lead time", "99 %"}});
  for (const auto &s : selection.chosen.spares)
    spares.add({s.module, std::to_string(s.ends), fmt::format("{:.2f}", s.failures_per_year), std::to_string(s.year_95),
                std::to_string(s.year_99), std::to_string(s.lead_95), std::to_string(s.lead_99)});
  return text + "\n" + spares.str();
}

std::string terms_text(const SelectionTerms &t) {
  return fmt::format(
      "Ranked by {}. Case {:g} … {:g} C; {:g} dB of ageing at the end of {:g} years (GR-468 practice); total = price + "
      "energy at {:g} USD/kWh\n(EIA, recalled) × PUE {:g} (estimate) + replacements at field FIT, each the part and "
      "{:g} "
      "USD (estimate); spares: Poisson, lead time {:g}\nweeks (estimate). Prices and FIT of a module: optics "
      "--catalogue "
      "--module.\n",
      to_string(t.rank), t.coldest_celsius, t.hottest_celsius, t.ageing.value, t.life_years, t.usd_per_kWh, t.pue,
      t.repair_usd, t.lead_weeks);
}
} // namespace

ExitCode optics_select(const CommandLine &line) {
  const Scenario s = load_scenario(line.optics.select, line.settings);
  const BuiltFabric built = build_fabric_of(s);
  const SelectionTerms terms = terms_of(line.optics, s);
  const Fabrics fabrics = needs_of(s, built);
  const Selection selection = select_modules(fabrics.needs, terms, s.optics.modules);
  const Equipment now = equipment_of(fabrics.needs, fabrics.now, terms);
  if (line.json) {
    Json j = {{"scenario", s.name},
              {"rank", to_string(terms.rank)},
              {"hottest_case_C", terms.hottest_celsius},
              {"ageing_dB", terms.ageing.value},
              {"life_years", terms.life_years},
              {"usd_per_kWh", terms.usd_per_kWh},
              {"pue", terms.pue},
              {"repair_usd", terms.repair_usd},
              {"lead_weeks", terms.lead_weeks},
              {"tiers", Json::array()}};
    for (const auto &tier : selection.tiers)
      j["tiers"].push_back(to_json(tier));
    j["chosen"] = to_json(selection.chosen);
    j["one_for_all"] = selection.one ? to_json(*selection.one) : Json(nullptr);
    j["scenario_now"] = to_json(now);
    print_result(j.dump(2) + "\n");
  } else {
    std::string text = terms_text(terms) + "\n";
    for (std::size_t t = 0; t < selection.tiers.size(); ++t)
      text += tier_text(selection.tiers[t], fabrics.now[t]);
    print_result(text + fabric_text(selection, now));
  }
  return selection.chosen.complete ? ExitCode::done : ExitCode::failed_check;
}

} // namespace lightloom
