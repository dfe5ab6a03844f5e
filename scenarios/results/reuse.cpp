#include "scenarios/results/reuse.hpp"

#include "scenarios/build.hpp"
#include "sim/core/parse_quantity.hpp"
#include "sim/core/random.hpp"
#include "sim/network/codeword_clock.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Ids of a plan's collectives by step, in order.
std::vector<std::vector<std::uint32_t>> by_step(const JobPlan &plan) {
  std::vector<std::vector<std::uint32_t>> ids(plan.steps);
  for (std::uint32_t id = 0; id < plan.collectives.size(); ++id)
    ids[plan.collectives[id].step].push_back(id);
  return ids;
}

/// Two and three steps of the run, with every message.
struct Samples {
  JobPlan plan2, plan3;
  NetworkResult two, three;
  std::int64_t repeats = 0; ///< steps that would be copies
  Duration period() const { return three.steps[2].end - three.steps[1].end; }
  /// Of the whole run, the last frames behind it included.
  SimTime end() const { return std::max(three.end, three.silent) + repeats * period(); }
};

/// Before anything is simulated.
std::string forbidden(const BuiltRun &b) {
  if (b.plan.steps <= simulated_steps)
    return fmt::format("{} steps are simulated in any case", simulated_steps);
  if (!b.faults.empty() || b.network.routes.size() > 1)
    return "[[inject]] makes steps differ";
  if (b.network.compute.jitter > 0)
    return "cluster.jitter: every step draws";
  if (b.network.paths != PathChoice::ecmp && b.network.paths != PathChoice::spray)
    return "routing.policy: every step draws its paths anew";
  if (b.network.transport.law || b.network.transport.receiver_credits || b.network.transport.entropies > 1)
    return "transport.congestion_control and entropies: rates, windows and paths go on from step to step";
  for (const auto &cable : b.network.fabric.cables)
    if (8'000'000'000'000 % cable.rate.bits_per_second != 0)
      return fmt::format(
          "at {} a byte takes no whole number of picoseconds, and the remainder goes on from step to step",
          format_bit_rate(cable.rate));
  return {};
}

/// A frame's last bit is sent; when everything that follows from it is over at the latest.
Duration way_of_last_frame(const NetworkSpec &n) {
  Duration most{};
  for (const auto &link : n.links)
    for (const auto &segment : link.segments)
      most = std::max(most, segment.latency);
  const Bytes frame = n.transport.mtu + n.transport.header + Bytes(20);
  const Duration bus = n.hosts.pcie.bits_per_second > 0 ? transmission_time(frame, n.hosts.pcie) : Duration{};
  return most + n.switches.latency + n.hosts.nic_latency + bus;
}

std::string not_idle(const Samples &s, const NetworkSpec &n) {
  const SimTime begin = s.three.steps[2].begin;
  SimTime first = never;
  std::size_t posted = 0;
  for (const auto &message : s.three.flows)
    if (message.start >= begin) {
      ++posted;
      first = std::min(first, message.start);
    }
  if (posted != s.three.flows.size() - s.two.flows.size())
    return "ranks post messages of a step before the others have begun it";
  const SimTime quiet = s.two.silent + way_of_last_frame(n);
  if (first < quiet)
    return fmt::format(
        "the network is not idle when a step begins: its first message is posted {} before the last frame "
        "of the step before is in",
        format_duration(quiet - first));
  return {};
}

std::string different(const Samples &s) {
  const Duration period = s.period();
  const auto &a = s.three.rank_steps[1];
  const auto &b = s.three.rank_steps[2];
  for (std::size_t rank = 0; rank < a.size(); ++rank)
    if (b[rank].begin - a[rank].begin != period || b[rank].end - a[rank].end != period ||
        b[rank].busy != a[rank].busy || b[rank].wait_scale_up != a[rank].wait_scale_up ||
        b[rank].wait_network != a[rank].wait_network)
      return fmt::format("steps 1 and 2 differ at rank {}", rank);
  const auto ids = by_step(s.plan3);
  if (ids[1].size() != ids[2].size())
    return "steps 1 and 2 have different collectives";
  for (std::size_t i = 0; i < ids[1].size(); ++i) {
    const MarkResult &before = s.three.collectives[ids[1][i]];
    const MarkResult &after = s.three.collectives[ids[2][i]];
    if (after.begin - before.begin != period || after.end - before.end != period)
      return fmt::format("steps 1 and 2 differ in their collective {}", i);
  }
  if (s.three.silent - s.three.steps[2].end != s.two.silent - s.two.steps[1].end)
    return "after steps 1 and 2 the network falls silent at different times";
  return {};
}

