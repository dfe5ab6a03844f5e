// [transport], [routing] and what [fabric] has for them: defaults that depend on the kind of transport are set here,
// those that depend on the links in build/transport.cpp and build/switches.cpp.

#include "scenarios/schema/control_parameters.hpp"
#include "scenarios/schema/reader.hpp"
#include "topology/builder.hpp"

#include <algorithm>
#include <type_traits>

namespace lightloom {

const char *to_string(TransportSpec::Kind kind) {
  switch (kind) {
  case TransportSpec::Kind::ideal:
    return "ideal";
  case TransportSpec::Kind::infiniband:
    return "infiniband";
  case TransportSpec::Kind::rocev2:
    return "rocev2";
  case TransportSpec::Kind::uec:
    return "uec";
  }
  return "";
}

const char *to_string(TransportSpec::CongestionControl control) {
  using enum TransportSpec::CongestionControl;
  switch (control) {
  case none:
    return "none";
  case dcqcn:
    return "dcqcn";
  case nscc:
    return "nscc";
  case rccc:
    return "rccc";
  case nscc_rccc:
    return "nscc+rccc";
  case fecn_becn:
    return "fecn-becn";
  }
  return "";
}

namespace {
using Kind = TransportSpec::Kind;
using Control = TransportSpec::CongestionControl;

/// What a transport has where the file says nothing. Sources: the rows of schema/schema_transport.cpp.
struct KindDefaults {
  Bytes header, control_header;
  std::uint32_t virtual_lanes, ack_every;
  Control control;
  const char *recovery;
  std::optional<Duration> retransmit_timeout; ///< nothing: from the base round trip
  bool spray;
  Duration reaction;
};

KindDefaults defaults_of(Kind kind) {
  constexpr Duration local_ack_14(67'108'864'000), local_ack_10(4'194'304'000);
  switch (kind) {
  case Kind::ideal:
    return {Bytes(0), Bytes(-1), 1, 16, Control::none, "selective", local_ack_14, true, {}};
  case Kind::infiniband:
    return {Bytes(30), Bytes(-1), 2, 16, Control::none, "selective", local_ack_14, true, {}};
  case Kind::rocev2:
    return {Bytes(62), Bytes(66), 2, 16, Control::dcqcn, "go-back-n", local_ack_10, false, Duration(400ns)};
  case Kind::uec:
    return {Bytes(102), Bytes(90), 2, 4, Control::nscc, "selective", std::nullopt, false, Duration(400ns)};
  }
  return {};
}

Kind kind_of(const std::string &name) {
  for (const Kind kind : {Kind::ideal, Kind::rocev2, Kind::uec})
    if (name == to_string(kind))
      return kind;
  return Kind::infiniband;
}

Control control_of(const std::string &name, Control otherwise) {
  for (const Control control :
       {Control::none, Control::dcqcn, Control::nscc, Control::rccc, Control::nscc_rccc, Control::fecn_becn})
    if (name == to_string(control))
      return control;
  return otherwise;
}

template <class Spec> void read_parameters(const Reader &r, const std::string &table, Spec &spec) {
  visit_parameters(spec, [&](const char *name, auto &field, double, double, const char *) {
    using Field = std::remove_reference_t<decltype(field)>;
    const std::string path = "transport." + table + "." + name;
    const auto *given = r.given(path);
    if (given == nullptr)
      return;
    if constexpr (std::is_same_v<Field, double>)
      field = given->real;
    else
      field = static_cast<Field>(given->whole);
  });
}

void read_transport(const Reader &r, Scenario &s, const KindDefaults &d) {
  auto &t = s.transport;
  t.control = control_of(r.text("transport.congestion_control"), d.control);
  t.mtu = r.bytes("transport.mtu");
  t.header = r.optional_whole<Bytes>("transport.header").value_or(d.header);
  t.control_header = r.optional_whole<Bytes>("transport.control_header").value_or(d.control_header);
  t.virtual_lanes = r.count_or("transport.virtual_lanes", d.virtual_lanes);
  t.credits = r.optional_whole<Bytes>("transport.credits");
  t.ack_every = r.count_or("transport.ack_every", d.ack_every);
  t.window_frames = r.count("transport.window_frames");
  t.entropies = t.kind == Kind::uec ? r.count("transport.entropies") : 0;
  const auto *recovery = r.given("transport.recovery");
  t.go_back_n = (recovery != nullptr ? recovery->text : d.recovery) == "go-back-n";
  t.retransmit_timeout = r.optional_whole<Duration>("transport.retransmit_timeout");
  if (!t.retransmit_timeout)
    t.retransmit_timeout = d.retransmit_timeout;
  t.retry_count = r.count("transport.retry_count");
  t.base_rtt = r.optional_whole<Duration>("transport.base_rtt");
  read_parameters(r, "dcqcn", t.dcqcn);
  read_parameters(r, "nscc", t.nscc);
  read_parameters(r, "rccc", t.rccc);
  read_parameters(r, "fecn_becn", t.fecn_becn);
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

void read_shared_buffer(const Reader &r, Kind kind, SharedBufferPart &b) {
  const auto size = [&](const char *name) { return r.optional_whole<Bytes>(std::string("fabric.switch.") + name); };
  b.alpha = r.real("fabric.switch.alpha");
  const auto *limit = r.given("fabric.switch.queue_limit");
  b.no_queue_limit = limit != nullptr && limit->text == "none";
  if (!b.no_queue_limit)
    b.queue_limit = size("queue_limit");
  b.ecn_min = size("ecn_min");
  b.ecn_max = size("ecn_max");
  b.ecn_probability = r.optional_real("fabric.switch.ecn_probability");
  b.pfc = r.flag_or("fabric.switch.pfc", kind == Kind::rocev2);
  b.pfc_xoff = size("pfc_xoff");
  b.pfc_xon = size("pfc_xon");
  b.pfc_headroom = size("pfc_headroom");
  b.trimming = r.flag_or("fabric.switch.trimming", kind == Kind::uec);
  b.trimmed_size = r.bytes("fabric.switch.trimmed_size");
}
} // namespace

void read_routing_and_transport(const Reader &r, Scenario &s) {
  s.transport.kind = kind_of(r.text("transport.kind"));
  const KindDefaults d = defaults_of(s.transport.kind);
  read_transport(r, s, d);
  auto &o = s.routing;
  const std::string &usual = find_family(s.fabric.topology).default_policy;
  o.policy = r.given("routing.policy") != nullptr ? r.text("routing.policy")
             : !usual.empty()                     ? usual
             : d.spray                            ? "spray"
                                                  : "ecmp";
  o.paths = s.extensions.routing_policies.contains(o.policy) ? PathChoice::own
                                                             : path_choice(o.policy, r.text("routing.spray"));
  o.flowlet_gap = r.duration("routing.flowlet_gap");
  o.detection = r.duration("routing.detection");
  o.reroute = r.duration("routing.reroute");
  read_shared_buffer(r, s.transport.kind, s.fabric.shared);
  s.fabric.nic_reaction =
      r.optional_whole<Duration>("fabric.nic.reaction").value_or(std::min(d.reaction, s.fabric.nic_latency));
}

} // namespace lightloom
