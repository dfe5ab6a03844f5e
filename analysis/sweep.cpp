// Which figures a sweep keeps of each run, and how combinations compare.

#include "analysis/sweep.hpp"

#include "analysis/summary.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/digest.hpp"

#include <algorithm>
#include <charconv>

namespace lightloom {
namespace {

std::vector<SweepMetric> make_metrics() {
  std::vector<SweepMetric> list{
      {"step_time_s", "s", "mean over steps after the warm-up"},
      {"compute_s", "s", "mean time per step that a GPU computes"},
      {"exposed_comm_s", "s", "mean time per step that a GPU waits for communication"},
      {"tokens_per_s", "1/s", "of the job"},
      {"mfu", "1", "model FLOPs utilisation"},
      {"time_to_train_s", "s", "campaign.tokens over the tokens per second, without failures"},
      {"gpu_idle_share", "1", "share of all GPU time"},
  };
  for (const auto cause : cause_names)
    list.push_back({"idle_" + std::string(cause) + "_share", "1",
                    "share of all GPU time that is idle because of " + std::string(cause)});
  const std::vector<SweepMetric> rest{
      {"collective_time_s", "s", "mean time of the collective that takes the most time outside the scale-up domain"},
      {"collective_busbw_Bps", "B/s", "its bus bandwidth"},
      {"flows", "flows", "messages of plain traffic that count"},
      {"flows_completed", "flows", "of them delivered"},
      {"fct_p50_s", "s", "median flow completion time"},
      {"fct_p99_s", "s", "99th percentile of flow completion time"},
      {"fct_max_s", "s", "longest flow completion time"},
      {"goodput_bps", "bit/s", "payload of completed flows over the time they took"},
      {"frames_lost", "frames", "on links that are down"},
      {"frames_corrupted", "frames", "hit by an uncorrectable codeword"},
      {"frames_resent", "frames", "sent again by the transport"},
      {"frames_retried", "frames", "sent again by link-level retry"},
      {"frames_dropped", "frames", "found no room in a switch"},
      {"frames_marked", "frames", "marked for congestion"},
      {"optics_power_W", "W", "all modules"},
      {"optics_cost_usd", "USD", "all modules"},
      {"link_hops", "frames", "frames × links crossed"},
  };
  list.insert(list.end(), rest.begin(), rest.end());
  return list;
}

double counted(const RunSummary &s, const char *name) {
  for (const CounterRow &counter : s.counters)
    if (counter.name == name)
      return static_cast<double>(counter.value);
  return not_known;
}

/// The collective outside the scale-up domain that takes most of the time; without one, the longest of all.
const CollectiveSummary *main_collective(const RunSummary &s) {
  const CollectiveSummary *most = nullptr;
  const auto weight = [](const CollectiveSummary &c) {
    return std::pair(!c.scale_up, c.time_s * static_cast<double>(c.count));
  };
  for (const CollectiveSummary &c : s.collectives)
    if (most == nullptr || weight(c) > weight(*most))
      most = &c;
  return most;
}

std::uint64_t hexadecimal(const std::string &text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

std::string digest_of(const SweepResults &sweep, std::size_t first, std::size_t count) {
  if (count == 1)
    return sweep.rows[first].digest;
  Digest digest;
  for (std::size_t i = first; i < first + count; ++i) {
    if (!sweep.rows[i].done)
      return {};
    digest.fold(hexadecimal(sweep.rows[i].digest));
  }
  return to_hex(digest.value());
}

/// Pairs of one figure of complete runs of the same seed: this combination's and the first's.
std::vector<std::pair<double, double>> pairs(const SweepResults &sweep, std::size_t combination, std::size_t metric) {
  std::vector<std::pair<double, double>> out;
  for (std::size_t r = 0; r < sweep.replicas; ++r) {
    const SweepRow &mine = sweep.row(combination, r), &base = sweep.row(0, r);
    if (mine.complete && base.complete)
      out.emplace_back(mine.figures[metric], base.figures[metric]);
  }
  return out;
}

} // namespace

const std::vector<SweepMetric> &sweep_metrics() {
  static const std::vector<SweepMetric> list = make_metrics();
  return list;
}

std::size_t sweep_metric(const std::string &name) {
  const auto &list = sweep_metrics();
  const auto found = std::find_if(list.begin(), list.end(), [&](const SweepMetric &m) { return m.name == name; });
  EXPECTS(found != list.end());
  return static_cast<std::size_t>(found - list.begin());
}

std::vector<double> sweep_figures(const RunResults &results) {
  const RunSummary s = summary(results);
  std::vector<double> figures{s.step_time_s, s.compute_s,       s.exposed_comm_s, s.tokens_per_s,
                              s.mfu,         s.time_to_train_s, s.gpu_idle_share};
  for (std::size_t cause = 0; cause < cause_count; ++cause)
    figures.push_back(s.idle_by_cause.empty() ? not_known : s.idle_by_cause[cause]);
  const CollectiveSummary *collective = main_collective(s);
  const bool flows = s.flows.count > 0;
  const std::vector<double> rest{
      collective != nullptr ? collective->time_s : not_known,
      collective != nullptr ? collective->busbw_Bps : not_known,
      flows ? static_cast<double>(s.flows.count) : not_known,
      flows ? static_cast<double>(s.flows.completed) : not_known,
      s.flows.fct_p50_s,
      s.flows.fct_p99_s,
      s.flows.fct_max_s,
      s.flows.goodput_bps,
      counted(s, "frames_lost"),
      counted(s, "frames_corrupted"),
      counted(s, "frames_resent"),
      s.network.retried_frames,
      s.network.buffer_drops,
      s.network.ecn_marked,
      s.optics.power_W,
      s.optics.cost_usd,
      static_cast<double>(s.link_hops),
  };
  figures.insert(figures.end(), rest.begin(), rest.end());
  for (double &figure : figures) // one bit pattern for all NaN
    figure = figure == figure ? figure : not_known;
  ENSURES(figures.size() == sweep_metrics().size());
  return figures;
}

std::size_t SweepResults::done() const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const SweepRow &r) { return r.done; }));
}

