// [fabric.switch] of a scenario: buffer, marks, pauses and trims, with what depends on rates, latencies and transport.
// All switches are alike: thresholds that follow from a port's rate take the fastest of the fabric.

#include "scenarios/build/parts.hpp"
#include "sim/core/parse_quantity.hpp"
#include "sim/network/switch/pfc_headroom.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Spectrum-4: 160 MB at 51.2 Tb/s (S: cabling notes): the packet memory of other switches by their capacity.
constexpr std::int64_t buffer_per_tbps = 3'125'000;
/// A pause frame: the smallest of Ethernet, with preamble and gap.
constexpr Bytes pause_frame{84};

/// a × b ÷ c without overflow.
std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c) {
  return static_cast<std::int64_t>(static_cast<__int128>(a) * b / c);
}

BitRate fastest_rate(const BuiltFabric &b) {
  BitRate fastest;
  for (const auto &cable : b.fabric.plan().cables)
    fastest = std::max(fastest, cable.rate);
  return fastest;
}

Bytes buffer_of(const Scenario &s, const BuiltFabric &b, std::vector<std::string> &notes) {
  if (s.fabric.switch_buffer)
    return *s.fabric.switch_buffer;
  const BitRate capacity = switch_capacity(b.fabric);
  const Bytes buffer(scaled(buffer_per_tbps, capacity.bits_per_second, 1'000'000'000'000));
  notes.push_back(fmt::format("fabric.switch.buffer: {}, 160 MB per 51.2 Tb/s of the switch's {}", format_bytes(buffer),
                              format_bit_rate(capacity)));
  return buffer;
}

EcnSpec ecn_of(const Scenario &s, const BuiltFabric &b, Duration base_rtt) {
  const auto &q = s.fabric.shared;
  const auto &law = s.transport.law;
  EcnSpec ecn;
  ecn.enabled = law || q.ecn_min || q.ecn_max || q.ecn_probability;
  if (!ecn.enabled)
    return ecn;
  const BitRate rate = fastest_rate(b);
  const auto in_flight = bytes_in(base_rtt, rate).value;
  const auto in_proportion = [&](Bytes length) {
    return Bytes(scaled(length.value, rate.bits_per_second, law.marking->rate.bits_per_second));
  };
  ecn.least = q.ecn_min ? *q.ecn_min : law.marking ? in_proportion(law.marking->least) : Bytes(in_flight / 5);
  ecn.most = q.ecn_max ? *q.ecn_max : law.marking ? in_proportion(law.marking->most) : Bytes(in_flight / 5 * 4);
  ecn.probability = q.ecn_probability.value_or(1.0);
  if (ecn.least > ecn.most)
    throw Error(Problem{s.place(q.ecn_min ? "fabric.switch.ecn_min" : "fabric.switch.ecn_max"),
                        "fabric.switch.ecn_min = " + format_bytes(ecn.least),
                        "above fabric.switch.ecn_max = " + format_bytes(ecn.most), "Swap them, or give both."});
  return ecn;
}

/// What any link can still bring after a pause was sent to its other end, trains of `frame` bytes at most. A switch
/// counts a frame once it has passed the pipeline, so what is in there comes on top.
Bytes headroom_of(const Scenario &s, const BuiltFabric &b, const std::vector<LinkHealth> &links, Bytes frame) {
  Bytes most{};
  const Forwarding forwarding = s.fabric.store_and_forward ? Forwarding::store_and_forward : Forwarding::cut_through;
  const auto &cables = b.fabric.plan().cables;
  for (std::size_t c = 0; c < cables.size(); ++c) {
    const Duration peer = cables[c].tier == Tier::host ? std::max(s.fabric.nic_reaction, s.fabric.switch_latency)
                                                       : s.fabric.switch_latency;
    const Duration reaction = peer + s.fabric.switch_latency;
    for (const auto &segment : links[2 * c].segments)
      most = std::max(most, pfc_headroom(cables[c].rate, segment.latency, reaction, frame, pause_frame, forwarding));
  }
  return most;
}

