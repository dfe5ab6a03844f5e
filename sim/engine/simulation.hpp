#pragma once
// A simulation: entities, who talks to whom and how fast, how entities are grouped into logical processes, and how it
// is run.
//
//     repeat   T ← earliest pending event of all logical processes (idle time is skipped, not walked)
//              window ← [T, T + lookahead), the lookahead being the least delay between two logical processes
//              every logical process with work, in parallel: advance its entities to the window's end
//
// A logical process whose entities talk to each other faster than that runs its own, smaller windows inside.

#include "sim/engine/entity.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace lightloom {

/// What an execution did; machine facts, outside every digest.
struct ExecutionStatistics {
  std::uint64_t windows = 0;
  std::uint64_t visits = 0;
  SimTime last{};       ///< start of the last window
  bool stopped = false; ///< the watcher said stop
};

/// The least delay between two logical processes, and the pair that sets it; longest_window where none are joined.
struct Lookahead {
  Duration duration{};
  EntityId from;
  EntityId to;
};

/// Called between windows, from the calling thread, at most every few milliseconds; false stops the run.
using Watcher = std::function<bool(SimTime now)>;

/// Longest window, so that relative times fit 32 bits; also the lookahead when nothing crosses logical processes.
inline constexpr Duration longest_window{1ms};

/// Frame by frame nobody simulates longer; messages pack their times into 47 bits. A run that gets here ends with an
/// Error.
inline constexpr SimTime latest_time = at_picoseconds((std::int64_t{1} << 47) - 2 * longest_window.count());

/// Entities, the channels between them, and the clock that runs them to the end.
class Simulation {
public:
  /// Room for this many entities; slots never move.
  explicit Simulation(std::size_t entities);

  /// Adds an entity (not owned) with the next id, as a member of `process`.
  EntityId add(Entity &entity, std::uint32_t process);
  /// Declares that a message from one entity to the other takes at least `delay` ≥ 1 ps. Throws Error on less.
  void link(const Entity &from, const Entity &to, Duration delay);

  /// One instant at a time, every entity that has an event there: the definition of correct.
  ExecutionStatistics run_sequentially(const Watcher &watcher = {});
  /// Windows on `threads` threads (oneTBB).
  ExecutionStatistics run_windows(std::uint32_t threads, const Watcher &watcher = {});

  Lookahead lookahead() const;
  /// Digests of the entities, folded in entity order.
  std::uint64_t digest() const;

private:
  struct Process {
    std::uint32_t first = 0; ///< its entities: order_[first … last)
    std::uint32_t last = 0;
    Duration inner{longest_window}; ///< least delay between its own entities
    std::uint64_t visits = 0;
    std::uint64_t fresh_visits = 0; ///< since the executor last looked
  };
  struct Link {
    std::uint32_t from;
    std::uint32_t to;
    Duration delay;
  };
  void group();
  std::uint64_t take_fresh_visits(const std::vector<std::uint32_t> &processes);
  /// Before a run on windows: everything has something to do at 0; slots tell their process of it.
  void wake_all(bool concurrent, std::atomic<std::uint8_t> *process_news);
  void visit(std::uint32_t entity, SimTime until, Process &process);
  void run_process(Process &process, SimTime end);
  SimTime earliest(const Process &process) const;
  static void check_reachable(SimTime t);

  std::vector<Entity *> entities_;        ///< [entity]
  std::vector<std::uint32_t> process_of_; ///< [entity]
  std::vector<Link> links_;
  std::unique_ptr<WakeSlot[]> slots_; ///< [entity]
  std::size_t capacity_;
  std::vector<Process> processes_;
  std::vector<std::uint32_t> order_; ///< entities by process
};

} // namespace lightloom
