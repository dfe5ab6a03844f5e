// [fabric.switch], [routing], [transport] and [[inject]] against each other.

#include "scenarios/schema/checks.hpp"
#include "scenarios/schema/congestion_names.hpp"
#include "scenarios/schema/cross_checks.hpp"
#include "sim/core/parse_quantity.hpp"

#include <bit>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// The smallest frame of Ethernet, without them. [B]
constexpr std::int64_t least_ethernet = 64;
/// A flap beyond this is another kind of link.
constexpr std::int64_t most_flaps = 1'000;

void check_frames(Checks &c) {
  const auto &s = c.s();
  const auto &t = s.transport;
  if (!std::has_single_bit(t.window_frames))
    c.add("transport.window_frames", fmt::format("transport.window_frames = {}", t.window_frames),
          "must be a power of two", fmt::format("Try {}.", std::min(65536u, std::bit_ceil(t.window_frames))));
  else if (const auto most = t.kind->most_window; t.window_frames > most)
    c.add("transport.window_frames", fmt::format("transport.window_frames = {}", t.window_frames),
          fmt::format("an acknowledgement of {} reaches {} frames far", t.kind->name, most),
          fmt::format("Try {}.", most));
  if (t.ack_every > t.window_frames / 2 && std::has_single_bit(t.window_frames))
    c.add(s.given("transport.ack_every") ? "transport.ack_every" : "transport.window_frames",
          fmt::format("transport.ack_every = {}", t.ack_every),
          fmt::format("the sender stops after window_frames = {} frames without an acknowledgement", t.window_frames),
          fmt::format("Try {} or less.", t.window_frames / 2));
  if (const auto frame = t.full_frame().value; frame > greatest_frame_bytes)
    c.add(s.given("transport.mtu") ? "transport.mtu" : "transport.header",
          fmt::format("transport.mtu = {}", t.mtu.value),
          fmt::format("with a header of {} B and {} B of preamble and gap a frame takes {} B, at most {} B fit",
                      t.header.value, frame_gap_bytes, frame, greatest_frame_bytes),
          fmt::format("Try {}.", greatest_frame_bytes - t.header.value - frame_gap_bytes));
  if (t.kind->ethernet && t.control_header.value < least_ethernet)
    c.add("transport.control_header", fmt::format("transport.control_header = {}", t.control_header.value),
          fmt::format("a frame of Ethernet has at least {} B", least_ethernet), "Try 64.");
  else if (const auto full = t.mtu.value + t.header.value; !t.ideal() && t.control_header.value > full)
    c.add(s.given("transport.control_header") ? "transport.control_header" : "transport.header",
          fmt::format("transport.control_header = {}", t.control_header.value),
          fmt::format("an acknowledgement must not be larger than a full frame of {} B", full), "Lower it.");
  if (t.ideal())
    c.needless("transport.control_header", "kind = \"ideal\": acknowledgements have no weight");
}

/// "a", "b" or "c".
std::string quoted_choice(const std::vector<std::string> &names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + fmt::format("\"{}\"", names[i]);
  return text;
}

/// The transports that have something, as values of transport.kind.
template <class Has> std::string kinds_that(const Has &has) {
  std::vector<std::string> names;
  for (const TransportKind *kind : transport_kinds)
    if (has(*kind))
      names.emplace_back(kind->name);
  return quoted_choice(names);
}

/// The congestion control fits the transport, and its parameters are used.
void check_control(Checks &c) {
  const auto &t = c.s().transport;
  if ((t.law && t.law.signal != t.kind->signal) || (t.receiver_credits && !t.kind->receiver_credits)) {
    c.add("transport.congestion_control", fmt::format("transport.congestion_control = \"{}\"", t.congestion_control),
          fmt::format("not for transport.kind = \"{}\"", t.kind->name),
          fmt::format("Use \"auto\", {}.", quoted_choice(congestion_control_names(*t.kind))));
    return;
  }
  for (const CongestionControlKind &control : congestion_controls())
    if (!asks_for(t.congestion_control, control.name))
      c.needless(fmt::format("transport.{}", control.table),
                 fmt::format("transport.congestion_control is \"{}\"", t.congestion_control));
}

