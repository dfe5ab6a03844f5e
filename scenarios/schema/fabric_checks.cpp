// [fabric] against the family of its topology: keys of other families, keys and policies that it does not have, and
// radix against capacity.

#include "scenarios/schema/checks.hpp"
#include "scenarios/schema/schema.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/builder.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include <fmt/format.h>

namespace lightloom {

namespace {
bool has_tier(const TopologyFamily &family, Tier tier) {
  const std::vector<Tier> tiers = family.tiers({});
  return std::ranges::find(tiers, tier) != tiers.end();
}

bool has_parameter(const TopologyFamily &family, const std::string &name) {
  return std::ranges::any_of(family.parameters(), [&](const ParameterRow &row) { return row.name == name; });
}

/// "only for a fat-tree": the families that have something.
template <class Has> std::string only_for(Has &&has) {
  std::vector<std::string> who;
  for (const TopologyFamily &family : topology_families())
    if (has(family))
      who.push_back(family.called);
  return fmt::format("only for {}", fmt::join(who, " or "));
}

/// Keys that are other families' own.
void check_foreign_keys(Checks &c, const TopologyFamily &family) {
  std::set<std::string> told; // a key may belong to several
  for (const TopologyFamily &other : topology_families())
    for (const ParameterRow &row : other.parameters())
      if (!has_parameter(family, row.name) && told.insert(row.name).second)
        c.needless("fabric." + row.name,
                   only_for([&](const TopologyFamily &one) { return has_parameter(one, row.name); }));
}

/// Keys of every family, where this one or its shape gives them no effect.
void check_common_keys(Checks &c, const TopologyFamily &family) {
  const auto &f = c.s().fabric;
  if (!family.oversubscription && (f.oversubscription != 1 || f.spine_oversubscription != 1))
    c.needless("fabric.oversubscription", only_for([](const TopologyFamily &one) { return one.oversubscription; }));
  if (!family.rails && f.rails > 1)
    c.needless("fabric.rails", only_for([](const TopologyFamily &one) { return one.rails; }));
  std::map<std::string, std::string> needless;
  if (family.needless != nullptr)
    needless = family.needless(f.shape);
  for (const Tier tier : all_tiers)
    if (const std::string key = std::string("rates.") + to_string(tier);
        !has_tier(family, tier) && !needless.contains(key))
      c.needless("fabric." + key, only_for([&](const TopologyFamily &one) { return has_tier(one, tier); }));
  for (const auto &[key, why] : needless)
    c.needless("fabric." + key, why);
}

/// A policy of this version must be one that the family allows; what a program brings along is its own affair.
void check_policy_of(Checks &c, const TopologyFamily &family) {
  const std::string &policy = c.s().routing.policy;
  const auto has = [&](const std::vector<std::string> &policies) {
    return std::ranges::find(policies, policy) != policies.end();
  };
  if (!has(find_key("routing.policy")->choices) || has(family.policies))
    return;
  std::string advice;
  for (const std::string &allowed : family.policies | std::views::take(2))
    advice += fmt::format("{}\"{}\"", advice.empty() ? "Use " : " or ", allowed);
  c.add("routing.policy", fmt::format("routing.policy = \"{}\"", policy), family.no_other_policy, advice + ".");
}

/// Radix and capacity say the same when every port at the fastest rate in use fits, and nothing is left.
void check_capacity(Checks &c, const TopologyFamily &family) {
  const auto &s = c.s();
  if (!s.fabric.switch_capacity)
    return;
  BitRate fastest;
  for (const Tier tier : family.tiers(s.fabric.shape))
    fastest = std::max(fastest, s.fabric.rate(tier));
  const BitRate capacity = *s.fabric.switch_capacity;
  if (!s.given("fabric.radix")) {
    if (capacity.bits_per_second < 2 * fastest.bits_per_second)
      c.add("fabric.switch.capacity", "fabric.switch.capacity = " + format_bit_rate(capacity),
            "a switch needs two ports of " + format_bit_rate(fastest), "");
    return;
  }
  const BitRate stated(fastest.bits_per_second * s.fabric.radix);
  if (stated.bits_per_second != capacity.bits_per_second)
    c.add("fabric.switch.capacity", "fabric.switch.capacity = " + format_bit_rate(capacity),
          fmt::format("fabric.radix = {} ports of {} are {}", s.fabric.radix, format_bit_rate(fastest),
                      format_bit_rate(stated)),
          "Keep one of them: the radix follows from the capacity.");
}

void check_rails(Checks &c, const TopologyFamily &family) {
  const auto &s = c.s();
  const auto &f = s.fabric;
  const std::uint32_t nics = s.cluster.gpus_per_node * f.nics_per_gpu;
  if (family.rails && f.rails > 1 && nics % f.rails != 0)
    c.add("fabric.rails", fmt::format("fabric.rails = {}", f.rails),
          fmt::format("must divide the {} NICs of a node, gpus_per_node × nic.per_gpu", nics),
          fmt::format("Try {}.", largest_divisor_up_to(nics, f.rails)));
}
} // namespace

void check_fabric(Checks &c) {
  const TopologyFamily family = find_family(c.s().fabric.topology, families_with(c.s().extensions.topologies));
  check_capacity(c, family);
  check_rails(c, family);
  check_foreign_keys(c, family);
  check_common_keys(c, family);
  check_policy_of(c, family);
}

} // namespace lightloom
