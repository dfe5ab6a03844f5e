#pragma once
// What the outages and the bit errors of a fleet cost a training job that runs on all of its GPUs.
//
// Model. The job makes progress at speed 1, keeps a checkpoint every `checkpoint` of running, and
//   – loses a host's only link for longer than `patience`: it stops. The work since the last checkpoint is lost, the
//     loss is noticed after `patience`, a spare host takes over, and `restart` later the job runs again. The closed
//     form of one such failure is patience + checkpoint/2 + restart, on average over when it happens;
//   – loses it for less: it stands still meanwhile (transports send again; HPN §9.3: recovers within a minute);
//   – is told of a planned drain of a host's only link at a checkpoint: `restart` on a spare host, nothing is lost.
//     Drains in one window share their restart;
//   – loses a link that is not the only one (between switches; a port of several planes): it stands still for
//   `reroute`,
//     and with several planes runs at the rate of the remaining ports while the port is away. A planned drain of such
//     a link costs no standstill: routes change before the light goes out;
//   – has a link that loses frames or lanes: it waits for its slowest link. A rate that falls to the share e makes a
//     step longer by `communication_share` × (1/e − 1). e is the efficiency of the recovery: selective 1 − p, go-back-N
//     (1 − p)/(1 − p + pW) with W frames in flight; link-level retry is go-back-N over the link's own round trip.
// A failure during a restart begins it again. Leaves out: congestion from what is re-routed, the cost of writing
// checkpoints (the same under every policy), shortage of spares, failures of anything but links.
// Sources: docs/validation/fleet.md.

#include "sim/core/quantity.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightloom {

/// How lost frames come again.
enum class FrameRecovery : std::uint8_t { selective, go_back_n };

/// The job and what it tolerates.
struct JobModel {
  CampaignDuration patience = std::chrono::minutes(1);     ///< HPN §9.3: recovers if repaired within a minute
  CampaignDuration restart = std::chrono::minutes(10);     ///< HPCA 2025: 5–20 min
  CampaignDuration checkpoint = std::chrono::minutes(30);  ///< between two (estimate)
  CampaignDuration reroute = std::chrono::milliseconds(1); ///< of the fabric ([routing])
  double communication_share = 0.3; ///< of the step time that is exposed communication (estimate; claims: 30–50 %)
  std::uint32_t planes = 1;         ///< ports of a NIC into different planes; 1: a host's link is its only one
  FrameRecovery recovery = FrameRecovery::selective;
  double frames_in_flight = 1; ///< W
};

/// A cable that is away for at ≤ t < at + lasts.
struct JobOutage {
  CampaignTime at{};
  CampaignDuration lasts{};
  bool host = false; ///< a host's link
  bool planned = false;
};
/// A link that carries less, for from ≤ t < until.
struct JobSlowdown {
  CampaignTime from{}, until{};
  double rate_share = 1;
  double frame_loss_ratio = 0;
};

/// Where the time went. goodput = 1 − the four shares of the span.
struct JobOutcome {
  double goodput = 1;
  double lost_work_s = 0;            ///< since the last checkpoint, done again
  double unplanned_down_s = 0;       ///< noticing and restarting
  double planned_down_s = 0;         ///< restarts for drains
  double slow_s = 0;                 ///< standstills and slower running, in seconds of full speed
  std::uint32_t stops = 0;           ///< unplanned
  std::uint32_t drains = 0;          ///< restarts for planned drains
  std::vector<double> outage_lost_s; ///< [outage, as given]: lost work, noticing, restart or standstill of its own
};

/// Share of a link's rate that is left of frames at loss ratio p.
double recovery_efficiency(FrameRecovery recovery, double frame_loss_ratio, double frames_in_flight);
/// Speed of the job, 0 … 1, behind a link that carries the share `rate_share` of its rate.
double job_speed(double rate_share, double communication_share);

/// The job over [from, until). Order of the inputs does not matter. Requires from < until and at least one plane.
JobOutcome run_job(const JobModel &job, const std::vector<JobOutage> &outages,
                   const std::vector<JobSlowdown> &slowdowns, CampaignTime from, CampaignTime until);

} // namespace lightloom
