#include "scenarios/results/fleet_study.hpp"

#include "scenarios/build/parts.hpp"
#include "sim/core/digest.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>
#include <thread>

namespace lightloom {

namespace {
constexpr std::size_t cables_at_once = 64; ///< what a thread takes

double to_seconds(CampaignDuration d) { return static_cast<double>(d.count()) * 1e-9; }
double to_hours(CampaignDuration d) { return to_seconds(d) / 3600; }

/// f(i) for i < n on the request's threads; false when it was stopped. Rethrows what an f threw.
template <class F> bool for_each_index(std::size_t n, const FleetRequest &request, F &&f) {
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> failures(std::max(1u, request.threads));
  const auto stopped = [&] { return request.stop && request.stop(); };
  const auto work = [&](std::exception_ptr &failure) {
    try {
      for (std::size_t begin = next.fetch_add(cables_at_once); begin < n && !stopped();
           begin = next.fetch_add(cables_at_once))
        for (std::size_t i = begin; i < std::min(n, begin + cables_at_once); ++i)
          f(i);
    } catch (...) {
      failure = std::current_exception();
      next = n;
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < failures.size(); ++t)
      others.emplace_back([&, t] { work(failures[t]); });
    work(failures[0]);
  }
  for (const std::exception_ptr &failure : failures)
    if (failure)
      std::rethrow_exception(failure);
  return !stopped();
}

/// Frames that a round trip of the recovery can hold.
double frames_in_flight(const Scenario &s, const BuiltFabric &b) {
  const double frame_bits = 8.0 * static_cast<double>(s.transport.full_frame().value);
  Duration round_trip = base_round_trip(s, b);
  if (s.optics.llr.enabled) { // of the longest link, as optics.llr_turnaround has it
    Duration longest{};
    for (const auto &tier : b.optics)
      if (tier)
        longest = std::max(longest, tier->latency);
    round_trip = 2 * longest + 2 * s.optics.llr.turnaround;
  }
  return std::max(1.0, seconds(round_trip) * static_cast<double>(s.fabric.host_rate.bits_per_second) / frame_bits);
}

JobModel job_model(const Scenario &s, const BuiltFabric &b) {
  const auto &m = s.optics.maintenance;
  JobModel job;
  job.patience = m.patience;
  job.restart = m.restart;
  job.checkpoint = m.checkpoint;
  job.communication_share = m.communication_share;
  job.reroute = std::chrono::duration_cast<CampaignDuration>(s.routing.reroute);
  job.planes = b.fabric.planes();
  // Link-level retry goes back over the link's own round trip, whatever the transport does.
  job.recovery = s.optics.llr.enabled || s.transport.go_back_n() ? FrameRecovery::go_back_n : FrameRecovery::selective;
  job.frames_in_flight = frames_in_flight(s, b);
  return job;
}

struct JobInput {
  std::vector<JobOutage> outages;
  std::vector<JobSlowdown> slowdowns;
};

void add_outages(PolicyFigures &f, JobInput &input, const CableLife &life, bool host, CampaignTime until) {
  for (const CableOutage &o : life.outages) {
    (o.planned ? f.planned_cable_h : f.unplanned_cable_h) += to_hours(std::min(o.until, until) - o.from);
    input.outages.push_back({o.from, o.until - o.from, host, o.planned});
    f.cleanings += o.cleaned ? 1 : 0;
    f.replaced += o.replaced;
    f.unresolved += o.unresolved ? 1 : 0;
    if (o.planned) {
      ++f.drains;
      continue;
    }
    switch (o.cause) {
    case OutageCause::flap:
      ++f.flaps;
      break;
    case OutageCause::module_failure:
      ++f.module_failures;
      break;
    case OutageCause::lane_failure:
      ++f.lane_failures;
      break;
    case OutageCause::bit_errors:
    case OutageCause::alarm:
      ++f.bit_error_failures;
      break;
    }
  }
}

/// The figures of a fleet's lives, in the order of cables.
PolicyFigures figures_of(const BuiltFabric &b, const std::vector<CableLife> &lives, const JobModel &job,
                         CampaignTime from, CampaignTime until, std::vector<double> *outage_lost_s) {
  PolicyFigures f;
  JobInput input;
  for (std::size_t c = 0; c < lives.size(); ++c) {
    const CableLife &life = lives[c];
    add_outages(f, input, life, b.fabric.plan().cables[c].tier == Tier::host, until);
    for (const SlowStretch &s : life.slow)
      input.slowdowns.push_back({s.from, s.until, s.rate_share, s.frame_loss_ratio});
    for (const CableAlarm &a : life.alarms)
      ++(a.level == AlarmLevel::alarm ? f.alarms : f.warnings);
    f.hours_above_limit += life.hours_above_limit;
    f.uncorrectable_codewords += life.uncorrectable_codewords;
  }
  f.availability = 1 - (f.unplanned_cable_h + f.planned_cable_h) /
                           (to_hours(until - from) * std::max(1.0, static_cast<double>(lives.size())));
  JobOutcome outcome = run_job(job, input.outages, input.slowdowns, from, until);
  f.goodput = outcome.goodput;
  f.job_stops = outcome.stops;
  f.job_drains = outcome.drains;
  f.lost_work_s = outcome.lost_work_s;
  f.unplanned_down_s = outcome.unplanned_down_s;
  f.planned_down_s = outcome.planned_down_s;
  f.slow_s = outcome.slow_s;
  if (outage_lost_s != nullptr)
    *outage_lost_s = std::move(outcome.outage_lost_s);
  return f;
}

void fold(Digest &digest, const std::vector<CableLife> &lives) {
  const auto time = [&](CampaignTime t) { digest.fold(static_cast<std::uint64_t>(t.time_since_epoch().count())); };
  for (const CableLife &life : lives) {
    for (const CableOutage &o : life.outages) {
      time(o.from);
      time(o.until);
      digest.fold(static_cast<std::uint64_t>(o.cause) << 8 | (o.planned ? 4u : 0u) | (o.cleaned ? 2u : 0u) |
                  (o.unresolved ? 1u : 0u));
      digest.fold(o.replaced);
    }
    for (const CableAlarm &a : life.alarms) {
      time(a.at);
      digest.fold(std::uint64_t{a.side} << 16 | static_cast<std::uint64_t>(a.kind) << 8 |
                  static_cast<std::uint64_t>(a.level));
    }
    digest.fold(std::bit_cast<std::uint64_t>(life.uncorrectable_codewords));
  }
}
} // namespace

const std::vector<PolicyColumn> &policy_columns() {
  using F = PolicyFigures;
  static const std::vector<PolicyColumn> columns{
      {"goodput", "1", "progress of the job over that of a job to which nothing happens", &F::goodput},
      {"availability", "1", "share of cable-hours in service", &F::availability},
      {"unplanned_cable_h", "h", "cable-hours out of service without a plan", &F::unplanned_cable_h},
      {"planned_cable_h", "h", "cable-hours drained and under planned repair", &F::planned_cable_h},
      {"hours_above_limit", "h", "directed link-hours in service above the module's bit error limit",
       &F::hours_above_limit},
      {"uncorrectable_codewords", "codewords", "expected, of all links in service", &F::uncorrectable_codewords},
      {"flaps", "1", "losses of light that passed by themselves", &F::flaps},
      {"module_failures", "1", "dead modules", &F::module_failures},
      {"lane_failures", "1", "links down for a dead lane", &F::lane_failures},
      {"bit_error_failures", "1", "links out of use for uncorrectable codewords", &F::bit_error_failures},
      {"alarms", "1", "alarms raised", &F::alarms},
      {"warnings", "1", "warnings raised", &F::warnings},
      {"drains", "1", "planned repairs of links", &F::drains},
      {"cleanings", "1", "repairs that cleaned", &F::cleanings},
      {"replaced", "1", "modules, and cables with fixed ends, replaced", &F::replaced},
      {"unresolved", "1", "repairs after which the link still missed its thresholds", &F::unresolved},
      {"job_stops", "1", "times that a failure stopped the job", &F::job_stops},
      {"job_drains", "1", "times that the job restarted for a planned drain", &F::job_drains},
      {"lost_work_s", "s", "work since the last checkpoint, done again", &F::lost_work_s},
      {"unplanned_down_s", "s", "noticing failures and restarting", &F::unplanned_down_s},
      {"planned_down_s", "s", "restarting for planned drains", &F::planned_down_s},
      {"slow_s", "s", "standstills and slower running, in seconds of full speed", &F::slow_s},
  };
  return columns;
}

FleetStudy study_fleet(const Scenario &s, const BuiltFabric &b, const FleetRequest &request) {
  FleetStudy study;
  const PopulationSpec &spec = s.optics.population;
  study.from = CampaignTime(spec.age + spec.time_of_day); // as a run of the scenario sees it
  study.until = study.from + request.span;
  study.job = job_model(s, b);
  const FleetWatches watches = fleet_watches(s, b);
  const std::size_t cables = b.fabric.plan().cables.size();
  for (const MaintenancePolicy policy : request.policies)
    study.policies.push_back({policy, {}});
  Digest digest;
  for (std::uint32_t r = 0; r < request.replicas && study.complete; ++r) {
    const std::uint64_t seed = s.seed + r;
    const Population population(spec, seed);
    std::vector<PolicyFigures> row;
    for (std::size_t p = 0; p < request.policies.size() && study.complete; ++p) {
      MaintenanceSpec how = s.optics.maintenance.repairs;
      how.policy = request.policies[p];
      std::vector<CableLife> lives(cables);
      study.complete = for_each_index(cables, request, [&](std::size_t c) {
        const FleetCable cable = fleet_cable(b, CableId(c));
        lives[c] = live(population, cable, *watches[cable.tier], how, seed, study.from, study.until);
      });
      if (!study.complete)
        break;
      const bool kept = r == 0 && p == 0;
      row.push_back(figures_of(b, lives, study.job, study.from, study.until, kept ? &study.outage_lost_s : nullptr));
      fold(digest, lives);
      digest.fold(std::bit_cast<std::uint64_t>(row.back().goodput));
      if (kept) {
        study.lives = std::move(lives);
        study.links = view_links(population, b, watches, study.lives, study.from);
        for (const CableLife &life : study.lives)
          study.mended_before += life.mended_before ? 1 : 0;
      }
    }
    for (std::size_t p = 0; p < row.size() && study.complete;
         ++p) // whole replicas only: policies are compared by pairs
      study.policies[p].replicas.push_back(row[p]);
  }
  study.digest = to_hex(digest.value());
  return study;
}

} // namespace lightloom
