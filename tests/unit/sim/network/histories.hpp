#pragma once
// Histories of runs written by hand: what the NICs and rank runners would have recorded, from closed forms, so that
// attribution is tested without a simulator.

#include "sim/network/history.hpp"
#include "sim/network/waiting/attribution.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <cstdint>
#include <vector>

namespace lightloom::test {

/// What a message met, beside latencies. [ps; B]
struct Met {
  std::int64_t sending = 0;
  std::int64_t queueing = 0; ///< at the NIC
  std::int64_t flow_control = 0;
  std::int64_t congestion_control = 0;
  std::uint32_t queueing_on_way = 0;
  std::uint32_t flow_control_on_way = 0;
  std::uint32_t wire_bytes = 1000; ///< of the completing train
  std::int64_t longer = 0;         ///< on the way
  std::int64_t resent_after = 0;   ///< the completing train left so long after the last one did for the first time
  std::int64_t left_before = 0;    ///< … or so long before it
  std::uint16_t label = 0;
};

/// One rank per host of a star of 400 Gb/s links (20 ps/B): 30 ns of latency per link, 20 of them fibre; 300 ns per
/// switch, 500 ns per NIC, 100 ns per message.
class Recorder {
public:
  static constexpr std::int64_t link = 30'000, fibre = 20'000, crossing = 300'000, nic = 500'000, overhead = 100'000;
  std::int64_t per_byte = 20;
  static constexpr std::int64_t way = 2 * link + crossing;

  explicit Recorder(std::uint32_t ranks, std::uint32_t streams = 1)
      : spec(star(ranks, 400_Gbps, Duration(link))), history(ranks), now(ranks, std::vector<std::int64_t>(streams)),
        busy(2 * ranks) {
    for (auto &health : spec.links)
      health.segments.front().propagation = Duration(fibre);
    spec.switches.latency = Duration(crossing);
    spec.hosts.nic_latency = Duration(nic);
    spec.hosts.message_overhead = Duration(overhead);
    for (std::uint32_t r = 0; r < ranks; ++r) {
      spec.placement.push_back(HostId(r));
      history[r].streams.resize(streams);
      history[r].ports.resize(1);
      auto &port = history[r].ports[0]; // queue i: to and from rank i
      port.sent.resize(ranks);
      port.received.resize(ranks);
      for (std::uint32_t peer = 0; peer < ranks; ++peer) {
        port.send_queues.push_back({peer, r});
        port.receive_queues.push_back({peer, r});
      }
    }
  }

  void compute(std::uint32_t rank, std::int64_t duration, std::int64_t excess = 0, std::uint16_t label = 0,
               std::uint32_t stream = 0) {
    record(rank, stream, now[rank][stream] + duration, {{}, excess, 0, label, ActivityRecord::Kind::compute});
  }
  void drain(std::uint32_t rank, std::int64_t duration, std::uint32_t stream = 0) {
    record(rank, stream, now[rank][stream] + duration, {{}, 0, 0, 0, ActivityRecord::Kind::drain});
  }
  /// `stream` goes on when `other` has come as far as it is.
  void wait(std::uint32_t rank, std::uint32_t stream, std::uint32_t other) {
    if (now[rank][other] > now[rank][stream])
      record(rank, stream, now[rank][other], {{}, 0, other, 0, ActivityRecord::Kind::wait});
  }
  /// All members, on one stream, until `duration` after the last has come.
  void scale_up(const std::vector<std::uint32_t> &members, std::int64_t duration, std::uint16_t label = 0,
                std::uint32_t stream = 0) {
    std::uint32_t last = members.front();
    for (const std::uint32_t rank : members)
      last = now[rank][stream] > now[last][stream] ? rank : last;
    const std::int64_t end = now[last][stream] + duration;
    for (const std::uint32_t rank : members)
      record(rank, stream, end, {{}, stream, last, label, ActivityRecord::Kind::scale_up});
  }
  /// Posts now; returns when it is delivered.
  std::int64_t send(std::uint32_t from, std::uint32_t to, const Met &met = {}, std::uint32_t stream = 0) {
    SentMessage sent;
    sent.posted = at_picoseconds(now[from][stream]);
    sent.sending = Duration(met.sending);
    sent.queueing = Duration(met.queueing);
    sent.flow_control = Duration(met.flow_control);
    sent.congestion_control = Duration(met.congestion_control);
    sent.departed = sent.posted + Duration(nic + overhead) + sent.sending + sent.queueing + sent.flow_control +
                    sent.congestion_control;
    sent.resent = met.resent_after > 0 ? sent.departed + Duration(met.resent_after) : SimTime{};
    sent.stream = stream;
    sent.label = met.label;
    ReceivedMessage got;
    got.tail = sent.departed + Duration(met.resent_after - met.left_before + way + met.longer + met.queueing_on_way +
                                        met.flow_control_on_way + met.wire_bytes * per_byte);
    got.delivered = got.tail + Duration(nic);
    got.wire_bytes = met.wire_bytes;
    got.queueing = met.queueing_on_way;
    got.flow_control = met.flow_control_on_way;
    got.final_train = met.left_before == 0 && met.resent_after == 0;
    history[from].ports[0].sent[to].push_back(sent);
    history[to].ports[0].received[from].push_back(got);
    return picoseconds(got.delivered);
  }
  /// Takes message `ordinal` from `from`, or the last one sent.
  void receive(std::uint32_t rank, std::uint32_t from, std::int64_t ordinal = -1, std::uint32_t stream = 0) {
    const auto &messages = history[rank].ports[0].received[from];
    if (ordinal < 0)
      ordinal = static_cast<std::int64_t>(messages.size()) - 1;
    const std::int64_t end = picoseconds(messages[static_cast<std::size_t>(ordinal)].delivered);
    if (end > now[rank][stream])
      record(rank, stream, end, {{}, ordinal, from, 0, ActivityRecord::Kind::receive});
  }
  /// A step ends where the last stream 0 is.
  void end_step() {
    std::int64_t end = 0;
    for (const auto &rank : now)
      end = std::max(end, rank[0]);
    steps.push_back(at_picoseconds(end));
  }
  Attribution explain() const { return attribute(spec, history, SimTime{}, steps, busy); }

  NetworkSpec spec;
  std::vector<RankHistory> history;
  std::vector<std::vector<std::int64_t>> now; ///< [rank][stream] [ps]
  std::vector<Duration> busy;
  std::vector<SimTime> steps;

private:
  void record(std::uint32_t rank, std::uint32_t stream, std::int64_t end, ActivityRecord what) {
    if (end == now[rank][stream])
      return;
    what.end = at_picoseconds(end);
    history[rank].streams[stream].push_back(what);
    now[rank][stream] = end;
  }
};

/// The sum of a cause over a list of labels or links.
template <class Shares> std::int64_t sum(const Shares &shares, Cause cause) {
  std::int64_t total = 0;
  for (const auto &share : shares)
    total += share.idle[cause];
  return total;
}

} // namespace lightloom::test
