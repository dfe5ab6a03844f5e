#include "scenarios/commands/tie_study.hpp"

#include "analysis/summary.hpp"
#include "analysis/table.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/shipped.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/digest.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// By chance a mean of 20 is beyond this once in 16,000.
constexpr double band = 4;

/// A shipped scenario whose time is followed.
struct Followed {
  const char *scenario;
  std::vector<std::string> settings;
  const char *what;
};
/// The last one is the incast: 31 senders and the receiver on one switch of 64 ports, so that the senders are alike.
const Followed followed[] = {
    {"ties", {}, "step time of a job of 64 GPUs on ECMP"},
    {"dragonfly-plus",
     {"collective.0.op=all-to-all", "collective.0.algorithm=pairwise", "collective.0.size=4MiB"},
     "all-to-all of 64 GPUs on a Dragonfly+"},
    {"incast", {"fabric.radix=64"}, "incast of 31 senders through one switch"},
};
constexpr std::size_t incast = 2;

/// Step, collective or last flow: what the scenario has. [s]
double time_of(const RunSummary &s) {
  return s.steps > 0 ? s.step_time_s : s.collectives.empty() ? s.flows.fct_max_s : s.collectives.front().time_s;
}

Spread spread_of(const std::vector<double> &values) {
  const auto n = static_cast<double>(values.size());
  Spread s;
  s.min = *std::min_element(values.begin(), values.end());
  s.max = *std::max_element(values.begin(), values.end());
  s.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values)
    squares += (v - s.mean) * (v - s.mean);
  s.deviation = values.size() > 1 && s.max > s.min ? std::sqrt(squares / (n - 1)) : 0; // no dust of rounding
  return s;
}

RunOutcome run_with(const Followed &one, std::uint32_t tie_seed, const CommandLine &line) {
  const auto text = shipped_scenario(one.scenario);
  ENSURES(text.has_value());
  auto settings = one.settings;
  settings.insert(settings.end(), line.settings.begin(), line.settings.end());
  settings.push_back(fmt::format("scenario.tie_seed={}", tie_seed));
  const Scenario s = load_scenario_text(*text, std::string("scenarios/") + one.scenario + ".toml", settings);
  RunRequest request = request_of(line);
  request.progress = false; // many short runs
  return run_built(s, build_run(s), request);
}

/// Adds to each sender the place in which its flow ended.
void add_ranks(std::vector<FlowRow> flows, std::vector<SenderRank> &senders, const RunResults &results) {
  if (senders.empty())
    for (const auto &flow : flows)
      senders.push_back({results.fabric.nodes[flow.source], 0});
  std::vector<std::size_t> order(flows.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return flows[a].end_ps < flows[b].end_ps; });
  for (std::size_t place = 0; place < order.size(); ++place)
    senders[order[place]].mean_rank += static_cast<double>(place + 1);
}
} // namespace

bool TieStudy::fair() const { return std::abs(off(farthest)) <= band; }

TieStudy study_ties(const CommandLine &line, ExitCode &code, std::uint32_t seeds) {
  TieStudy study;
  std::vector<double> times[std::size(followed)];
  Digest digest;
  for (std::uint32_t seed = 1; seed <= seeds && code == ExitCode::done; ++seed)
    for (std::size_t i = 0; i < std::size(followed); ++i) {
      const RunOutcome outcome = run_with(followed[i], seed, line);
      if (outcome.code != ExitCode::done) {
        say_outcome(line, outcome);
        code = outcome.code;
        break;
      }
      const RunSummary s = summary(outcome.results);
      times[i].push_back(time_of(s));
      study.link_hops += outcome.link_hops;
      for (const char c : s.digest)
        digest.fold(static_cast<std::uint64_t>(c));
      if (i == incast)
        add_ranks(outcome.results.flows.rows, study.senders, outcome.results);
    }
  if (code != ExitCode::done)
    return study;
  study.seeds = seeds;
  for (std::size_t i = 0; i < std::size(followed); ++i)
    study.times.push_back({followed[i].scenario, followed[i].what, spread_of(times[i])});
  study.digest = to_hex(digest.value());
  const auto n = static_cast<double>(study.senders.size());
  study.expected_rank = (n + 1) / 2;
  study.standard_error = std::sqrt((n * n - 1) / (12.0 * seeds));
  for (std::size_t i = 0; i < study.senders.size(); ++i) {
    study.senders[i].mean_rank /= seeds;
    if (std::abs(study.off(i)) > std::abs(study.off(study.farthest)))
      study.farthest = i;
  }
  if (!study.fair())
    code = ExitCode::failed_check;
  return study;
}

std::string to_text(const TieStudy &study) {
  Table t({{fmt::format("tie order: {} tie seeds, all else equal", study.seeds), "", Table::Align::left},
           {"least", ""},
           {"mean", ""},
           {"most", ""},
           {"std. deviation", ""}});
  for (const auto &[scenario, what, s] : study.times)
    t.add({what, format_seconds(s.min), format_seconds(s.mean), format_seconds(s.max),
           fmt::format("{} = {:.2g} %", format_seconds(s.deviation), 100 * s.deviation / s.mean)});
  std::string text = t.str();
  const auto &far = study.senders[study.farthest];
  text += fmt::format("\nMean place in which each sender of the incast completed; alike senders: {:.1f} ± {:.1f} "
                      "({:.0f} standard errors)\n",
                      study.expected_rank, band * study.standard_error, band);
  for (std::size_t i = 0; i < study.senders.size(); ++i)
    text += fmt::format("{:>9} {:>5.2f}{}", study.senders[i].host, study.senders[i].mean_rank,
                        i % 8 == 7 || i + 1 == study.senders.size() ? "\n" : "");
  return text + fmt::format("Farthest: {} with {:.2f}, {:+.1f} standard errors: {}.\n", far.host, far.mean_rank,
                            study.off(study.farthest),
                            study.fair() ? "no host or port is systematically favoured"
                                         : "THIS PORT IS SYSTEMATICALLY FAVOURED OR SLIGHTED");
}

} // namespace lightloom
