#pragma once
// Entities: what shares nothing but channels (decision 0001). The engine knows nothing else about them.

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <atomic>
#include <cstdint>

namespace lightloom {

/// The earliest time at which an entity has something to do; lowered by producers from any thread.
class WakeSlot {
public:
  SimTime get() const { return at_picoseconds(earliest_.load(std::memory_order_acquire)); }
  /// Something happens at `t`, or earlier. Between threads even a slot that is early enough is *written*: a mere look
  /// could be taken before the message is visible, while the consumer clears the slot and misses the message, and
  /// nobody would wake it.
  void lower_to(SimTime t) {
    if (process_news_ != nullptr)
      process_news_->store(1, std::memory_order_relaxed);
    auto now =
        concurrent_ ? earliest_.fetch_add(0, std::memory_order_acq_rel) : earliest_.load(std::memory_order_relaxed);
    while (picoseconds(t) < now && !earliest_.compare_exchange_weak(now, picoseconds(t), std::memory_order_acq_rel,
                                                                    std::memory_order_relaxed)) {}
  }
  /// Before a visit: whatever is published after this lowers the slot again, so no wake-up is lost.
  void clear() { earliest_.exchange(picoseconds(never), std::memory_order_acq_rel); }

  bool concurrent() const { return concurrent_; }
  /// Before the run: whether several threads will use it, and where to say that it may have been lowered.
  void prepare(bool concurrent, std::atomic<std::uint8_t> *process_news) {
    concurrent_ = concurrent;
    process_news_ = process_news;
  }

private:
  std::atomic<std::int64_t> earliest_{picoseconds(never)};
  std::atomic<std::uint8_t> *process_news_ = nullptr;
  bool concurrent_ = false;
};

/// Something with a state of its own that handles events in time order.
class Entity {
public:
  Entity() = default;
  Entity(const Entity &) = delete;
  Entity &operator=(const Entity &) = delete;
  virtual ~Entity() = default;

  /// Handles every event strictly before `until` in key order (decision 0001), commits what can no longer change, and
  /// returns the earliest time at which it would do something more, judged by what it can see; `never` when it waits
  /// for others. How a run is cut into calls of advance() must not change what happens.
  virtual SimTime advance(SimTime until) = 0;

  /// Everything this entity handled, in order (digest.hpp).
  virtual std::uint64_t digest() const = 0;

  /// Set by Simulation::add.
  WakeSlot *wake_slot() const { return wake_slot_; }
  EntityId id() const { return id_; }

private:
  friend class Simulation;
  WakeSlot *wake_slot_ = nullptr;
  EntityId id_;
};

} // namespace lightloom
