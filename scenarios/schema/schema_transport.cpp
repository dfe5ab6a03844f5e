// The rows of the table of keys for how frames travel: the buffers of [fabric.switch], [routing] and [transport].
// K = recalled from the paper or specification named, E = estimate, Design = chosen here, with nothing to cite. What a
// transport says of itself is put together from the rows of all (sim/network/transport); what depends on the fabric is
// worked out in build/switches.cpp and build/transport.cpp.

#include "scenarios/schema/congestion_names.hpp"
#include "scenarios/schema/parameter_key.hpp"
#include "sim/network/switch/switch_spec.hpp"
#include "topology/builder.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace lightloom {

namespace {
std::string shown(std::string text) { return text; }
std::string shown(const char *text) { return text; }
std::string shown(bool flag) { return flag ? "true" : "false"; }
std::string shown(std::uint32_t count) { return std::to_string(count); }
std::string shown(Bytes size) { return std::to_string(size.value); }

/// What each kind of transport says, those that say the same together: "ideal, infiniband: spray; rocev2, uec: ecmp".
/// What more than half say comes first and by itself: "16; uec: 4". Kinds that say nothing are left out.
template <class Say> std::string by_transport(const Say &say) {
  struct Answer {
    std::string text;
    std::vector<std::string> kinds;
  };
  std::vector<Answer> answers;
  for (const TransportKind *kind : transport_kinds) {
    const std::string text = shown(std::invoke(say, *kind));
    if (text.empty())
      continue;
    auto same = std::ranges::find(answers, text, &Answer::text);
    if (same == answers.end())
      same = answers.insert(same, {text, {}});
    same->kinds.emplace_back(kind->name);
  }
  const auto usual = std::ranges::find_if(
      answers, [](const Answer &answer) { return 2 * answer.kinds.size() > transport_kinds.size(); });
  if (usual != answers.end()) {
    usual->kinds.clear();
    std::rotate(answers.begin(), usual, usual + 1);
  }
  std::vector<std::string> parts;
  for (const Answer &answer : answers)
    parts.push_back(answer.kinds.empty() ? answer.text
                                         : fmt::format("{}: {}", fmt::join(answer.kinds, ", "), answer.text));
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// The same of its defaults.
template <class Say> std::string default_by_transport(const Say &say) {
  return by_transport([&](const TransportKind &kind) { return std::invoke(say, kind.defaults); });
}

/// Where each law that says so begins to mark, or marks all.
std::string marks(Bytes MarkingRule::*length) {
  std::string text;
  for (const CongestionControlKind &control : congestion_controls())
    if (const CongestionLaw law = control.law == nullptr ? CongestionLaw{} : control.law({}); law.marking)
      text += fmt::format("{}: {} per {}; ", law.name, default_text((*law.marking).*length),
                          default_text(law.marking->rate));
  return text;
}

std::string buffer_text(const TransportKind &kind) {
  return kind.buffers == TransportKind::Buffers::credits  ? "what the credits need"
         : kind.buffers == TransportKind::Buffers::shared ? "160 MB per 51.2 Tb/s of switch"
                                                          : "unlimited";
}

std::string queue_limit_text(const TransportKind &kind) {
  return kind.buffers != TransportKind::Buffers::shared ? ""
         : kind.defaults.short_queues                   ? "base round trip × port rate"
                                                        : "none";
}

std::string control_header_text(const TransportDefaults &defaults) {
  return defaults.control_header.value < 0 ? "as header" : shown(defaults.control_header);
}

std::string timeout_text(const TransportDefaults &defaults) {
  return defaults.retransmit_timeout
             ? fmt::format("{}ms", static_cast<double>(defaults.retransmit_timeout->count()) / 1e9)
             : "4 base round trips and a full queue";
}

std::vector<std::string> transport_names() {
  std::vector<std::string> names;
  for (const TransportKind *kind : transport_kinds)
    names.emplace_back(kind->name);
  return names;
}

std::vector<std::string> congestion_choices() {
  auto names = congestion_control_names();
  names.insert(names.begin(), "auto");
  return names;
}

// One key per row, as dense as a table.
// clang-format off
using enum KeyType;
using Keys = std::vector<Key>;

Keys buffer_keys() {
  return {
      {.path = "fabric.switch.buffer", .type = bytes,
       .fallback = "auto: " + by_transport(buffer_text), .low = 1, .high = 1e12, .auto_allowed = true,
       .source = "Spectrum-4: 160 MB at 51.2 Tb/s",
       .description = "packet memory of a switch, shared by all ports; with credits an upper limit, into which those "
                      "of all ports and lanes must fit"},
      {.path = "fabric.switch.alpha", .type = ratio, .fallback = fmt::format("{:g}", SwitchSpec{}.alpha), .low = 1e-3,
       .high = 1024, .source = "Choudhury and Hahne 1998",
       .description = "shared buffer: a queue may hold at most alpha × what is free"},
      {.path = "fabric.switch.queue_limit", .type = bytes,
       .fallback = "auto: " + by_transport(queue_limit_text), .low = 1, .high = 1e12,
       .auto_allowed = true, .words = {"none"}, .source = "UEC's trimming queues in htsim, recalled",
       .description = "shared buffer: the most that one port and lane may hold, beside alpha; what is beyond is "
                      "trimmed, or dropped"},
      {.path = "fabric.switch.ecn_min", .type = bytes,
       .fallback = "auto: " + marks(&MarkingRule::least) + "others that listen: 0.2 × base round trip × port rate",
       .low = 1, .high = 1e12, .auto_allowed = true, .source = "Zhu et al., SIGCOMM 2015; htsim's UEC, recalled",
       .description = "frames that join a shorter queue are never marked"},
      {.path = "fabric.switch.ecn_max", .type = bytes,
       .fallback = "auto: " + marks(&MarkingRule::most) + "others that listen: 0.8 × base round trip × port rate",
       .low = 1, .high = 1e12, .auto_allowed = true, .source = "as ecn_min",
       .description = "frames that join a queue of this length or more are always marked"},
      {.path = "fabric.switch.ecn_probability", .type = ratio, .fallback = "1", .low = 1e-6,
       .high = 1, .source = "as ecn_min",
       .description = "probability of a mark just below ecn_max; it rises from 0 at ecn_min"},
      {.path = "fabric.switch.pfc", .type = flag,
       .fallback = default_by_transport(&TransportDefaults::pfc), .source = "IEEE 802.1Qbb",
       .description = "priority flow control: an ingress port that holds much pauses its peer; no data is dropped"},
      {.path = "fabric.switch.pfc_xoff", .type = bytes, .fallback = "auto", .low = 1, .high = 1e12,
       .auto_allowed = true, .source = "dynamic thresholds: Choudhury and Hahne 1998",
       .description = "an ingress port that holds more pauses its peer; auto: alpha × what is free beside the "
                      "headroom"},
      {.path = "fabric.switch.pfc_xon", .type = bytes, .fallback = "auto", .low = 0, .high = 1e12,
       .auto_allowed = true, .source = "Zhu et al., SIGCOMM 2015, K",
       .description = "it goes on once it holds no more than this; auto: two full frames below the threshold"},
      {.path = "fabric.switch.pfc_headroom", .type = bytes, .fallback = "auto", .low = 1, .high = 1e12,
       .auto_allowed = true, .source = "IEEE 802.1Qbb, annex O",
       .description = "per ingress port, kept for what is under way until a pause takes effect; auto: for the latency "
                      "and rate of the longest link"},
      {.path = "fabric.switch.trimming", .type = flag,
       .fallback = by_transport(&TransportKind::trimming),
       .source = "UEC 1.0, packet trimming",
       .description = "a data frame that finds no room goes on as its header, ahead of data"},
      {.path = "fabric.switch.trimmed_size", .type = bytes_or_count,
       .fallback = std::to_string(SwitchSpec{}.trimmed.value), .low = 64, .high = 512,
       .source = "the smallest Ethernet frame",
       .description = "trimming: what is left of a frame, beside the 20 B of preamble and gap"},
  };
}

/// Of each kind of transport, and of the families of topologies that have their own.
std::string default_policies() {
  std::string policies = default_by_transport([](auto &d) { return d.spray ? "spray" : "ecmp"; });
  for (const TopologyFamily &family : topology_families())
    if (!family.default_policy.empty())
      policies += "; " + family.name + ": " + family.default_policy;
  return policies;
}

Keys routing_keys() {
  return {
      {.path = "routing.policy", .type = choice, .fallback = default_policies(),
       .choices = {"ecmp", "spray", "flowlet", "adaptive", "minimal"}, .later = {"valiant", "ugal-l", "ugal-g", "par"},
       .description = "ecmp: by hash of the flow; spray: frame by frame; flowlet: by hash, anew after a pause; "
                      "adaptive: frame by frame to the shortest queue; minimal (dragonfly-plus): shortest paths only, "
                      "by hash of the flow"},
      {.path = "routing.spray", .type = choice, .fallback = "round-robin",
       .choices = {"round-robin", "random", "least-of-two"},
       .description = "policy = \"spray\": in turn per flow from a seeded phase; at random; the shorter queue of two "
                      "drawn at random"},
      {.path = "routing.flowlet_gap", .type = duration, .fallback = default_text(SwitchSpec{}.flowlet_gap), .low = 1e-9,
       .high = 1, .source = "about the round trip of a loaded fabric, E; CONGA: 500 us at 10 Gb/s",
       .description = "policy = \"flowlet\": a flow that paused for longer chooses anew"},
      {.path = "routing.detection", .type = duration, .fallback = "10us", .low = 0, .high = 10, .source = "Design",
       .description = "after a failure, until the neighbours avoid the link; shorter failures change no route"},
      {.path = "routing.reroute", .type = duration, .fallback = "1ms", .low = 0, .high = 100, .source = "Design",
       .description = "after a failure or a repair, until every table is new"},
  };
}

Keys transport_keys() {
  return {
      {.path = "transport.kind", .type = choice, .fallback = "infiniband",
       .choices = transport_names(),
       .description = by_transport(&TransportKind::meaning)},
      {.path = "transport.mtu", .type = bytes_or_count, .fallback = std::to_string(TransportSpec{}.mtu.value),
       .low = 64, .high = 65515, .source = "InfiniBand's largest",
       .description = "payload of a full frame; with header and 20 B at most 65,535 B"},
      {.path = "transport.header", .type = bytes_or_count,
       .fallback = default_by_transport(&TransportDefaults::header), .low = 0, .high = 512,
       .source = default_by_transport(&TransportDefaults::header_source),
       .description = "beside the payload and the 20 B of preamble and gap"},
      {.path = "transport.control_header", .type = bytes_or_count,
       .fallback = default_by_transport(control_header_text), .low = 0, .high = 512,
       .source = default_by_transport(&TransportDefaults::control_header_source),
       .description = "an acknowledgement or notification, beside the 20 B of preamble and gap; on Ethernet at least "
                      "64"},
      {.path = "transport.virtual_lanes", .type = count,
       .fallback = default_by_transport(&TransportDefaults::virtual_lanes), .low = 1, .high = 4, .source = "Design",
       .description = "lanes, or priorities: data on lane 0, acknowledgements and trimmed frames on the last"},
      {.path = "transport.credits", .type = bytes_or_count, .fallback = "auto", .low = 1, .high = 4e9,
       .auto_allowed = true,
       .description = "with credits: wire bytes a receiver can hold per lane and link; auto: the greatest round trip "
                      "of a link × its rate + 4 full frames"},
      {.path = "transport.ack_every", .type = count,
       .fallback = default_by_transport(&TransportDefaults::ack_every), .low = 1, .high = 65536,
       .source = default_by_transport(&TransportDefaults::ack_every_source),
       .description = "frames per acknowledgement"},
      {.path = "transport.window_frames", .type = count,
       .fallback = std::to_string(TransportSpec{}.window_frames), .low = 64, .high = 65536,
       .source = "Design", .description = "unacknowledged frames of a queue pair; a power of two"},
      {.path = "transport.entropies", .type = count, .fallback = "4096", .low = 1, .high = 65536, .source = "E",
       .description = "uec: values that a sender draws from, a new one for each frame; switches hash them, so frames "
                      "spread over as many paths. 1: one path"},
      {.path = "transport.recovery", .type = choice,
       .fallback = default_by_transport([](auto &d) { return d.go_back_n ? "go-back-n" : "selective"; }),
       .choices = {"selective", "go-back-n"},
       .description = "what is sent again after a loss; " +
                      by_transport([](auto &kind) { return kind.go_back_n ? "" : "selective only"; }) +
                      "; go-back-n needs frames in order"},
      {.path = "transport.retransmit_timeout", .type = duration,
       .fallback = default_by_transport(timeout_text), .low = 1e-9, .high = 100, .auto_allowed = true,
       .source = default_by_transport(&TransportDefaults::timeout_source),
       .description = "silence after which frames are sent again; shorter than the queues of a lossless fabric are "
                      "long, it sends frames twice that were never lost"},
      {.path = "transport.retry_count", .type = count, .fallback = std::to_string(TransportSpec{}.retry_count),
       .low = 0, .high = 1000, .source = "InfiniBand's largest",
       .description = "time-outs without progress before the peer is unreachable"},
      {.path = "transport.base_rtt", .type = duration, .fallback = "auto", .low = 1e-9, .high = 1,
       .auto_allowed = true,
       .description = "round trip that congestion control measures against, wire to wire; auto: of the longest path "
                      "unloaded, one frame there and its acknowledgement back"},
      {.path = "transport.congestion_control", .type = choice, .fallback = "auto",
       .choices = congestion_choices(),
       .description = "auto: " + default_by_transport(&TransportDefaults::congestion_control) + ". What fits: " +
                      by_transport([](auto &kind) {
                        return fmt::format("{}", fmt::join(congestion_control_names(kind), ", "));
                      })},
  };
}

// clang-format on

Keys parameter_keys() {
  Keys keys;
  for (const CongestionControlKind &control : congestion_controls())
    for (const ParameterRow &row : control.parameters()) {
      Key key = parameter_key(row, std::string("transport.") + control.table);
      key.source = control.source;
      keys.push_back(key);
    }
  return keys;
}
} // namespace

std::vector<Key> transport_schema() {
  Keys keys;
  for (auto part : {buffer_keys, routing_keys, transport_keys, parameter_keys}) {
    const Keys more = part();
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

} // namespace lightloom
