#include "optics/health.hpp"

#include "sim/core/error.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {

LinkFault make_fault(LinkFault::Kind kind, SimTime from, SimTime until) {
  LinkFault fault;
  fault.kind = kind;
  fault.from = from;
  fault.until = until;
  return fault;
}

void check(const LinkFault &fault) {
  if (fault.from < SimTime{})
    throw Error(fmt::format("fault at {} ps", picoseconds(fault.from)), "a run starts at 0");
  if (fault.until <= fault.from)
    throw Error(fmt::format("fault from {} ps to {} ps", picoseconds(fault.from), picoseconds(fault.until)),
                "must end after it begins");
  if (fault.kind == LinkFault::Kind::ber && !(fault.pre_fec_ber >= 0 && fault.pre_fec_ber <= 0.5))
    throw Error(fmt::format("ber = {:g}", fault.pre_fec_ber), "must be 0 … 0.5", "Try 1e-3.");
  if (fault.kind == LinkFault::Kind::slow && !(fault.factor > 0 && fault.factor <= 1))
    throw Error(fmt::format("factor = {:g}", fault.factor), "must be above 0 and at most 1",
                "Use kind = \"down\" for a dead link.");
}

/// Where the light spends its time.
struct Latency {
  Duration all{};
  Duration propagation{};
};

/// Propagation stays, modules and FEC are scaled. A latency below the propagation was set by the scenario: all of it is
/// propagation then.
Latency scaled_latency(const LinkReport &report, double module_factor) {
  if (!(module_factor > 0))
    throw Error(fmt::format("a module latency factor of {:g}", module_factor), "must be above 0", "Use 1.");
  const Duration propagation = std::min(report.propagation, report.latency);
  const auto parts = static_cast<double>((report.latency - propagation).count());
  const Duration modules(static_cast<std::int64_t>(std::floor(parts * module_factor + 0.5)));
  return {std::max(Duration(1), propagation + modules), propagation};
}

/// The link at one instant, from the faults in force.
LinkHealthSegment segment_at(SimTime t, const LinkReport &report, BitRate rate, const Latency &latency,
                             const std::vector<LinkFault> &faults) {
  double ber = report.pre_fec_ber;
  double factor = 1;
  bool down = false;
  for (const auto &fault : faults) {
    if (t < fault.from || t >= fault.until)
      continue;
    down = down || fault.kind == LinkFault::Kind::down;
    if (fault.kind == LinkFault::Kind::ber)
      ber = std::max(ber, fault.pre_fec_ber);
    if (fault.kind == LinkFault::Kind::slow)
      factor = std::min(factor, fault.factor);
  }
  LinkHealthSegment segment;
  segment.from = t;
  segment.rate = rate;
  if (factor < 1)
    segment.rate = BitRate(static_cast<std::int64_t>(static_cast<double>(rate.bits_per_second) * factor));
  segment.latency = latency.all;
  segment.propagation = latency.propagation;
  segment.uncorrectable_ratio =
      ber > report.pre_fec_ber ? uncorrectable_ratio(report, ber) : report.codeword_error_ratio;
  if (down) { // nothing arrives: one form for all dead segments, so that they merge
    segment.rate = BitRate(0);
    segment.uncorrectable_ratio = 0;
  }
  return segment;
}

bool same_state(const LinkHealthSegment &a, const LinkHealthSegment &b) {
  return a.rate == b.rate && a.latency == b.latency && a.uncorrectable_ratio == b.uncorrectable_ratio;
}

} // namespace

LinkFault LinkFault::make_down(SimTime from, SimTime until) { return make_fault(Kind::down, from, until); }

LinkFault LinkFault::make_ber(SimTime from, SimTime until, double ber) {
  auto fault = make_fault(Kind::ber, from, until);
  fault.pre_fec_ber = ber;
  return fault;
}

LinkFault LinkFault::make_slow(SimTime from, SimTime until, double factor) {
  auto fault = make_fault(Kind::slow, from, until);
  fault.factor = factor;
  return fault;
}

LinkHealth link_health(const LinkReport &report, BitRate rate, const std::vector<LinkFault> &faults,
                       double module_factor) {
  const Latency latency = scaled_latency(report, module_factor);
  std::vector<SimTime> edges{SimTime{}};
  for (const auto &fault : faults) {
    check(fault);
    edges.push_back(fault.from);
    if (fault.until != never)
      edges.push_back(fault.until);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());

  LinkHealth health;
  health.codeword = codeword_shape(*report.fec, rate);
  for (const SimTime edge : edges) {
    const auto segment = segment_at(edge, report, rate, latency, faults);
    if (health.segments.empty() || !same_state(health.segments.back(), segment))
      health.segments.push_back(segment);
  }
  return health;
}

} // namespace lightloom
