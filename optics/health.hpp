#pragma once
// From a link's optics, and what a scenario does to it, to what the packet network needs: LinkHealth (decision 0004).
//
// Faults are scripted: each holds for [from, until). Where they overlap, down wins, the worst BER wins and the
// slowest rate wins.
// Leaves out: faults that arise inside a run; drift (both will produce segments of the same kind).

#include "optics/link.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/plain/link_health.hpp"

#include <vector>

namespace lightloom {

/// One scripted fault of one directed link, in force for from ≤ t < until.
struct LinkFault {
  enum class Kind : std::uint8_t {
    down, ///< no light
    ber,  ///< the pre-FEC BER is `pre_fec_ber`, where that is worse than the link's own
    slow  ///< the rate is `factor` of its own
  };
  Kind kind = Kind::down;
  SimTime from{};
  SimTime until = never;
  double pre_fec_ber = 0; ///< ber: 0 … 0.5
  double factor = 1;      ///< slow: 0 < factor ≤ 1

  static LinkFault make_down(SimTime from, SimTime until = never);
  static LinkFault make_ber(SimTime from, SimTime until, double pre_fec_ber);
  static LinkFault make_slow(SimTime from, SimTime until, double factor);
};

/// Health of a directed link that runs at `rate` over these optics. Segments ascend, the first is from 0, and
/// neighbours differ. `module_factor` > 0 scales what is not propagation, modules and FEC (optics/lots.hpp); the sum is
/// rounded to picoseconds, at least 1. Where a scenario has set report.latency itself, the propagation is report's or,
/// if that is more, the whole latency. Error for a fault that ends before it begins, begins before 0, or has a BER or
/// factor out of range, and for a module_factor that is not positive.
LinkHealth link_health(const LinkReport &report, BitRate rate, const std::vector<LinkFault> &faults = {},
                       double module_factor = 1);

} // namespace lightloom
