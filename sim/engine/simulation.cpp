#include "sim/engine/simulation.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace lightloom {

Simulation::Simulation(std::size_t entities) : slots_(std::make_unique<WakeSlot[]>(entities)), capacity_(entities) {
  entities_.reserve(entities);
}

EntityId Simulation::add(Entity &entity, std::uint32_t process) {
  EXPECTS(entities_.size() < capacity_ && processes_.empty());
  entity.id_ = EntityId(entities_.size());
  entity.wake_slot_ = &slots_[entities_.size()];
  entities_.push_back(&entity);
  process_of_.push_back(process);
  return entity.id_;
}

void Simulation::link(const Entity &from, const Entity &to, Duration delay) {
  if (delay < Duration(1))
    throw Error("a delay between two entities is " + std::to_string(delay.count()) + " ps",
                "an event must never be its own cause", "Give the link at least 1 ps of latency.");
  links_.push_back({from.id().value, to.id().value, delay});
}

void Simulation::group() {
  order_.resize(entities_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return process_of_[a] < process_of_[b]; });
  processes_.clear();
  std::vector<std::uint32_t> index(entities_.size()); // entity → index into processes_
  for (std::uint32_t i = 0; i < order_.size(); ++i) {
    if (i == 0 || process_of_[order_[i]] != process_of_[order_[i - 1]])
      processes_.push_back({i, i});
    processes_.back().last = i + 1;
    index[order_[i]] = static_cast<std::uint32_t>(processes_.size() - 1);
  }
  for (const auto &l : links_)
    if (index[l.from] == index[l.to])
      processes_[index[l.from]].inner = std::min(processes_[index[l.from]].inner, l.delay);
}

Lookahead Simulation::lookahead() const {
  Lookahead least{longest_window, EntityId(), EntityId()};
  for (const auto &l : links_)
    if (process_of_[l.from] != process_of_[l.to] && l.delay < least.duration)
      least = {l.delay, EntityId(l.from), EntityId(l.to)};
  return least;
}

void Simulation::check_reachable(SimTime t) {
  if (t >= latest_time)
    throw Error("the run reaches 140 s of simulated time", "frame by frame, times end there",
                "Simulate fewer steps, shorter computation, or traffic that starts and ends earlier.");
}

void Simulation::visit(std::uint32_t entity, SimTime until, Process &process) {
  slots_[entity].clear();
  try {
    slots_[entity].lower_to(entities_[entity]->advance(until));
  } catch (const BrokenContract &broken) { // says itself where in the source; this says where in the run
    throw BrokenContract(fmt::format("{} (entity {}, before {})", broken.what(), entity,
                                     format_duration(until.time_since_epoch())));
  }
  ++process.visits;
  ++process.fresh_visits;
}

std::uint64_t Simulation::digest() const {
  Digest digest;
  for (const auto *entity : entities_)
    digest.fold(entity->digest());
  return digest.value();
}

} // namespace lightloom
