#pragma once
// PCI Express between a GPU's memory and its NIC: what is left of the raw rate for payload.

#include "sim/core/quantity.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// One kind of host bus.
struct HostBus {
  const char *name = "";
  double raw_bps = 0;  ///< lanes × transfers per second, one direction
  double encoding = 1; ///< share left by line coding (128b/130b), or by flits with their CRC and FEC
  double packets = 1;  ///< share left by packet headers at the usual payload of 256 B
  const char *source = "";
};

/// "gen4x16", "gen5x16", "gen6x16".
const std::vector<HostBus> &host_buses();
/// Their names, "none" first: the choices of fabric.nic.pcie.
std::vector<std::string> host_bus_names();
/// Payload that a bus carries in one direction: raw × encoding × packets. 0 for "none". Requires a known name.
BitRate usable_rate(std::string_view name);

} // namespace lightloom
