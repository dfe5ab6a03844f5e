#pragma once
// Room that priority flow control needs beyond its threshold (IEEE 802.1Qbb-2011 annex O; Zhu et al., SIGCOMM 2015,
// §3): all that can still come until a pause takes effect.

#include "sim/core/quantity.hpp"
#include "sim/network/switch/switch_spec.hpp"

namespace lightloom {

/// Bytes that an ingress port can hold beyond xoff at most, when it pauses its peer upon the frame that takes it there.
/// `rate` and `latency`: of the link, one way; `reaction`: from the last bit of a pause at the peer to the last start
/// of a frame there, and from a frame's arrival here until it is counted (a switch's pipeline); `full_frame`,
/// `pause_frame`: wire bytes, gaps included. `forwarding`: store-and-forward counts a frame once its tail is in, which
/// takes one frame more. Rounded up.
Bytes pfc_headroom(BitRate rate, Duration latency, Duration reaction, Bytes full_frame, Bytes pause_frame,
                   Forwarding forwarding = Forwarding::cut_through);

} // namespace lightloom
