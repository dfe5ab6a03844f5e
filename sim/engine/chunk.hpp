#pragma once
// Chunks: 320 bytes of memory from which channels and queues are chained. A chunk that has been read is the next to be
// written, so the working set follows what is queued and not the longest queue ever seen, and stays in the cache: rings
// that grew to their peak made a 1,024-host run touch 57 MB where 27 do.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightloom {

inline constexpr std::size_t chunk_size = 320; ///< [B]

/// Asks for the five cache lines of a chunk; null is allowed. Chains are hidden from the hardware's own prefetching.
inline void prefetch_chunk(const void *chunk) {
  const auto *bytes = static_cast<const char *>(chunk);
  for (std::size_t line = 0; line < chunk_size; line += 64)
    __builtin_prefetch(bytes + line);
}

/// Free chunks of one thread, last in, first out. Which memory is reused never shows in a result. Chunks wander from
/// producing threads to consuming ones; what is too many goes to a shelf that all threads share (chunk.cpp). Memory
/// comes in slabs, on huge pages where the system grants them, and is kept for the next simulation.
class ChunkPool {
public:
  static ChunkPool &of_this_thread() {
    thread_local ChunkPool pool;
    return pool;
  }
  void *take() {
    if (free_.empty()) [[unlikely]]
      refill();
    void *chunk = free_.back();
    free_.pop_back();
    ++out_;
    return chunk;
  }
  void give(void *chunk) {
    if (free_.size() == most_kept) [[unlikely]]
      put_half_on_the_shelf();
    free_.push_back(chunk);
    --out_;
  }
  /// Chunks taken from this thread's pool and not given back to it. While one thread runs alone: those in use.
  std::int64_t out() const { return out_; }

private:
  static constexpr std::size_t most_kept = 8192; ///< 2.5 MiB a thread
  ChunkPool() { free_.reserve(most_kept); }
  ~ChunkPool();
  void refill();
  void put_half_on_the_shelf();
  std::vector<void *> free_;
  std::int64_t out_ = 0;
};

} // namespace lightloom
