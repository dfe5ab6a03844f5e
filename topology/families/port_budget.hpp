#pragma once
// How many ports a switch has: counted by radix, whatever their rate, or by rate against the capacity of the chip. 64 ×
// 800 Gb/s and 32 × 1.6 Tb/s are the same 51.2 Tb/s.

#include "topology/builder.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// What a port of each tier weighs against `total`: 1 against the radix, or its rate [bit/s] against the capacity.
struct PortBudget {
  std::int64_t total = 0;
  std::int64_t host = 1, leaf = 1, spine = 1, global = 1;
  /// The most ports of this weight.
  std::uint32_t most(std::int64_t weight) const { return static_cast<std::uint32_t>(total / weight); }
};

/// Throws Error when a capacity is below two ports of a tier or beyond max_radix ports, or a radix is below 2 or beyond
/// max_radix; and when a rate of `tiers` is not positive. Tiers that are not named weigh nothing extra: their rate is
/// not looked at.
PortBudget port_budget(const FabricSpec &spec, std::initializer_list<Tier> tiers);

/// The rate of a tier's cables.
BitRate rate_of(const LinkRates &rates, Tier tier);

/// "radix 64" or "switches of 51.2 Tb/s".
std::string describe_switch(const FabricSpec &spec);

/// Throws Error unless nics_per_gpu and planes are at least 1 and their product at most max_ports_per_host.
void check_ports_per_host(const FabricSpec &spec);

/// "1024 hosts", and where a GPU has several NIC ports into a plane "1024 hosts with 2 NICs each".
std::string describe_hosts(const FabricSpec &spec, std::uint64_t hosts);

} // namespace lightloom
