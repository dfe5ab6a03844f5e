// One message from its post to the memory of its receiver. Its sender measured until its last train began to leave, its
// receiver what the completing train met on the way; latencies and transmission come from the path. Both must agree.

#include "sim/network/waiting/walk.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace lightloom {

namespace {
constexpr std::uint32_t saturated = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t queue_bits = 24; ///< ActivityRecord::releaser of a receive: port << 24 | queue

template <class Table> bool has(const Table &table, std::size_t index) { return index < table.size(); }
} // namespace

/// False when the record names a message that is not there.
bool ReleaserWalk::step_message(Place &place, const ActivityRecord &record) {
  const std::uint32_t port = record.releaser >> queue_bits;
  const std::uint32_t queue = record.releaser & ((1u << queue_bits) - 1);
  const auto ordinal = static_cast<std::size_t>(record.detail);
  const auto lost = [&] {
    complain(fmt::format("rank {} received message {} of port {} queue {} at {} ps, and one end did not record it",
                         place.rank, ordinal, port, queue, place.time));
    return false;
  };
  const RankHistory &here = ranks_[place.rank];
  if (!has(here.ports, port) || !has(here.ports[port].receive_queues, queue) ||
      !has(here.ports[port].received, queue) || !has(here.ports[port].received[queue], ordinal))
    return lost();
  const PortHistory::Queue peer = here.ports[port].receive_queues[queue];
  if (!has(ranks_, peer.peer) || !has(ranks_[peer.peer].ports, port) ||
      !has(ranks_[peer.peer].ports[port].sent, peer.peer_queue) ||
      !has(ranks_[peer.peer].ports[port].sent[peer.peer_queue], ordinal))
    return lost();
  const ReceivedMessage &received = here.ports[port].received[queue][ordinal];
  const SentMessage &sent = ranks_[peer.peer].ports[port].sent[peer.peer_queue][ordinal];
  if (sent.departed == never || sent.departed < sent.posted || received.tail < sent.posted ||
      received.delivered < received.tail || picoseconds(received.delivered) != place.time)
    return lost();
  const std::uint32_t ports = spec_.fabric.ports_per_host;
  const TrainOnItsWay train{spec_.placement[peer.peer].value * ports + port,
                            spec_.placement[place.rank].value * ports + port,
                            queue,
                            received.sequence,
                            received.entropy,
                            received.turn_shift,
                            sent.departed < sent.resent && sent.resent < received.tail ? sent.resent : sent.departed};
  explain_message({sent, received, train});
  place = {peer.peer, sent.stream, picoseconds(sent.posted)};
  return true;
}

void ReleaserWalk::explain_message(const Ends &ends) {
  ++messages_explained_;
  const auto &[sent, received, train] = ends;
  const std::int64_t tail = picoseconds(received.tail);
  label_ = sent.label;
  position_ = picoseconds(received.delivered);
  const std::int64_t host = position_ - tail;
  const std::int64_t nic = picoseconds(spec_.hosts.nic_latency);
  if (host < nic || (host > nic && spec_.hosts.pcie.bits_per_second == 0))
    complain(
        fmt::format("a message came at {} ps and was in memory {} ps later; the NIC takes {} ps", tail, host, nic));
  add_part(host, tail, Cause::host);
  const TrainPath &path = paths_.find(train);
  if (received.earlier_message) {
    add_part(tail, std::min(tail, picoseconds(sent.departed)), Cause::reordering);
    explain_sender(ends, path, position_);
    return;
  }
  Transit transit = settle(ends, path);
  count_own_bytes(ends, path, transit);
  explain_transit(path, transit, picoseconds(sent.departed));
  explain_sender(ends, path, position_);
}

/// When the completing train left, and whether that agrees with what the sender measured.
ReleaserWalk::Transit ReleaserWalk::settle(const Ends &ends, const TrainPath &path) {
  const auto &[sent, received, train] = ends;
  const std::int64_t departed = picoseconds(sent.departed);
  const std::int64_t resent = picoseconds(sent.resent);
  Transit t{received.queueing, received.flow_control, paths_.serialization(path, received.wire_bytes)};
  const std::int64_t tail = picoseconds(received.tail);
  t.left = tail - path.latency - path.switching - t.queueing - t.flow_control - t.serialization;
  // The last train, sent once, left when the sender says; a train sent again between then and the last such time; any
  // other before.
  const std::int64_t earliest = received.final_train ? departed : picoseconds(sent.posted);
  const std::int64_t latest = std::max(departed, resent);
  const std::int64_t off = t.left < earliest ? t.left - earliest : std::max<std::int64_t>(0, t.left - latest);
  const bool overflow = received.queueing == saturated || received.flow_control == saturated;
  messages_unsplit_ += overflow ? 1 : 0;
  if (off == 0)
    return t;
  const std::int64_t slack = paths_.tolerance(path);
  t.left = std::clamp(t.left, earliest, latest);
  if (off >= -slack && off <= slack) {
    t.serialization += off;
    return t;
  }
  t.unsplit = std::max<std::int64_t>(0, off);
  if (overflow)
    t.before = Cause::queueing;
  else if (off > 0 && off <= paths_.broken_train(path)) { // its train was broken up: frames of it went before
    t.before = Cause::serialization;
    return t;
  }
  if (overflow || !paths_.constant()) {
    messages_unsplit_ += overflow ? 0 : 1;
    return t;
  }
  complain(fmt::format(
      "a message posted at {} ps, departed at {} ps, tail in at {} ps: its parts on the way sum to {} ps too {} "
      "(latency {}, switching {}, queueing {}, flow control {}, serialization {})",
      picoseconds(sent.posted), departed, tail, off > 0 ? off : -off, off > 0 ? "little" : "much", path.latency,
      path.switching, t.queueing, t.flow_control, t.serialization));
  return t;
}

