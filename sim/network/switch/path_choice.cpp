#include "sim/network/switch/path_choice.hpp"

#include "sim/core/random.hpp"

namespace lightloom {

PathChooser::PathChooser(const Settings &settings)
    : paths_(settings.paths), switch_id_(settings.switch_id), flowlet_gap_(settings.flowlet_gap) {
  const auto words = philox(settings.seed, Purpose::ecmp, settings.switch_id, 0);
  salt_ = static_cast<std::uint64_t>(words[0]) << 32 | words[1];
  if (paths_ == PathChoice::flowlet)
    flowlets_ = std::make_unique<Flowlet[]>(flowlet_entries);
}

std::uint32_t PathChooser::choose_by_flowlet(const PortGroup &group, const Frame &frame, SimTime now) {
  Flowlet &flowlet = flowlets_[scaled(flow_hash(frame, switch_id_), flowlet_entries)];
  if (flowlet.last == SimTime{} || now - flowlet.last > flowlet_gap_)
    flowlet.draw = static_cast<std::uint32_t>(draw(frame, now) >> 32);
  flowlet.last = now;
  return scaled(flowlet.draw, group.count);
}

} // namespace lightloom
