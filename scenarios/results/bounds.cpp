#include "scenarios/results/bounds.hpp"

#include "scenarios/build/host_bus.hpp"
#include "scenarios/build/parts.hpp"
#include "scenarios/schema/checks.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/routes.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Picoseconds by which rounding may make a sum of transmission times smaller than the formula: one per link and frame
/// train.
constexpr std::int64_t rounding_ps = 16;
/// More hops than any path here: a loop in the table would end the walk.
constexpr std::uint32_t max_hops = 64;
/// More links than any tier has.
constexpr std::uint64_t any_width = std::uint64_t{1} << 32;

/// A rate of wire bytes that the host bus of a port never exceeds; nothing without one. The network counts whole
/// femtoseconds per byte and drops what is below 1 ps per frame, of which none is smaller than its header and gap.
std::optional<BitRate> most_of_bus(const Scenario &s) {
  constexpr std::int64_t fs_per_byte_at_1_bps = 8'000'000'000'000'000;
  const BitRate bus = host_bus_rate(s);
  if (bus.bits_per_second == 0)
    return std::nullopt;
  const std::int64_t lost = 1000 / s.transport.overhead().value + 1;
  const std::int64_t fs_per_byte = std::max<std::int64_t>(1, fs_per_byte_at_1_bps / bus.bits_per_second - lost);
  return BitRate(fs_per_byte_at_1_bps / fs_per_byte + 1);
}
} // namespace

Bounds::Bounds(const Scenario &s, const BuiltRun &built)
    : plan_(built.network.fabric), cables_of_(plan_.nodes()), node_gpus_(s.cluster.gpus_per_node),
      spread_(s.routing.paths != PathChoice::ecmp || s.transport.entropies > 1), nic_(s.fabric.nic_latency),
      overhead_(s.fabric.nic_overhead), switch_(s.fabric.switch_latency),
      store_and_forward_(s.fabric.store_and_forward), mtu_(s.transport.mtu), header_(s.transport.header),
      port_rate_(s.fabric.host_rate), scale_up_(built.network.scale_up),
      scale_up_bandwidth_(s.cluster.scale_up_bandwidth) {
  const auto several = [](std::uint32_t n, BitRate each) {
    return (n > 1 ? fmt::format("{} × ", n) : "") + format_bit_rate(each);
  };
  ports_ = several(plan_.ports_per_host, port_rate_);
  if (const auto bus = most_of_bus(s); bus && *bus < port_rate_) {
    port_rate_ = *bus;
    limit_ = "host bus";
    ports_ = several(s.fabric.nics_per_gpu, usable_rate(s.fabric.pcie));
  }
  for (const auto &epoch : built.network.routes)
    routes_.push_back(epoch.table);
  // The first table may already lead around what is down at 0. What is repaired later can be shorter than any detour.
  if (std::any_of(built.faults.begin(), built.faults.end(),
                  [](const PlannedFault &f) { return f.down && f.from == SimTime{}; }))
    routes_.push_back(compute_routes(built.hardware.fabric));
  for (std::size_t c = 0; c < plan_.cables.size(); ++c) {
    // The least latency of a link's life, so that the bound holds at any time.
    Duration least = Duration::max();
    for (const auto &segment : built.network.links[2 * c].segments)
      least = std::min(least, segment.latency);
    latency_.push_back(least);
    auto &tier = tier_latency_[plan_.cables[c].tier];
    tier = std::min(tier, least);
    cables_of_[plan_.cables[c].a.index()].emplace_back(c);
    cables_of_[plan_.cables[c].b.index()].emplace_back(c);
  }
  shortest_ = 2 * nic_ + 2 * tier_latency_[static_cast<std::size_t>(Tier::host)] + switch_;
}

