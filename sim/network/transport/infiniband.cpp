#include "sim/network/transport/infiniband.hpp"

#include "sim/network/nic/nic.hpp"

namespace lightloom {

TransportRules infiniband_rules(const TransportSpec &spec) {
  TransportRules rules = common_rules(spec);
  if (spec.congestion_control == TransportSpec::CongestionControl::fecn_becn) {
    rules.echo = true;
    rules.pace = TransportRules::Pace::fecn_becn;
  }
  return rules;
}

} // namespace lightloom
