#pragma once
// What a NIC must know of its transport for every frame: drawn from the TransportSpec once, by the transport's own file
// (transport/ideal.cpp, transport/infiniband.cpp, transport/rocev2.cpp, transport/uec.cpp).

#include "sim/network/frame.hpp"
#include "sim/network/transport/transport_spec.hpp"

#include <cstdint>

namespace lightloom {

struct TransportRules {
  enum class Pace : std::uint8_t { none, dcqcn, fecn_becn };
  std::int64_t overhead = 0;        ///< of a data frame: header, preamble and gap [B]
  std::int64_t full_frame = 0;      ///< of a data frame, payload included [B]
  std::int64_t control_size = 0;    ///< of acknowledgements and the like, on the wire [B]
  std::uint32_t window = 0;         ///< frames a sender may have unacknowledged
  std::uint32_t receive_window = 0; ///< frames that a receiver keeps out of turn; a power of two
  std::uint32_t ack_every = 0;      ///< frames
  bool ideal = false;               ///< a sender hears of a message's end only
  bool uec = false;                 ///< frames are acknowledged one by one (transport/uec.hpp)
  bool selective = false;           ///< only what is missing is sent again
  bool echo = false;                ///< acknowledgements of marked frames are marked (BECN)
  bool notify = false;              ///< marked frames cause notifications (CNP)
  Pace pace = Pace::none;           ///< what spaces a send queue's frames
  bool window_control = false;      ///< uec: NSCC
  bool credit_control = false;      ///< uec: RCCC
};

TransportRules rules_of(const TransportSpec &spec);

/// What all transports have in common.
inline TransportRules common_rules(const TransportSpec &spec) {
  TransportRules rules;
  rules.overhead = spec.header.value + frame_gap_bytes;
  rules.full_frame = spec.mtu.value + rules.overhead;
  rules.control_size =
      (spec.control_header.value < 0 ? spec.header.value : spec.control_header.value) + frame_gap_bytes;
  rules.window = rules.receive_window = spec.window_frames;
  rules.ack_every = spec.ack_every;
  rules.selective = spec.recovery == TransportSpec::Recovery::selective;
  return rules;
}

} // namespace lightloom
