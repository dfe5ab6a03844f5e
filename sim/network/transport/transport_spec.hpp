#pragma once
// What a transport is, as parameters: how losses are found and mended, what limits a sender, how large its frames are.
// The sources of the figures are in the files of the transports (transport_*.hpp) and in decision 0005.

#include "sim/network/transport/dcqcn.hpp"
#include "sim/network/transport/fecn_becn.hpp"
#include "sim/network/transport/nscc.hpp"
#include "sim/network/transport/rccc.hpp"

#include <cstdint>

namespace lightloom {

/// `ideal`: no windows, unlimited buffers, acknowledgements without weight.
struct TransportSpec {
  enum class Kind : std::uint8_t { ideal, infiniband, rocev2, uec };
  enum class Recovery : std::uint8_t { go_back_n, selective };
  enum class CongestionControl : std::uint8_t { none, dcqcn, nscc, rccc, nscc_rccc, fecn_becn };
  Kind kind = Kind::ideal;
  Bytes mtu{4096};
  Bytes header{0};                 ///< beside payload and the 20 B of preamble and gap
  Bytes control_header{-1};        ///< of a control frame, beside the 20 B; < 0: as `header` (ideal: no weight)
  std::uint32_t virtual_lanes = 1; ///< 1 … 4 lanes or priorities; data on lane 0, acknowledgements on the last
  Bytes credits{};                 ///< per lane and link, wire bytes the receiver can hold; 0 = unlimited
  std::uint32_t ack_every = 16;    ///< frames per acknowledgement, half a window at most; a message's last frame always
  std::uint32_t window_frames = 4096;                    ///< unacknowledged frames per queue pair; a power of two
  Recovery recovery = Recovery::selective;               ///< go_back_n needs in-order paths (ecmp)
  Duration retransmit_timeout{Duration(67'108'864'000)}; ///< 4.096 us × 2^14 (InfiniBand local ACK timeout 14)
  std::uint32_t retry_count = 7; ///< consecutive time-outs without progress before the peer is unreachable
  CongestionControl congestion_control = CongestionControl::none;
  DcqcnSpec dcqcn;
  NsccSpec nscc;
  RcccSpec rccc;
  FecnBecnSpec fecn_becn;
  std::uint32_t entropies = 0; ///< uec: a new path value per frame, of so many; 0: one per queue pair
  Duration base_rtt{};         ///< unloaded round trip of the longest path, transmission of one frame included (uec)
};

} // namespace lightloom
