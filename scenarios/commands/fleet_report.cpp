#include "scenarios/commands/fleet_report.hpp"

#include "analysis/statistics.hpp"
#include "analysis/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

constexpr std::size_t most_named = 10; ///< links that are named
constexpr double bin_dB = 0.5;
constexpr double widest_bar = 50;

double to_days(CampaignDuration d) { return static_cast<double>(d.count()) / 86400e9; }

/// What is shown of all links of a tier.
struct Figure {
  const char *name; ///< in JSON
  const char *title;
  bool low_is_bad;
  double (*of)(const FleetLink &);
};
constexpr std::array figures = {
    Figure{"margin_dB", "margin, dB", true, [](const FleetLink &l) { return l.state.margin.value; }},
    Figure{"pre_fec_ber", "pre-FEC BER", false, [](const FleetLink &l) { return l.reading.pre_fec_ber; }},
    Figure{"uncorrectable_per_hour", "uncorrectable codewords/h", false,
           [](const FleetLink &l) { return 3600 * l.reading.uncorrectable_per_second; }},
};

/// From the worst to the best.
struct Rank {
  const char *name;
  const char *title;
  double share;
};
constexpr std::array ranks = {Rank{"worst", "worst", 0},  Rank{"p1", "1 %", 0.01},   Rank{"p5", "5 %", 0.05},
                              Rank{"p50", "median", 0.5}, Rank{"p95", "95 %", 0.95}, Rank{"best", "best", 1}};

/// Values of a figure over a tier, or over all; without NaN.
std::vector<double> values_of(const FleetStudy &study, const Figure &figure, std::optional<Tier> tier) {
  std::vector<double> values;
  for (const FleetLink &l : study.links)
    if ((!tier || l.tier == *tier) && !std::isnan(figure.of(l)))
      values.push_back(figure.of(l));
  return values;
}
double ranked(const std::vector<double> &values, const Figure &figure, double share) {
  return percentile(values, figure.low_is_bad ? share : 1 - share);
}

std::vector<std::optional<Tier>> tiers_of(const BuiltFabric &b) {
  std::vector<std::optional<Tier>> tiers;
  for (const Tier tier : all_tiers)
    if (b.optics[tier])
      tiers.emplace_back(tier);
  if (tiers.size() > 1)
    tiers.emplace_back(std::nullopt);
  return tiers;
}
std::string tier_name(const std::optional<Tier> &tier) { return tier ? to_string(*tier) : "all"; }

std::string small(double v) {
  return std::isnan(v) ? "–" : v == 0 ? "0" : v < 1e-3 || v >= 1e6 ? fmt::format("{:.2g}", v) : format_number(v, 3);
}

std::string now_table(const BuiltFabric &b, const FleetStudy &study) {
  std::vector<Table::Column> columns = {
      {"links now", "", Align::left}, {"module", "", Align::left}, {"", "", Align::left}};
  for (const Rank &r : ranks)
    columns.push_back({r.title, "", Align::right});
  Table t(columns);
  for (const auto &tier : tiers_of(b))
    for (const Figure &figure : figures) {
      const auto values = values_of(study, figure, tier);
      if (values.empty())
        continue;
      const bool first = &figure == &figures.front() || values_of(study, figures.front(), tier).empty();
      std::vector<std::string> cells = {
          first && &figure != &figures[2] ? fmt::format("{}, {}", tier_name(tier), values.size()) : "",
          first && tier && &figure != &figures[2] ? b.optics[*tier]->module->name : "", figure.title};
      for (const Rank &r : ranks)
        cells.push_back(&figure == &figures[0] ? fmt::format("{:.2f}", ranked(values, figure, r.share))
                                               : small(ranked(values, figure, r.share)));
      t.add(cells);
    }
  return t.str();
}

/// Bins of half a dB, each with its links.
std::map<long, std::size_t> margin_bins(const FleetStudy &study) {
  std::map<long, std::size_t> bins;
  for (const double v : values_of(study, figures[0], {}))
    ++bins[std::lround(std::floor(v / bin_dB))];
  return bins;
}

std::string histogram(const FleetStudy &study) {
  const auto bins = margin_bins(study);
  std::size_t most = 1;
  for (const auto &[bin, n] : bins)
    most = std::max(most, n);
  Table t({{"margin", "dB", Align::right}, {"links", "", Align::right}, {"", "", Align::left}});
  if (!bins.empty())
    for (long bin = bins.begin()->first; bin <= bins.rbegin()->first; ++bin) {
      const auto found = bins.find(bin);
      const std::size_t n = found == bins.end() ? 0 : found->second;
      const auto bar = std::lround(std::ceil(widest_bar * static_cast<double>(n) / static_cast<double>(most)));
      t.add({fmt::format("{:.1f} … {:.1f}", static_cast<double>(bin) * bin_dB, static_cast<double>(bin + 1) * bin_dB),
             std::to_string(n), std::string(static_cast<std::size_t>(bar), '#')});
    }
  return bins.empty() ? "" : t.str();
}