/// Of the wait in switches, what its own queue's bytes take by themselves is serialization.
void ReleaserWalk::count_own_bytes(const Ends &ends, const TrainPath &path, Transit &t) const {
  const std::int64_t departed = picoseconds(ends.sent.departed);
  if (t.queueing == 0 || t.left > departed) // sent again: they are long gone
    return;
  const std::int64_t before = std::max<std::int64_t>(0, picoseconds(ends.sent.sending) - (departed - t.left));
  const std::int64_t own = std::min(t.queueing, paths_.behind_own_bytes(path, ends.received.wire_bytes, before));
  t.queueing -= own;
  t.serialization += own;
}

void ReleaserWalk::explain_transit(const TrainPath &path, const Transit &t, std::int64_t departed) {
  const std::uint32_t carrier = path.carrier.value;
  add_part(t.serialization, t.left, Cause::serialization, carrier);
  add_part(t.flow_control, t.left, Cause::flow_control, carrier);
  add_part(t.queueing, t.left, Cause::queueing, carrier);
  if (position_ > low_)
    for (std::uint32_t i = path.count; i-- > 1;)
      add_part(picoseconds(spec_.switches.latency), t.left, Cause::switching, path.links[i].value);
  if (position_ > low_)
    for (std::uint32_t i = path.count; i-- > 0;)
      add_part(path.optics[i], t.left, Cause::optics, path.links[i].value);
  if (position_ > low_)
    for (std::uint32_t i = path.count; i-- > 0;)
      add_part(path.propagation[i], t.left, Cause::propagation, path.links[i].value);
  if (t.unsplit > 0)
    add_part(t.unsplit, t.left, t.before, t.before == Cause::failure ? WaitingSegment::no_link : carrier);
  if (position_ > low_ && position_ > departed)
    add_part(position_ - departed, departed, Cause::retransmission);
}

/// Of the time its bytes took to leave, what the host bus took longer than the link would have.
Duration ReleaserWalk::waiting_for_bus(Duration sending, BitRate link) const {
  const BitRate bus = spec_.hosts.pcie;
  if (bus.bits_per_second == 0 || bus >= link)
    return {};
  const __int128 own = static_cast<__int128>(sending.count()) * bus.bits_per_second / link.bits_per_second;
  return sending - Duration(static_cast<std::int64_t>(own));
}

/// What the sender measured, as far as it lies before `until`: when another train than the last completed the message,
/// the parts are clipped in their order.
void ReleaserWalk::explain_sender(const Ends &ends, const TrainPath &path, std::int64_t until) {
  const SentMessage &sent = ends.sent;
  const std::int64_t posted = picoseconds(sent.posted);
  const std::int64_t waits = picoseconds(sent.congestion_control + sent.flow_control + sent.queueing + sent.sending);
  const std::int64_t host = picoseconds(sent.departed - sent.posted) - waits;
  const std::int64_t nic = picoseconds(spec_.hosts.nic_latency + spec_.hosts.message_overhead);
  if (host != nic)
    complain(fmt::format("a message posted at {} ps departed {} ps later; its parts sum to {} ps", posted,
                         picoseconds(sent.departed - sent.posted), waits + nic));
  if (until <= low_)
    return;
  const std::uint32_t carrier = path.carrier.value;
  std::int64_t end = picoseconds(sent.departed);
  const auto part = [&](Duration length, Cause cause, std::uint32_t link) {
    const std::int64_t begin = std::max(posted, end - picoseconds(length));
    add(begin, std::min(end, until), cause, label_, link);
    end = begin;
  };
  const Duration bus = waiting_for_bus(sent.sending, path.rate[0]);
  part(sent.sending - bus, Cause::serialization, carrier);
  part(bus, Cause::host, WaitingSegment::no_link);
  part(sent.queueing, Cause::queueing, carrier);
  part(sent.flow_control, Cause::flow_control, carrier);
  part(sent.congestion_control, Cause::congestion_control, WaitingSegment::no_link);
  part(Duration(end - posted), Cause::host, WaitingSegment::no_link);
}

/// The part before `position_`, no further back than `floor`.
void ReleaserWalk::add_part(std::int64_t length, std::int64_t floor, Cause cause, std::uint32_t link) {
  const std::int64_t begin = std::max(floor, position_ - length);
  add(begin, position_, cause, label_, link);
  position_ = std::min(position_, begin);
}

} // namespace lightloom
