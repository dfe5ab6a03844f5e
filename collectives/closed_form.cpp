#include "collectives/closed_form.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/even_share.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace lightloom {
namespace {

constexpr Bytes preamble_and_gap{20}; // decision 0005

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// ⌈log2 n⌉; exact for powers of two.
double rounds(std::uint32_t n) { return n <= 1 ? 0 : static_cast<double>(std::bit_width(n - 1)); }

} // namespace

double reference_seconds(CollectiveOp op, std::string_view algorithm, std::uint32_t ranks, Bytes bytes,
                         const AlphaBeta &message) {
  EXPECTS(ranks >= 1);
  const double n = ranks;
  const auto size = static_cast<double>(bytes.value);
  const double k = rounds(ranks);
  if (op == CollectiveOp::all_reduce && algorithm == "recursive-doubling")
    return k * message.seconds(size);
  if (op == CollectiveOp::all_gather && algorithm == "bruck")
    return k * message.alpha_s + (n - 1) / n * size * message.beta_s;
  if (op == CollectiveOp::all_to_all && algorithm == "bruck")
    return k * message.seconds(size / 2);
  if (op == CollectiveOp::broadcast && algorithm == "binomial")
    return k * message.seconds(size);
  throw Error("no closed form for " + std::string(to_string(op)) + " by \"" + std::string(algorithm) + "\"");
}

std::uint32_t chain_pieces(Bytes bytes) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(divide_up(bytes.value, 512 << 10), 1, 4096));
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

Duration port_lower_bound(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate rate, Duration path_latency,
                          const Framing &framing, std::uint32_t domain) {
  EXPECTS(rate.bits_per_second > 0);
  const Bytes traffic = busiest_port_traffic(op, ranks, bytes, domain);
  if (ranks == 1 || (domain > 1 && traffic.value == 0))
    return Duration::zero();
  // All of the port's payload as one message has the fewest frames it can have.
  return transmission_time(wire_bytes(traffic, framing), rate) + path_latency;
}

Duration scale_up_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, BitRate bandwidth, Duration latency) {
  EXPECTS(ranks >= 1 && bandwidth.bits_per_second > 0 && latency >= Duration::zero());
  if (ranks == 1)
    return Duration::zero();
  const std::int64_t others = static_cast<std::int64_t>(ranks) - 1;
  const auto step = [&](Bytes message) { return latency + transmission_time(message, bandwidth); };
  const Bytes chunk = even_share(bytes, ranks, 0);
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
  const Bytes piece = even_share(bytes, chain_pieces(bytes), 0);
  return others * latency + transmission_time(bytes, bandwidth) + (others - 1) * transmission_time(piece, bandwidth);
}

} // namespace lightloom