/// Links worth a name: lost, or with a limit ahead.
std::vector<std::size_t> named_links(const Scenario &s, const BuiltFabric &b, const FleetStudy &study) {
  std::vector<std::size_t> order = worst_first(study.links, fleet_watches(s, b));
  std::erase_if(order, [&](std::size_t i) { return std::isnan(study.links[i].state.margin.value); });
  order.resize(std::min(order.size(), most_named));
  return order;
}

std::string when(const FleetLink &l) {
  if (l.lost)
    return "out of use now";
  if (std::isnan(l.to_limit_s))
    return fmt::format("beyond {} years", std::chrono::duration_cast<std::chrono::years>(forecast).count());
  if (l.to_limit_s == 0)
    return "past it now";
  const double days = l.to_limit_s / 86400;
  return days < 1     ? "within a day"
         : days < 730 ? fmt::format("{:.0f} days", days)
                      : fmt::format("{:.1f} years", days / 365.2425);
}

std::string hurt_table(const Scenario &s, const BuiltFabric &b, const FleetStudy &study) {
  const auto order = named_links(s, b, study);
  if (order.empty())
    return "";
  Table t({{"will hurt first", "", Align::left},
           {"tier", "", Align::left},
           {"margin", "dB"},
           {"pre-FEC BER", ""},
           {"uncorrectable", "codewords/h"},
           {"at its BER limit by age and heat", "", Align::left},
           {"lacks most", "", Align::left}});
  for (const std::size_t i : order) {
    const FleetLink &l = study.links[i];
    t.add({fleet_link_name(b.fabric, l.id), to_string(l.tier), fmt::format("{:.2f}", l.state.margin.value),
           small(l.reading.pre_fec_ber), small(3600 * l.reading.uncorrectable_per_second), when(l), to_string(l.why)});
  }
  return t.str();
}

std::vector<double> column_of(const PolicyResult &p, double PolicyFigures::*member) {
  std::vector<double> values;
  for (const PolicyFigures &f : p.replicas)
    values.push_back(f.*member);
  return values;
}
MeanInterval interval_of(const PolicyResult &p, double PolicyFigures::*member) {
  return mean_interval(column_of(p, member));
}
/// Of the goodput over that of the first policy, replica by replica.
MeanInterval gain_of(const PolicyResult &p, const PolicyResult &first) {
  std::vector<double> gains;
  for (std::size_t r = 0; r < p.replicas.size(); ++r)
    gains.push_back(p.replicas[r].goodput - first.replicas[r].goodput);
  return mean_interval(gains);
}

std::string policy_table(const FleetStudy &study) {
  const std::size_t replicas = study.policies.front().replicas.size();
  std::vector<Table::Column> columns = {
      {fmt::format("{:.6g} days, {} replica{}", to_days(study.until - study.from), replicas, replicas == 1 ? "" : "s"),
       "", Align::left}};
  for (const PolicyResult &p : study.policies)
    columns.push_back({to_string(p.policy), "", Align::right});
  Table t(columns);
  const auto row = [&](const std::string &title, auto &&figure, int digits = 4) {
    std::vector<std::string> cells = {title};
    for (const PolicyResult &p : study.policies) {
      const MeanInterval m = figure(p);
      cells.push_back(std::isnan(m.ci95) || m.ci95 == 0
                          ? format_number(m.mean, digits)
                          : fmt::format("{} ± {}", format_number(m.mean, digits), format_number(m.ci95, 2)));
    }
    t.add(cells);
  };
  const auto of = [](double PolicyFigures::*member) {
    return [member](const PolicyResult &p) { return interval_of(p, member); };
  };
  using F = PolicyFigures;
  row("goodput of the job", of(&F::goodput), 6);
  if (study.policies.size() > 1)
    row(fmt::format("  gain over {}, percentage points", to_string(study.policies.front().policy)),
        [&](const PolicyResult &p) {
          const MeanInterval m = gain_of(p, study.policies.front());
          return MeanInterval{100 * m.mean, 100 * m.ci95};
        });
  const auto hours = [&](double F::*member) {
    return [member](const PolicyResult &p) {
      const MeanInterval m = interval_of(p, member);
      return MeanInterval{m.mean / 3600, m.ci95 / 3600};
    };
  };
  row("  lost work, h", hours(&F::lost_work_s));
  row("  stopped by failures, h", hours(&F::unplanned_down_s));
  row("  restarts for drains, h", hours(&F::planned_down_s));
  row("  slow or standing still, h", hours(&F::slow_s));
  row("failures that stopped the job", of(&F::job_stops));
  row("restarts for drains", of(&F::job_drains));
  t.add_rule();
  row("flaps", of(&F::flaps));
  row("dead modules", of(&F::module_failures));
  row("links down for a dead lane", of(&F::lane_failures));
  row("links lost to bit errors", of(&F::bit_error_failures));
  row("alarms", of(&F::alarms));
  row("planned drains of links", of(&F::drains));
  row("modules and cables replaced", of(&F::replaced));
  row("cable-hours down, unplanned", of(&F::unplanned_cable_h));
  row("cable-hours down, planned", of(&F::planned_cable_h));
  row("link-hours above the BER limit", of(&F::hours_above_limit));
  row("uncorrectable codewords, expected", of(&F::uncorrectable_codewords));
  return t.str();
}

