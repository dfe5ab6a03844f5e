#include "optics/goodput.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace std::chrono_literals;

namespace {
CampaignTime at(CampaignDuration d) { return CampaignTime(d); }
constexpr CampaignDuration day = 24h;
JobOutage host(CampaignDuration when, CampaignDuration lasts, bool planned = false) {
  return {at(when), lasts, true, planned};
}
double parts(const JobOutcome &o, double span_s) {
  return o.goodput + (o.lost_work_s + o.unplanned_down_s + o.planned_down_s + o.slow_s) / span_s;
}
} // namespace

TEST_CASE("a job that nothing happens to has goodput 1") {
  const JobOutcome o = run_job({}, {}, {}, at(0s), at(day));
  CHECK(o.goodput == 1);
  CHECK(o.stops == 0);
}

TEST_CASE("a host lost 10 min 7 s after a checkpoint costs that, the patience and the restart") {
  // Checkpoints every 30 min: 5 h 10 min 7 s is 607 s after one. 607 + 60 + 600 = 1,267 s.
  const JobOutcome o = run_job({}, {host(5h + 10min + 7s, 6h)}, {}, at(0s), at(day));
  CHECK(o.lost_work_s == doctest::Approx(607));
  CHECK(o.unplanned_down_s == doctest::Approx(660));
  CHECK(o.outage_lost_s.front() == doctest::Approx(1267));
  CHECK(o.goodput == doctest::Approx(1 - 1267.0 / 86400).epsilon(1e-12));
  CHECK(o.stops == 1);
}

TEST_CASE("a flap that the transport outlasts costs its own length and no more") {
  const JobOutcome o = run_job({}, {host(5h, 40s)}, {}, at(0s), at(day));
  CHECK(o.slow_s == doctest::Approx(40));
  CHECK(o.stops == 0);
  CHECK(o.goodput == doctest::Approx(1 - 40.0 / 86400).epsilon(1e-12));
}

TEST_CASE("planned drains in one window share one restart, and lose no work") {
  const JobOutcome o =
      run_job({}, {host(5h, 6h, true), host(5h, 2h, true), host(5h + 5min, 2h, true)}, {}, at(0s), at(day));
  CHECK(o.drains == 1);
  CHECK(o.planned_down_s == doctest::Approx(600));
  CHECK(o.lost_work_s == 0);
}

TEST_CASE("a failure during a restart begins it again") {
  // 5:00:00 + 660 s would run again at 5:11:00; lost at 5:05:00, it does at 5:16:00: 16 min after a checkpoint at 5:00.
  const JobOutcome o = run_job({}, {host(5h, 6h), host(5h + 5min, 6h)}, {}, at(0s), at(day));
  CHECK(o.stops == 2);
  CHECK(o.unplanned_down_s == doctest::Approx(16 * 60));
  CHECK(o.lost_work_s == 0);
}

TEST_CASE("between switches a failure costs the time to find another way, a drain nothing") {
  const JobOutcome failed = run_job({}, {{at(5h), 6h, false, false}}, {}, at(0s), at(day));
  CHECK(failed.slow_s == doctest::Approx(0.001).epsilon(1e-6));
  const JobOutcome drained = run_job({}, {{at(5h), 6h, false, true}}, {}, at(0s), at(day));
  CHECK(drained.goodput == 1);
}

TEST_CASE("with two planes a lost port halves a NIC's rate: communication takes twice as long") {
  JobModel job;
  job.planes = 2;
  job.reroute = {};
  const JobOutcome o = run_job(job, {host(5h, 6h)}, {}, at(0s), at(day));
  CHECK(o.stops == 0);
  CHECK(o.slow_s == doctest::Approx(6 * 3600 * (1 - 1 / 1.3))); // 1 / (1 + 0.3 (2 − 1))
}

TEST_CASE("the slowest link of the moment sets the pace, not the sum") {
  JobModel job;
  job.recovery = FrameRecovery::go_back_n;
  job.frames_in_flight = 122; // 400 Gb/s, 10 us, 4 KiB
  // (1 − p)/(1 − p + 122 p): 1e-3 leaves 89.1 %, 1e-4 98.8 %.
  CHECK(recovery_efficiency(job.recovery, 1e-3, 122) == doctest::Approx(0.8912).epsilon(1e-3));
  CHECK(recovery_efficiency(job.recovery, 1e-4, 122) == doctest::Approx(0.9879).epsilon(1e-3));
  CHECK(recovery_efficiency(FrameRecovery::selective, 1e-3, 122) == 0.999);
  const JobSlowdown bad{at(2h), at(8h), 1, 1e-3}, mild{at(1h), at(12h), 1, 1e-4};
  const double slow_bad = 1 - job_speed(recovery_efficiency(job.recovery, 1e-3, 122), 0.3);
  const double slow_mild = 1 - job_speed(recovery_efficiency(job.recovery, 1e-4, 122), 0.3);
  const JobOutcome o = run_job(job, {}, {bad, mild}, at(0s), at(day));
  CHECK(o.slow_s == doctest::Approx(3600 * (6 * slow_bad + 5 * slow_mild)).epsilon(1e-9));
}

TEST_CASE("goodput and what was lost make the whole, in any order of the inputs") {
  std::vector<JobOutage> outages;
  std::vector<JobSlowdown> slow;
  for (int i = 0; i < 60; ++i) {
    outages.push_back(
        {at(CampaignDuration(1h) * (i * 37 % 61) + 7min * (i % 5)), (i % 4 == 0 ? 30s : 20h), i % 3 != 0, i % 5 == 0});
    slow.push_back(
        {at(CampaignDuration(1h) * i), at(CampaignDuration(1h) * (i + 3)), 1 - 0.01 * (i % 7), 1e-4 * (i % 2)});
  }
  const double span = 70 * 3600.0;
  const JobOutcome o = run_job({}, outages, slow, at(0s), at(70h));
  CHECK(parts(o, span) == doctest::Approx(1).epsilon(1e-12));
  CHECK(o.goodput > 0);
  std::reverse(outages.begin(), outages.end());
  std::reverse(slow.begin(), slow.end());
  const JobOutcome reversed = run_job({}, outages, slow, at(0s), at(70h));
  CHECK(reversed.goodput == o.goodput);
}