std::string draws(const Samples &s, const NetworkSpec &n) {
  if (s.three.random_draws != s.two.random_draws)
    return fmt::format("a step draws {} times at random", s.three.random_draws - s.two.random_draws);
  const SimTime end = s.end();
  for (std::uint32_t l = 0; l < n.links.size(); ++l)
    if (CodewordClock(n.links[l], RandomStream(n.seed, Purpose::codeword, l)).bad_from() < end)
      return "a codeword that cannot be corrected comes within the run";
  return {};
}

/// Under spray a flow goes on where it stopped: equal steps need whole rounds over the equal ports.
std::string keeps_phase(const Samples &s, const NetworkSpec &n) {
  if (n.paths != PathChoice::spray)
    return {};
  std::int64_t round = std::bit_ceil(n.trains.most_frames);
  std::int64_t ports = 1;
  for (const auto &rows : n.routes.front().table->switches)
    for (const auto &group : rows->groups)
      ports = std::lcm(ports, std::int64_t{group.count == 0 ? 1 : group.count} * (group.count > 1 ? group.stride : 1));
  round = ports == 1 ? 1 : round * ports;
  const std::int64_t parts = n.fabric.ports_per_host;
  for (const auto &message : s.three.flows)
    for (const std::int64_t part : {message.size.value / parts, (message.size.value + parts - 1) / parts}) {
      const std::int64_t frames = std::max<std::int64_t>(1, (part + n.transport.mtu.value - 1) / n.transport.mtu.value);
      if (frames % round != 0)
        return fmt::format("sprayed messages of {} frames leave a flow at another of {} turns in every step", frames,
                           round);
    }
  return {};
}

/// The first condition that fails; "" when the later steps are copies.
std::string why_not(const Samples &s, const NetworkSpec &n) {
  if (const auto ended = [](const NetworkResult &run) { return run.finished() && run.violations.empty(); };
      !ended(s.two) || !ended(s.three))
    return "the first three steps did not come to their end";
  for (const auto &reason : {draws(s, n), keeps_phase(s, n), not_idle(s, n), different(s)})
    if (!reason.empty())
      return reason;
  return {};
}

/// Adds to `three` what `repeats` steps more count.
class Extension {
public:
  Extension(const Samples &s, const BuiltRun &built, NetworkResult &out)
      : s_(s), plan_(built.plan), links_(built.network.links), out_(out) {}
  void extend() {
    times();
    collectives();
    counters();
    attribution();
  }

private:
  Duration shift(std::int64_t step) const { return (step - 2) * s_.period(); }
  template <class T> void count(T NetworkResult::*field) {
    out_.*field += static_cast<T>(s_.repeats) * (s_.three.*field - s_.two.*field);
  }

  void times() {
    for (std::int64_t step = simulated_steps; step < plan_.steps; ++step) {
      MarkResult mark = s_.three.steps[2];
      mark.begin += shift(step);
      mark.end += shift(step);
      out_.steps.push_back(mark);
      out_.rank_steps.push_back(s_.three.rank_steps[2]);
      for (auto &rank : out_.rank_steps.back()) {
        rank.begin += shift(step);
        rank.end += shift(step);
      }
    }
    const Duration all = s_.repeats * s_.period();
    out_.end += all;
    out_.silent += all;
    for (auto &end : out_.rank_end)
      end += all;
  }

  void collectives() {
    const auto sampled = by_step(s_.plan3);
    const auto whole = by_step(plan_);
    out_.collectives.assign(plan_.collectives.size(), {});
    for (std::uint32_t step = 0; step < plan_.steps; ++step)
      for (std::size_t i = 0; i < whole[step].size(); ++i) {
        MarkResult mark = s_.three.collectives[sampled[std::min(step, 2u)][i]];
        if (step > 2) {
          mark.begin += shift(step);
          mark.end += shift(step);
        }
        out_.collectives[whole[step][i]] = mark;
      }
  }

