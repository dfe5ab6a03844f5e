#include "scenarios/results/fill_waiting.hpp"

#include "analysis/summary.hpp"
#include "analysis/waiting.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Waits as the rank saw them, inside its idle time.
void add_waits(GpuTimes &gpus, const RankStep &times, Duration idle) {
  const auto scale_up = std::min(times.wait_scale_up, idle);
  gpus.wait_scale_up_ps.push_back(scale_up.count());
  gpus.wait_network_ps.push_back(std::min(times.wait_network, idle - scale_up).count());
}

void fill_explained(RunResults &r, const NetworkResult &n, std::uint32_t ranks) {
  for (std::size_t step = 0; step < n.attribution.steps.size(); ++step) {
    const StepAttribution &a = n.attribution.steps[step];
    StepRow row;
    row.start_ps = picoseconds(a.begin);
    row.duration_ps = (a.end - a.begin).count();
    row.critical_path = a.critical_path;
    r.steps.push_back(row);
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const std::int64_t idle = row.duration_ps - a.busy_ps[rank];
      r.gpus.busy_ps.push_back(a.busy_ps[rank]);
      r.gpus.idle_ps.push_back(idle);
      r.gpus.idle_by_cause_ps.push_back(a.idle[rank]);
      add_waits(r.gpus, n.rank_steps[step][rank], Duration(idle));
    }
  }
}

/// Steps tile the run: each lasts from the end of the one before to its own end, over all ranks. A rank that is early
/// works in the next step already; counted from its first rank's begin, a step would book the others idle twice.
void fill_measured(RunResults &r, const NetworkResult &n, std::uint32_t ranks, bool finished) {
  SimTime begin = n.steps.empty() ? SimTime{} : n.steps.front().begin;
  for (std::size_t step = 0; step < n.steps.size(); ++step) {
    const auto &mark = n.steps[step];
    const auto &ranks_of_step = n.rank_steps[step];
    const bool ended = std::all_of(ranks_of_step.begin(), ranks_of_step.end(),
                                   [](const RankStep &one) { return one.end > one.begin; });
    if (mark.begin == never || (!ended && !finished))
      break; // a run that was stopped: this step never ended
    const Duration duration = mark.end - begin;
    StepRow row;
    row.start_ps = picoseconds(begin);
    row.duration_ps = duration.count();
    r.steps.push_back(row);
    begin = mark.end;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const auto busy = std::min(ranks_of_step[rank].busy, duration);
      r.gpus.busy_ps.push_back(busy.count());
      r.gpus.idle_ps.push_back((duration - busy).count());
      add_waits(r.gpus, ranks_of_step[rank], duration - busy);
    }
  }
}

/// By name instead of by index.
std::vector<Waited> by_name(const std::vector<WaitingOfLabel> &waiting, const std::vector<std::string> &labels) {
  std::vector<Waited> named;
  for (const auto &one : waiting)
    named.push_back({one.label < labels.size() ? labels[one.label] : "other", one.idle});
  return named;
}
} // namespace

void fill_steps(RunResults &r, const NetworkResult &n, std::uint32_t ranks, bool finished) {
  r.gpus.gpus = n.steps.empty() ? 0 : ranks;
  if (n.attribution.available)
    fill_explained(r, n, ranks);
  else
    fill_measured(r, n, ranks, finished);
  derive_steps(r);
}

void fill_waiting(RunResults &r, const BuiltRun &built, const NetworkResult &n) {
  const Attribution &a = n.attribution;
  if (!a.available || r.steps.empty())
    return;
  const std::size_t from = first_counted_step(r);
  add_waiting(r, "activity", by_name(a.labels, built.plan.labels), from);
  std::vector<std::pair<std::size_t, CauseTimes>> links;
  for (const auto &one : a.links)
    links.emplace_back(one.link.index(), one.idle);
  add_link_waiting(r, links, from);
  add_waiting(r, "critical path", by_name(a.critical_path_labels, built.plan.labels), from);
}

namespace {
double predicted_step_error(const NetworkResult &n) {
  if (n.train_error == 0)
    return 0;
  if (n.steps.empty())
    return n.train_error;
  if (!n.attribution.available)
    return n.train_error; // of the message that suffers most: no step suffers more
  double sum = 0;
  for (const auto &step : n.attribution.steps)
    sum += step.critical_path_messages * seconds(n.train_delay_mean) / seconds(step.end - step.begin);
  return n.attribution.steps.empty() ? not_known : sum / static_cast<double>(n.attribution.steps.size());
}

/// What moved as frames although trains were asked for; "" when nothing did.
std::string frames_where(const Scenario &s, const GranularityRow &row) {
  if (s.granularity.kind == GranularityPart::Kind::frame || !(row.payload_in_trains < 1))
    return "";
  if (s.granularity.kind == GranularityPart::Kind::size)
    return "messages of a single frame";
  if (row.payload_in_trains == 0)
    return fmt::format("everything: beside an all-to-all, or for messages this short, trains do not keep {:g} %",
                       100 * s.granularity.error);
  return fmt::format("messages too short for trains with an error of {:g} %", 100 * s.granularity.error);
}
} // namespace

GranularityRow granularity_of(const Scenario &s, const NetworkResult &n) {
  const auto &g = s.granularity;
  using Kind = GranularityPart::Kind;
  GranularityRow row;
  row.setting = g.kind == Kind::frame ? "frame" : g.kind == Kind::size ? format_bytes(g.size) : "auto";
  if (g.kind == Kind::automatic)
    row.stated_error = g.error;
  if (n.bytes_sent > 0)
    row.payload_in_trains = static_cast<double>(n.bytes_in_trains) / static_cast<double>(n.bytes_sent);
  if (n.trains_injected > 0)
    row.frames_per_train_mean = static_cast<double>(n.frames_injected) / static_cast<double>(n.trains_injected);
  row.predicted_error = predicted_step_error(n);
  row.frames_where = frames_where(s, row);
  return row;
}

} // namespace lightloom
