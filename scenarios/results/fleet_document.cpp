#include "scenarios/results/fleet_document.hpp"

#include "scenarios/version.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
constexpr std::uint64_t telemetry_columns = 7;

double to_seconds(CampaignDuration d) { return static_cast<double>(d.count()) * 1e-9; }
double canonical(double v) { return std::isnan(v) ? not_known : v; }

/// Datasets one after another, all of one shape.
class Columns {
public:
  Columns(Document &document, std::string group, std::vector<std::uint64_t> shape)
      : document_(document), group_(std::move(group)), shape_(std::move(shape)) {}
  void put(const std::string &name, const std::string &unit, const std::string &description, ColumnData data) {
    document_.datasets.push_back({group_ + "/" + name, unit, description, shape_, std::move(data)});
  }
  /// A figure of each of `rows`.
  template <class Rows, class F>
  void reals(const std::string &name, const std::string &unit, const std::string &description, const Rows &rows,
             F &&figure) {
    std::vector<double> values;
    values.reserve(rows.size());
    for (const auto &row : rows)
      values.push_back(canonical(figure(row)));
    put(name, unit, description, std::move(values));
  }
  template <class Rows, class F>
  void texts(const std::string &name, const std::string &description, const Rows &rows, F &&text) {
    std::vector<std::string> values;
    values.reserve(rows.size());
    for (const auto &row : rows)
      values.push_back(text(row));
    put(name, "text", description, std::move(values));
  }

private:
  Document &document_;
  std::string group_;
  std::vector<std::uint64_t> shape_;
};

void put_identity(Document &d, const Scenario &s, const FleetStudy &study, const FleetFacts &facts) {
  d.attributes = {
      {"/", "schema_version", schema_version},
      {"/", "lightloom_version", std::string(version)},
      {"/", "command", facts.command},
      {"/", "scenario_toml", s.text},
      {"/", "name", s.name},
      {"/", "seed", s.seed},
      {"/", "fidelity", std::string("fleet")},
      {"/", "complete", std::uint64_t{study.complete ? 1u : 0u}},
      {"/", "outcome", std::string(study.complete ? "" : "interrupted: the last replicas are missing")},
      {"/", "digest", study.digest},
      {"/fleet", "age_s", to_seconds(study.from.time_since_epoch())},
      {"/maintenance", "span_s", to_seconds(study.until - study.from)},
      {"/maintenance", "mended_before", std::uint64_t{study.mended_before}},
      {"/run", "threads", std::uint64_t{facts.threads}},
      {"/run", "wall_s", facts.wall_s},
  };
  if (!study.policies.empty())
    d.attributes.push_back({"/failures", "policy", std::string(to_string(study.policies.front().policy))});
}

void put_fleet(Document &d, const BuiltFabric &b, const FleetStudy &study) {
  const auto &links = study.links;
  Columns c(d, "/fleet", {links.size()});
  using L = FleetLink;
  c.texts("name", "directed links at the start, before anything was mended", links,
          [&](const L &l) { return fleet_link_name(b.fabric, l.id); });
  c.texts("tier", "of the link", links, [](const L &l) { return std::string(to_string(l.tier)); });
  c.texts("module", "at both ends", links, [&](const L &l) { return b.optics[l.tier]->module->name; });
  c.reals("margin_dB", "dB", "above the receiver's effective sensitivity; NaN where light has none", links,
          [](const L &l) { return l.state.margin.value; });
  c.reals("pre_fec_ber", "1", "bit error ratio before the FEC", links,
          [](const L &l) { return l.reading.pre_fec_ber; });
  c.reals("frame_loss_ratio", "1", "of a full frame", links, [](const L &l) { return l.reading.frame_loss_ratio; });
  c.reals("uncorrectable_per_hour", "codewords/h", "expected uncorrectable codewords", links,
          [](const L &l) { return 3600 * l.reading.uncorrectable_per_second; });
  c.reals("tx_power_dBm", "dBm", "launch power, OMA per lane", links,
          [](const L &l) { return l.reading.tx_power_dBm; });
  c.reals("rx_power_dBm", "dBm", "received power, OMA per lane", links,
          [](const L &l) { return l.reading.rx_power_dBm; });
  c.reals("loss_dB", "dB", "of fibre and connectors, dirt included", links,
          [](const L &l) { return l.state.loss.value; });
  c.reals("temperature_C", "C", "of the hotter module's case", links,
          [](const L &l) { return l.reading.case_celsius; });
  c.reals("time_to_limit_s", "s",
          "until ageing and heat alone bring it to its module's bit error limit; 0: past it; NaN: not in 20 years",
          links, [](const L &l) { return l.to_limit_s; });
  c.texts("weakness", "what it lacks most against the median of its tier", links,
          [](const L &l) { return std::string(to_string(l.why)); });
}

