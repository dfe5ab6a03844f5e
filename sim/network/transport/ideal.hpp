#pragma once
// Transport `ideal`: a lower bound. No headers beyond those asked for, no windows, acknowledgements without weight that
// say only that a message is whole. Follows no specification.
// Leaves out: everything a real transport does about congestion; losses are mended by time-outs and requests alone.

#include "sim/network/transport/rules.hpp"

namespace lightloom {

TransportRules ideal_rules(const TransportSpec &spec);

} // namespace lightloom
