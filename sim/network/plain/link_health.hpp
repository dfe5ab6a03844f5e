#pragma once
// What the packet network needs to know of a link's optics: rate, latency and how often a codeword cannot be corrected,
// over time. Filled by optics and, for scripted failures, by scenarios (decision 0004).

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// From `from` until the next segment.
struct LinkHealthSegment {
  SimTime from{};
  BitRate rate;       ///< MAC rate; 0 = the link is down
  Duration latency{}; ///< last bit leaves the sender's port → last bit known good at the receiver's: modules + FEC +
                      ///< fibre, ≥ 1 ps
  double uncorrectable_ratio =
      0;                  ///< probability that a codeword cannot be corrected, 0 … 1; portable bits (decision 0006)
  Duration propagation{}; ///< the part of `latency` spent in fibre or copper; the rest is modules and FEC (reports)
};

/// The shape of a codeword on the wire: a frame of N wire bytes (preamble and gap included) touches on average
/// interleave + N / payload codewords (docs/validation/fec.md), each uncorrectable on its own with the segment's ratio.
struct CodewordShape {
  std::int32_t payload_bytes = 640; ///< MAC octets per codeword; KP4: 640
  std::int32_t interleave = 4;      ///< codewords a frame's ends can share
};

/// One directed link over time; at least one segment, the first from 0, ascending. Known before the run.
struct LinkHealth {
  CodewordShape codeword;
  std::vector<LinkHealthSegment> segments;
};

} // namespace lightloom
