#pragma once
// The parameters of congestion control, once for the schema and the reader: visit(name, field, low, high, meaning) for
// each field of a struct. Ranges in SI base units, inclusive. Defaults are the structs' own; where they come from is in
// docs/validation/congestion-control.md.

#include "sim/network/transport/dcqcn.hpp"
#include "sim/network/transport/fecn_becn.hpp"
#include "sim/network/transport/nscc.hpp"
#include "sim/network/transport/rccc.hpp"

namespace lightloom {

template <class Visit> void visit_parameters(DcqcnSpec &d, Visit &&visit) {
  visit("g", d.g, 1e-6, 1.0, "gain of alpha");
  visit("alpha_interval", d.alpha_interval, 1e-9, 1.0, "without a notification for so long, alpha decays");
  visit("increase_interval", d.increase_interval, 1e-9, 1.0, "timer of rate increases");
  visit("increase_bytes", d.increase_bytes, 1.0, 4e9, "byte counter of rate increases");
  visit("fast_recovery", d.fast_recovery, 1.0, 1000.0, "increases by halving before additive ones");
  visit("reference", d.reference, 1e9, 1e13, "line rate that additive and hyper are given for; scaled to others");
  visit("additive", d.additive, 1.0, 1e13, "additive increase at the line rate `reference`");
  visit("hyper", d.hyper, 1.0, 1e13, "hyper increase at the line rate `reference`");
  visit("least", d.least, 1e6, 1e13, "no rate below");
  visit("notification_interval", d.notification_interval, 1e-9, 1.0,
        "a receiver sends at most one notification per flow in so long");
}

template <class Visit> void visit_parameters(NsccSpec &n, Visit &&visit) {
  visit("target_share", n.target_share, 0.01, 100.0, "queueing delay aimed at, × the base round trip");
  visit("initial_share", n.initial_share, 0.01, 100.0, "first window, × bandwidth-delay product");
  visit("most_share", n.most_share, 0.01, 100.0, "greatest window, × bandwidth-delay product");
  visit("reference_bdp", n.reference_bdp, 1.0, 1e12, "bandwidth-delay product that the increments are given for");
  visit("reference_rtt", n.reference_rtt, 1e-9, 1.0, "round trip that the increments are given for");
  visit("proportional", n.proportional, 0.0, 1e4,
        "frames per round trip at no delay, × target ÷ reference_rtt; less towards the target");
  visit("fair", n.fair, 0.0, 1e4, "frames per round trip: delayed beyond the target, yet not marked");
  visit("steady", n.steady, 0.0, 1e4, "frames per round trip, always");
  visit("fast", n.fast, 0.0, 100.0, "fast increase, × bytes acknowledged");
  visit("fast_share", n.fast_share, 0.0, 100.0, "fast increase below this delay, × the base round trip");
  visit("decrease", n.decrease, 0.0, 1.0, "gain of the decrease by (delay − target) ÷ delay");
  visit("least_factor", n.least_factor, 0.0, 1.0, "one decrease leaves at least so much");
  visit("average_gain", n.average_gain, 1e-6, 1.0, "gain of the average of the delay, per acknowledgement");
  visit("unmarked_share", n.unmarked_share, 0.0, 100.0,
        "an unmarked delay beyond the target counts as so many base round trips");
  visit("adapt_targets", n.adapt_targets, 0.0, 1e4, "quick adapt: delay beyond so many targets, or a loss, and");
  visit("adapt_share", n.adapt_share, 0.0, 1.0,
        "quick adapt: less than so much of the greatest window arrived in a round trip and a target");
  visit("adjust_frames", n.adjust_frames, 1.0, 65536.0, "increments are gathered over so many frames");
}

template <class Visit> void visit_parameters(RcccSpec &r, Visit &&visit) {
  visit("grant", r.grant, 64.0, 1e9, "payload per grant");
  visit("rate", r.rate, 0.01, 1.0, "share of the port's rate that is granted");
}

template <class Visit> void visit_parameters(FecnBecnSpec &f, Visit &&visit) {
  visit("ccti_increase", f.ccti_increase, 1.0, 127.0, "steps up per BECN");
  visit("ccti_limit", f.ccti_limit, 1.0, 127.0, "greatest index into the table of delays");
  visit("ccti_timer", f.ccti_timer, 1e-9, 1.0, "a step down in so long");
  visit("notification_interval", f.notification_interval, 1e-9, 1.0,
        "a receiver sends at most one BECN per flow in so long");
}

} // namespace lightloom
