#include "scenarios/results/latency_changes.hpp"

#include "scenarios/results/latency_study.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <bit>
#include <functional>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// How far down the parts of a path can come.
constexpr Duration fastest_switch{100ns}; // Quantum-X800: below 100 ns (vendor, read)
constexpr Duration fastest_nic{600ns};    // ConnectX-7: 600-800 ns, memory to wire (estimate)
constexpr double shortest_metres = 2;     // within a rack or to the next (estimate)

/// One thing that can change. `apply` goes as far as it can; `say` reads the value off a design.
struct Lever {
  std::string item;
  std::function<void(LatencyDesign &)> apply;
  std::function<std::string(const LatencyDesign &, const LatencyParts &)> say;
  /// Gives back what is not needed: called with a design that has `slack` left over.
  std::function<void(LatencyDesign &, Duration slack)> relax{};
};

using Levers = std::vector<Lever>;

std::string key_of(Tier tier) { return fmt::format("optics.{}", to_string(tier)); }

/// A duration that comes down to `floor`.
Lever shorter_time(const char *item, const char *key, Duration LatencyTerms::*field, Duration floor, std::int64_t times,
                   Duration today, const char *why) {
  return {item, [=](LatencyDesign &d) { d.terms.*field = floor; },
          [=](const LatencyDesign &d, const LatencyParts &) {
            return fmt::format("{} = \"{}\" instead of {}; {}", key, format_duration(d.terms.*field),
                               format_duration(today), why);
          },
          [=](LatencyDesign &d, Duration slack) {
            const auto whole_ns = slack.count() / times / 1000 * 1000;
            d.terms.*field = std::min(today, d.terms.*field + Duration(whole_ns));
          }};
}

void add_tier_levers(Levers &levers, const Scenario &s, const LatencyPath &path, Tier tier) {
  const auto crossed = std::count_if(path.hops.begin(), path.hops.end(),
                                     [&](const LatencyHop &h) { return h.tier == tier; });
  const auto &part = s.optics.tiers[tier];
  if (crossed == 0 || part.latency)
    return;
  levers.push_back({fmt::format("{} module", to_string(tier)), [=](LatencyDesign &d) { d.best_module[tier] = true; },
                    [=](const LatencyDesign &, const LatencyParts &e) {
                      const LinkReport &r = *e.links[tier];
                      return fmt::format("{}.module = \"{}\": {} a pair", key_of(tier), r.module->name,
                                         format_duration(r.module_latency));
                    }});
  if (part.length_m <= shortest_metres)
    return;
  const double today = part.length_m;
  levers.push_back(
      {fmt::format("{} length", to_string(tier)), [=](LatencyDesign &d) { d.length[tier] = shortest_metres; },
       [=](const LatencyDesign &d, const LatencyParts &) {
         return fmt::format("{}.length = \"{:g}m\" instead of {:g} m", key_of(tier), d.length[tier], today);
       },
       [=](LatencyDesign &d, Duration slack) { // 4.9 ns/m, in steps of 0.1 m
         const auto steps = slack.count() / (crossed * 490);
         d.length[tier] = std::min(today, shortest_metres + 0.1 * static_cast<double>(steps));
       }});
}

void add_fec_levers(Levers &levers, const Scenario &s) {
  for (const char *code : {"ll", "kr4"})
    if (s.optics.fec != code)
      levers.push_back({fmt::format("FEC {}", code), [=](LatencyDesign &d) { d.fec = code; },
                        [=](const LatencyDesign &, const LatencyParts &e) {
                          double worst = 0;
                          for (const LinkReport *r : e.links)
                            worst = r != nullptr ? std::max(worst, r->frame_loss_ratio) : worst;
                          return fmt::format(
                              "optics.fec = \"{}\", where both ends offer it: {:.1e} of 64 B frames lost", code, worst);
                        }});
}

void add_other_levers(Levers &levers, const Scenario &s, const LatencyStudy &study, const LatencyPath &path) {
  const LatencyTerms today = study.today().terms;
  const auto switches = static_cast<std::int64_t>(path.hops.size()) - 1;
  if (today.switching > fastest_switch)
    levers.push_back(shorter_time("switches", "fabric.switch.latency", &LatencyTerms::switching, fastest_switch,
                                  switches, today.switching, "the quickest sold has 100 ns"));
  if (today.nic > fastest_nic)
    levers.push_back(shorter_time("NIC", "fabric.nic.latency", &LatencyTerms::nic, fastest_nic, 2, today.nic,
                                  "600 ns is the least of common ones (estimate)"));
  if (today.overhead > Duration{})
    levers.push_back(shorter_time("launch", "fabric.nic.overhead", &LatencyTerms::overhead, Duration{}, 1,
                                  today.overhead, "0: a kernel that runs already posts the message"));
  if (today.store_and_forward)
    levers.push_back({"forwarding", [](LatencyDesign &d) { d.terms.store_and_forward = false; },
                      [](const LatencyDesign &, const LatencyParts &) {
                        return std::string("fabric.switch.forwarding = \"cut-through\"");
                      }});
  if (const FlatterFabric *f = study.flatter())
    levers.push_back({"levels", [](LatencyDesign &d) { d.fewer_levels = true; },
                      [=](const LatencyDesign &, const LatencyParts &) {
                        return fmt::format("fabric.levels = {} with switches of {} ports instead of {}",
                                           f->built.fabric.levels(), f->scenario.fabric.radix, s.fabric.radix);
                      }});
  levers.push_back({"rate", [](LatencyDesign &d) { d.rate_factor = 2; },
                    [=](const LatencyDesign &, const LatencyParts &e) {
                      std::string modules;
                      for (const Tier tier : all_tiers)
                        if (e.links[tier] != nullptr)
                          modules += fmt::format(", {} {}", to_string(tier), e.links[tier]->module->name);
                      return fmt::format("all links at twice the rate{}", modules);
                    }});
  if (today.bus.bits_per_second > 0)
    levers.push_back({"host bus", [](LatencyDesign &d) { d.terms.bus = {}; },
                      [](const LatencyDesign &, const LatencyParts &) {
                        return std::string("fabric.nic.pcie = \"none\": a bus as fast as the port");
                      }});
}

