#include "sim/network/waiting/path.hpp"

#include "sim/core/contract.hpp"
#include "sim/network/switch/forwarding.hpp"
#include "sim/network/switch/path_choice.hpp"
#include "sim/network/train_rule.hpp"

#include <algorithm>
#include <numeric>

namespace lightloom {

namespace {
constexpr std::int64_t byte_ps = 8'000'000'000'000; ///< ps per byte × bits per second

bool whole(BitRate rate) { return byte_ps % rate.bits_per_second == 0; }

/// Rounded down, as a port sends it whose remainder is 0.
std::int64_t transmission(std::int64_t bytes, BitRate rate) {
  if (whole(rate)) [[likely]]
    return bytes * (byte_ps / rate.bits_per_second);
  return static_cast<std::int64_t>(static_cast<__int128>(bytes) * byte_ps / rate.bits_per_second);
}

/// The segment in force at t; while the link is down, the one before: what was sent then kept its rate and latency.
const LinkHealthSegment &segment_at(const LinkHealth &health, SimTime t) {
  const LinkHealthSegment *found = nullptr;
  for (const auto &segment : health.segments)
    if (segment.rate.bits_per_second > 0 && (found == nullptr || segment.from <= t))
      found = &segment;
  return found != nullptr ? *found : health.segments.front();
}
} // namespace

PathFinder::PathFinder(const NetworkSpec &spec, const std::vector<Duration> &link_busy)
    : spec_(spec), busy_(link_busy), cache_(cache_entries) {
  number_ports();
  constant_ = spec.routes.size() == 1;
  for (const auto &health : spec.links) {
    constant_ = constant_ && health.segments.size() == 1;
    for (const auto &segment : health.segments)
      codewords_go_bad_ = codewords_go_bad_ || segment.uncorrectable_ratio > 0;
  }
  if (spec.paths == PathChoice::spray)
    for (const auto &epoch : spec.routes)
      for (const auto &routes : epoch.table->switches)
        for (const PortGroup &group : routes->groups)
          if (group.count > 1 && period_ != 0) {
            period_ = std::lcm(period_, std::uint64_t{group.count} * group.stride);
            if (period_ > 1u << 30)
              period_ = 0;
          }
}

/// Ports of a node are its cables in ascending order (FabricPlan).
void PathFinder::number_ports() {
  const auto &fabric = spec_.fabric;
  first_port_.assign(fabric.nodes() + 1, 0);
  for (const auto &cable : fabric.cables) {
    ++first_port_[cable.a.index() + 1];
    ++first_port_[cable.b.index() + 1];
  }
  std::partial_sum(first_port_.begin(), first_port_.end(), first_port_.begin());
  links_of_ports_.resize(2 * fabric.cables.size());
  std::vector<std::uint32_t> next(first_port_.begin(), first_port_.end() - 1);
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    links_of_ports_[next[fabric.cables[c].a.index()]++] = link_forward(CableId(c));
    links_of_ports_[next[fabric.cables[c].b.index()]++] = link_backward(CableId(c));
  }
}

const RouteTable &PathFinder::table_at(SimTime t) const {
  std::size_t e = 0;
  while (e + 1 < spec_.routes.size() && spec_.routes[e + 1].from <= t)
    ++e;
  return *spec_.routes[e].table;
}

/// Trains of a queue with the same turn take the same way.
std::uint32_t PathFinder::turn(const TrainOnItsWay &train) const {
  if (spec_.paths != PathChoice::spray)
    return 0;
  const std::uint32_t number = train.sequence >> train.turn_shift;
  const bool near_the_end = number > 0xffff0000u; // phase and number could go round in choose()
  return period_ == 0 || near_the_end ? number : static_cast<std::uint32_t>(number % period_);
}

const TrainPath &PathFinder::find(const TrainOnItsWay &train) {
  if (!constant_) [[unlikely]] {
    walk(train, scratch_);
    return scratch_;
  }
  TrainOnItsWay key = train;
  key.sequence = turn(train);
  const std::uint64_t places = std::uint64_t{key.source} << 32 | key.destination;
  const std::uint64_t flow = std::uint64_t{key.receive_queue} << 40 ^ std::uint64_t{key.sequence} << 16 ^ key.entropy;
  const std::uint64_t mixed = (places * 0x9E3779B97F4A7C15ull ^ flow) * 0xC2B2AE3D27D4EB4Full;
  Entry &entry = cache_[(mixed >> 40) % cache_entries];
  if (!entry.used || entry.key.source != key.source || entry.key.destination != key.destination ||
      entry.key.receive_queue != key.receive_queue || entry.key.sequence != key.sequence ||
      entry.key.entropy != key.entropy) {
    entry.used = true;
    entry.key = key;
    walk(train, entry.path);
  }
  return entry.path;
}

void PathFinder::cross(LinkId link, SimTime &now, TrainPath &path) const {
  const LinkHealth &health = spec_.links[link.index()];
  const LinkHealthSegment &segment = segment_at(health, now);
  const std::uint32_t i = path.count++;
  path.links[i] = link;
  path.propagation[i] = picoseconds(std::min(segment.propagation, segment.latency));
  path.optics[i] = picoseconds(segment.latency) - path.propagation[i];
  path.rate[i] = segment.rate;
  path.fastest[i] = segment.rate;
  for (const auto &other : health.segments)
    path.fastest[i] = std::max(path.fastest[i], other.rate);
  path.latency += picoseconds(segment.latency);
  path.one_rate = path.one_rate && path.rate[i] == path.rate[0] && path.fastest[i] == path.rate[i];
  now += segment.latency;
}

