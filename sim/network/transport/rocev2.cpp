#include "sim/network/transport/rocev2.hpp"

#include "sim/network/nic/nic.hpp"

namespace lightloom {

TransportRules rocev2_rules(const TransportSpec &spec) {
  TransportRules rules = common_rules(spec);
  if (spec.congestion_control == TransportSpec::CongestionControl::dcqcn) {
    rules.notify = true;
    rules.pace = TransportRules::Pace::dcqcn;
  }
  return rules;
}

/// A marked frame came: a notification, unless this queue pair sent one within the interval.
void Nic::notify_congestion(std::uint32_t receive_queue, SimTime now) {
  SimTime &quiet_until = quiet_until_[receive_queue];
  if (now < quiet_until)
    return;
  quiet_until = now + settings_.transport.dcqcn.notification_interval;
  take_effect(now);
  PendingControl pending;
  pending.queue = receive_queue;
  pending.kind = Frame::Kind::congestion_notification;
  acknowledgements_.push(pending);
  ++counters_.notifications_sent;
}

} // namespace lightloom
