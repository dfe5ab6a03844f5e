// [transport] of a scenario over its fabric: what depends on the links, and what could not work on them.

#include "scenarios/build/parts.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

Bytes bytes_in(Duration time, BitRate rate) {
  return Bytes(
      static_cast<std::int64_t>(static_cast<__int128>(time.count()) * rate.bits_per_second / 8 / 1'000'000'000'000));
}

namespace {
/// Wire bytes that keep the busiest link full: what is in flight during the credit's round trip. A slot is taken when
/// the frame leaves the sender, freed when it has left the switch, and the credit travels back.
Bytes credits_for(const Scenario &s, const BuiltFabric &b, Bytes frame) {
  Bytes most{};
  for (const Tier tier : all_tiers)
    if (b.optics[tier] && b.fabric.count(tier) > 0) {
      const BitRate rate = s.fabric.rate(tier);
      const double round_trip = seconds(2 * b.optics[tier]->latency + s.fabric.switch_latency);
      most =
          std::max(most, Bytes(static_cast<std::int64_t>(round_trip * static_cast<double>(rate.bits_per_second) / 8)));
    }
  const std::int64_t frames = (most.value + frame.value - 1) / frame.value + 4;
  return frame * frames;
}

/// From NIC to NIC on the longest path of the fabric: up and down each tier, one global link.
struct LongestPath {
  Duration latency{};           ///< links and switches; no transmission time
  std::vector<BitRate> links{}; ///< their rates
};

LongestPath longest_path(const Scenario &s, const BuiltFabric &b) {
  LongestPath path;
  for (const Tier tier : all_tiers)
    if (b.optics[tier])
      for (int crossed = tier == Tier::global ? 1 : 2; crossed > 0; --crossed) {
        path.latency += b.optics[tier]->latency;
        path.links.push_back(s.fabric.rate(tier));
      }
  path.latency += static_cast<int>(path.links.size() - 1) * s.fabric.switch_latency;
  return path;
}

/// One frame through all links: at each under store-and-forward, else at the slowest.
Duration transmission(const LongestPath &path, Bytes wire, bool store_and_forward) {
  Duration sum{}, most{};
  for (const BitRate rate : path.links) {
    const Duration one = transmission_time(wire, rate);
    sum += one;
    most = std::max(most, one);
  }
  return store_and_forward ? sum : most;
}

/// Memory to memory there and back, no transmission time counted.
Duration longest_round_trip(const Scenario &s, const BuiltFabric &b) {
  return 2 * (2 * s.fabric.nic_latency + longest_path(s, b).latency);
}

/// The longest a queue of one port can be, and how long it takes to drain.
Duration drain_time(const Scenario &s, const SwitchSpec &switches) {
  Bytes longest(
      static_cast<std::int64_t>(static_cast<double>(switches.buffer.value) * switches.alpha / (1 + switches.alpha)));
  if (switches.queue_limit.value > 0 && !switches.pfc.enabled)
    longest = std::min(longest, switches.queue_limit);
  return transmission_time(longest, s.fabric.host_rate);
}

void set_credits(const Scenario &s, const BuiltFabric &b, TransportSpec &spec, std::vector<std::string> &notes) {
  const auto &t = s.transport;
  const Bytes frame = s.transport.full_frame();
  spec.credits = t.given_credits ? *t.given_credits : credits_for(s, b, frame);
  if (!t.given_credits)
    notes.push_back(fmt::format("transport.credits: {} per lane and link, the longest round trip × rate + 4 frames",
                                format_bytes(spec.credits)));
  const std::uint32_t ports = b.fabric.radix();
  const Bytes needed = spec.credits * ports * t.virtual_lanes;
  if (s.fabric.switch_buffer && needed > *s.fabric.switch_buffer)
    throw Error(Problem{s.place("fabric.switch.buffer"),
                        "fabric.switch.buffer = " + format_bytes(*s.fabric.switch_buffer),
                        fmt::format("{} ports × {} lanes × {} of credits need {}", ports, t.virtual_lanes,
                                    format_bytes(spec.credits), format_bytes(needed)),
                        "Raise it, or lower transport.credits."});
}
} // namespace

namespace {
/// Trains of `auto` are never longer than this: the network's own limit.
constexpr std::uint32_t most_auto_frames = 1024;
/// … and through shared buffers than this: trains are queued, paused and trimmed whole, and the headroom of every port
/// must hold two.
constexpr std::uint32_t most_shared_frames = 32;

/// Trains beside an all-to-all change which of its messages wait: 1 to 3 % of a step, whatever their length
/// (docs/validation/trains.md). `auto` uses frames then. All-to-alls of workload files are not looked for.
bool has_all_to_all(const Scenario &s) {
  return (s.job && s.job->expert > 1) ||
         std::any_of(s.collectives.begin(), s.collectives.end(), [](const auto &c) { return c.op == "all-to-all"; });
}

} // namespace

TrainSpec train_spec(const Scenario &s) {
  const auto &g = s.granularity;
  switch (g.kind) {
  case GranularityPart::Kind::frame:
    return {1, 0};
  case GranularityPart::Kind::size:
    return {static_cast<std::uint32_t>(std::max<std::int64_t>(1, g.size.value / s.transport.mtu.value)), 0};
  case GranularityPart::Kind::automatic:
    return has_all_to_all(s) ? TrainSpec{1, 0}
                             : TrainSpec{s.transport.shared_buffer() ? most_shared_frames : most_auto_frames, g.error};
  }
  return {};
}

Duration base_round_trip(const Scenario &s, const BuiltFabric &b) {
  const auto &t = s.transport;
  if (t.given_base_rtt)
    return *t.given_base_rtt;
  const LongestPath path = longest_path(s, b);
  const Bytes back = t.ideal() ? Bytes(1) : t.control_frame();
  return 2 * path.latency + s.fabric.nic_reaction + transmission(path, t.full_frame(), s.fabric.store_and_forward) +
         transmission(path, back, s.fabric.store_and_forward);
}

TransportSpec transport_spec(const Scenario &s, const BuiltFabric &b, const SwitchSpec &switches, Duration base_rtt,
                             std::vector<std::string> &notes) {
  const auto &t = s.transport;
  TransportSpec spec = t;
  spec.retransmit_timeout = t.given_timeout
                                ? *t.given_timeout
                                : std::max(4 * base_rtt + drain_time(s, switches), 2 * longest_round_trip(s, b));
  spec.base_rtt = base_rtt;
  if (t.kind->buffers == TransportKind::Buffers::credits)
    set_credits(s, b, spec, notes);
  if (!t.given_timeout)
    notes.push_back(fmt::format("transport.retransmit_timeout: {}, 4 base round trips of {} and a full queue",
                                format_duration(spec.retransmit_timeout), format_duration(base_rtt)));
  return spec;
}

void check_timeout(const Scenario &s, const BuiltFabric &b, Duration timeout) {
  const Duration round_trip = longest_round_trip(s, b);
  if (s.transport.ideal() || timeout > round_trip)
    return;
  throw Error(Problem{s.place("transport.retransmit_timeout"),
                      "transport.retransmit_timeout = " + format_duration(timeout),
                      "an acknowledgement on the longest path takes " + format_duration(round_trip) +
                          " there and back even on an idle network",
                      "Try \"" + format_duration(10 * round_trip) + "\"."});
}

} // namespace lightloom
