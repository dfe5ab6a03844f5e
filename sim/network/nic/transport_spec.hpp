#pragma once
// What a transport is told: how losses are found and mended, what limits a sender, how large its frames are. What
// a member says here is what `ideal` has; what each transport has instead, and where that is from, is in its row.

#include "sim/network/congestion/congestion_control.hpp"
#include "sim/network/congestion/rccc.hpp"
#include "sim/network/wire_size.hpp"

#include <cstdint>
#include <optional>

namespace lightloom {

struct TransportKind;
/// What a specification is that names no other: no windows, unlimited buffers, acknowledgements without weight
/// (transport/ideal.cpp).
extern const TransportKind ideal_transport;

/// One transport of one network.
struct TransportSpec {
  enum class Recovery : std::uint8_t { go_back_n, selective };
  const TransportKind *kind = &ideal_transport;
  Bytes mtu{4096};
  Bytes header{0};                 ///< beside payload and the 20 B of preamble and gap
  Bytes control_header{-1};        ///< of a control frame, beside the 20 B; < 0: as `header` (ideal: no weight)
  std::uint32_t virtual_lanes = 1; ///< 1 … 4 lanes or priorities; data on lane 0, acknowledgements on the last
  Bytes credits{};                 ///< per lane and link, wire bytes the receiver can hold; 0 = unlimited
  std::uint32_t ack_every = 16;    ///< frames per acknowledgement, half a window at most; a message's last frame always
  std::uint32_t window_frames = 4096;            ///< unacknowledged frames per queue pair; a power of two
  Recovery recovery = Recovery::selective;       ///< go_back_n needs in-order paths (ecmp)
  Duration retransmit_timeout{16'384 * 4'096ns}; ///< InfiniBand's local ACK timeout 14: 4.096 us × 2^14
  std::uint32_t retry_count = 7;                 ///< time-outs without progress before the peer is unreachable
  CongestionLaw law;                             ///< of senders
  std::optional<RcccSpec> receiver_credits;      ///< uec: a receiver grants what may come
  std::uint32_t entropies = 0;                   ///< uec: a new path value per frame, of so many; 0: one per queue pair
  Duration base_rtt{}; ///< unloaded round trip of the longest path, transmission of one frame included (uec)

  /// Frames leave only when the far end has room for them.
  bool with_credits() const { return credits.value > 0; }
  /// Beside the payload of a data frame: header, preamble and gap (decision 0005).
  Bytes overhead() const { return header + Bytes(frame_gap_bytes); }
  /// A full data frame on the wire.
  Bytes full_frame() const { return mtu + overhead(); }
  /// An acknowledgement on the wire.
  Bytes control_frame() const { return (control_header.value < 0 ? header : control_header) + Bytes(frame_gap_bytes); }
};

} // namespace lightloom
