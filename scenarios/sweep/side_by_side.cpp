#include "scenarios/sweep/side_by_side.hpp"

#include "scenarios/run.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace lightloom {

namespace {
/// Between two looks at what is done: short enough for a progress line.
constexpr std::chrono::milliseconds tick_interval{250};

/// What the workers share.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0, done = 0, working = 0;
  std::exception_ptr failure;
};

void work(Shared &shared, std::size_t count, const std::function<void(std::size_t)> &task) {
  std::unique_lock lock(shared.mutex);
  while (shared.next < count && !shared.failure && !interrupted()) {
    const std::size_t mine = shared.next++;
    lock.unlock();
    std::exception_ptr failure;
    try {
      task(mine);
    } catch (...) { failure = std::current_exception(); }
    lock.lock();
    ++shared.done;
    if (failure && !shared.failure)
      shared.failure = failure;
    shared.changed.notify_one();
  }
  --shared.working;
  shared.changed.notify_one();
}
} // namespace

void side_by_side(std::size_t count, std::uint32_t threads, const std::function<void(std::size_t done)> &tick,
                  const std::function<void(std::size_t)> &task) {
  Shared shared;
  shared.working = std::min<std::size_t>(std::max(1u, threads), count);
  std::vector<std::jthread> workers;
  for (std::size_t w = shared.working; w > 0; --w)
    workers.emplace_back([&] { work(shared, count, task); });
  std::unique_lock lock(shared.mutex);
  while (shared.working > 0) {
    shared.changed.wait_for(lock, tick_interval);
    const std::size_t done = shared.done;
    lock.unlock();
    std::exception_ptr failure;
    try {
      tick(done);
    } catch (...) { failure = std::current_exception(); }
    lock.lock();
    if (failure && !shared.failure)
      shared.failure = failure;
  }
  lock.unlock();
  workers.clear();
  if (shared.failure)
    std::rethrow_exception(shared.failure);
  tick(shared.done);
}

} // namespace lightloom
