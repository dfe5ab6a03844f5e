// Sweeps as data: paired statistics worked out by hand, and the way into a document and back.

#include "analysis/sweep.hpp"
#include "analysis/hdf5_writer.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace lightloom;

namespace {
/// Two combinations of three replicas with these step times [s]; not_known = a run that failed.
SweepResults sweep_of(const std::vector<double> &step_times) {
  SweepResults sweep;
  sweep.name = "invented";
  sweep.replicas = 3;
  sweep.parameters = {{"fabric.radix", {"32", "64"}, {32, 64}, "1"}, {"transport.kind", {"uec", "rocev2"}, {}, ""}};
  sweep.rows.resize(step_times.size());
  for (std::size_t i = 0; i < step_times.size(); ++i) {
    sweep.rows[i].seed = 1 + i % 3;
    if (std::isnan(step_times[i])) {
      record_failure(sweep, i, 1, "gave up");
      continue;
    }
    RunResults run = example::results();
    run.identity.digest = "000000000000000" + std::to_string(i);
    record_run(sweep, i, run, 0, false);
    sweep.rows[i].figures[sweep_metric("step_time_s")] = step_times[i];
  }
  return sweep;
}
} // namespace

TEST_CASE("ratios and differences are paired by seed: what seeds have in common is not in their intervals") {
  // Seeds differ by whole seconds, combinations by exactly 10 %: the ratio has no spread at all.
  const SweepResults sweep = sweep_of({1, 2, 3, 1.1, 2.2, 3.3});
  const std::size_t step = sweep_metric("step_time_s");
  const SweepComparison c = compare_combination(sweep, 1, step);
  CHECK(c.runs == 3);
  CHECK(c.mean.mean == doctest::Approx(2.2));
  // Student's t of 2 degrees of freedom at 97.5 %: 4.3027; deviation 1.1.
  CHECK(c.mean.ci95 == doctest::Approx(4.3027 * 1.1 / std::sqrt(3)).epsilon(1e-4));
  CHECK(c.ratio.mean == doctest::Approx(1.1));
  CHECK(c.ratio.ci95 == doctest::Approx(0).epsilon(1e-12));
  CHECK(c.difference.mean == doctest::Approx(0.2));
  CHECK(c.difference.ci95 == doctest::Approx(4.3027 * 0.1 / std::sqrt(3)).epsilon(1e-4));
}

TEST_CASE("a failed run is in no mean and takes its pair out of the ratio") {
  const SweepResults sweep = sweep_of({1, not_known, 3, 2, 4, 6});
  const std::size_t step = sweep_metric("step_time_s");
  CHECK(compare_combination(sweep, 0, step).failed == 1);
  CHECK(compare_combination(sweep, 0, step).mean.mean == doctest::Approx(2));
  CHECK(compare_combination(sweep, 1, step).mean.mean == doctest::Approx(4));
  CHECK(compare_combination(sweep, 1, step).ratio.mean == doctest::Approx(2));
  CHECK(!sweep.complete());
  CHECK(sweep.finished());
  CHECK(to_text(sweep).find("1 run did not end well and is in no mean.") != std::string::npos);
}

TEST_CASE("the digest of one run is its own, that of several depends on all and on their order") {
  SweepResults sweep = sweep_of({1, 2, 3, 4, 5, 6});
  const std::string all = sweep.digest(), second = sweep.digest(1);
  CHECK(all.size() == 16);
  std::swap(sweep.rows[3].digest, sweep.rows[4].digest);
  CHECK(sweep.digest() != all);
  CHECK(sweep.digest(1) != second);
  sweep.rows[4].done = false;
  CHECK(sweep.digest().empty());
  sweep.rows.resize(1);
  sweep.replicas = 1;
  CHECK(sweep.digest() == "0000000000000000");
}

TEST_CASE("every figure of a run has a name of its own and a value, or is said not to be known") {
  std::vector<double> figures = sweep_figures(example::results());
  CHECK(figures.size() == sweep_metrics().size());
  CHECK(figures[sweep_metric("step_time_s")] == doctest::Approx(80e-12)); // the step after the warm-up
  CHECK(figures[sweep_metric("gpu_idle_share")] > 0);
  CHECK(figures[sweep_metric("frames_retried")] == 6);
  double idle = 0;
  for (const char *cause : cause_names)
    idle += figures[sweep_metric("idle_" + std::string(cause) + "_share")];
  CHECK(idle == doctest::Approx(figures[sweep_metric("gpu_idle_share")]));
}
