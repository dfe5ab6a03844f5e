// The discipline of a switch without credits: one buffer for all ports.
//
// - A queue may hold alpha × the free buffer (dynamic thresholds: Choudhury and Hahne, IEEE/ACM ToN 1998), and no more
//   than a fixed limit. A data frame that finds no room is dropped, or leaves as a header on the last lane (trimming).
// - ECN: a data frame is marked when it joins, by the length of its queue (RED's ramp: DCQCN, SIGCOMM 2015, figure 5).
// - PFC (IEEE 802.1Qbb) on lane 0 when there are other lanes: an ingress port that holds more than its threshold stops
//   its peer, which goes on when it holds less again. What still arrives finds room in the headroom.
// - Lanes leave by priority, the last one first; after ten frames ahead of waiting data one of those goes, so that
//   headers of trimmed frames never starve the frames themselves (NDP: Handley et al., SIGCOMM 2017, section 3.1).
//
// Leaves out: the quanta of a pause and their refreshing. A pause that a bad codeword hits is obeyed: real senders
// repeat it. A link that comes back after an outage begins without pauses, as its MACs do.
//
// A frame counts from when it has passed the pipeline until it begins to leave: a buffer that frees memory by cells
// while it sends differs by less than a frame per busy port. Before a decision everything that left earlier is
// committed; what is already known to fit is not looked at closer, so an uncongested switch pays nothing for it.

#include "sim/core/contract.hpp"
#include "sim/core/random.hpp"
#include "sim/network/switch/switch.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace lightloom {

namespace {
/// A pause on the wire: a minimum Ethernet frame and the gap. [B]
constexpr std::uint32_t pause_bytes = 64 + frame_gap_bytes;
} // namespace

/// A frame that found no room: others may have left by now; else it is trimmed or dropped.
bool Switch::find_room(OutPort &port, Frame &frame, SimTime exit) {
  settle(exit);
  if (has_room(port, frame))
    return true;
  if (frame.kind != Frame::Kind::data || frame.trimmed || !settings_.spec.trim)
    return drop(port, frame);
  frame.trimmed = true;
  frame.lane = (settings_.lanes - 1) & 3;
  frame.size = static_cast<std::uint32_t>(frame.count * (settings_.spec.trimmed.value + frame_gap_bytes));
  port.link.counters().trimmed_frames += frame.count;
  return has_room(port, frame) || drop(port, frame);
}

bool Switch::has_room(const OutPort &port, const Frame &frame) const {
  const SwitchSpec &spec = settings_.spec;
  if (!ingress_.empty()) // beside a lossless lane: memory of their own, as they are small and few
    return true;
  const std::int64_t then =
      ahead_of(port.queue(frame.lane), frame) + std::min<std::int64_t>(frame.size, settings_.full_frame);
  if (frame.lane == 0 && spec.queue_limit.value > 0 && then > spec.queue_limit.value)
    return false;
  return spec.buffer.value == 0 || (held_ + frame.size <= shared_ &&
                                    static_cast<double>(then) <= spec.alpha * static_cast<double>(shared_ - held_));
}

/// Whether a lossless frame fits: an ingress port that told its peer to stop has its headroom, and all have the buffer.
bool Switch::has_headroom(const Frame &frame, SimTime exit) {
  Ingress &ingress = ingress_[frame.in_port];
  if (ingress.stopped && exit >= ingress.until) [[unlikely]] {
    ingress.stopped = false;
    --stopped_peers_;
  }
  const auto fits = [&] {
    return (!ingress.stopped || ingress.bytes + frame.size <= ingress.most) &&
           (settings_.spec.buffer.value == 0 || held_ + frame.size <= settings_.spec.buffer.value);
  };
  if (fits())
    return true;
  settle(exit);
  return fits();
}

bool Switch::drop(OutPort &port, const Frame &frame) {
  port.link.counters().buffer_drops += frame.frames();
  (frame.kind == Frame::Kind::data ? dropped_data_ : dropped_control_) += frame.frames();
  return false;
}

/// `ahead`: bytes in the frame's queue beside it.
void Switch::mark(Link &link, Frame &frame, std::int64_t ahead, SimTime now) {
  const EcnSpec &ecn = settings_.spec.ecn;
  if (ahead <= ecn.least.value)
    return;
  if (ahead < ecn.most.value) {
    if (mark_key_ == 0)
      mark_key_ = tie_key(settings_.seed ^ 0x45434Eull, id().value); // "ECN"
    const double share = ecn.probability * static_cast<double>(ahead - ecn.least.value) /
                         static_cast<double>(ecn.most.value - ecn.least.value);
    const std::uint64_t draw = tie_draw(mark_key_, picoseconds(now), frame.in_port) >> 11;
    ++draws_;
    if (static_cast<double>(draw) >= share * 0x1p53)
      return;
  }
  if (!frame.marked)
    link.counters().ecn_marked += frame.count;
  frame.marked = true;
}

/// Whether an ingress port holds more than it may before its peer must stop.
bool Switch::holds_too_much(const Ingress &ingress) const {
  const SwitchSpec &spec = settings_.spec;
  return spec.pfc.xoff.value > 0
             ? ingress.bytes > spec.pfc.xoff.value
             : static_cast<double>(ingress.bytes) > spec.alpha * static_cast<double>(shared_ - held_);
}

/// A lossless frame takes its place; its ingress port may have to stop its peer.
void Switch::hold(const Frame &frame, SimTime exit) {
  Ingress &ingress = ingress_[frame.in_port];
  held_ += frame.size;
  ingress.bytes += frame.size;
  if (ingress.stopped || !holds_too_much(ingress))
    return;
  settle(exit);
  if (!holds_too_much(ingress))
    return;
  ingress.stopped = true;
  ingress.most = settings_.spec.pfc.headroom.value > 0 ? ingress.bytes - frame.size + settings_.spec.pfc.headroom.value
                                                       : INT64_MAX;
  ingress.until = out_[frame.in_port].link.light_back_after(exit);
  ++stopped_peers_;
  tell(frame.in_port, true, exit);
}