/// Where a cable is in its history at t.
const CableStretch &stretch_at(const CableLife &life, CampaignTime t) {
  const auto next = std::upper_bound(life.history.begin(), life.history.end(), t,
                                     [](CampaignTime at, const CableStretch &s) { return at < s.from; });
  return next == life.history.begin() ? life.history.front() : *std::prev(next);
}

void put_telemetry(Document &d, const Scenario &s, const BuiltFabric &b, const FleetStudy &study,
                   const FleetTelemetry &telemetry) {
  const FleetWatches watches = fleet_watches(s, b);
  const Population population(s.optics.population, s.seed);
  std::vector<std::size_t> chosen = worst_first(study.links, watches);
  chosen.resize(std::min<std::size_t>(chosen.size(), telemetry.links));
  std::vector<CampaignTime> times;
  for (CampaignTime t = study.from; t < study.until; t += telemetry.every)
    times.push_back(t);
  constexpr LinkReading dark{not_known, not_known, not_known, not_known, not_known,
                             not_known, not_known, not_known, not_known};
  std::vector<LinkReading> samples;
  samples.reserve(times.size() * chosen.size());
  for (const CampaignTime t : times)
    for (const std::size_t l : chosen) {
      const CableId id(l / 2);
      const FleetCable cable = fleet_cable(b, id);
      const CableStretch &stretch = stretch_at(study.lives[id.index()], t);
      const int side = static_cast<int>(l % 2);
      samples.push_back(stretch.in_service ? watches[cable.tier]->read(population.state(cable, stretch.parts, side, t,
                                                                                        stretch.more_loss[l % 2]))
                                           : dark);
    }
  Columns(d, "/telemetry", {chosen.size()})
      .texts("link", "sampled links, those that will hurt first in front", chosen,
             [&](std::size_t l) { return fleet_link_name(b.fabric, LinkId(l)); });
  Columns(d, "/telemetry", {times.size()}).reals("time_s", "s", "since the study began", times, [&](CampaignTime t) {
    return to_seconds(t - study.from);
  });
  Columns c(d, "/telemetry", {times.size(), chosen.size()});
  const double interval = to_seconds(telemetry.every);
  using R = LinkReading;
  c.reals("rx_power_dBm", "dBm", "received power, OMA per lane; NaN here and below: out of service, or no such reading",
          samples, [](const R &r) { return r.rx_power_dBm; });
  c.reals("tx_power_dBm", "dBm", "launch power, OMA per lane", samples, [](const R &r) { return r.tx_power_dBm; });
  c.reals("bias_share", "1", "laser bias over that when new", samples, [](const R &r) { return r.bias_share; });
  c.reals("temperature_C", "C", "of the hotter module's case", samples, [](const R &r) { return r.case_celsius; });
  c.reals("pre_fec_ber", "1", "bit error ratio before the FEC", samples, [](const R &r) { return r.pre_fec_ber; });
  c.reals("corrected_codewords", "codewords", "expected in an interval at the reading", samples,
          [=](const R &r) { return interval * r.corrected_per_second; });
  c.reals("uncorrected_codewords", "codewords", "expected in an interval at the reading", samples,
          [=](const R &r) { return interval * r.uncorrectable_per_second; });
}

struct AlarmRow {
  double time_s;
  std::string link, kind, level;
};

void put_alarms(Document &d, const BuiltFabric &b, const FleetStudy &study) {
  std::vector<AlarmRow> rows;
  for (std::size_t c = 0; c < study.lives.size(); ++c)
    for (const CableAlarm &a : study.lives[c].alarms)
      rows.push_back({to_seconds(a.at - study.from), fleet_link_name(b.fabric, LinkId(2 * c + a.side)),
                      to_string(a.kind), to_string(a.level)});
  std::stable_sort(rows.begin(), rows.end(), [](const AlarmRow &x, const AlarmRow &y) { return x.time_s < y.time_s; });
  Columns c(d, "/telemetry/alarms", {rows.size()});
  c.reals("time_s", "s", "when it was seen, of all links", rows, [](const AlarmRow &r) { return r.time_s; });
  c.texts("link", "directed", rows, [](const AlarmRow &r) { return r.link; });
  c.texts("kind", "rx_power_low, tx_power_low, bias_high, temperature_high, pre_fec_ber_high", rows,
          [](const AlarmRow &r) { return r.kind; });
  c.texts("level", "warning or alarm", rows, [](const AlarmRow &r) { return r.level; });
}

