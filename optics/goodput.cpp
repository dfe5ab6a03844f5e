#include "optics/goodput.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace lightloom {

double recovery_efficiency(FrameRecovery recovery, double frame_loss_ratio, double frames_in_flight) {
  const double kept = 1 - frame_loss_ratio;
  return recovery == FrameRecovery::selective ? kept : kept / (kept + frame_loss_ratio * frames_in_flight);
}

double job_speed(double rate_share, double communication_share) {
  if (!(rate_share > 0))
    return 0;
  return 1 / (1 + communication_share * (1 / rate_share - 1));
}

namespace {

double to_seconds(CampaignDuration d) { return static_cast<double>(d.count()) * 1e-9; }

/// A stretch in which the job's speed is limited.
struct Limit {
  CampaignTime from, until;
  double speed;
};

/// Speed over time: the least of all limits in force. Piecewise constant, with its integral.
class SpeedProfile {
public:
  SpeedProfile(std::vector<Limit> limits, CampaignTime from, CampaignTime until) {
    struct Edge {
      CampaignTime at;
      bool begins;
      double speed;
    };
    std::vector<Edge> edges;
    for (const Limit &l : limits) {
      const CampaignTime a = std::max(l.from, from), b = std::min(l.until, until);
      if (a >= b || l.speed >= 1)
        continue;
      edges.push_back({a, true, l.speed});
      edges.push_back({b, false, l.speed});
    }
    std::sort(edges.begin(), edges.end(), [](const Edge &x, const Edge &y) {
      return std::tie(x.at, x.begins, x.speed) < std::tie(y.at, y.begins, y.speed);
    });
    std::multiset<double> in_force;
    begins_ = {from};
    speeds_ = {1};
    for (const Edge &e : edges) {
      if (e.begins)
        in_force.insert(e.speed);
      else
        in_force.erase(in_force.find(e.speed));
      const double speed = in_force.empty() ? 1 : *in_force.begin();
      if (begins_.back() == e.at) {
        speeds_.back() = speed;
      } else if (speed != speeds_.back()) {
        begins_.push_back(e.at);
        speeds_.push_back(speed);
      }
    }
    done_ = {0};
    for (std::size_t i = 1; i < begins_.size(); ++i)
      done_.push_back(done_.back() + speeds_[i - 1] * to_seconds(begins_[i] - begins_[i - 1]));
  }
  /// Progress from the beginning to t, in seconds of full speed.
  double until(CampaignTime t) const {
    const auto next = std::upper_bound(begins_.begin(), begins_.end(), t);
    const auto i = static_cast<std::size_t>(next - begins_.begin()) - 1;
    return done_[i] + speeds_[i] * to_seconds(t - begins_[i]);
  }

private:
  std::vector<CampaignTime> begins_;
  std::vector<double> speeds_, done_;
};

std::vector<Limit> limits_of(const JobModel &job, const std::vector<JobOutage> &outages,
                             const std::vector<JobSlowdown> &slowdowns, std::vector<double> &own_lost_s) {
  std::vector<Limit> limits;
  const double fewer_planes =
      job_speed(static_cast<double>(job.planes - 1) / job.planes, job.communication_share); // one port away
  for (std::size_t i = 0; i < outages.size(); ++i) {
    const JobOutage &o = outages[i];
    const bool only_link = o.host && job.planes == 1;
    if (only_link && !o.planned && o.lasts <= job.patience) {
      limits.push_back({o.at, o.at + o.lasts, 0});
      own_lost_s[i] = to_seconds(o.lasts);
    }
    if (only_link)
      continue;
    if (!o.planned) {
      const CampaignDuration still = std::min(o.lasts, job.reroute);
      limits.push_back({o.at, o.at + still, 0});
      own_lost_s[i] = to_seconds(still);
    }
    if (o.host) {
      limits.push_back({o.at, o.at + o.lasts, fewer_planes});
      own_lost_s[i] += (1 - fewer_planes) * to_seconds(o.lasts);
    }
  }
  for (const JobSlowdown &s : slowdowns)
    limits.push_back(
        {s.from, s.until,
         job_speed(s.rate_share * recovery_efficiency(job.recovery, s.frame_loss_ratio, job.frames_in_flight),
                   job.communication_share)});
  return limits;
}

/// Stops of the job, in order of time; of those at one instant the unplanned come first.
std::vector<std::size_t> stops_of(const JobModel &job, const std::vector<JobOutage> &outages) {
  std::vector<std::size_t> stops;
  for (std::size_t i = 0; i < outages.size(); ++i)
    if (outages[i].host && job.planes == 1 && (outages[i].planned || outages[i].lasts > job.patience))
      stops.push_back(i);
  std::sort(stops.begin(), stops.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(outages[a].at, outages[a].planned, outages[a].lasts, a) <
           std::tuple(outages[b].at, outages[b].planned, outages[b].lasts, b);
  });
  return stops;
}

} // namespace

JobOutcome run_job(const JobModel &job, const std::vector<JobOutage> &outages,
                   const std::vector<JobSlowdown> &slowdowns, CampaignTime from, CampaignTime until) {
  EXPECTS(from < until && job.planes > 0 && job.checkpoint > CampaignDuration{});
  JobOutcome outcome;
  outcome.outage_lost_s.assign(outages.size(), 0);
  const SpeedProfile progress(limits_of(job, outages, slowdowns, outcome.outage_lost_s), from, until);
  double useful = 0;
  CampaignTime running_since = from;
  const auto keep = [&](CampaignTime a, CampaignTime b) {
    const double done = progress.until(b) - progress.until(a);
    useful += done;
    outcome.slow_s += to_seconds(b - a) - done;
  };
  const auto be_down = [&](std::size_t which, CampaignTime at, CampaignDuration lasts, double &account) {
    const CampaignTime again = at + lasts;
    const CampaignTime counted_from = std::max(at, running_since); // a restart that begins anew costs what is added
    const double s = to_seconds(std::max(CampaignDuration{}, std::min(again, until) - std::min(counted_from, until)));
    account += s;
    outcome.outage_lost_s[which] += s;
    running_since = std::max(running_since, again);
  };
  for (const std::size_t i : stops_of(job, outages)) {
    const JobOutage &o = outages[i];
    if (o.at < from || o.at >= until)
      continue;
    if (o.planned) {
      if (o.at < running_since)
        continue; // the job is down already: the host changes unnoticed
      ++outcome.drains;
      keep(running_since, o.at);
      be_down(i, o.at, job.restart, outcome.planned_down_s);
      continue;
    }
    ++outcome.stops;
    if (o.at > running_since) {
      const CampaignTime saved = o.at - (o.at - running_since) % job.checkpoint;
      keep(running_since, saved);
      outcome.lost_work_s += to_seconds(o.at - saved);
      outcome.outage_lost_s[i] += to_seconds(o.at - saved);
    }
    be_down(i, o.at, job.patience + job.restart, outcome.unplanned_down_s);
  }
  if (running_since < until)
    keep(running_since, until);
  outcome.goodput = useful / to_seconds(until - from);
  return outcome;
}

} // namespace lightloom