/// A frame begins to leave at `d`: its room is free.
void Switch::release(const Frame &frame, SimTime d) {
  held_ -= frame.size;
  if (ingress_.empty() || frame.lane != 0)
    return;
  Ingress &ingress = ingress_[frame.in_port];
  ingress.bytes -= frame.size;
  if (!ingress.stopped)
    return;
  const PfcSpec &pfc = settings_.spec.pfc;
  // An empty port always goes on, or it would never ask again: its threshold may rise when others leave.
  const bool go_on =
      ingress.bytes == 0 || (pfc.xoff.value > 0 ? ingress.bytes <= pfc.xon.value
                                                : static_cast<double>(ingress.bytes + 2 * settings_.full_frame) <=
                                                      settings_.spec.alpha * static_cast<double>(shared_ - held_));
  if (!go_on)
    return;
  ingress.stopped = false;
  --stopped_peers_;
  tell(frame.in_port, false, d);
}

/// Sends a pause, or its end, ahead of all that waits at the port; behind what is under way.
void Switch::tell(std::uint32_t index, bool stop, SimTime d) {
  if (stop) // what left before is on its way
    commit(index, d);
  OutPort &port = out_[index];
  Frame pause;
  pause.kind = Frame::Kind::pause;
  pause.count = stop ? 1 : 0;
  pause.size = pause_bytes;
  sending_[index / 64] |= 1ull << (index % 64);
  ++pauses_sent_;
  port.link.transmit(pause, std::max(port.link.free(), d));
  if (port.queued_lanes != 0)
    due_[index] = std::min(due_[index], port.link.free());
}

/// The neighbour at a port wants lane 0 to stop, or lets it go on.
void Switch::obey(const Frame &pause) {
  ++pauses_received_;
  const std::uint32_t index = pause.in_port;
  OutPort &port = out_[index];
  const SimTime exit = pause.time + settings_.spec.latency;
  if (stopped_peers_ > 0)
    settle_in_order(exit);
  else
    commit(index, exit);
  if (pause.count != 0) {
    if (!port.stopped)
      port.stopped_since = exit;
    ++port.link.counters().pauses;
    port.stopped = true;
    port.stopped_until = port.link.light_back_after(exit);
  } else if (port.stopped) {
    port.stopped = false;
    port.stopped_until = std::min(port.stopped_until, exit);
    port.link.counters().paused += port.stopped_until - port.stopped_since;
  }
  due_[index] = SimTime{};
}

void Switch::note_backlog(OutPort &port, SimTime d) {
  std::int64_t backlog = 0;
  for (std::uint32_t l = 0; l < settings_.lanes; ++l)
    backlog += port.queue(l).ready_bytes(d);
  port.most_backlog = std::max(port.most_backlog, backlog);
}

void Switch::commit(std::uint32_t index, SimTime horizon) { commit_inline(index, horizon); }

/// Several lanes have something to send: the earliest departure first, the higher lane at a tie. Returns the first
/// departure that is left.
SimTime Switch::commit_lanes(OutPort &port, std::uint32_t index, SimTime horizon) {
  std::uint32_t lane = 0;
  SimTime d = departure(port, lane);
  if (d < horizon)
    sending_[index / 64] |= 1ull << (index % 64);
  while (d < horizon) {
    FrameQueue &queue = port.queue(lane);
    depart(port, queue, d);
    port.ahead_in_a_row = lane == 0 ? 0 : port.ahead_in_a_row + (port.queued_lanes & 1u);
    if (queue.empty())
      port.queued_lanes &= ~(1u << lane);
    d = departure(port, lane);
  }
  return d;
}

/// Commits what leaves before `horizon` at any port.
void Switch::settle(SimTime horizon) {
  if (stopped_peers_ > 0) {
    settle_in_order(horizon);
    return;
  }
  for (std::size_t word = 0; word < busy_ports_.size(); ++word)
    for (std::uint64_t bits = busy_ports_[word]; bits != 0; bits &= bits - 1)
      if (const auto index = static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(bits));
          due_[index] < horizon)
        commit(index, horizon);
}

/// The same, across ports in the order of time: while peers are stopped, the departure that lets one go on must be
/// known before later ones of the port that tells it.
void Switch::settle_in_order(SimTime horizon) {
  while (stopped_peers_ > 0) {
    SimTime first = horizon;
    std::uint32_t next = 0;
    for (std::size_t word = 0; word < busy_ports_.size(); ++word)
      for (std::uint64_t bits = busy_ports_[word]; bits != 0; bits &= bits - 1) {
        const auto index = static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(bits));
        if (due_[index] < first) {
          first = due_[index];
          next = index;
        }
      }
    if (first >= horizon)
      return;
    commit(next, first + Duration(1));
  }
  settle(horizon);
}

/// At the end of a visit: commits, publishes, and tells the earliest departure that is left.
SimTime Switch::commit_ports(SimTime horizon) {
  settle(horizon);
  SimTime next = never;
  for (std::size_t word = 0; word < busy_ports_.size(); ++word) {
    for (std::uint64_t bits = busy_ports_[word]; bits != 0; bits &= bits - 1)
      next = std::min(next, due_[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))]);
    for (std::uint64_t bits = std::exchange(sending_[word], 0); bits != 0; bits &= bits - 1)
      out_[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))].link.publish();
  }
  return next;
}

} // namespace lightloom
