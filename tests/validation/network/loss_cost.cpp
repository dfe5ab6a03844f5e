// What frames that are lost cost a long flow under each transport and recovery (docs/validation/loss-cost.md).

#include "tests/unit/sim/network/nic_bench.hpp"

#include <cmath>
#include <doctest/doctest.h>
#include <string>

using namespace lightloom;
using namespace lightloom::test;

namespace {
using Recovery = TransportSpec::Recovery;

constexpr BitRate rate = 400_Gbps;
constexpr std::int64_t frames = 1'000'000;
constexpr double loss = 1e-4;

struct Case {
  std::string name;
  TransportSpec transport;
  Duration latency; ///< of the cable, one way
  Duration reaction{};

  std::int64_t full() const { return transport.mtu.value + transport.header.value + frame_gap_bytes; }
  double frame_ps() const { return static_cast<double>(transmission_time(Bytes(full()), rate).count()); }
};

TransportSpec with(TransportSpec transport, Recovery recovery, const CongestionLaw &law = {}) {
  transport.recovery = recovery;
  transport.law = law;
  transport.retransmit_timeout = 1ms;
  transport.credits = Bytes(0); // of a bare cable: never short of them
  return transport;
}

/// Frames from the departure of a lost one until it leaves again: the next frame's tail tells the receiver, which asks
/// for it (a control frame as long as a header), and the sender ends what it has begun.
double frames_gone_back(const Case &c) {
  const Duration asks = transmission_time(c.transport.header + Bytes(frame_gap_bytes), rate);
  const Duration told = 2 * c.latency + asks + 2 * c.reaction;
  return std::ceil(2 + static_cast<double>(told.count()) / c.frame_ps());
}

/// One flow over a bare cable, of which `ratio` of the codewords in its direction cannot be corrected.
NetworkResult run(const Case &c, double ratio) {
  NetworkSpec spec = chain({rate}, c.latency);
  spec.links[0] = healthy(rate, c.latency, ratio);
  spec.transport = c.transport;
  spec.transport.base_rtt = 2 * c.latency + 500ns;
  spec.hosts.reaction = c.reaction;
  spec.hosts.nic_latency = 700ns;
  stream_of_messages(spec, Bytes(frames * c.transport.mtu.value));
  return simulate(std::move(spec), {});
}

/// The ratio of uncorrectable codewords at which a frame is lost with probability `loss`.
double codeword_ratio(const Case &c) {
  const CodewordShape shape;
  return 1 - std::pow(1 - loss, 1 / (shape.interleave + static_cast<double>(c.full()) / shape.payload_bytes));
}

} // namespace

TEST_CASE("A frame loss of 1e-4 costs a long flow the closed form of its recovery within 5 %") {
  for (const Case &c :
       {Case{"rocev2 go-back-N, 100 ns", with(rocev2(), Recovery::go_back_n), 100ns, 400ns},
        Case{"rocev2 go-back-N, 5 us", with(rocev2(), Recovery::go_back_n), 5us, 400ns},
        Case{"rocev2 go-back-N, 5 us, DCQCN", with(rocev2(), Recovery::go_back_n, dcqcn_law()), 5us, 400ns},
        Case{"rocev2 selective, 5 us", with(rocev2(), Recovery::selective), 5us, 400ns},
        Case{"infiniband go-back-N, 100 ns", with(infiniband(), Recovery::go_back_n), 100ns},
        Case{"infiniband go-back-N, 5 us", with(infiniband(), Recovery::go_back_n), 5us},
        Case{"infiniband selective, 5 us", with(infiniband(), Recovery::selective), 5us},
        Case{"uec without control, 5 us", with(uec(), Recovery::selective), 5us, 400ns},
        Case{"uec NSCC, 5 us", with(uec(), Recovery::selective, nscc_law()), 5us, 400ns},
        Case{"uec RCCC, 5 us", with(uec({}, true), Recovery::selective), 5us, 400ns}}) {
    const NetworkResult clean = run(c, 0), r = run(c, codeword_ratio(c));
    CHECK(r.violations.empty());
    CHECK(r.bytes_delivered == r.bytes_sent);
    const LinkResult &link = r.links[0];
    const auto sent = static_cast<double>(link.tx_frames), lost = static_cast<double>(link.corrupted_frames);
    const double b = 2560.0 / static_cast<double>(c.full()); // a block meets one frame or, with probability b, two
    CHECK(std::abs(lost - loss * sent) <= 4 * std::sqrt(loss * sent * (1 + 3 * b) / (1 + b)));
    // Of n frames in order each is lost with p, so p ÷ (1 − p) × n of them. Those that one block hits, one or two, are
    // lost together: go-back-N goes back once for each bad block, and learns of two a frame later.
    const double p = lost / sent, per_block = lost / static_cast<double>(link.uncorrectable_codewords);
    const bool back = c.transport.recovery == Recovery::go_back_n;
    const double gone = back ? (frames_gone_back(c) + per_block - 1) / per_block : 1;
    const double expected = p / (1 - p) * gone;
    const double cost = static_cast<double>((r.end - clean.end).count()) / (frames * c.frame_ps());
    MESSAGE(c.name << ": W = " << frames_gone_back(c) << ", lost per block " << per_block << ", frames per loss "
                   << gone << ", p = " << p << ", goodput " << 1 / (1 + cost) << " of " << 1 / (1 + expected)
                   << ", cost " << cost << " of " << expected << ", ratio " << cost / expected);
    CHECK(std::abs(cost / expected - 1) < 0.05);
  }
}