Json finite(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }
Json to_json(const MeanInterval &m) { return {{"mean", finite(m.mean)}, {"ci95", finite(m.ci95)}}; }

Json now_json(const BuiltFabric &b, const FleetStudy &study) {
  Json tiers = Json::array();
  for (const auto &tier : tiers_of(b)) {
    Json j = {{"tier", tier_name(tier)},
              {"module", tier ? Json(b.optics[*tier]->module->name) : Json(nullptr)},
              {"links", values_of(study, figures[1], tier).size()}};
    for (const Figure &figure : figures) {
      const auto values = values_of(study, figure, tier);
      Json distribution;
      for (const Rank &r : ranks)
        distribution[r.name] = values.empty() ? Json(nullptr) : finite(ranked(values, figure, r.share));
      j[figure.name] = distribution;
    }
    tiers.push_back(j);
  }
  return tiers;
}
} // namespace

std::string fleet_text(const Scenario &s, const BuiltFabric &b, const FleetStudy &study) {
  std::string text = fmt::format("{}: {} cables, {} directed links, {}, {:.4g} days old\n\n", s.name,
                                 b.fabric.plan().cables.size(), study.links.size(),
                                 s.optics.population.drawn ? fmt::format("drawn from seed {}", s.seed)
                                                           : "all at their data sheets' limits",
                                 to_days(study.from.time_since_epoch()));
  text += now_table(b, study) + "\n";
  for (const std::string &part : {histogram(study), hurt_table(s, b, study)})
    if (!part.empty())
      text += part + "\n";
  if (study.mended_before > 0)
    text += fmt::format("{} cables were out of use at the start and are mended before the count begins.\n\n",
                        study.mended_before);
  if (!study.policies.empty() && !study.policies.front().replicas.empty())
    text += policy_table(study);
  return text;
}

std::string fleet_json(const Scenario &s, const BuiltFabric &b, const FleetStudy &study) {
  Json j;
  j["name"] = s.name;
  j["seed"] = s.seed;
  j["model"] = s.optics.population.drawn ? "drawn" : "limits";
  j["cables"] = b.fabric.plan().cables.size();
  j["links"] = study.links.size();
  j["age_s"] = static_cast<double>(study.from.time_since_epoch().count()) * 1e-9;
  j["now"] = now_json(b, study);
  j["margin_histogram"] = Json::array();
  for (const auto &[bin, n] : margin_bins(study))
    j["margin_histogram"].push_back({{"from_dB", static_cast<double>(bin) * bin_dB}, {"links", n}});
  j["first_to_hurt"] = Json::array();
  for (const std::size_t i : named_links(s, b, study)) {
    const FleetLink &l = study.links[i];
    j["first_to_hurt"].push_back({{"link", fleet_link_name(b.fabric, l.id)},
                                  {"tier", to_string(l.tier)},
                                  {"margin_dB", finite(l.state.margin.value)},
                                  {"pre_fec_ber", finite(l.reading.pre_fec_ber)},
                                  {"uncorrectable_per_hour", finite(3600 * l.reading.uncorrectable_per_second)},
                                  {"lost", l.lost},
                                  {"time_to_limit_s", finite(l.to_limit_s)},
                                  {"weakness", to_string(l.why)}});
  }
  j["mended_before"] = study.mended_before;
  j["span_s"] = static_cast<double>((study.until - study.from).count()) * 1e-9;
  j["replicas"] = study.policies.empty() ? 0 : study.policies.front().replicas.size();
  j["policies"] = Json::array();
  for (const PolicyResult &p : study.policies) {
    Json row = {{"policy", to_string(p.policy)}};
    for (const PolicyColumn &column : policy_columns())
      row[column.name] = to_json(interval_of(p, column.member));
    row["goodput_gain"] = to_json(gain_of(p, study.policies.front()));
    j["policies"].push_back(row);
  }
  j["complete"] = study.complete;
  j["digest"] = study.digest;
  return j.dump(2) + "\n";
}

} // namespace lightloom
