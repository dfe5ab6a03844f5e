// Builds entities and channels. Ports are numbered as FabricPlan says; queue pairs are numbered by (channel, peer
// rank), so that no run-time order can change them.

#include "sim/network/assembly.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/network/nic/transport_kind.hpp"
#include "sim/network/train_rule.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace lightloom {

NetworkAssembly::NetworkAssembly(NetworkSpec network, ExecutionOptions::Grouping grouping) : spec(std::move(network)) {
  check();
  // Trains thrown at random fill ports unevenly, whatever their number (docs/validation/path-choice.md); what a policy
  // of the user's own does with them nobody knows.
  const bool uneven = spec.paths == PathChoice::spray_random || spec.paths == PathChoice::own;
  if (spec.trains.most_frames > 1 && (!credits_are_ample() || uneven))
    spec.trains = spec.trains.error > 0 ? TrainSpec{} : TrainSpec{spec.trains.most_frames, 0, 1};
  spec.hosts.reaction =
      spec.transport.with_credits() ? Duration{} : std::min(spec.hosts.reaction, spec.hosts.nic_latency);
  if (spec.paths == PathChoice::spray) // switches take turns frame by frame; a value that turns too would skip ports
    spec.transport.entropies = 0;
  number_ports();
  find_leaf_processes();
  make_entities(grouping);
  connect_cables();
  connect_queue_pairs();
  connect_scale_up();
}

void NetworkAssembly::check() const {
  const auto &t = spec.transport;
  EXPECTS(spec.links.size() == 2 * spec.fabric.cables.size() && !spec.routes.empty());
  EXPECTS(spec.programs.size() == spec.placement.size() && spec.placement.size() <= spec.fabric.hosts);
  EXPECTS(t.virtual_lanes >= 1 && t.virtual_lanes <= Link::most_lanes);
  EXPECTS(spec.fabric.ports_per_host >= 1 && spec.fabric.ports_per_host < 256);
  EXPECTS(spec.trains.most_frames >= 1);
  EXPECTS(t.window_frames >= 64 && (t.window_frames & (t.window_frames - 1)) == 0 && t.ack_every >= 1);
  std::vector<bool> taken(spec.fabric.hosts);
  for (const HostId host : spec.placement) {
    EXPECTS(host.value < spec.fabric.hosts && !taken[host.index()]);
    taken[host.index()] = true;
  }
  const std::int64_t frame = t.full_frame().value;
  if (t.mtu.value < 1 || frame > greatest_frame_bytes)
    throw Error(
        fmt::format("transport.mtu = {} B", t.mtu.value),
        fmt::format("a frame is {} B on the wire with header and gap; 1 to {} B fit", frame, greatest_frame_bytes),
        "Try 4096B.");
  if (t.with_credits() && t.credits.value < frame)
    throw Error(fmt::format("transport credits of {} B per lane", t.credits.value),
                fmt::format("a frame of {} B could never be sent", frame), "Give room for at least one frame.");
  EXPECTS(t.window_frames <= t.kind->most_window);
  if (t.recovery == TransportSpec::Recovery::go_back_n && t.kind->go_back_n && spec.paths != PathChoice::ecmp &&
      spec.paths != PathChoice::flowlet)
    throw Error("transport.recovery = \"go-back-n\" with sprayed frames",
                "frames overtake each other and would all be sent again",
                "Use routing.policy = \"ecmp\" or transport.recovery = \"selective\".");
}

void NetworkAssembly::number_ports() {
  degree_.assign(spec.fabric.nodes(), 0);
  ports_.reserve(spec.fabric.cables.size());
  for (const auto &cable : spec.fabric.cables)
    ports_.push_back({degree_[cable.a.index()]++, degree_[cable.b.index()]++});
  for (std::uint32_t h = 0; h < spec.fabric.hosts; ++h)
    EXPECTS(degree_[h] == spec.fabric.ports_per_host);
}

NodeId NetworkAssembly::source(LinkId link) const {
  const Cable &cable = spec.fabric.cables[link.value / 2];
  return link.value % 2 == 0 ? cable.a : cable.b;
}
NodeId NetworkAssembly::target(LinkId link) const { return source(reverse(link)); }

/// Null where a host sends.
Switch::OutPort *NetworkAssembly::egress(LinkId link) const {
  const NodeId from = source(link);
  const auto &ports = ports_[link.value / 2];
  if (spec.fabric.is_host(from))
    return nullptr;
  return &switches[from.index() - spec.fabric.hosts]->out(link.value % 2 == 0 ? ports.at_a : ports.at_b);
}

Link &NetworkAssembly::link_of(LinkId link) const {
  Switch::OutPort *const port = egress(link);
  // A host is end a of its cables.
  return port != nullptr ? port->link : hosts[source(link).index()]->nics[ports_[link.value / 2].at_a]->link;
}