/// Lane 0 is lossless: every port needs its headroom, and room for a frame before it pauses its peer.
PfcSpec pfc_of(const Scenario &s, const BuiltFabric &b, const std::vector<LinkHealth> &links, Bytes buffer,
               BuildRemarks &remarks) {
  const auto &q = s.fabric.shared;
  PfcSpec pfc;
  pfc.enabled = q.pfc;
  if (!pfc.enabled)
    return pfc;
  const Bytes frame = s.transport.full_frame() * train_spec(s).most_frames;
  pfc.headroom = q.pfc_headroom ? *q.pfc_headroom : headroom_of(s, b, links, frame);
  const std::int64_t ports = b.fabric.radix();
  const Bytes reserved = pfc.headroom * ports;
  const Bytes least = frame * ports;
  if (buffer < reserved + least)
    throw Error(
        Problem{s.place("fabric.switch.buffer"), "fabric.switch.buffer = " + format_bytes(buffer),
                fmt::format("{} ports × {} of headroom are {}, and each must hold {} B before it pauses its peer",
                            ports, format_bytes(pfc.headroom), format_bytes(reserved), frame.value),
                fmt::format("Try {} or more{}, or pfc = false.", format_bytes(reserved + least),
                            frame > s.transport.full_frame() ? ", a smaller scenario.granularity" : "")});
  if (q.pfc_xoff) {
    pfc.xoff = *q.pfc_xoff;
    pfc.xon = q.pfc_xon.value_or(std::max(Bytes(0), pfc.xoff - frame * 2));
    if (pfc.xon > pfc.xoff)
      throw Error(Problem{s.place("fabric.switch.pfc_xon"), "fabric.switch.pfc_xon = " + format_bytes(pfc.xon),
                          "above fabric.switch.pfc_xoff = " + format_bytes(pfc.xoff), "Leave it out."});
    if (buffer < reserved + pfc.xoff)
      throw Error(Problem{s.place("fabric.switch.pfc_xoff"), "fabric.switch.pfc_xoff = " + format_bytes(pfc.xoff),
                          fmt::format("of a buffer of {} the headroom of {} ports takes {}", format_bytes(buffer),
                                      ports, format_bytes(reserved)),
                          "Try \"auto\"."});
  }
  remarks.notes.push_back(
      fmt::format("fabric.switch.pfc_headroom: {} per port, for the longest link", format_bytes(pfc.headroom)));
  return pfc;
}

void warn_of_marks(const Scenario &s, std::vector<std::string> &warnings) {
  for (const char *key : {"ecn_min", "ecn_max", "ecn_probability"})
    if (const std::string path = std::string("fabric.switch.") + key; s.given(path) && !s.transport.law) {
      warnings.push_back(fmt::format("{}: switches mark frames, and transport.congestion_control = \"{}\" does not "
                                     "listen to marks",
                                     path, s.transport.congestion_control));
      return;
    }
}
} // namespace

BitRate switch_capacity(const Fabric &fabric) {
  if (fabric.switch_capacity().bits_per_second > 0)
    return fabric.switch_capacity();
  std::int64_t fastest = 0;
  for (const auto &cable : fabric.plan().cables)
    fastest = std::max(fastest, cable.rate.bits_per_second);
  return BitRate(fastest * fabric.radix());
}

SwitchSpec switch_spec(const Scenario &s, const BuiltFabric &b, const std::vector<LinkHealth> &links, Duration base_rtt,
                       BuildRemarks &remarks) {
  const auto &t = s.transport;
  const auto &q = s.fabric.shared;
  SwitchSpec spec;
  spec.latency = s.fabric.switch_latency;
  spec.forwarding = s.fabric.store_and_forward ? Forwarding::store_and_forward : Forwarding::cut_through;
  spec.flowlet_gap = s.routing.flowlet_gap;
  if (s.routing.paths == PathChoice::own)
    spec.own_policy = s.extensions.routing_policies.at(s.routing.policy);
  warn_of_marks(s, remarks.warnings);
  if (!t.ideal())
    spec.ecn = ecn_of(s, b, base_rtt);
  if (!t.shared_buffer())
    return spec;
  const Bytes frame = s.transport.full_frame();
  spec.buffer = buffer_of(s, b, remarks.notes);
  spec.alpha = q.alpha;
  spec.queue_limit = q.no_queue_limit                ? Bytes{}
                     : q.queue_limit                 ? *q.queue_limit
                     : t.kind->defaults.short_queues ? bytes_in(base_rtt, fastest_rate(b))
                                                     : Bytes{};
  if (spec.queue_limit.value > 0 && spec.queue_limit < frame)
    throw Error(Problem{s.place("fabric.switch.queue_limit"),
                        "fabric.switch.queue_limit = " + format_bytes(spec.queue_limit),
                        fmt::format("a queue must hold one full frame of {} B", frame.value), "Try \"auto\"."});
  if (spec.buffer.value > 0 && spec.buffer < frame)
    throw Error(Problem{s.place("fabric.switch.buffer"), "fabric.switch.buffer = " + format_bytes(spec.buffer),
                        fmt::format("a switch must hold one full frame of {} B", frame.value), "Try \"auto\"."});
  if (spec.buffer.value > 0 && spec.alpha * static_cast<double>(spec.buffer.value) < static_cast<double>(frame.value))
    throw Error(Problem{s.place("fabric.switch.alpha"), fmt::format("fabric.switch.alpha = {:g}", spec.alpha),
                        fmt::format("of a buffer of {} a queue must hold one full frame of {} B",
                                    format_bytes(spec.buffer), frame.value),
                        "Raise it, or fabric.switch.buffer."});
  spec.pfc = pfc_of(s, b, links, spec.buffer, remarks);
  spec.trim = q.trimming;
  spec.trimmed = q.trimmed_size;
  return spec;
}

} // namespace lightloom