namespace {
/// The frames of a message by size: all but the last are full.
struct Frames {
  Frames(Bytes message, const Framing &framing)
      : count(frame_count(message, framing)), full(wire_bytes(std::min(message, framing.mtu), framing)),
        last(wire_bytes(message - framing.mtu * (count - 1), framing)) {}
  std::int64_t count;
  Bytes full, last; ///< on the wire
};

/// All frames over one tier: the busiest of its links carries its share or more.
Duration tier_time(const Frames &f, const IdleHop &hop) {
  const auto share = static_cast<std::int64_t>((static_cast<std::uint64_t>(f.count) + hop.width - 1) / hop.width);
  return std::max(transmission_time(f.full * (share - 1) + f.last, hop.rate), transmission_time(f.full, hop.rate));
}

/// From the start of a frame on one link to its earliest start on the next, without latency. In cut-through a frame
/// from a slow link into a fast one starts so late that it never runs dry (sim/network/switch/forwarding.hpp).
Duration step(Bytes frame, BitRate in, BitRate out, bool stored) {
  const Duration here = transmission_time(frame, in);
  return stored ? here : std::max(Duration{}, here - transmission_time(frame, out));
}

/// One frame alone: from its start on the first link to its end on the last, without latency.
Duration through(Bytes frame, const IdlePath &path, bool stored) {
  Duration sum = transmission_time(frame, path.hops.back().rate);
  for (std::size_t i = 1; i < path.hops.size(); ++i)
    sum += step(frame, path.hops[i - 1].rate, path.hops[i].rate, stored);
  return sum;
}

/// Tandem queue of single links. Each way through the grid of frames × links is a lower bound and the longest is the
/// time: full frames up to link m, where they queue at the slowest so far, the last frame from there on.
Duration one_path(const Frames &f, const IdlePath &path, bool stored) {
  Duration last_rest = through(f.last, path, stored), full{}, most{};
  if (f.count == 1)
    return last_rest;
  BitRate slowest = path.hops.front().rate;
  for (std::size_t m = 0; m < path.hops.size(); ++m) {
    const BitRate rate = path.hops[m].rate;
    slowest = std::min(slowest, rate);
    most = std::max(most, full + transmission_time(f.full * (f.count - 2), slowest) + transmission_time(f.full, rate) +
                              last_rest);
    if (m + 1 < path.hops.size()) {
      full += step(f.full, rate, path.hops[m + 1].rate, stored);
      last_rest -= step(f.last, rate, path.hops[m + 1].rate, stored);
    }
  }
  return most;
}

/// Frames that overtake each other on several links, in cut-through: the busiest link of each tier; whichever frame
/// leaves the host last; all frames into the receiver behind the first, at best the smallest.
Duration spread_through(const Frames &f, const IdlePath &path) {
  const BitRate out = path.hops.front().rate, in = path.hops.back().rate;
  Duration most = transmission_time(f.full * (f.count - 1), std::min(out, in)) + through(f.last, path, false);
  if (f.count > 1)
    most = std::max(most, transmission_time(f.full * (f.count - 2), out) + through(f.full, path, false));
  for (const auto &hop : path.hops)
    most = std::max(most, tier_time(f, hop));
  return most;
}

/// Frames on several links overtake each other: only the smallest is sure to be first into a tier and last out of it.
Duration spread_stored(const Frames &f, const IdlePath &path) {
  Duration all_small{}, all_full{}, most{};
  for (const auto &hop : path.hops) {
    all_small += transmission_time(f.last, hop.rate);
    all_full += transmission_time(f.full, hop.rate);
  }
  for (const auto &hop : path.hops)
    most = std::max(most, all_small - transmission_time(f.last, hop.rate) + tier_time(f, hop));
  // The last full frame leaves its host behind all other full ones.
  const std::int64_t before = std::max<std::int64_t>(f.count - 2, 0);
  return std::max(most, transmission_time(f.full * before, path.hops.front().rate) + all_full);
}
} // namespace

Duration least_time(Bytes message, const IdlePath &path, const Framing &framing, bool store_and_forward) {
  const Frames frames(message, framing);
  if (std::all_of(path.hops.begin(), path.hops.end(), [](const IdleHop &hop) { return hop.width == 1; }))
    return path.latency + one_path(frames, path, store_and_forward);
  return path.latency + (store_and_forward ? spread_stored(frames, path) : spread_through(frames, path));
}

