#pragma once
// How long collectives take by formula: what messages cost by the alpha–beta model and frame by frame over a
// homogeneous path, closed forms in a non-blocking scale-up switch, and the lower bound by the busiest port; checked in
// docs/validation/collectives.md. The forms of an algorithm are in its file. Leaves out contention of any kind.
// Sources: Thakur, Rabenseifner, Gropp, "Optimization of collective communication operations in MPICH" (2005); Hockney
// (1994).

#include "collectives/op.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string_view>

namespace lightloom {

/// What a message costs by the alpha–beta model.
struct AlphaBeta {
  double alpha_s = 0; ///< per message
  double beta_s = 0;  ///< per byte
  double seconds(double bytes) const { return alpha_s + bytes * beta_s; }
};

/// Seconds of algorithms that this version cannot run, to compare with: all-reduce by recursive-doubling, all-gather
/// and all-to-all by bruck, broadcast by binomial. Sizes by the convention of op.hpp. Logarithms are rounded up: exact
/// for powers of two. Throws Error for a pair without a form.
double reference_seconds(CollectiveOp op, std::string_view algorithm, std::uint32_t ranks, Bytes bytes,
                         const AlphaBeta &message);

/// Pieces a chain broadcast of this size is cut into: ⌈bytes ÷ 512 KiB⌉, at least 1, at most 4096 (NCCL's Simple
/// protocol moves slices of about this size: 4 MiB buffer ÷ 8 steps).
std::uint32_t chain_pieces(Bytes bytes);

/// How a message becomes frames (decision 0005).
struct Framing {
  Bytes mtu{4096}; ///< payload of a full frame
  Bytes header{0}; ///< transport header
};
/// Frames of a message: ⌈bytes ÷ mtu⌉, at least 1.
std::int64_t frame_count(Bytes message, const Framing &framing);
/// Bytes a message takes on the wire: payload + frames × (header + 20 B).
Bytes wire_bytes(Bytes message, const Framing &framing);

/// A path on which all links have one rate and nobody else sends.
struct HomogeneousPath {
  Duration message_overhead{}; ///< once per message, before its first frame
  Duration latency{};          ///< both NICs + links + switches, without any transmission time
  std::uint32_t links = 1;     ///< links crossed
  BitRate rate{};
  bool store_and_forward = false; ///< else cut-through: later hops add no transmission time
  Framing framing;
};

/// Posted → delivered of one message on an idle path: overhead + latency + wire(bytes) ÷ rate, plus (links − 1)
/// first-frame times when switches store and forward. Exact: on equal rates the pipeline never runs dry once begun.
Duration message_time(Bytes message, const HomogeneousPath &path);

/// Bytes through the busiest port, as frames, ÷ rate + path latency: no schedule of any algorithm can be faster
/// (without in-network reduction). `path_latency` is that of the shortest path used; `domain` as in
/// busiest_port_traffic(). Zero when nothing is left for the network.
Duration port_lower_bound(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate rate, Duration path_latency,
                          const Framing &framing, std::uint32_t domain = 1);

/// A collective inside a non-blocking scale-up switch: the ring, pairwise and chain algorithms with message time
/// latency + bytes ÷ bandwidth, no frames. `bandwidth` per GPU and direction. A single rank takes no time.
///   all-reduce                              2(n−1)(L + ⌈S/n⌉/B)
///   all-gather, reduce-scatter, all-to-all  (n−1)(L + ⌈S/n⌉/B)
///   broadcast                               (n−1)L + S/B + (n−2)·piece/B
///   send                                    L + S/B
Duration scale_up_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate bandwidth, Duration latency);

} // namespace lightloom