std::uint64_t NetworkAssembly::most_backlog(LinkId link) const {
  const Switch::OutPort *const port = egress(link);
  return port == nullptr ? 0 : static_cast<std::uint64_t>(port->most_backlog);
}

std::uint64_t NetworkAssembly::waiting_byte_ns(LinkId link) const {
  const Switch::OutPort *const port = egress(link);
  return port == nullptr ? 0 : port->waited_byte_ns();
}

std::uint32_t NetworkAssembly::process_of(NodeId node, ExecutionOptions::Grouping grouping) const {
  switch (grouping) {
  case ExecutionOptions::Grouping::one_entity:
    return node.value;
  case ExecutionOptions::Grouping::all_in_one:
    return 0;
  case ExecutionOptions::Grouping::by_leaf:
    if (spec.fabric.is_host(node)) // with the leaf switch of its first port: their short links do not cut the window
      return spec.fabric.node(leaf_of(node.index() * spec.fabric.ports_per_host)).value;
    return leaf_process_[node.index() - spec.fabric.hosts];
  }
  return 0;
}

SwitchId NetworkAssembly::leaf_of(std::size_t endpoint) const {
  return spec.routes.front().table->attachment[endpoint].leaf;
}

/// Leaves of further planes run with that of the first plane when they serve the same hosts.
void NetworkAssembly::find_leaf_processes() {
  const std::uint32_t ports = spec.fabric.ports_per_host;
  leaf_process_.resize(spec.fabric.switches);
  for (std::uint32_t s = 0; s < spec.fabric.switches; ++s)
    leaf_process_[s] = spec.fabric.node(SwitchId(s)).value;
  if (spec.fabric.switches == 0)
    return; // two hosts and a cable
  constexpr std::uint32_t several = 0xfffffffe;
  std::vector<std::uint32_t> first(spec.fabric.switches, 0xffffffff); // the one first-port leaf of a leaf's hosts
  for (std::uint32_t host = 0; host < spec.fabric.hosts; ++host)
    for (std::uint32_t port = 0; port < ports; ++port) {
      const std::uint32_t home = leaf_of(std::size_t{host} * ports).value;
      std::uint32_t &seen = first[leaf_of(std::size_t{host} * ports + port).index()];
      seen = seen == 0xffffffff || seen == home ? home : several;
    }
  for (std::uint32_t s = 0; s < spec.fabric.switches; ++s)
    if (first[s] < several)
      leaf_process_[s] = spec.fabric.node(SwitchId(first[s])).value;
}

void NetworkAssembly::make_entities(ExecutionOptions::Grouping grouping) {
  std::map<std::uint32_t, std::size_t> index;
  for (std::uint32_t rank = 0; rank < spec.programs.size(); ++rank)
    for (const auto &group : spec.programs[rank]->scale_up_groups()) {
      const auto [at, fresh] = index.try_emplace(group.id, groups_.size());
      if (fresh)
        groups_.push_back({group.id, {}});
      groups_[at->second].ranks.push_back(rank);
    }
  const auto &fabric = spec.fabric;
  simulation = std::make_unique<Simulation>(fabric.nodes() + groups_.size());
  const bool lossless = nothing_can_be_lost();
  const Duration patience = reorder_patience();
  for (std::uint32_t h = 0; h < fabric.hosts; ++h) {
    hosts.push_back(std::make_unique<Host>(Host::draw_speed(spec.compute, spec.seed, h)));
    for (std::uint32_t port = 0; port < fabric.ports_per_host; ++port)
      hosts.back()->nics.push_back(
          std::make_unique<Nic>(Nic::Settings{.transport = &spec.transport,
                                              .host = spec.hosts,
                                              .paths = spec.paths,
                                              .reorder_patience = patience,
                                              .reorder_patience_per_frame = patience_per_frame_,
                                              .trains = spec.trains,
                                              .port = port,
                                              .lossless = lossless}));
    hosts.back()->record_flows = spec.record_flows;
    hosts.back()->foresight = spec.hosts.reaction;
    hosts.back()->meeting_delay = spec.scale_up.latency / 2;
    simulation->add(*hosts.back(), process_of(NodeId(h), grouping));
  }
  for (std::uint32_t s = 0; s < fabric.switches; ++s) {
    const NodeId node = fabric.node(SwitchId(s));
    const Switch::Settings settings{.self = SwitchId(s),
                                    .spec = spec.switches,
                                    .paths = spec.paths,
                                    .lanes = spec.transport.virtual_lanes,
                                    .seed = spec.tie_seed != 0 ? spec.tie_seed : spec.seed,
                                    .ties_by_id = spec.ties_by_id,
                                    .full_frame = spec.transport.full_frame().value,
                                    .with_credits = spec.transport.with_credits(),
                                    .epochs = &spec.routes};
    switches.push_back(std::make_unique<Switch>(settings, degree_[node.index()]));
    simulation->add(*switches.back(), process_of(node, grouping));
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    scale_up_groups.push_back(std::make_unique<ScaleUpGroup>());
    const auto first = spec.placement[groups_[g].ranks.front()];
    const auto own = static_cast<std::uint32_t>(fabric.nodes() + g);
    simulation->add(*scale_up_groups.back(), grouping == ExecutionOptions::Grouping::one_entity
                                                 ? own
                                                 : process_of(fabric.node(first), grouping));
  }
}

