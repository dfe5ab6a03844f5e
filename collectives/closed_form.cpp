#include "collectives/closed_form.hpp"

#include "collectives/algorithm.hpp"
#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <bit>
#include <string>

namespace lightloom {
namespace {

constexpr Bytes preamble_and_gap{20}; // decision 0005

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// ⌈log2 n⌉; exact for powers of two.
double rounds(std::uint32_t n) { return n <= 1 ? 0 : static_cast<double>(std::bit_width(n - 1)); }

} // namespace

double alpha_beta_seconds(CollectiveOp op, std::string_view algorithm, std::uint32_t ranks, Bytes bytes, double alpha_s,
                          double beta_s) {
  EXPECTS(ranks >= 1);
  const double n = ranks;
  const double transfer = static_cast<double>(bytes.value) * beta_s; // S β
  const double share = (n - 1) / n * transfer;                       // (n−1)/n S β
  const double k = rounds(ranks);
  if (ranks == 1)
    return 0;
  switch (op) {
  case CollectiveOp::all_reduce:
    if (algorithm == "ring")
      return 2 * (n - 1) * alpha_s + 2 * share;
    if (algorithm == "halving-doubling")
      return 2 * k * alpha_s + 2 * share;
    if (algorithm == "recursive-doubling")
      return k * (alpha_s + transfer);
    break;
  case CollectiveOp::all_gather:
    if (algorithm == "bruck")
      return k * alpha_s + share;
    [[fallthrough]];
  case CollectiveOp::reduce_scatter:
    if (algorithm == "halving-doubling")
      return k * alpha_s + share;
    if (algorithm == "ring")
      return (n - 1) * alpha_s + share;
    break;
  case CollectiveOp::all_to_all:
    if (algorithm == "pairwise")
      return (n - 1) * alpha_s + share;
    if (algorithm == "bruck")
      return k * alpha_s + k * transfer / 2;
    break;
  case CollectiveOp::broadcast:
    if (algorithm == "binomial")
      return k * (alpha_s + transfer);
    if (algorithm == "chain") {
      const double pieces = chain_pieces(bytes);
      return (n - 2 + pieces) * (alpha_s + transfer / pieces);
    }
    break;
  case CollectiveOp::send:
    if (algorithm == "direct")
      return alpha_s + transfer;
    break;
  }
  throw Error("no closed form for " + std::string(to_string(op)) + " by \"" + std::string(algorithm) + "\"");
}

double hierarchical_seconds(std::uint32_t ranks, std::uint32_t domain, Bytes bytes, AlphaBeta inside,
                            AlphaBeta between) {
  EXPECTS(domain >= 1 && ranks >= 1 && ranks % domain == 0);
  const double g = domain;
  const double domains = ranks / domain;
  const double size = static_cast<double>(bytes.value);
  return 2 * (g - 1) * inside.alpha_s + 2 * (g - 1) / g * size * inside.beta_s + 2 * (domains - 1) * between.alpha_s +
         2 * (domains - 1) / domains * size / g * between.beta_s;
}

std::int64_t frame_count(Bytes message, const Framing &framing) {
  EXPECTS(message.value >= 0 && framing.mtu.value > 0);
  return message.value == 0 ? 1 : divide_up(message.value, framing.mtu.value);
}

Bytes wire_bytes(Bytes message, const Framing &framing) {
  return message + frame_count(message, framing) * (framing.header + preamble_and_gap);
}

Duration message_time(Bytes message, const HomogeneousPath &path) {
  EXPECTS(path.links >= 1);
  Duration time =
      path.message_overhead + path.latency + transmission_time(wire_bytes(message, path.framing), path.rate);
  if (path.store_and_forward) {
    const Bytes first = message < path.framing.mtu ? message : path.framing.mtu;
    time += (path.links - 1) * transmission_time(wire_bytes(first, path.framing), path.rate);
  }
  return time;
}

Duration homogeneous_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, const HomogeneousPath &path) {
  EXPECTS(ranks >= 1);
  if (ranks == 1)
    return Duration::zero();
  const std::int64_t others = static_cast<std::int64_t>(ranks) - 1;
  const Bytes chunk(divide_up(bytes.value, ranks));
  switch (op) {
  case CollectiveOp::all_reduce:
    return 2 * others * message_time(chunk, path);
  case CollectiveOp::all_gather:
  case CollectiveOp::reduce_scatter:
  case CollectiveOp::all_to_all:
    return others * message_time(chunk, path);
  case CollectiveOp::send:
    return message_time(bytes, path);
  case CollectiveOp::broadcast:
    break;
  }
  const std::int64_t pieces = chain_pieces(bytes);
  const Bytes piece(divide_up(bytes.value, pieces));
  return others * message_time(piece, path) +
         transmission_time((pieces - 1) * wire_bytes(piece, path.framing), path.rate);
}

Duration homogeneous_halving_doubling_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes,
                                           const HomogeneousPath &path) {
  EXPECTS(std::has_single_bit(ranks));
  const Bytes chunk(divide_up(bytes.value, ranks));
  Duration phase{};
  for (std::uint32_t chunks = 1; chunks < ranks; chunks *= 2)
    phase += message_time(chunk * chunks, path);
  return op == CollectiveOp::all_reduce ? 2 * phase : phase;
}

Duration port_lower_bound(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate rate, Duration path_latency,
                          const Framing &framing) {
  EXPECTS(rate.bits_per_second > 0);
  if (ranks == 1)
    return Duration::zero();
  // All of the port's payload as one message has the fewest frames it can have.
  return transmission_time(wire_bytes(busiest_port_traffic(op, ranks, bytes), framing), rate) + path_latency;
}

Duration scale_up_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate bandwidth, Duration latency) {
  EXPECTS(ranks >= 1 && bandwidth.bits_per_second > 0 && latency >= Duration::zero());
  if (ranks == 1)
    return Duration::zero();
  const std::int64_t others = static_cast<std::int64_t>(ranks) - 1;
  const auto step = [&](Bytes message) { return latency + transmission_time(message, bandwidth); };
  const Bytes chunk(divide_up(bytes.value, ranks));
  switch (op) {
  case CollectiveOp::all_reduce:
    return 2 * others * step(chunk);
  case CollectiveOp::all_gather:
  case CollectiveOp::reduce_scatter:
  case CollectiveOp::all_to_all:
    return others * step(chunk);
  case CollectiveOp::send:
    return step(bytes);
  case CollectiveOp::broadcast:
    break;
  }
  const Bytes piece(divide_up(bytes.value, chain_pieces(bytes)));
  return others * latency + transmission_time(bytes, bandwidth) + (others - 1) * transmission_time(piece, bandwidth);
}

} // namespace lightloom
