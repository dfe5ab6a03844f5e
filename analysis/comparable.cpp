// Only runs of one job on the same GPUs are compared: another job's step time says nothing about a network.

#include "analysis/compare.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace lightloom {
namespace {

/// Facts that make up the job and what computes it.
constexpr std::array<const char *, 5> job_facts = {"job", "collective", "traffic", "cluster.gpus", "cluster.gpu"};

bool differ(double a, double b) { return std::isfinite(a) && std::isfinite(b) && a != b; }

/// The first version worded the fact "job" otherwise: against its files tokens and FLOPs per step must tell.
bool of_first_version(const RunSummary &run) {
  return std::find(run.missing.begin(), run.missing.end(), "/causes") != run.missing.end();
}

/// "job: gpt3-175b … against moe …; cluster.gpus: 1024 against 512"; empty when nothing differs.
std::string differences(const RunSummary &a, const RunSummary &b) {
  std::string text;
  const auto add = [&](const std::string &what, const std::string &mine, const std::string &theirs) {
    text += fmt::format("{}{}: {} against {}", text.empty() ? "" : "; ", what, mine.empty() ? "none" : mine,
                        theirs.empty() ? "none" : theirs);
  };
  const bool old = of_first_version(a) || of_first_version(b);
  for (const char *key : job_facts)
    if (fact_of(a, key) != fact_of(b, key) && !(old && key == job_facts[0]))
      add(key, fact_of(a, key), fact_of(b, key));
  if (differ(a.tokens_per_step, b.tokens_per_step))
    add("tokens per step", fmt::format("{:.10g}", a.tokens_per_step), fmt::format("{:.10g}", b.tokens_per_step));
  if (differ(a.flops_per_step, b.flops_per_step))
    add("model FLOPs per step", fmt::format("{:.6g}", a.flops_per_step), fmt::format("{:.6g}", b.flops_per_step));
  return text;
}

} // namespace

void check_comparable(const std::vector<RunSummary> &runs) {
  std::vector<Problem> problems;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    if (runs[0].facts.empty() || runs[i].facts.empty())
      continue;
    const std::string why = differences(runs[0], runs[i]);
    if (!why.empty())
      problems.push_back({{},
                          fmt::format("{} and {} are different jobs", runs[0].name, runs[i].name),
                          why,
                          "Compare runs of one job on the same GPUs; fabric, optics and transport may differ."});
  }
  if (!problems.empty())
    throw Error(std::move(problems));
}

} // namespace lightloom
