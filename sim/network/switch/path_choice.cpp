#include "sim/network/switch/path_choice.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

#include <fmt/format.h>

namespace lightloom {

PathChooser::PathChooser(const Settings &settings)
    : paths_(settings.paths), switch_id_(settings.switch_id), flowlet_gap_(settings.flowlet_gap) {
  const auto words = philox(settings.seed, Purpose::ecmp, settings.switch_id, 0);
  salt_ = static_cast<std::uint64_t>(words[0]) << 32 | words[1];
  if (paths_ == PathChoice::flowlet)
    flowlets_ = std::make_unique<Flowlet[]>(flowlet_entries);
  if (paths_ == PathChoice::own) {
    EXPECTS(settings.own_policy);
    own_policy_ = settings.own_policy(SwitchId(switch_id_), settings.seed);
    if (own_policy_ == nullptr)
      throw Error("routing.policy: its factory made nothing", fmt::format("for switch {}", switch_id_),
                  "Return an object.");
  }
}

std::uint32_t PathChooser::ask_own_policy(const PortGroup &group, const Frame &frame, SimTime now, PathQuery query) {
  query.now = now;
  query.destination = frame.destination;
  query.flow = static_cast<std::uint64_t>(frame.destination) << 32 | frame.queue_pair;
  query.sequence = frame.sequence;
  query.entropy = frame.entropy;
  query.ports = group.count;
  const std::uint32_t chosen = own_policy_->choose(query);
  if (chosen >= group.count)
    throw Error(fmt::format("routing.policy: port {} was chosen", chosen),
                fmt::format("switch {} has {} to choose from, counted from 0", switch_id_, group.count),
                "Return a number below PathQuery::ports.");
  return chosen;
}

std::uint32_t PathChooser::choose_by_flowlet(const PortGroup &group, const Frame &frame, SimTime now) {
  Flowlet &flowlet = flowlets_[scaled(flow_hash(frame, switch_id_), flowlet_entries)];
  if (flowlet.last == SimTime{} || now - flowlet.last > flowlet_gap_)
    flowlet.draw = static_cast<std::uint32_t>(draw(frame, now) >> 32);
  flowlet.last = now;
  return scaled(flowlet.draw, group.count);
}

} // namespace lightloom
