#include "sim/network/transport/ideal.hpp"

namespace lightloom {

TransportRules ideal_rules(const TransportSpec &spec) {
  TransportRules rules = common_rules(spec);
  rules.control_size = 0;
  rules.window = 0x40000000u;
  rules.receive_window = 1u << 16;
  rules.ideal = true;
  rules.selective = true;
  return rules;
}

} // namespace lightloom
