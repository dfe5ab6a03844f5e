#pragma once
// The reliable connection of InfiniBand (InfiniBand Architecture 1.5, chapter 9: RC; 9.7 for acknowledgements and
// time-outs), which `infiniband`, `rocev2` and `ideal` share: packet sequence numbers over all messages of a queue
// pair, an acknowledgement for every few frames and at a message's end, a NAK for a gap (once under go-back-N, the
// missing range under selective recovery), a local time-out with a bounded number of retries. Leaves out: reads and
// atomics, RNR NAK, the 24 bits of a real PSN, partition keys, migration. Selective recovery goes beyond the
// specification, which has go-back-N only.

#include "sim/network/nic/transport.hpp"

namespace lightloom {

/// Senders are paced by TransportSpec::law; one that has a window is not for it.
class ReliableConnection : public Transport {
public:
  ReliableConnection(Nic &nic, const TransportSpec &spec);

  void prepare(const CongestionControl::Setting &setting) override;
  bool has_work(std::uint32_t queue) final;
  std::uint32_t frames_allowed(std::uint32_t queue) final;
  std::uint16_t entropy(std::uint32_t queue) const final;
  void departs(std::uint32_t queue, Frame &frame, SimTime d, bool again) final;
  void burst_departed(std::uint32_t queue, Frame &train, SimTime d) final;
  SimTime pace(std::uint32_t queue, SimTime d, std::int64_t bytes) final;
  void address(const PendingControl &pending, Frame &frame) final;
  void prefetch(std::uint32_t queue) const final;
  void receive_data(const Frame &frame, SimTime in, std::vector<NicEvent> &events) final;
  void receive_control(const Frame &frame, std::vector<NicEvent> &events) final;
  bool time_out(std::uint32_t queue, SimTime now) final;
  void send_again(std::uint32_t queue) final;

private:
  void notify_congestion(std::uint32_t receive_queue, SimTime now);

  const CongestionLaw &law_;
  std::unique_ptr<CongestionControl> control_;
  std::vector<SimTime> quiet_until_; ///< [receive queue] no notification before; with signal `notification` only
};

} // namespace lightloom
