// The window loop (YAWNS: Nicol 1993): all logical processes with work inside [T, T + lookahead) run side by side;
// messages between them arrive at T + lookahead at the earliest, so none can be missed. Only processes with work are
// visited.

#include "sim/engine/sharing.hpp"
#include "sim/engine/simulation.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <utility>

namespace lightloom {

namespace {
/// Fork and join as the thread sanitizer must see them: those inside the oneTBB library, not built with it, are hidden
/// from it. Nothing in other builds.
class ForkJoin {
public:
#ifdef __SANITIZE_THREAD__
  void fork() { start_.store(0, std::memory_order_release); }
  void begin_task() { start_.load(std::memory_order_acquire); }
  void end_task() { done_.fetch_add(1, std::memory_order_acq_rel); }
  void join() { done_.load(std::memory_order_acquire); }

private:
  std::atomic<int> start_{0};
  std::atomic<int> done_{0};
#else
  void fork() {}
  void begin_task() {}
  void end_task() {}
  void join() {}
#endif
};
} // namespace

void Simulation::wake_all(bool concurrent, std::atomic<std::uint8_t> *process_news) {
  for (std::uint32_t p = 0; p < processes_.size(); ++p)
    for (std::uint32_t i = processes_[p].first; i < processes_[p].last; ++i) {
      slots_[order_[i]].prepare(concurrent, &process_news[p]);
      slots_[order_[i]].lower_to(SimTime{});
    }
}

std::uint64_t Simulation::take_fresh_visits(const std::vector<std::uint32_t> &processes) {
  std::uint64_t visits = 0;
  for (const auto p : processes)
    visits += std::exchange(processes_[p].fresh_visits, 0);
  return visits;
}

SimTime Simulation::earliest(const Process &process) const {
  SimTime t = never;
  for (std::uint32_t i = process.first; i < process.last; ++i)
    t = std::min(t, slots_[order_[i]].get());
  return t;
}

void Simulation::run_process(Process &process, SimTime end) {
  if (process.last - process.first == 1) {
    visit(order_[process.first], end, process);
    return;
  }
  for (SimTime t = earliest(process); t < end; t = earliest(process)) {
    const SimTime inner_end = std::min(end, t + process.inner);
    for (std::uint32_t i = process.first; i < process.last; ++i)
      if (slots_[order_[i]].get() < inner_end)
        visit(order_[i], inner_end, process);
  }
}

ExecutionStatistics Simulation::run_windows(std::uint32_t threads, const Watcher &watcher) {
  group();
  ExecutionStatistics statistics;
  const Duration lookahead_duration = lookahead().duration;
  // Which processes may have something earlier to do than when they were last looked at.
  const auto news = std::make_unique<std::atomic<std::uint8_t>[]>(processes_.size());
  wake_all(threads > 1, news.get());

  std::vector<SimTime> earliest_of(processes_.size());
  std::vector<std::uint32_t> active;
  ForkJoin fork_join;
  Sharing sharing(threads > 1);
  std::uint64_t visits = 0;
  const auto run_window = [&](SimTime end) {
    if (!sharing.shared() || active.size() < 2) {
      for (const auto p : active)
        run_process(processes_[p], end);
      return;
    }
    const std::size_t grain = std::max<std::size_t>(1, active.size() / (threads * 8));
    fork_join.fork();
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, active.size(), grain), [&](const auto &range) {
      fork_join.begin_task();
      for (std::size_t i = range.begin(); i != range.end(); ++i)
        run_process(processes_[active[i]], end);
      fork_join.end_task();
    });
    fork_join.join();
  };
  const auto loop = [&] {
    for (;;) {
      SimTime t = never;
      for (std::size_t p = 0; p < processes_.size(); ++p) {
        if (news[p].load(std::memory_order_relaxed) != 0) {
          news[p].store(0, std::memory_order_relaxed);
          earliest_of[p] = earliest(processes_[p]);
        }
        t = std::min(t, earliest_of[p]);
      }
      if (t == never)
        return;
      check_reachable(t);
      const SimTime end = t + lookahead_duration;
      active.clear();
      for (std::uint32_t p = 0; p < processes_.size(); ++p)
        if (earliest_of[p] < end)
          active.push_back(p);
      run_window(end);
      sharing.window_done(visits += take_fresh_visits(active));
      ++statistics.windows;
      statistics.last = t;
      if (watcher && statistics.windows % 16 == 0 && !watcher(t)) {
        statistics.stopped = true;
        return;
      }
    }
  };
  if (threads <= 1) {
    loop();
  } else {
    const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, threads);
    tbb::task_arena arena(static_cast<int>(threads));
    arena.execute(loop);
  }
  for (std::uint32_t e = 0; e < entities_.size(); ++e)
    slots_[e].prepare(false, nullptr);
  for (const auto &process : processes_)
    statistics.visits += process.visits;
  return statistics;
}

} // namespace lightloom
