#include "scenarios/results/latency_path.hpp"

#include "scenarios/build/parts.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/parse_quantity.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/switch/path_choice.hpp"
#include "topology/routes.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// More links than any path here: a loop in the table would end the walk.
constexpr std::size_t max_hops = 64;
/// Every frame of the message is followed on its own.
constexpr std::int64_t most_frames = std::int64_t{1} << 22;
constexpr std::int64_t ps_per_byte_at_1_bps = 8'000'000'000'000;

/// What the host bus takes to carry so many bytes on the wire, gap included, as the network counts it
/// (sim/network/link.hpp, fed_in; nic/nic.hpp, in_memory).
class Carrying {
public:
  /// A rate of 0 takes no time.
  explicit Carrying(BitRate bus)
      : fs_per_byte_(bus.bits_per_second > 0 ? 1000 * ps_per_byte_at_1_bps / bus.bits_per_second : 0) {}
  bool limits() const { return fs_per_byte_ > 0; }
  Duration operator()(std::int64_t size) const { return Duration(size * fs_per_byte_ / 1000); }

private:
  std::int64_t fs_per_byte_; ///< [1e-15 s], floor
};

/// A link that sends one frame after another; the remainder below 1 ps goes to the next (sim/network/link.hpp).
struct Sending {
  Duration free{};
  std::int64_t remainder = 0;
  /// Returns when the last bit has left. `fed`: what the bus takes to bring them.
  Duration send(Duration ready, std::int64_t size, BitRate rate, Duration fed = {}) {
    const std::int64_t bits_ps = size * ps_per_byte_at_1_bps + remainder;
    remainder = bits_ps % rate.bits_per_second;
    const Duration start = std::max(free, ready);
    const Duration sending(bits_ps / rate.bits_per_second);
    free = start + std::max(sending, fed);
    return start + sending;
  }
};

/// A cut-through switch starts a frame from a slow link into a fast one so late that it never runs dry
/// (sim/network/switch/switch.cpp, catch_up).
Duration catch_up(std::int64_t size, BitRate in, BitRate out) {
  if (in >= out)
    return {};
  const Duration fast = transmission_time(Bytes(size), out);
  const bool whole =
      fast.count() * static_cast<__int128>(out.bits_per_second) == static_cast<__int128>(size) * ps_per_byte_at_1_bps;
  return transmission_time(Bytes(size), in) - fast + Duration(whole ? 0 : 1);
}

/// A frame before it leaves a node.
struct Waiting {
  Duration ready{}; ///< may leave
  std::uint32_t frame = 0;
  CableId by; ///< leaves by this cable
};

/// A frame that has left.
struct Sent {
  Duration start{}; ///< first bit
  Duration end{};   ///< last bit
  CableId by;
};

/// The frame that is in memory last; the receiver's bus carries them one after another.
template <class Wire>
std::uint32_t take_in(const std::vector<Sent> &arriving, const Wire &wire, const Carrying &bus, LatencyPath &p) {
  std::vector<std::uint32_t> order(arriving.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return arriving[a].end < arriving[b].end; });
  Duration free{};
  for (const std::uint32_t i : order)
    free = std::max(free, arriving[i].end) + bus(wire(i));
  p.taking = free - arriving[order.back()].end;
  return order.back();
}
} // namespace

LatencyTerms latency_terms(const Scenario &s, const BuiltFabric &built) {
  LatencyTerms t;
  for (const Tier tier : all_tiers)
    if (built.optics[tier])
      t.link[tier] = built.optics[tier]->latency;
  t.switching = s.fabric.switch_latency;
  t.nic = s.fabric.nic_latency;
  t.overhead = s.fabric.nic_overhead;
  t.bus = host_bus_rate(s);
  t.store_and_forward = s.fabric.store_and_forward;
  return t;
}

LatencyWalk::LatencyWalk(const Scenario &scenario, const BuiltFabric &built)
    : built_(built), scenario_(scenario), routes_(compute_routes(built.fabric)) {}

/// Where a frame goes from switch `at`, by the network's own rule.
CableId LatencyWalk::next(SwitchId at, const Frame &frame) const {
  const Attachment &to = routes_->attachment[frame.destination];
  const auto ports = built_.fabric.ports(at);
  if (at == to.leaf)
    return ports[to.port].cable;
  const SwitchRoutes &rows = *routes_->switches[at.index()];
  const auto group_index = rows.group_of_leaf[to.leaf.index()];
  if (group_index == no_group)
    throw Error(fmt::format("no route from {} to {}", built_.fabric.name(at), built_.fabric.name(to.leaf)), "",
                "Choose other hosts.");
  const PortGroup &group = rows.groups[group_index];
  const auto choice = choose(
      group, frame, scenario_.routing.paths == PathChoice::spray ? PathChoice::spray : PathChoice::ecmp, at.value);
  return ports[rows.ports[group.first + choice]].cable;
}

Frame LatencyWalk::frame_of(HostId from, HostId to, std::uint32_t port) const {
  Frame frame;
  frame.destination = built_.fabric.endpoint(to, port);
  frame.entropy =
      static_cast<std::uint16_t>(philox(scenario_.seed, Purpose::spray_phase, from.value, to.value, 0)[port % 4]);
  return frame;
}

NodeId LatencyWalk::far_end(CableId cable, NodeId from) const {
  const Cable &c = built_.fabric.plan().cables[cable.index()];
  return c.a == from ? c.b : c.a;
}

