// [transport] of a scenario over its fabric: what depends on the links, and what could not work on them.

#include "scenarios/build_parts.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Wire bytes that keep the busiest link full: what is in flight during the credit's round trip. A slot is taken when
/// the frame leaves the sender, freed when it has left the switch, and the credit travels back.
Bytes credits_for(const Scenario &s, const BuiltFabric &b, Bytes frame) {
  Bytes most{};
  for (std::size_t tier = 0; tier < 4; ++tier)
    if (b.optics[tier] && b.fabric.count(static_cast<Tier>(tier)) > 0) {
      const BitRate rate = tier == 0   ? s.fabric.host_rate
                           : tier == 1 ? s.fabric.leaf_rate
                           : tier == 2 ? s.fabric.spine_rate
                                       : s.fabric.global_rate;
      const double round_trip = seconds(2 * b.optics[tier]->latency + s.fabric.switch_latency);
      most =
          std::max(most, Bytes(static_cast<std::int64_t>(round_trip * static_cast<double>(rate.bits_per_second) / 8)));
    }
  const std::int64_t frames = (most.value + frame.value - 1) / frame.value + 4;
  return frame * frames;
}

} // namespace

TransportSpec transport_spec(const Scenario &s, const BuiltFabric &b, std::vector<std::string> &notes) {
  const auto &t = s.transport;
  TransportSpec spec;
  spec.kind = t.ideal ? TransportSpec::Kind::ideal : TransportSpec::Kind::infiniband;
  spec.recovery = t.go_back_n ? TransportSpec::Recovery::go_back_n : TransportSpec::Recovery::selective;
  spec.mtu = t.mtu;
  spec.header = t.header;
  spec.virtual_lanes = t.virtual_lanes;
  spec.ack_every = t.ack_every;
  spec.window_frames = t.window_frames;
  spec.retransmit_timeout = t.retransmit_timeout;
  spec.retry_count = t.retry_count;
  if (t.ideal)
    return spec;
  const Bytes frame = t.mtu + t.header + Bytes(20);
  spec.credits = t.credits ? *t.credits : credits_for(s, b, frame);
  if (!t.credits)
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
  return spec;
}

namespace {
/// There and back on the longest path of the fabric, no transmission time counted: up and down each tier, one global
/// link.
Duration longest_round_trip(const Scenario &s, const BuiltFabric &b) {
  Duration one_way = 2 * s.fabric.nic_latency;
  int links = 0;
  for (std::size_t tier = 0; tier < 4; ++tier)
    if (b.optics[tier]) {
      const int crossed = static_cast<Tier>(tier) == Tier::global ? 1 : 2;
      one_way += crossed * b.optics[tier]->latency;
      links += crossed;
    }
  return 2 * (one_way + (links - 1) * s.fabric.switch_latency);
}

} // namespace

void check_timeout(const Scenario &s, const BuiltFabric &b) {
  const Duration round_trip = longest_round_trip(s, b);
  if (s.transport.ideal || s.transport.retransmit_timeout > round_trip)
    return;
  throw Error(Problem{s.place("transport.retransmit_timeout"),
                      "transport.retransmit_timeout = " + format_duration(s.transport.retransmit_timeout),
                      "an acknowledgement on the longest path takes " + format_duration(round_trip) +
                          " there and back even on an idle network",
                      "Try \"" + format_duration(10 * round_trip) + "\"."});
}

} // namespace lightloom
