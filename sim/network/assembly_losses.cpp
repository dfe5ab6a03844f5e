// What a network's specification says of its losses and detours before it runs: whether anything can be lost, how far
// frames of a flow may overtake each other, whether credits last for their round trip.

#include "sim/network/assembly.hpp"

#include <algorithm>

namespace lightloom {

/// Frames of one flow overtake each other by what waits in front of them: at worst the input buffers of a whole switch,
/// each leaving through one port; four such in a row are reckoned with.
Duration NetworkAssembly::reorder_patience() {
  constexpr std::int64_t assumed_buffer = 256 * 1024; // when credits are unlimited [B]
  const std::int64_t buffer = spec.transport.with_credits() ? spec.transport.credits.value : assumed_buffer;
  BitRate slowest = spec.fabric.cables.front().rate;
  for (const auto &cable : spec.fabric.cables)
    slowest = std::min(slowest, cable.rate);
  const std::uint32_t ports = *std::max_element(degree_.begin(), degree_.end());
  patience_per_frame_ = 2 * ports * transmission_time(spec.transport.full_frame(), slowest);
  return 20us + 4 * transmission_time(Bytes(buffer * ports), slowest); // the first: what is left out
}

/// Whether every link's credits last for their own round trip. Where they do not, they set the pace, frame by frame,
/// and trains, which may overdraw them, do not follow.
bool NetworkAssembly::credits_are_ample() const {
  if (!spec.transport.with_credits())
    return true;
  for (const auto &health : spec.links) {
    const LinkHealthSegment &link = health.segments.front();
    const Duration round_trip = 2 * link.latency + spec.switches.latency;
    const __int128 in_flight =
        static_cast<__int128>(link.rate.bits_per_second) * round_trip.count() / 8'000'000'000'000;
    if (spec.transport.credits.value < in_flight + spec.transport.full_frame().value)
      return false;
  }
  return true;
}

bool NetworkAssembly::nothing_can_be_lost() const {
  if (spec.switches.buffer.value > 0 || spec.switches.queue_limit.value > 0)
    return false;
  for (const auto &health : spec.links)
    for (const auto &segment : health.segments)
      if (segment.rate.bits_per_second == 0 || segment.uncorrectable_ratio > 0)
        return false;
  const RouteTable &table = *spec.routes.front().table;
  for (std::uint32_t port = 0; port < spec.fabric.ports_per_host; ++port) { // port p of a host reaches port p of others
    std::vector<SwitchId> leaves;
    for (std::size_t e = port; e < table.attachment.size(); e += spec.fabric.ports_per_host)
      leaves.push_back(table.attachment[e].leaf);
    std::sort(leaves.begin(), leaves.end());
    leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
    for (const SwitchId from : leaves)
      for (const SwitchId to : leaves)
        if (from != to && table.switches[from.index()]->group_of_leaf[to.index()] == no_group)
          return false;
  }
  return spec.routes.size() == 1;
}

} // namespace lightloom