void NetworkAssembly::connect_cables() {
  for (std::uint32_t l = 0; l < spec.links.size(); ++l) {
    const LinkId link(l);
    const NodeId to = target(link);
    const bool cut_through = spec.switches.forwarding == Forwarding::cut_through;
    Link::Settings settings;
    settings.arrival = spec.fabric.is_host(to) ? ArrivalAt::tail
                       : cut_through           ? ArrivalAt::head
                                               : ArrivalAt::first_frame;
    settings.lanes = spec.transport.virtual_lanes;
    settings.credits_per_lane = spec.transport.credits;
    settings.full_frame = spec.transport.full_frame();
    settings.retry = &spec.link_retry;
    if (spec.fabric.is_host(source(link)))
      settings.feed = spec.hosts.pcie;
    link_of(link).configure(spec.links[l], settings, RandomStream(spec.seed, Purpose::codeword, l));
  }
  if (!spec.telemetry.links.empty())
    for (const std::size_t most = telemetry_intervals(spec.telemetry); const LinkId link : spec.telemetry.links)
      link_of(link).watch(spec.telemetry.interval, most, !spec.fabric.is_host(source(link)));
  for (std::uint32_t l = 0; l < spec.links.size(); ++l)
    connect_link(LinkId(l));
}

void NetworkAssembly::connect_link(LinkId link) {
  const NodeId from = source(link);
  const NodeId to = target(link);
  const auto &ports = ports_[link.value / 2];
  const std::uint32_t to_port = link.value % 2 == 0 ? ports.at_b : ports.at_a;
  Link &sending = link_of(link);
  const Link &back = link_of(reverse(link));
  Entity &producer = spec.fabric.is_host(from) ? static_cast<Entity &>(*hosts[from.index()])
                                               : *switches[from.index() - spec.fabric.hosts];
  const bool to_host = spec.fabric.is_host(to);
  Entity &consumer = to_host ? static_cast<Entity &>(*hosts[to.index()]) : *switches[to.index() - spec.fabric.hosts];

  Duration least = sending.nominal_latency(); // of all segments: the channel's promise to the lookahead
  for (const auto &segment : spec.links[link.index()].segments)
    if (segment.rate.bits_per_second > 0)
      least = std::min(least, segment.latency);
  simulation->link(producer, consumer, least + (spec.fabric.is_host(from) ? spec.hosts.reaction : switch_foresight()));
  Nic *const nic = to_host ? hosts[to.index()]->nics[to_port].get() : nullptr;
  Receiver<Frame> &frames = to_host ? nic->frames : switches[to.index() - spec.fabric.hosts]->in(to_port).frames;
  if (to_host)
    frames.connect(sending.out, consumer);
  else
    frames.connect(sending.out, consumer, switches[to.index() - spec.fabric.hosts]->arrival_bit(to_port));
  if (to_host) {
    nic->credit_delay = back.nominal_latency();
  } else {
    Switch &receiving = *switches[to.index() - spec.fabric.hosts];
    receiving.set_in_link(to_port, spec.links[link.index()]);
    BitRate slowest = sending.nominal_rate(); // a frame's tail may leave through any port
    for (std::uint32_t p = 0; p < receiving.ports(); ++p)
      slowest = std::min(slowest, receiving.out(p).link.nominal_rate());
    receiving.in(to_port).credit_delay =
        transmission_time(spec.transport.full_frame(), slowest) + back.nominal_latency();
  }
  if (!spec.transport.with_credits())
    return;
  simulation->link(consumer, producer, back.nominal_latency());
  const std::uint32_t from_port = link.value % 2 == 0 ? ports.at_a : ports.at_b;
  const ArrivalBit news =
      spec.fabric.is_host(from) ? ArrivalBit{} : switches[from.index() - spec.fabric.hosts]->credit_bit(from_port);
  for (std::uint32_t lane = 0; lane < spec.transport.virtual_lanes; ++lane) {
    Sender<Credit> &credit =
        to_host ? nic->credits[lane] : switches[to.index() - spec.fabric.hosts]->credit(to_port, lane);
    Link::Lane &spending = sending.lane(lane);
    spending.credits.connect(credit, producer, news, &spending.wanted);
  }
}

