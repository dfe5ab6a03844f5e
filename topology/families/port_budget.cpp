#include "topology/families/port_budget.hpp"

#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"

#include <fmt/format.h>

namespace lightloom {

namespace {

void check_radix(const FabricSpec &spec) {
  if (spec.radix < 2)
    throw Error(fmt::format("fabric.radix = {}", spec.radix), "a switch needs at least two ports", "Try 64.");
  if (spec.radix > max_radix)
    throw Error(fmt::format("fabric.radix = {}", spec.radix),
                fmt::format("at most {}; the largest switches sold have 512", max_radix), "Try 512.");
}

void check_capacity(BitRate capacity, BitRate rate, Tier tier) {
  const auto problem = [&] { return fmt::format("fabric.switch.capacity = {}", format_bit_rate(capacity)); };
  const std::int64_t ports = capacity.bits_per_second / rate.bits_per_second;
  if (ports < 2)
    throw Error(problem(),
                fmt::format("that is {} ports of the {} tier's {}, a switch needs at least two", ports, to_string(tier),
                            format_bit_rate(rate)),
                fmt::format("Use {} or more.", format_bit_rate(BitRate(2 * rate.bits_per_second))));
  if (ports > max_radix)
    throw Error(problem(),
                fmt::format("that is {} ports of the {} tier's {}, at most {} are built", ports, to_string(tier),
                            format_bit_rate(rate), max_radix),
                "Use a smaller capacity.");
}

} // namespace

BitRate rate_of(const LinkRates &rates, Tier tier) {
  switch (tier) {
  case Tier::host:
    return rates.host;
  case Tier::leaf:
    return rates.leaf;
  case Tier::spine:
    return rates.spine;
  case Tier::global:
    break;
  }
  return rates.global;
}

PortBudget port_budget(const FabricSpec &spec, std::initializer_list<Tier> tiers) {
  const bool by_rate = spec.switch_capacity.bits_per_second != 0;
  PortBudget budget;
  budget.total = by_rate ? spec.switch_capacity.bits_per_second : std::int64_t{spec.radix};
  if (!by_rate)
    check_radix(spec);
  std::int64_t *const weights[] = {&budget.host, &budget.leaf, &budget.spine, &budget.global};
  for (const Tier tier : tiers) {
    const BitRate rate = rate_of(spec.rates, tier);
    if (rate.bits_per_second <= 0)
      throw Error(fmt::format("a fabric link rate of {} bit/s", rate.bits_per_second), "must be positive",
                  "Try \"800Gbps\".");
    if (!by_rate)
      continue;
    check_capacity(spec.switch_capacity, rate, tier);
    *weights[static_cast<std::size_t>(tier)] = rate.bits_per_second;
  }
  return budget;
}

std::string describe_switch(const FabricSpec &spec) {
  return spec.switch_capacity.bits_per_second != 0
             ? fmt::format("switches of {}", format_bit_rate(spec.switch_capacity))
             : fmt::format("radix {}", spec.radix);
}

void check_ports_per_host(const FabricSpec &spec) {
  if (spec.planes == 0)
    throw Error("fabric.planes = 0", "a fabric has at least one", "Use 1.");
  if (spec.nics_per_gpu == 0)
    throw Error("fabric.nic.per_gpu = 0", "a GPU needs a NIC to be on the fabric", "Use 1.");
  if (std::uint64_t{spec.planes} * spec.nics_per_gpu > max_ports_per_host)
    throw Error(fmt::format("fabric.planes = {} with fabric.nic.per_gpu = {}", spec.planes, spec.nics_per_gpu),
                fmt::format("{} NIC ports per GPU, at most {} are built",
                            std::uint64_t{spec.planes} * spec.nics_per_gpu, max_ports_per_host),
                "Use fewer planes.");
}

std::string describe_hosts(const FabricSpec &spec, std::uint64_t hosts) {
  return spec.nics_per_gpu == 1 ? fmt::format("{} hosts", hosts)
                                : fmt::format("{} hosts with {} NICs each", hosts, spec.nics_per_gpu);
}

} // namespace lightloom
