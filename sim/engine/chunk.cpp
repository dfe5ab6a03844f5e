// Where chunks come from and where spare ones lie. Slabs are aligned to huge pages: with pages of 4 KiB a network of
// 8,192 hosts spends a tenth of its time on address translation.

#include "sim/engine/chunk.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <sys/mman.h>

namespace lightloom {

namespace {
constexpr std::size_t slab_bytes = std::size_t{2} << 20;
/// Chunks that move between a pool and the shelf at once.
constexpr std::size_t batch = 1024;

/// Spare chunks of all threads. Slabs are never given back: they last as long as the process.
class Shelf {
public:
  static Shelf &instance() {
    static auto *const shelf = new Shelf; // outlives every thread's pool
    return *shelf;
  }
  void put(std::vector<void *> &from, std::size_t count) {
    const std::lock_guard lock(mutex_);
    const auto first = from.end() - static_cast<std::ptrdiff_t>(count);
    spare_.insert(spare_.end(), first, from.end());
    from.erase(first, from.end());
  }
  void take(std::vector<void *> &to) {
    const std::lock_guard lock(mutex_);
    if (spare_.empty())
      add_slab();
    const std::size_t count = std::min(spare_.size(), batch);
    const auto first = spare_.end() - static_cast<std::ptrdiff_t>(count);
    to.insert(to.end(), first, spare_.end());
    spare_.erase(first, spare_.end());
  }

private:
  void add_slab() {
    auto *const slab = static_cast<char *>(std::aligned_alloc(slab_bytes, slab_bytes));
    if (slab == nullptr)
      throw std::bad_alloc();
    madvise(slab, slab_bytes, MADV_HUGEPAGE); // a wish: without it all works as well
    slabs_.push_back(slab);
    constexpr std::size_t count = slab_bytes / chunk_size;
    for (std::size_t i = count; i > 0; --i) // so that they are taken in ascending order
      spare_.push_back(slab + (i - 1) * chunk_size);
  }
  std::mutex mutex_;
  std::vector<void *> spare_;
  std::vector<void *> slabs_; ///< kept reachable
};
} // namespace

ChunkPool::~ChunkPool() {
  if (!free_.empty())
    Shelf::instance().put(free_, free_.size());
}

void ChunkPool::refill() { Shelf::instance().take(free_); }

void ChunkPool::put_half_on_the_shelf() { Shelf::instance().put(free_, free_.size() / 2); }

} // namespace lightloom
