// Ratios against the first run, seed by seed, and the common basis.

#include "analysis/compare.hpp"

#include "analysis/seeds.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/portable_math.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lightloom {
namespace {

double ratio(double value, double base) { return base != 0 ? value / base : not_known; }

bool same(const CollectiveSummary &a, const CollectiveSummary &b) {
  return a.op == b.op && a.algorithm == b.algorithm && a.bytes == b.bytes && a.ranks == b.ranks &&
         a.scale_up == b.scale_up;
}

/// Geometric mean of the ratios of bus bandwidth over collectives both runs have.
double busbw_ratio(const RunSummary &run, const RunSummary &base) {
  double logs = 0;
  int count = 0;
  for (const CollectiveSummary &mine : run.collectives)
    for (const CollectiveSummary &theirs : base.collectives)
      if (same(mine, theirs) && mine.busbw_Bps > 0 && theirs.busbw_Bps > 0) {
        logs += portable_log(mine.busbw_Bps / theirs.busbw_Bps);
        ++count;
      }
  return count > 0 ? portable_exp(logs / count) : not_known;
}

RunRatios ratios(const RunSummary &run, const RunSummary &base) {
  RunRatios out;
  out.name = run.name;
  out.step_time = ratio(run.step_time_s, base.step_time_s);
  out.tokens_per_s = ratio(run.tokens_per_s, base.tokens_per_s);
  out.gpu_idle_share = ratio(run.gpu_idle_share, base.gpu_idle_share);
  out.exposed_comm = ratio(run.exposed_comm_s, base.exposed_comm_s);
  out.collective_busbw = busbw_ratio(run, base);
  out.fct_p99 = ratio(run.flows.fct_p99_s, base.flows.fct_p99_s);
  out.optics_power = ratio(run.optics.power_W, base.optics.power_W);
  out.optics_cost = ratio(run.optics.cost_usd, base.optics.cost_usd);
  out.cluster_power = ratio(run.cluster.power_W, base.cluster.power_W);
  out.cluster_cost = ratio(run.cluster.cost_usd, base.cluster.cost_usd);
  out.energy_per_step = ratio(run.energy_per_step_J, base.energy_per_step_J);
  out.energy_per_token = ratio(run.energy_per_token_J, base.energy_per_token_J);
  out.cost_per_token_rate = ratio(run.cost_per_token_rate, base.cost_per_token_rate);
  return out;
}

/// One of the three usual bases.
BasisFact basis_fact(const std::vector<RunSummary> &runs, const char *key) {
  BasisFact fact;
  for (const RunSummary &run : runs)
    fact.values.push_back(fact_of(run, key));
  fact.equal = !fact.values.front().empty() &&
               std::all_of(fact.values.begin(), fact.values.end(),
                           [&](const std::string &value) { return value == fact.values.front(); });
  return fact;
}

/// "Equal switch silicon (51.2 Tb/s); radix differs (64 against 32) …": facts that no run states are left out.
std::string basis_sentence(const Basis &basis) {
  std::string equal, different;
  const auto add = [&](const char *name, const BasisFact &fact) {
    if (fact.equal) {
      equal += fmt::format("{} {} ({})", equal.empty() ? "" : ",", name, fact.values.front());
      return;
    }
    std::string values;
    for (const std::string &value : fact.values)
      values += (values.empty() ? "" : " against ") + (value.empty() ? std::string("not stated") : value);
    if (std::any_of(fact.values.begin(), fact.values.end(), [](const std::string &value) { return !value.empty(); }))
      different += fmt::format("{} {} ({})", different.empty() ? "" : ",", name, values);
  };
  add("radix", basis.radix);
  add("switch silicon", basis.silicon);
  add("bandwidth per GPU", basis.gpu_bandwidth);
  if (equal.empty() && different.empty())
    return {};
  return (equal.empty() ? "Nothing of the three usual bases is equal" : "Equal" + equal) +
         (different.empty() ? "." : "; different" + different + ".");
}

/// Keys in the order in which the runs first state them.
Basis basis(const std::vector<RunSummary> &runs) {
  std::vector<std::string> keys;
  for (const RunSummary &run : runs)
    for (const FactRow &fact : run.facts) // a finding is a sentence of one run
      if (!fact.key.ends_with(" finding") && std::find(keys.begin(), keys.end(), fact.key) == keys.end())
        keys.push_back(fact.key);
  Basis out;
  for (const std::string &key : keys) {
    std::vector<std::string> values;
    for (const RunSummary &run : runs)
      values.push_back(fact_of(run, key));
    if (std::all_of(values.begin(), values.end(), [&](const std::string &value) { return value == values.front(); }))
      out.equal.push_back({key, values.front()});
    else
      out.different.emplace_back(key, std::move(values));
  }
  out.radix = basis_fact(runs, fact_radix);
  out.silicon = basis_fact(runs, fact_silicon);
  out.gpu_bandwidth = basis_fact(runs, fact_gpu_bandwidth);
  out.sentence = basis_sentence(out);
  return out;
}

/// All seeds of a run with its ratios against the first run's.
RunRatios mean_ratios(const std::vector<RunSummary> &run, const std::vector<RunSummary> &base) {
  RunRatios sum = ratios(run.front(), base.front());
  const auto members = {&RunRatios::step_time,          &RunRatios::tokens_per_s,     &RunRatios::gpu_idle_share,
                        &RunRatios::exposed_comm,       &RunRatios::collective_busbw, &RunRatios::fct_p99,
                        &RunRatios::optics_power,       &RunRatios::optics_cost,      &RunRatios::cluster_power,
                        &RunRatios::cluster_cost,       &RunRatios::energy_per_step,  &RunRatios::energy_per_token,
                        &RunRatios::cost_per_token_rate};
  for (std::size_t seed = 1; seed < run.size(); ++seed) {
    const RunRatios more = ratios(run[seed], base[seed]);
    for (const auto member : members)
      sum.*member += more.*member;
  }
  for (const auto member : members)
    sum.*member /= static_cast<double>(run.size());
  return sum;
}

RunIntervals run_intervals(const std::vector<RunSummary> &run, const std::vector<RunSummary> &base) {
  RunIntervals out;
  out.name = run.front().name;
  for (const RunSummary &seed : run)
    out.seeds.push_back(seed.seed);
  const auto fill = [&](double RunSummary::*number, MeanInterval &mean, MeanInterval &against) {
    std::vector<double> values, paired;
    for (std::size_t seed = 0; seed < run.size(); ++seed) {
      values.push_back(run[seed].*number);
      paired.push_back(ratio(run[seed].*number, base[seed].*number));
    }
    mean = mean_interval(values);
    against = mean_interval(paired);
  };
  fill(&RunSummary::step_time_s, out.step_time_s, out.step_time_ratio);
  fill(&RunSummary::exposed_comm_s, out.exposed_comm_s, out.exposed_comm_ratio);
  fill(&RunSummary::gpu_idle_share, out.gpu_idle_share, out.gpu_idle_ratio);
  fill(&RunSummary::tokens_per_s, out.tokens_per_s, out.tokens_ratio);
  return out;
}

std::string seed_list(const std::vector<RunSummary> &run) {
  std::string text;
  for (const RunSummary &seed : run)
    text += (text.empty() ? "" : ", ") + std::to_string(seed.seed);
  return text;
}

/// Orders each run's seeds and checks that several seeds are the same ones everywhere. Single runs pair as they are.
void pair_seeds(std::vector<std::vector<RunSummary>> &runs) {
  const auto by_seed = [](const RunSummary &a, const RunSummary &b) { return a.seed < b.seed; };
  const auto same_seed = [](const RunSummary &a, const RunSummary &b) { return a.seed == b.seed; };
  for (auto &run : runs)
    std::stable_sort(run.begin(), run.end(), by_seed);
  for (auto &run : runs) {
    if (run.size() == 1 && runs.front().size() == 1)
      continue;
    if (!std::equal(run.begin(), run.end(), runs.front().begin(), runs.front().end(), same_seed))
      throw Error(fmt::format("{} and {} have different seeds", runs.front().front().name, run.front().name),
                  fmt::format("{} against {}; ratios are taken seed by seed", seed_list(runs.front()), seed_list(run)),
                  "Run both with the same seeds.");
  }
}

} // namespace

Comparison compare(std::vector<std::vector<RunSummary>> seeds_of_each_run) {
  EXPECTS(seeds_of_each_run.size() >= 2);
  std::vector<RunSummary> firsts;
  for (const auto &run : seeds_of_each_run) {
    EXPECTS(!run.empty());
    firsts.push_back(run.front());
  }
  check_comparable(firsts);
  pair_seeds(seeds_of_each_run);
  Comparison comparison;
  const auto &base = seeds_of_each_run.front();
  for (const auto &run : seeds_of_each_run) {
    comparison.runs.push_back(mean_of(run));
    comparison.ratios.push_back(mean_ratios(run, base));
    comparison.intervals.push_back(run_intervals(run, base));
  }
  comparison.basis = basis(comparison.runs);
  comparison.verdict = verdict(comparison);
  return comparison;
}

Comparison compare(std::vector<RunSummary> runs) {
  std::vector<std::vector<RunSummary>> single;
  for (RunSummary &run : runs)
    single.push_back({std::move(run)});
  return compare(std::move(single));
}

} // namespace lightloom