/// Frames that come out of order, and who can bear it.
void check_recovery(Checks &c) {
  const auto &s = c.s();
  const auto &t = s.transport;
  if (t.go_back_n() && !t.kind->go_back_n)
    c.add("transport.recovery", "transport.recovery = \"go-back-n\"",
          fmt::format("{} acknowledges frame by frame, and its frames come out of order", t.kind->name),
          "Use \"selective\".");
  else if (t.go_back_n() && s.routing.paths != PathChoice::ecmp && s.routing.paths != PathChoice::flowlet)
    c.add(s.given("transport.recovery") ? "transport.recovery" : "routing.policy",
          fmt::format("transport.recovery = \"go-back-n\"{}",
                      s.given("transport.recovery") ? "" : fmt::format(", the default of {},", t.kind->name)),
          "sprayed frames arrive out of order", "Use \"selective\", or routing.policy = \"ecmp\".");
}

void check_transport(Checks &c) {
  const auto &s = c.s();
  const auto &t = s.transport;
  check_frames(c);
  check_control(c);
  check_recovery(c);
  if (!t.kind->entropies)
    c.needless("transport.entropies",
               "only for kind = " + kinds_that([](const TransportKind &kind) { return kind.entropies; }));
  if (t.ideal())
    c.needless("transport.credits", "kind = \"ideal\" has unlimited buffers");
  else if (t.shared_buffer())
    c.needless("transport.credits", fmt::format("kind = \"{}\" has no credits: switches share a buffer", t.kind->name));
  else if (const Bytes frame = t.full_frame(); t.given_credits && *t.given_credits < frame)
    c.add("transport.credits", "transport.credits = " + format_bytes(*t.given_credits),
          fmt::format("a receiver must hold one full frame of {} B", frame.value), "Try \"auto\".");
}

/// [fabric.switch] and the NIC's reaction against the kind of transport.
void check_buffers(Checks &c) {
  const auto &s = c.s();
  const auto &t = s.transport;
  const auto &q = s.fabric.shared;
  const std::string kind = fmt::format("transport.kind = \"{}\"", t.kind->name);
  if (!t.shared_buffer()) {
    const std::string why = kind + (t.ideal() ? " has unlimited buffers" : " has a buffer per link, kept by credits");
    for (const char *key : {"alpha", "queue_limit", "pfc_xoff", "pfc_xon", "pfc_headroom", "trimmed_size"})
      c.needless(std::string("fabric.switch.") + key, why);
    if (t.ideal())
      for (const char *key : {"buffer", "ecn_min", "ecn_max", "ecn_probability"})
        c.needless(std::string("fabric.switch.") + key, why);
    if (q.pfc)
      c.add("fabric.switch.pfc", "fabric.switch.pfc = true",
            kind + (t.ideal() ? " has unlimited buffers" : " has credits, which do what pauses do"),
            "Leave it out, or use transport.kind = " + kinds_that([](const TransportKind &k) {
              return k.defaults.pfc;
            }) + ".");
    if (s.fabric.nic_reaction > Duration{})
      c.add("fabric.nic.reaction", "fabric.nic.reaction = " + format_duration(s.fabric.nic_reaction),
            kind + " answers at once in this version", "Leave it out.");
  } else if (s.fabric.nic_reaction > s.fabric.nic_latency) {
    c.add("fabric.nic.reaction", "fabric.nic.reaction = " + format_duration(s.fabric.nic_reaction),
          "more than fabric.nic.latency = " + format_duration(s.fabric.nic_latency) + ", which holds the same hardware",
          "Lower it.");
  }
  if (q.trimming && !t.kind->trimming)
    c.add("fabric.switch.trimming", "fabric.switch.trimming = true", kind + " does not know trimmed frames",
          "Leave it out, or use transport.kind = " + kinds_that([](const TransportKind &k) { return k.trimming; }) +
              ".");
  if (q.trimming && t.kind->trimming && t.virtual_lanes < 2)
    c.add("transport.virtual_lanes", "transport.virtual_lanes = 1", "trimmed frames go ahead of data on another lane",
          "Use 2, or fabric.switch.trimming = false.");
  if (t.shared_buffer() && !q.trimming)
    c.needless("fabric.switch.trimmed_size", "trimming = false");
  if (t.shared_buffer() && !q.pfc)
    for (const char *key : {"pfc_xoff", "pfc_xon", "pfc_headroom"})
      c.needless(std::string("fabric.switch.") + key, "pfc = false");
  else if (t.shared_buffer() && !q.pfc_xoff)
    c.needless("fabric.switch.pfc_xon", "pfc_xoff is \"auto\", and pfc_xon follows it");
}