std::uint32_t LatencyWalk::hops(HostId from, HostId to) const {
  const FabricPlan &plan = built_.fabric.plan();
  const Frame frame = frame_of(from, to, 0);
  NodeId at = plan.node(routes_->attachment[built_.fabric.endpoint(from)].leaf);
  std::uint32_t count = 1;
  while (!plan.is_host(at) && count < max_hops) {
    at = far_end(next(SwitchId(at.value - plan.hosts), frame), at);
    ++count;
  }
  return count;
}

HostId LatencyWalk::farthest(HostId from) const {
  HostId best = from;
  std::uint32_t most = 0;
  SwitchId seen;
  for (std::uint32_t h = 0; h < built_.fabric.hosts(); ++h) {
    const SwitchId leaf = built_.fabric.leaf_of(HostId(h));
    if (HostId(h) == from || leaf == seen) // hosts of one leaf are equally far
      continue;
    if (leaf != built_.fabric.leaf_of(from))
      seen = leaf;
    // Of equally far ones rather a host that no scale-up domain joins to `from`.
    const auto &cluster = scenario_.cluster;
    const bool joined = cluster.scale_up && h / cluster.gpus_per_node == from.value / cluster.gpus_per_node;
    if (const std::uint32_t far = 2 * hops(from, HostId(h)) + (joined ? 0 : 1); far > most) {
      most = far;
      best = HostId(h);
    }
  }
  return best;
}

BitRate LatencyWalk::rate(CableId cable, const LatencyTerms &terms) const {
  const Cable &c = built_.fabric.plan().cables[cable.index()];
  return BitRate(c.rate.bits_per_second * terms.rate_factor[c.tier]);
}

Duration LatencyWalk::link(CableId cable, const LatencyTerms &terms) const {
  return terms.link[built_.fabric.plan().cables[cable.index()].tier];
}

LatencyPath LatencyWalk::path(HostId from, HostId to, Bytes size, const LatencyTerms &terms) const {
  EXPECTS(from != to);
  const std::int64_t ports = built_.fabric.ports_per_host();
  LatencyPath last;
  for (std::uint32_t port = 0; port < ports; ++port) { // cut as evenly as whole bytes allow (sim/network/host.cpp)
    const Bytes part(size.value / ports + (port < size.value % ports ? 1 : 0));
    if (LatencyPath p = part_path(from, to, port, part, terms); p.total > last.total)
      last = std::move(p);
  }
  return last;
}

LatencyPath LatencyWalk::part_path(HostId from, HostId to, std::uint32_t port, Bytes size,
                                   const LatencyTerms &terms) const {
  const FabricPlan &plan = built_.fabric.plan();
  const auto &transport = scenario_.transport;
  const std::int64_t overhead = transport.overhead().value;
  const std::int64_t mtu = transport.mtu.value;
  const std::int64_t count = size.value == 0 ? 1 : (size.value + mtu - 1) / mtu;
  if (count > most_frames)
    throw Error("a message of " + format_bytes(size), fmt::format("{} frames; at most {}", count, most_frames),
                "Try a smaller one.");
  const auto wire = [&](std::uint32_t i) {
    return (static_cast<std::int64_t>(i) + 1 == count ? size.value - mtu * (count - 1) : mtu) + overhead;
  };
  Frame frame = frame_of(from, to, port);
  std::vector<Waiting> waiting;
  for (std::uint32_t i = 0; i < count; ++i)
    waiting.push_back({terms.overhead + terms.nic, i, CableId(built_.fabric.endpoint(from, port))});
  const Carrying bus(terms.bus);
  std::vector<NodeId> at(waiting.size(), plan.node(from));
  std::vector<std::vector<Sent>> sent; // [hop][frame]
  while (!waiting.empty() && sent.size() < max_hops) {
    std::map<std::uint32_t, Sending> links;
    std::stable_sort(waiting.begin(), waiting.end(),
                     [](const Waiting &a, const Waiting &b) { return a.ready < b.ready; });
    auto &now = sent.emplace_back(waiting.size());
    std::vector<Waiting> later;
    for (const Waiting &w : waiting) {
      const BitRate in = rate(w.by, terms);
      Sending &sending = links[w.by.value];
      const Duration start = std::max(sending.free, w.ready);
      now[w.frame] = {
          start, sending.send(w.ready, wire(w.frame), in, sent.size() == 1 ? bus(wire(w.frame)) : Duration{}), w.by};
      at[w.frame] = far_end(w.by, at[w.frame]);
      if (plan.is_host(at[w.frame]))
        continue;
      frame.sequence = w.frame;
      const CableId by = next(SwitchId(at[w.frame].value - plan.hosts), frame);
      const Duration arrived = (terms.store_and_forward ? now[w.frame].end : start) + link(w.by, terms);
      const Duration late = terms.store_and_forward ? Duration{} : catch_up(wire(w.frame), in, rate(by, terms));
      later.push_back({arrived + terms.switching + late, w.frame, by});
    }
    waiting = std::move(later);
  }
  LatencyPath p;
  p.part = size;
  const std::uint32_t last = take_in(sent.back(), wire, bus, p);
  Sending unfed;
  for (std::uint32_t i = 0; bus.limits() && i <= last; ++i)
    unfed.send(terms.overhead + terms.nic, wire(i), rate(sent.front()[i].by, terms));
  p.feeding = bus.limits() ? sent.front()[last].end - unfed.free : Duration{};
  Duration ready = terms.overhead + terms.nic + p.feeding;
  for (const auto &hop : sent) {
    const Sent &s = hop[last];
    p.hops.push_back({s.by, plan.cables[s.by.index()].tier, rate(s.by, terms), s.end - ready});
    ready = s.end + link(s.by, terms) + terms.switching;
  }
  p.total = ready - terms.switching + p.taking + terms.nic;
  return p;
}

} // namespace lightloom