  void counters() {
    using N = NetworkResult;
    constexpr std::uint64_t N::*fields[] = {&N::frames_injected,
                                            &N::frames_delivered,
                                            &N::frames_discarded,
                                            &N::frames_corrupted,
                                            &N::frames_lost,
                                            &N::frames_unroutable,
                                            &N::control_frames_injected,
                                            &N::control_frames_delivered,
                                            &N::control_frames_lost,
                                            &N::frames_resent,
                                            &N::bytes_sent,
                                            &N::bytes_delivered,
                                            &N::link_hops,
                                            &N::bytes_in_trains,
                                            &N::trains_injected};
    for (const auto field : fields)
      count(field);
    for (std::size_t l = 0; l < out_.links.size(); ++l) {
      LinkResult &link = out_.links[l];
      const LinkResult &two = s_.two.links[l];
      const auto repeats = static_cast<std::uint64_t>(s_.repeats);
      link.tx_frames += repeats * (link.tx_frames - two.tx_frames);
      link.tx_bytes += repeats * (link.tx_bytes - two.tx_bytes);
      link.busy += s_.repeats * (link.busy - two.busy);
      link.codewords = codewords_before(links_[l], s_.end());
    }
  }

  static void add(CauseTimes &sum, const CauseTimes &three, const CauseTimes &two, std::int64_t repeats) {
    for (std::size_t c = 0; c < cause_count; ++c)
      sum.ps[c] += repeats * (three.ps[c] - two.ps[c]);
  }
  template <class Row, class Key> void rows(std::vector<Row> &sum, const std::vector<Row> &two, Key Row::*key) const {
    for (auto &row : sum) {
      const auto same = std::find_if(two.begin(), two.end(), [&](const Row &r) { return r.*key == row.*key; });
      const CauseTimes three = row.idle;
      add(row.idle, three, same == two.end() ? CauseTimes{} : same->idle, s_.repeats);
    }
  }

  void attribution() {
    Attribution &a = out_.attribution;
    const Attribution &two = s_.two.attribution;
    if (!a.available || !two.available)
      return;
    const StepAttribution last = a.steps.back();
    for (std::int64_t step = simulated_steps; step < plan_.steps; ++step) {
      a.steps.push_back(last);
      a.steps.back().begin += shift(step);
      a.steps.back().end += shift(step);
    }
    rows(a.labels, two.labels, &WaitingOfLabel::label);
    rows(a.critical_path_labels, two.critical_path_labels, &WaitingOfLabel::label);
    rows(a.links, two.links, &WaitingOfLink::link);
    const auto repeats = static_cast<std::uint64_t>(s_.repeats);
    a.messages_explained += repeats * (a.messages_explained - two.messages_explained);
    a.messages_unsplit += repeats * (a.messages_unsplit - two.messages_unsplit);
  }

  const Samples &s_;
  const JobPlan &plan_;
  const std::vector<LinkHealth> &links_;
  NetworkResult &out_;
};

bool same_collectives(const JobPlan &sample, const JobPlan &whole) {
  const auto a = by_step(sample);
  const auto b = by_step(whole);
  for (std::size_t step = 0; step < b.size(); ++step)
    if (a[std::min<std::size_t>(step, 2)].size() != b[step].size())
      return false;
  return true;
}
} // namespace

ReusedRun run_reusing(const Scenario &scenario, BuiltRun &built,
                      const std::function<NetworkResult(NetworkSpec)> &simulate_one) {
  ReusedRun run;
  run.why_not = forbidden(built);
  if (run.why_not.empty()) {
    Samples s;
    s.repeats = std::int64_t{built.plan.steps} - simulated_steps;
    const auto sample = [&](std::uint32_t steps, JobPlan &plan) {
      Scenario shorter = scenario;
      shorter.steps = steps;
      BuiltRun b = build_run(shorter);
      plan = std::move(b.plan);
      b.network.record_flows = true;
      NetworkResult r = simulate_one(std::move(b.network));
      run.link_hops += r.link_hops;
      return r;
    };
    s.two = sample(2, s.plan2);
    s.three = sample(simulated_steps, s.plan3);
    run.why_not =
        same_collectives(s.plan3, built.plan) ? why_not(s, built.network) : "steps have different collectives";
    if (run.why_not.empty()) {
      run.reused = static_cast<std::uint32_t>(s.repeats);
      run.result = s.three;
      Extension(s, built, run.result).extend();
      if (!built.plan.record_flows)
        run.result.flows.clear();
      return run;
    }
  }
  run.result = simulate_one(std::move(built.network));
  run.link_hops += run.result.link_hops;
  return run;
}

} // namespace lightloom