/// Queues are numbered by (channel, peer rank) at each end, the same at every port.
void NetworkAssembly::number_queues(std::vector<Flow> &flows) {
  std::vector<std::uint32_t> sends(spec.placement.size()), receives(spec.placement.size());
  for (auto &flow : flows)
    flow.send_index = sends[flow.source]++;
  std::sort(flows.begin(), flows.end(), [](const Flow &a, const Flow &b) {
    return std::tie(a.target, a.channel, a.source) < std::tie(b.target, b.channel, b.source);
  });
  for (auto &flow : flows)
    flow.receive_index = receives[flow.target]++;
  for (std::uint32_t rank = 0; rank < spec.placement.size(); ++rank)
    for (auto &nic : hosts[spec.placement[rank].index()]->nics) {
      nic->send_queues.resize(sends[rank]);
      nic->receive_queues.resize(receives[rank]);
    }
}

PathUse NetworkAssembly::path_use(std::uint32_t from, std::uint32_t to) const {
  if (spec.fabric.switches == 0 || leaf_of(from) == leaf_of(to))
    return PathUse::single;
  const bool by_flow = spec.paths == PathChoice::ecmp || spec.paths == PathChoice::flowlet;
  const bool sprayed = !by_flow || spec.transport.entropies > 1;
  return sprayed ? PathUse::sprayed : PathUse::hashed;
}

void NetworkAssembly::connect_flow(const Flow &flow, std::uint32_t port) {
  const std::uint32_t ports = spec.fabric.ports_per_host;
  const std::uint32_t from = spec.placement[flow.source].value * ports + port;
  const std::uint32_t to = spec.placement[flow.target].value * ports + port;
  SendQueue &sender = hosts[from / ports]->nics[port]->send_queues[flow.send_index];
  sender.endpoint = to;
  sender.remote = flow.receive_index;
  sender.channel = flow.channel;
  sender.peer_rank = flow.target;
  sender.paths = path_use(from, to);
  sender.entropy = static_cast<std::uint16_t>(
      philox(spec.seed, Purpose::spray_phase, flow.source, flow.target, flow.channel)[port % 4]);
  ReceiveQueue &receiver = hosts[to / ports]->nics[port]->receive_queues[flow.receive_index];
  receiver.endpoint = from;
  receiver.remote = flow.send_index;
  receiver.channel = flow.channel;
  receiver.peer_rank = flow.source;
  receiver.entropy = static_cast<std::uint16_t>(sender.entropy * 40503u); // acknowledgements take a path of their own
}

void NetworkAssembly::connect_queue_pairs() {
  std::vector<Flow> flows;
  for (std::uint32_t rank = 0; rank < spec.programs.size(); ++rank)
    for (const Peer &peer : spec.programs[rank]->sends_to()) {
      EXPECTS(peer.rank < spec.placement.size());
      flows.push_back({rank, peer.channel, peer.rank});
    }
  std::sort(flows.begin(), flows.end(), [](const Flow &a, const Flow &b) {
    return std::tie(a.source, a.channel, a.target) < std::tie(b.source, b.channel, b.target);
  });
  number_queues(flows);
  for (std::uint32_t port = 0; port < spec.fabric.ports_per_host; ++port)
    for (const auto &flow : flows)
      connect_flow(flow, port);
  for (auto &host : hosts)
    for (auto &nic : host->nics)
      nic->prepare();
  for (std::uint32_t rank = 0; rank < spec.programs.size(); ++rank)
    hosts[spec.placement[rank].index()]->give_program(*spec.programs[rank], rank, spec.steps, spec.explain_waiting);
}

void NetworkAssembly::connect_scale_up() {
  const Duration delay = spec.scale_up.latency / 2;
  if (!groups_.empty() && delay < Duration(1))
    throw Error("cluster.scale_up latency of " + std::to_string(spec.scale_up.latency.count()) + " ps",
                "a scale-up domain needs at least 2 ps between its GPUs", "Try 300ns.");
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    ScaleUpGroup &group = *scale_up_groups[g];
    group.meeting_delay = delay;
    for (const std::uint32_t rank : groups_[g].ranks) {
      Host &host = *hosts[spec.placement[rank].index()];
      host.seats.push_back(std::make_unique<Host::Seat>());
      group.members.push_back(std::make_unique<ScaleUpGroup::Member>());
      group.members.back()->rank = rank;
      Host::Seat &seat = *host.seats.back();
      seat.group = groups_[g].id;
      group.members.back()->from_host.connect(seat.to_group, group);
      seat.from_group.connect(group.members.back()->to_host, host, host.meeting_bit());
      simulation->link(host, group, delay);
      simulation->link(group, host, delay);
    }
  }
}

} // namespace lightloom