LatencyDesign with(const LatencyStudy &study, const Levers &levers, std::uint32_t set) {
  LatencyDesign d = study.today();
  for (std::size_t i = 0; i < levers.size(); ++i)
    if ((set >> i & 1u) != 0)
      levers[i].apply(d);
  return d;
}

/// Takes back, lever by lever, what the target does not need.
LatencyDesign relaxed(LatencyStudy &study, const Levers &levers, std::uint32_t set, Duration target) {
  LatencyDesign d = with(study, levers, set);
  for (std::size_t i = 0; i < levers.size(); ++i)
    if ((set >> i & 1u) != 0 && levers[i].relax) {
      LatencyDesign easier = d;
      levers[i].relax(easier, target - study.evaluate(d).total);
      if (const LatencyParts e = study.evaluate(easier); e.possible && e.total <= target)
        d = easier;
    }
  return d;
}

/// The sets of levers in order of their size; of the smallest that reaches the target, the one that saves most. 0:
/// none.
std::uint32_t fewest(LatencyStudy &study, const Levers &levers, Duration target) {
  const std::uint32_t all = 1u << levers.size();
  for (int size = 1; size <= static_cast<int>(levers.size()); ++size) {
    std::uint32_t best = 0;
    Duration least = target;
    for (std::uint32_t set = 1; set < all; ++set)
      if (std::popcount(set) == size)
        if (const LatencyParts e = study.evaluate(with(study, levers, set));
            e.possible && (e.total < least || (best == 0 && e.total <= target))) {
          best = set;
          least = e.total;
        }
    if (best != 0)
      return best;
  }
  return 0;
}

/// The quickest design of all sets.
LatencyParts quickest(LatencyStudy &study, const Levers &levers) {
  LatencyParts best = study.evaluate(study.today());
  for (std::uint32_t set = 1; set < 1u << levers.size(); ++set)
    if (const LatencyParts e = study.evaluate(with(study, levers, set)); e.possible && e.total < best.total)
      best = e;
  return best;
}

/// The fewest parts of `e` that alone are over the target.
std::string out_of_reach(const LatencyParts &e, Duration target) {
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return e.parts[a] > e.parts[b]; });
  Duration sum{};
  std::vector<std::string> names;
  for (const std::size_t i : order) {
    sum += e.parts[i];
    names.push_back(latency_part_names[i]);
    if (sum > target)
      break;
  }
  return fmt::format("cannot be reached: {} with the best of all changes; {} alone are {}", format_duration(e.total),
                     fmt::join(names, ", "), format_duration(sum));
}

/// What each lever does alone; those that save nothing are left out.
std::vector<LatencyChange> single_changes(LatencyStudy &study, const Levers &levers, Duration today, Duration target) {
  std::vector<LatencyChange> changes;
  for (const auto &lever : levers) {
    LatencyDesign d = study.today();
    lever.apply(d);
    const LatencyParts e = study.evaluate(d);
    if (!e.possible || e.total >= today)
      continue;
    LatencyChange c{lever.item, "", today - e.total, e.total <= target};
    if (c.enough)
      d = relaxed(study, {lever}, 1, target);
    c.what = lever.say(d, study.evaluate(d));
    changes.push_back(std::move(c));
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const LatencyChange &a, const LatencyChange &b) { return a.saves > b.saves; });
  return changes;
}
} // namespace

LatencyTarget latency_changes(const Scenario &s, const BuiltFabric &b, HostId from, HostId to, Bytes size,
                              const LatencyPath &path, Duration target) {
  LatencyTarget t;
  t.target = target;
  t.together = path.total;
  t.met = path.total <= target;
  if (t.met) {
    t.verdict = fmt::format("met, {} left", format_duration(target - path.total));
    return t;
  }
  LatencyStudy study(s, b, from, to, size);
  Levers levers;
  for (const Tier tier : all_tiers)
    add_tier_levers(levers, s, path, tier);
  add_fec_levers(levers, s);
  add_other_levers(levers, s, study, path);
  t.changes = single_changes(study, levers, path.total, target);
  const std::uint32_t set = fewest(study, levers, target);
  if (set == 0) {
    const LatencyParts best = quickest(study, levers);
    t.together = best.total;
    t.verdict =
        fmt::format("missed by {}, and it {}", format_duration(path.total - target), out_of_reach(best, target));
    return t;
  }
  const LatencyDesign d = relaxed(study, levers, set, target);
  const LatencyParts e = study.evaluate(d);
  t.together = e.total;
  for (std::size_t i = 0; i < levers.size(); ++i)
    if ((set >> i & 1u) != 0) {
      LatencyDesign alone = study.today();
      levers[i].apply(alone);
      const LatencyParts single = study.evaluate(alone);
      const Duration saves = single.possible ? path.total - single.total : Duration{};
      t.chosen.push_back({levers[i].item, levers[i].say(d, e), saves, single.possible && single.total <= target});
    }
  t.verdict =
      fmt::format("missed by {}. {} to {}", format_duration(path.total - target),
                  t.chosen.size() == 1 ? std::string("One change is enough, and comes")
                                       : fmt::format("No single change is enough; {} together come", t.chosen.size()),
                  format_duration(e.total));
  return t;
}

} // namespace lightloom