void PathFinder::walk(const TrainOnItsWay &train, TrainPath &path) const {
  path = TrainPath{};
  const auto &fabric = spec_.fabric;
  Frame frame;
  frame.destination = train.destination;
  frame.queue_pair = train.receive_queue;
  frame.sequence = train.sequence;
  frame.entropy = train.entropy;
  frame.turn_shift = train.turn_shift & 0xfu;
  SimTime now = train.left;
  LinkId link =
      links_of_ports_[first_port_[train.source / fabric.ports_per_host] + train.source % fabric.ports_per_host];
  for (;;) {
    cross(link, now, path);
    const Cable &cable = fabric.cables[link.value / 2];
    const NodeId node = link.value % 2 == 0 ? cable.b : cable.a;
    if (fabric.is_host(node)) {
      path.arrived = node.value == train.destination / fabric.ports_per_host;
      break;
    }
    if (path.count == TrainPath::most_links)
      break;
    const SwitchId self(node.value - fabric.hosts);
    const RouteTable &table = table_at(now);
    const Attachment to = table.attachment[train.destination];
    std::uint32_t port = to.port;
    if (to.leaf != self) {
      const SwitchRoutes &routes = *table.switches[self.index()];
      const std::uint16_t index = routes.group_of_leaf[to.leaf.index()];
      if (index == no_group)
        break;
      const PortGroup &group = routes.groups[index];
      port = routes.ports[group.first + choose(group, frame, spec_.paths, self.value)];
    }
    now += spec_.switches.latency;
    path.switching += picoseconds(spec_.switches.latency);
    link = links_of_ports_[first_port_[node.index()] + port];
  }
  choose_carrier(path);
}

std::int64_t PathFinder::catch_up(std::int64_t bytes, BitRate in, BitRate out) const {
  const auto &t = spec_.transport;
  return picoseconds(catch_up_delay(bytes, t.full_frame().value, in, out, spec_.switches.forwarding));
}

void PathFinder::choose_carrier(TrainPath &path) const {
  std::uint32_t best = 0;
  const auto busy = [&](std::uint32_t i) {
    return path.links[i].index() < busy_.size() ? busy_[path.links[i].index()] : Duration{};
  };
  for (std::uint32_t i = 1; i < path.count; ++i)
    if (path.rate[i] < path.rate[best] || (path.rate[i] == path.rate[best] && busy(i) > busy(best)))
      best = i;
  path.carrier = path.links[best];
}

std::int64_t PathFinder::serialization(const TrainPath &path, std::int64_t wire_bytes) const {
  const BitRate last = path.rate[path.count - 1];
  std::int64_t sum = transmission(wire_bytes, last);
  if (!path.one_rate)
    for (std::uint32_t i = 1; i < path.count; ++i)
      sum += catch_up(wire_bytes, path.rate[i - 1], path.fastest[i]);
  if (spec_.switches.forwarding == Forwarding::cut_through)
    return sum;
  const auto &t = spec_.transport;
  const std::int64_t frame = std::min(wire_bytes, t.full_frame().value);
  for (std::uint32_t i = 0; i + 1 < path.count; ++i)
    sum += transmission(frame, path.rate[i]);
  return sum;
}

/// Follows the bytes before (first frame at `head`, last bit gone at `gone`) and the train (`start`) from link to link,
/// latencies left out. Sprayed bytes share only the links of the two hosts.
std::int64_t PathFinder::behind_own_bytes(const TrainPath &path, std::int64_t wire_bytes, std::int64_t sending) const {
  const bool stored = spec_.switches.forwarding == Forwarding::store_and_forward;
  if (sending == 0 || (path.one_rate && !stored)) [[likely]]
    return 0;
  const auto &t = spec_.transport;
  const std::int64_t full = t.full_frame().value;
  const BitRate bus = spec_.hosts.pcie;
  const BitRate first = bus.bits_per_second > 0 ? std::min(bus, path.rate[0]) : path.rate[0];
  std::int64_t head = 0;
  std::int64_t gone = sending;
  std::int64_t start = sending;
  std::int64_t waited = 0;
  for (std::uint32_t i = 1; i < path.count; ++i) {
    const auto hop = [&](std::int64_t bytes) {
      return (stored ? transmission(std::min(bytes, full), path.rate[i - 1]) : 0) +
             catch_up(bytes, path.rate[i - 1], path.fastest[i]);
    };
    head += hop(full);
    const std::int64_t ready = start + hop(wire_bytes);
    gone += stored ? transmission(full, path.rate[i]) : 0;
    if (spec_.paths != PathChoice::spray || i + 1 == path.count) {
      const __int128 here = static_cast<__int128>(sending) * first.bits_per_second / path.rate[i].bits_per_second;
      gone = std::max(gone, head + static_cast<std::int64_t>(here));
    }
    start = std::max(ready, gone);
    waited += start - ready;
  }
  return waited;
}

std::int64_t PathFinder::broken_train(const TrainPath &path) const {
  if (!codewords_go_bad_)
    return 0;
  const auto &t = spec_.transport;
  BitRate slowest = path.rate[0];
  for (std::uint32_t i = 1; i < path.count; ++i)
    slowest = std::min(slowest, path.rate[i]);
  const std::int64_t others = std::min(spec_.trains.most_frames, longest_train) - 1;
  return picoseconds(transmission_time(t.full_frame(), slowest)) * others;
}

std::int64_t PathFinder::tolerance(const TrainPath &path) const {
  if (path.one_rate && whole(path.rate[0])) [[likely]]
    return 0;
  const bool every_link = spec_.switches.forwarding == Forwarding::store_and_forward;
  std::int64_t sum = 0;
  for (std::uint32_t i = every_link ? 0 : path.count - 1; i < path.count; ++i)
    sum += whole(path.rate[i]) ? 0 : 1;
  return sum;
}

} // namespace lightloom
