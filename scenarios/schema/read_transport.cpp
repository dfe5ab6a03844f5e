// [transport], [routing] and what [fabric] has for them: defaults that depend on the kind of transport are set here,
// those that depend on the links in build/transport.cpp and build/switches.cpp.

#include "scenarios/schema/congestion_names.hpp"
#include "scenarios/schema/reader.hpp"
#include "topology/builder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
const TransportKind &kind_of(const std::string &name) {
  return **std::find_if(transport_kinds.begin(), transport_kinds.end(),
                        [&](const TransportKind *kind) { return name == kind->name; });
}

/// "nscc+rccc" is a law for senders and credits of the receiver.
void read_congestion_control(const Reader &r, Scenario &s) {
  auto &t = s.transport;
  const std::string &name = r.text("transport.congestion_control");
  t.congestion_control = name == "auto" ? t.kind->defaults.congestion_control : name;
  for (const CongestionLaw &own : s.extensions.congestion_controls)
    if (own.name == name)
      t.law = own;
  for (const CongestionControlKind &control : congestion_controls()) {
    if (!asks_for(t.congestion_control, control.name))
      continue;
    GivenParameters given;
    for (const ParameterRow &row : control.parameters())
      if (const auto *value = r.given(fmt::format("transport.{}.{}", control.table, row.name)); value != nullptr)
        given[row.name] = GivenParameter{value->whole, value->real};
    if (control.law != nullptr)
      t.law = control.law(given);
    else
      t.receiver_credits = with_parameters<RcccSpec>(given);
  }
}

void read_transport(const Reader &r, Scenario &s, const TransportDefaults &d) {
  auto &t = s.transport;
  read_congestion_control(r, s);
  t.mtu = r.bytes("transport.mtu");
  t.header = r.optional_whole<Bytes>("transport.header").value_or(d.header);
  t.control_header = r.optional_whole<Bytes>("transport.control_header").value_or(d.control_header);
  t.virtual_lanes = r.count_or("transport.virtual_lanes", d.virtual_lanes);
  t.given_credits = r.optional_whole<Bytes>("transport.credits");
  t.ack_every = r.count_or("transport.ack_every", d.ack_every);
  t.window_frames = r.count("transport.window_frames");
  t.entropies = t.kind->entropies ? r.count("transport.entropies") : 0;
  const auto *recovery = r.given("transport.recovery");
  const bool go_back_n = recovery != nullptr ? recovery->text == "go-back-n" : d.go_back_n;
  t.recovery = go_back_n ? TransportSpec::Recovery::go_back_n : TransportSpec::Recovery::selective;
  t.given_timeout = r.optional_whole<Duration>("transport.retransmit_timeout");
  if (!t.given_timeout)
    t.given_timeout = d.retransmit_timeout;
  t.retry_count = r.count("transport.retry_count");
  t.given_base_rtt = r.optional_whole<Duration>("transport.base_rtt");
}

PathChoice path_choice(const std::string &policy, const std::string &spray) {
  if (policy == "flowlet")
    return PathChoice::flowlet;
  if (policy == "adaptive")
    return PathChoice::adaptive;
  if (policy != "spray")
    return PathChoice::ecmp;
  return spray == "random"         ? PathChoice::spray_random
         : spray == "least-of-two" ? PathChoice::spray_least_of_two
                                   : PathChoice::spray;
}

void read_shared_buffer(const Reader &r, const TransportKind &kind, SharedBufferPart &b) {
  const auto size = [&](const char *name) { return r.optional_whole<Bytes>(std::string("fabric.switch.") + name); };
  b.alpha = r.real("fabric.switch.alpha");
  const auto *limit = r.given("fabric.switch.queue_limit");
  b.no_queue_limit = limit != nullptr && limit->text == "none";
  if (!b.no_queue_limit)
    b.queue_limit = size("queue_limit");
  b.ecn_min = size("ecn_min");
  b.ecn_max = size("ecn_max");
  b.ecn_probability = r.optional_real("fabric.switch.ecn_probability");
  b.pfc = r.flag_or("fabric.switch.pfc", kind.defaults.pfc);
  b.pfc_xoff = size("pfc_xoff");
  b.pfc_xon = size("pfc_xon");
  b.pfc_headroom = size("pfc_headroom");
  b.trimming = r.flag_or("fabric.switch.trimming", kind.trimming);
  b.trimmed_size = r.bytes("fabric.switch.trimmed_size");
}
} // namespace

void read_routing_and_transport(const Reader &r, Scenario &s) {
  s.transport.kind = &kind_of(r.text("transport.kind"));
  const TransportDefaults &d = s.transport.kind->defaults;
  read_transport(r, s, d);
  auto &o = s.routing;
  const std::string usual = find_family(s.fabric.topology, families_with(s.extensions.topologies)).default_policy;
  o.policy = r.given("routing.policy") != nullptr ? r.text("routing.policy")
             : !usual.empty()                     ? usual
             : d.spray                            ? "spray"
                                                  : "ecmp";
  o.paths = s.extensions.routing_policies.contains(o.policy) ? PathChoice::own
                                                             : path_choice(o.policy, r.text("routing.spray"));
  o.flowlet_gap = r.duration("routing.flowlet_gap");
  o.detection = r.duration("routing.detection");
  o.reroute = r.duration("routing.reroute");
  read_shared_buffer(r, *s.transport.kind, s.fabric.shared);
  s.fabric.nic_reaction =
      r.optional_whole<Duration>("fabric.nic.reaction").value_or(std::min(d.reaction, s.fabric.nic_latency));
}

} // namespace lightloom