void check_policy(Checks &c) {
  const auto &s = c.s();
  if (s.routing.policy != "spray")
    c.needless("routing.spray", fmt::format("routing.policy is \"{}\"", s.routing.policy));
  if (s.routing.policy != "flowlet")
    c.needless("routing.flowlet_gap", fmt::format("routing.policy is \"{}\"", s.routing.policy));
}

void check_link_retry(Checks &c) {
  if (!c.s().optics.llr.enabled)
    for (const char *key : {"llr_retries", "llr_turnaround", "llr_buffer"})
      c.needless(std::string("optics.") + key, "optics.llr is false");
}

/// What a kind of fault needs, and what only others use.
void check_fault_kind(Checks &c, const InjectPart &p, const std::string &at) {
  using Fault = InjectPart::Kind;
  struct Need {
    const char *key;
    Fault kind;
    const char *name, *why, *suggestion;
  };
  static constexpr Need needs[] = {
      {"ber", Fault::ber, "ber", "needs the new bit error ratio", "Try ber = 1e-4."},
      {"factor", Fault::slow, "slow", "needs the share of the rate that is left", "Try factor = 0.5."},
      {"lanes", Fault::degrade, "degrade", "needs the lanes that are left", "Try lanes = 4."},
      {"down", Fault::flap, "flap", "needs how long it is down each time", "Try down = \"10ms\"."},
      {"up", Fault::flap, "flap", "needs how long it is up in between", "Try up = \"100ms\"."}};
  for (const auto &n : needs) {
    const std::string key = at + "." + n.key;
    if (p.kind != n.kind)
      c.needless(key, fmt::format("only for kind = \"{}\"", n.name));
    else if (!c.s().given(key))
      c.add(at, key + " is missing", fmt::format("kind = \"{}\" {}", n.name, n.why), n.suggestion);
  }
  if (p.kind != Fault::flap)
    return;
  if (!p.lasts)
    c.add(at, at + ".for is missing", "flapping must end", "Try for = \"1s\".");
  else if (p.down && p.up && p.lasts->count() / (p.down->count() + p.up->count()) > most_flaps)
    c.add(at + ".for", at + ".for = " + format_duration(*p.lasts),
          fmt::format("more than {} times down and up", most_flaps),
          "Try \"" + format_duration(most_flaps * (*p.down + *p.up)) + "\" or less.");
}

void check_injections(Checks &c) {
  const auto &s = c.s();
  for (std::size_t i = 0; i < s.inject.size(); ++i) {
    const auto &p = s.inject[i];
    const std::string at = fmt::format("inject.{}", i);
    const int targets = int(!p.link.empty()) + int(!p.switch_name.empty()) + int(!p.nic.empty());
    if (targets != 1)
      c.add(at, fmt::format("{} has {} targets", at, targets), "exactly one of link, switch and nic",
            "Try link = \"leaf:0/spine:0\".");
    check_fault_kind(c, p, at);
  }
  if (s.routing.detection > s.routing.reroute)
    c.add("routing.detection", "routing.detection = " + format_duration(s.routing.detection),
          "must not exceed routing.reroute = " + format_duration(s.routing.reroute));
}
} // namespace

void check_network(const Scenario &s, std::vector<Problem> &problems) {
  Checks c(s, problems);
  check_fabric(c);
  check_transport(c);
  check_buffers(c);
  check_policy(c);
  check_link_retry(c);
  check_injections(c);
}

} // namespace lightloom
