#pragma once
// How long collectives take by formula: alpha–beta forms, the frame-exact form over a homogeneous path, closed forms
// in a non-blocking scale-up switch, and the lower bound by the busiest port; checked in
// docs/validation/collectives.md. Leaves out contention of any kind. Sources: Thakur, Rabenseifner, Gropp,
// "Optimization of collective communication operations in MPICH" (2005); Hockney (1994).

#include "collectives/op.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string_view>

namespace lightloom {

/// Seconds by the alpha–beta model: `alpha_s` per message, `beta_s` per byte, n ranks, `bytes` by the convention of
/// op.hpp. Knows more algorithms than can be run, as references to compare with:
///   all-reduce      ring, halving-doubling, recursive-doubling
///   all-gather      ring, halving-doubling, bruck
///   reduce-scatter  ring, halving-doubling
///   all-to-all      pairwise, bruck
///   broadcast       binomial, chain (512 KiB pieces)
///   send            direct
/// Logarithms are rounded up: exact for powers of two. Throws Error for a pair without a form.
double alpha_beta_seconds(CollectiveOp op, std::string_view algorithm, std::uint32_t ranks, Bytes bytes, double alpha_s,
                          double beta_s);

/// What a message costs by the alpha–beta model.
struct AlphaBeta {
  double alpha_s = 0; ///< per message
  double beta_s = 0;  ///< per byte
};
/// Seconds of a hierarchical all-reduce over ranks ÷ domain domains: reduce-scatter and all-gather rings inside, and a
/// ring all-reduce of bytes ÷ domain between; 2(g−1)αᵢ + 2(g−1)/g Sβᵢ + 2(M−1)αₒ + 2(M−1)/M (S/g)βₒ.
double hierarchical_seconds(std::uint32_t ranks, std::uint32_t domain, Bytes bytes, AlphaBeta inside,
                            AlphaBeta between);

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

/// A whole collective when every message takes such a path and no two share a link:
/// ring all-reduce 2(n−1) steps, ring reduce-scatter/all-gather and pairwise all-to-all n − 1 steps of
/// message_time(⌈bytes ÷ n⌉); chain broadcast (n − 1) hops, pipelined; send one message. Exact when bytes
/// divide by n; else an upper bound within one byte per step.
Duration homogeneous_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, const HomogeneousPath &path);
/// The same for halving-doubling (all-reduce, reduce-scatter, all-gather; n a power of two): one message of
/// ⌈bytes ÷ n⌉ · n ÷ 2, n ÷ 4 … 1 chunks per phase.
Duration homogeneous_halving_doubling_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes,
                                           const HomogeneousPath &path);

/// Bytes through the busiest port, as frames, ÷ rate + path latency: no schedule of any algorithm can be faster
/// (without in-network reduction). `path_latency` is that of the shortest path used.
Duration port_lower_bound(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate rate, Duration path_latency,
                          const Framing &framing);

/// A collective inside a non-blocking scale-up switch: the ring, pairwise and chain algorithms with message time
/// latency + bytes ÷ bandwidth, no frames. `bandwidth` per GPU and direction. A single rank takes no time.
///   all-reduce                              2(n−1)(L + ⌈S/n⌉/B)
///   all-gather, reduce-scatter, all-to-all  (n−1)(L + ⌈S/n⌉/B)
///   broadcast                               (n−1)L + S/B + (n−2)·piece/B
///   send                                    L + S/B
Duration scale_up_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate bandwidth, Duration latency);

} // namespace lightloom