IdlePath Bounds::walk(HostId from, HostId to, std::uint32_t port, const RouteTable &routes) const {
  IdlePath p{2 * nic_, {}, true};
  std::uint64_t width = 1;
  const auto cross = [&](CableId c) {
    const Tier tier = plan_.cables[c.index()].tier;
    p.latency += tier == Tier::host ? latency_[c.index()] : tier_latency_[tier];
    p.hops.push_back({plan_.cables[c.index()].rate, width});
  };
  const std::size_t sender = from.index() * plan_.ports_per_host + port;
  const std::size_t receiver = to.index() * plan_.ports_per_host + port;
  const auto &to_attachment = routes.attachment[receiver];
  cross(CableId(sender)); // the host cable of an endpoint
  SwitchId at = routes.attachment[sender].leaf;
  p.latency += switch_;
  while (at != to_attachment.leaf && p.hops.size() < max_hops) {
    const auto &rows = *routes.switches[at.index()];
    const auto group = rows.group_of_leaf[to_attachment.leaf.index()];
    if (group == no_group || rows.groups[group].count == 0) {
      p.reachable = false;
      return p;
    }
    // On the way down paths meet again, which the product leaves out. A change of routes spreads any flow: frames that
    // wait on the old way and new ones on the new way move side by side.
    if (routes_.size() > 1)
      width = any_width;
    else if (spread_)
      width = std::min(any_width, width * rows.groups[group].count);
    const NodeId here = plan_.node(at);
    const CableId c = cables_of_[here.index()][rows.ports[rows.groups[group].first]];
    cross(c);
    const Cable &cable = plan_.cables[c.index()];
    const NodeId next = cable.a == here ? cable.b : cable.a;
    at = SwitchId(next.value - plan_.hosts);
    p.latency += switch_;
  }
  width = 1;
  cross(CableId(receiver));
  p.reachable = p.hops.size() < max_hops;
  return p;
}

IdlePath Bounds::path(HostId from, HostId to, std::uint32_t port) const {
  return walk(from, to, port, *routes_.front());
}

Duration Bounds::least_latency(HostId from, HostId to) const {
  Duration least = Duration::max();
  for (const auto &routes : routes_)
    for (std::uint32_t port = 0; port < plan_.ports_per_host; ++port)
      least = std::min(least, walk(from, to, port, *routes).latency);
  return least;
}

Duration Bounds::ideal(HostId from, HostId to, Bytes size) const {
  const Bytes part((size.value + plan_.ports_per_host - 1) / plan_.ports_per_host);
  std::optional<Duration> least;
  for (const auto &routes : routes_)
    for (std::uint32_t port = 0; port < plan_.ports_per_host; ++port)
      if (const IdlePath p = walk(from, to, port, *routes); p.reachable) {
        const Duration time = least_time(part, p, {mtu_, header_}, store_and_forward_);
        least = least ? std::min(*least, time) : time;
      }
  // Never reachable: what the way to the break takes.
  return overhead_ + (least ? *least : least_time(part, path(from, to), {mtu_, header_}, store_and_forward_));
}

Duration Bounds::collective(const CollectiveInfo &info) const {
  const auto op = parse_collective_op(info.op);
  if (info.scale_up)
    return scale_up_time(op, info.ranks, info.bytes, scale_up_bandwidth_, scale_up_.latency);
  // How many of the ranks share a node divides the ranks and is at most the GPUs of a node; the more share it, the less
  // crosses.
  const std::uint32_t domain = info.inner_phases ? largest_divisor_up_to(info.ranks, node_gpus_) : 1;
  return port_lower_bound(op, info.ranks, info.bytes, host_bandwidth(), shortest_, {mtu_, header_}, domain);
}

std::string Bounds::bottleneck(const CollectiveInfo &info) const {
  return info.scale_up ? "scale-up, " + format_bit_rate(scale_up_bandwidth_) : limit_ + ", " + ports_;
}

