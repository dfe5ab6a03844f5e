#pragma once
// transport.congestion_control by name: a law of senders, credits of the receiver, or both joined by "+".

#include "sim/network/nic/transport_kind.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// Whether "nscc+rccc" asks for "rccc".
bool asks_for(std::string_view joined, std::string_view one);
/// Every name, "none" first, in the order of the table.
std::vector<std::string> congestion_control_names();
/// Those that fit a transport.
std::vector<std::string> congestion_control_names(const TransportKind &kind);

} // namespace lightloom