std::string effect_of(const CableOutage &o, bool host, const JobModel &job) {
  std::string text = o.cause == OutageCause::flap ? "" : o.cleaned ? "cleaned" : "";
  if (o.replaced > 0)
    text += fmt::format("{}{} replaced", text.empty() ? "" : ", ", o.replaced);
  if (o.unresolved)
    text += ", unresolved";
  if (!text.empty())
    text += "; ";
  if (!host || job.planes > 1)
    return text + (o.planned ? "routes changed before" : "re-routed");
  if (o.planned)
    return text + "the job went on from a checkpoint";
  return text + (o.until - o.from > job.patience ? "stopped the job" : "the job stood still");
}

void put_failures(Document &d, const BuiltFabric &b, const FleetStudy &study) {
  std::vector<FailureRow> rows;
  std::size_t n = 0;
  for (std::size_t c = 0; c < study.lives.size(); ++c)
    for (const CableOutage &o : study.lives[c].outages) {
      FailureRow row;
      row.time_s = to_seconds(o.from - study.from);
      row.component = b.fabric.name(CableId(c));
      row.kind = o.planned ? fmt::format("drain: {}", to_string(o.cause)) : to_string(o.cause);
      row.repair_s = to_seconds(o.until - study.from);
      row.effect = effect_of(o, b.fabric.plan().cables[c].tier == Tier::host, study.job);
      row.lost_s = study.outage_lost_s[n++];
      rows.push_back(std::move(row));
    }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const FailureRow &x, const FailureRow &y) { return x.time_s < y.time_s; });
  Columns c(d, "/failures", {rows.size()});
  using F = FailureRow;
  c.reals("time_s", "s", "since the study began", rows, [](const F &r) { return r.time_s; });
  c.texts("component", "the cable", rows, [](const F &r) { return r.component; });
  c.texts("kind", "what happened; drain: planned, and why", rows, [](const F &r) { return r.kind; });
  c.reals("repair_s", "s", "back in service, since the study began", rows, [](const F &r) { return r.repair_s; });
  c.texts("effect", "what was done, and what it did to the job", rows, [](const F &r) { return r.effect; });
  c.reals("lost_s", "s", "time the job lost by it", rows, [](const F &r) { return r.lost_s; });
}

void put_maintenance(Document &d, const Scenario &s, const FleetStudy &study) {
  const std::uint64_t replicas = study.policies.empty() ? 0 : study.policies.front().replicas.size();
  Columns(d, "/maintenance", {study.policies.size()})
      .texts("policy", "names of the policies", study.policies,
             [](const PolicyResult &p) { return std::string(to_string(p.policy)); });
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t r = 0; r < replicas; ++r)
    seeds.push_back(s.seed + r);
  Columns(d, "/maintenance", {replicas}).put("seed", "1", "of each replica, the same under all policies", seeds);
  std::vector<PolicyFigures> rows;
  for (const PolicyResult &p : study.policies)
    rows.insert(rows.end(), p.replicas.begin(), p.replicas.end());
  Columns c(d, "/maintenance", {study.policies.size(), replicas});
  for (const PolicyColumn &column : policy_columns())
    c.reals(column.name, column.unit, std::string(column.description) + " [policy, replica]", rows,
            [&](const PolicyFigures &f) { return f.*column.member; });
}
} // namespace

void check_telemetry(const FleetTelemetry &telemetry, CampaignDuration span, std::uint64_t links) {
  const auto times = static_cast<std::uint64_t>((span + telemetry.every - CampaignDuration(1)) / telemetry.every);
  const std::uint64_t each = times * telemetry_columns * sizeof(double), sampled = std::min(telemetry.links, links);
  if (sampled == 0 || each <= most_telemetry_bytes / sampled)
    return;
  throw Error(fmt::format("--every and --links ask for {} samples of {} links", times, sampled),
              fmt::format("at most {} MiB of telemetry are kept", most_telemetry_bytes >> 20),
              each <= most_telemetry_bytes ? fmt::format("Try --links {}.", most_telemetry_bytes / each)
                                           : std::string("Try --every 1d."));
}

Document fleet_document(const Scenario &s, const BuiltFabric &b, const FleetStudy &study,
                        const FleetTelemetry &telemetry, const FleetFacts &facts) {
  Document d;
  put_identity(d, s, study, facts);
  put_fleet(d, b, study);
  put_telemetry(d, s, b, study, telemetry);
  put_alarms(d, b, study);
  put_failures(d, b, study);
  put_maintenance(d, s, study);
  return d;
}

} // namespace lightloom