FlowBound Bounds::flows(const std::vector<FlowResult> &flows, const Fabric &fabric) const {
  struct Port {
    Bytes wire{};
    Duration least = Duration::max(); ///< path latency of the nearest flow through it
  };
  // Two per host: what its NIC sends, and what its leaf sends to it.
  std::vector<Port> ports(2 * std::size_t(plan_.hosts));
  for (const auto &f : flows) {
    const Duration latency = overhead_ + least_latency(HostId(f.source), HostId(f.destination));
    for (const std::size_t p : {2 * std::size_t(f.source), 2 * std::size_t(f.destination) + 1}) {
      ports[p].wire = ports[p].wire + wire_bytes(f.size, {mtu_, header_});
      ports[p].least = std::min(ports[p].least, latency);
    }
  }
  Duration most{};
  std::size_t busiest = 0;
  for (std::size_t p = 0; p < ports.size(); ++p)
    if (ports[p].wire.value > 0)
      if (const Duration time = ports[p].least + transmission_time(ports[p].wire, host_bandwidth()); time > most) {
        most = time;
        busiest = p;
      }
  if (most == Duration{})
    return {};
  const std::string host = fabric.name(HostId(busiest / 2));
  const std::string leaf = plan_.ports_per_host > 1 ? "its leaves" : fabric.name(fabric.leaf_of(HostId(busiest / 2)));
  return {seconds(most), fmt::format("{} to {}, {}", busiest % 2 == 0 ? host : leaf, busiest % 2 == 0 ? leaf : host,
                                     limit_ == "NIC" ? ports_ : limit_ + ", " + ports_)};
}

std::vector<std::string> below_bounds(const RunResults &results, std::int64_t silent_ps) {
  std::vector<std::string> found;
  const auto add = [&](std::string text) {
    if (found.size() < 10)
      found.push_back(std::move(text));
  };
  for (const auto &c : results.collectives)
    if (const double bound = c.lower_bound_s * 1e12; static_cast<double>(c.end_ps - c.start_ps + rounding_ps) < bound)
      add(fmt::format("{} of {} B over {} ranks took {} ps, below its lower bound of {:.0f} ps", c.op, c.bytes, c.ranks,
                      c.end_ps - c.start_ps, bound));
  for (const auto &f : results.flows.rows)
    if (f.end_ps != not_ended && static_cast<double>(f.end_ps - f.start_ps + rounding_ps) < f.ideal_ps)
      add(fmt::format("the flow from rank {} to rank {} took {} ps, below its lower bound of {:.0f} ps", f.source,
                      f.destination, f.end_ps - f.start_ps, f.ideal_ps));
  // Of more flows than are kept only the fastest is known; rounding is less than this of any flow's time.
  if (const auto &h = results.flows.histogram; h && h->figures.slowdown_min < 1 - 1e-4)
    add(fmt::format("a flow took {:.6g} of its lower bound", h->figures.slowdown_min));
  if (const auto &rows = results.flows.rows; !rows.empty()) {
    std::int64_t last = 0;
    for (const auto &f : rows)
      last = f.end_ps == not_ended ? std::numeric_limits<std::int64_t>::max() : std::max(last, f.end_ps);
    if (static_cast<double>(last) + rounding_ps < results.flows.bound.lower_bound_s * 1e12)
      add(fmt::format("all flows ended at {} ps, below their lower bound of {:.0f} ps (port {})", last,
                      results.flows.bound.lower_bound_s * 1e12, results.flows.bound.bottleneck));
  }
  for (const auto &l : results.links) {
    const auto bits_ps = static_cast<unsigned __int128>(l.tx_bytes) * 8u * 1'000'000'000'000u;
    const auto time = l.rate_bps > 0 ? static_cast<std::int64_t>(bits_ps / static_cast<std::uint64_t>(l.rate_bps)) : 0;
    if (l.busy_ps > silent_ps || time - rounding_ps > silent_ps)
      add(fmt::format("link {} sent {} B in {} ps, faster than its rate", l.name, l.tx_bytes, silent_ps));
  }
  return found;
}

} // namespace lightloom