bool SweepResults::complete() const {
  return std::all_of(rows.begin(), rows.end(), [](const SweepRow &r) { return r.complete; });
}

std::string SweepResults::digest() const { return digest_of(*this, 0, rows.size()); }

std::string SweepResults::digest(std::size_t combination) const {
  return digest_of(*this, combination * replicas, replicas);
}

void record_run(SweepResults &sweep, std::size_t row, const RunResults &results, int exit_code, bool keep) {
  SweepRow &r = sweep.rows[row];
  r.done = true;
  r.exit_code = exit_code;
  r.complete = results.identity.complete;
  r.digest = results.identity.digest;
  r.outcome = results.identity.outcome;
  r.figures = sweep_figures(results);
  for (const CounterRow &counter : results.counters) {
    r.counters[counter.name] = static_cast<double>(counter.value);
    sweep.counters[counter.name] = {counter.unit, counter.description};
  }
  if (keep)
    r.whole = to_document(results);
}

void record_failure(SweepResults &sweep, std::size_t row, int exit_code, const std::string &why) {
  SweepRow &r = sweep.rows[row];
  r.done = true;
  r.exit_code = exit_code;
  r.outcome = why;
  r.figures.assign(sweep_metrics().size(), not_known);
}

SweepComparison compare_combination(const SweepResults &sweep, std::size_t combination, std::size_t metric) {
  SweepComparison out;
  std::vector<double> values, ratios, differences;
  for (std::size_t r = 0; r < sweep.replicas; ++r) {
    const SweepRow &row = sweep.row(combination, r);
    if (row.complete)
      values.push_back(row.figures[metric]);
    out.failed += row.done && !row.complete ? 1 : 0;
  }
  for (const auto &[mine, base] : pairs(sweep, combination, metric)) {
    ratios.push_back(base != 0 ? mine / base : not_known);
    differences.push_back(mine - base);
  }
  out.runs = values.size();
  out.mean = mean_interval(values);
  out.ratio = mean_interval(ratios);
  out.difference = mean_interval(differences);
  return out;
}

std::size_t main_metric(const SweepResults &sweep) {
  for (const char *name : {"step_time_s", "collective_time_s", "fct_max_s"}) {
    const std::size_t metric = sweep_metric(name);
    for (const SweepRow &row : sweep.rows)
      if (row.complete && row.figures[metric] == row.figures[metric])
        return metric;
  }
  return sweep_metric("step_time_s");
}

} // namespace lightloom
