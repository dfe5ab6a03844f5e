#pragma once
// One NIC on a bench: its queues lead to a peer that the test plays, its link ends in the test's hands.

#include "sim/engine/simulation.hpp"
#include "sim/network/congestion/dcqcn.hpp"
#include "sim/network/congestion/nscc.hpp"
#include "sim/network/nic/nic.hpp"
#include "sim/network/nic/transport_kind.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <vector>

namespace lightloom::test {

class NicBench {
public:
  static constexpr Duration latency = Duration(500'000);
  explicit NicBench(const TransportSpec &transport, Duration reaction = Duration{}, std::uint32_t queues = 1,
                    BitRate rate = 400_Gbps)
      : transport_(transport), health_(healthy(rate, latency)), nic(settings(transport_, reaction)) {
    Link::Settings link;
    link.lanes = transport.virtual_lanes;
    link.full_frame = Bytes(full(transport));
    nic.link.configure(health_, link, RandomStream());
    simulation_.add(idle_, 0);
    wire_.connect(nic.link.out, idle_);
    nic.send_queues.resize(queues);
    nic.receive_queues.resize(queues);
    for (std::uint32_t q = 0; q < queues; ++q) {
      nic.send_queues[q].endpoint = nic.receive_queues[q].endpoint = 1 + q;
      nic.send_queues[q].entropy = 1000;
    }
    nic.prepare();
  }
  static std::int64_t full(const TransportSpec &t) { return t.mtu.value + t.header.value + frame_gap_bytes; }

  /// A message of `size` is ready to go at `at` (without the NIC's latency).
  void post(std::uint32_t queue, std::int64_t size, SimTime at) {
    SentMessage origin;
    origin.posted = at;
    nic.post(queue, send(1, Bytes(size)), Bytes(size), origin, events);
    nic.ready(queue, at);
  }
  void feed(const Frame &frame) { nic.receive(frame, events); }
  /// What left before `until` since the last call; `time` is the departure of its first bit.
  std::vector<Frame> sent(SimTime until) {
    nic.drain(until);
    nic.publish();
    std::vector<Frame> frames;
    for (const Frame *frame = wire_.front(); frame != nullptr; frame = wire_.front()) {
      frames.push_back(*frame);
      frames.back().time = frame->time - latency - transmission_time(Bytes(frame->size), nic.link.nominal_rate());
      wire_.pop();
    }
    wire_.release();
    return frames;
  }

private:
  struct Idle final : Entity {
    SimTime advance(SimTime) override { return never; }
    std::uint64_t digest() const override { return 0; }
  };
  static Nic::Settings settings(const TransportSpec &transport, Duration reaction) {
    Nic::Settings s;
    s.transport = &transport;
    s.host.nic_latency = Duration{};
    s.host.reaction = reaction;
    s.reorder_patience = Duration(100'000'000);
    return s;
  }
  TransportSpec transport_;
  LinkHealth health_;
  Idle idle_;
  Simulation simulation_{1}; ///< gives the test its wake slot
  Receiver<Frame> wire_;

public:
  Nic nic;
  std::vector<NicEvent> events;
};

inline Frame data_frame(std::uint32_t sequence, SimTime at, std::int64_t size) {
  Frame frame;
  frame.sequence = sequence;
  frame.time = at;
  frame.size = static_cast<std::uint32_t>(size);
  return frame;
}
inline Frame control_frame(Frame::Kind kind, std::uint32_t sequence, SimTime at, std::uint16_t count = 1) {
  Frame frame = data_frame(sequence, at, 0);
  frame.kind = kind;
  frame.count = count;
  return frame;
}

/// 4,096 B of payload and 94 + 20 B around it take 84.2 ns at 400 Gb/s: 4,210 B × 20 ps.
inline TransportSpec rocev2() {
  TransportSpec t;
  t.kind = &rocev2_transport;
  t.header = Bytes(94);
  t.virtual_lanes = 2;
  t.recovery = TransportSpec::Recovery::go_back_n;
  t.law = dcqcn_law();
  return t;
}
inline TransportSpec uec() {
  TransportSpec t;
  t.kind = &uec_transport;
  t.header = Bytes(94);
  t.virtual_lanes = 2;
  t.ack_every = 4;
  t.entropies = 16;
  t.retransmit_timeout = Duration(100'000'000);
  t.base_rtt = Duration(5'000'000);
  t.law = nscc_law();
  return t;
}
/// The same under another control: a law of senders, or none, and with `credits` the receiver's.
inline TransportSpec uec(const CongestionLaw &law, bool credits) {
  TransportSpec t = uec();
  t.law = law;
  if (credits)
    t.receiver_credits.emplace();
  return t;
}

} // namespace lightloom::test
