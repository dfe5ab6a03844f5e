#pragma once
// The queue of an egress port: frames chained in chunks, so that its memory follows its length (sim/engine/chunk.hpp).
// Beside first-in first-out it can place a frame among the last ones (ties) and count what is ready by some time.

#include "sim/engine/chunk.hpp"
#include "sim/network/frame.hpp"

#include <cstdint>
#include <new>
#include <utility>

namespace lightloom {

class FrameQueue {
public:
  FrameQueue() = default;
  FrameQueue(const FrameQueue &) = delete;
  FrameQueue &operator=(const FrameQueue &) = delete;
  ~FrameQueue() {
    for (Chunk *chunk = first_; chunk != nullptr;)
      ChunkPool::of_this_thread().give(std::exchange(chunk, chunk->next));
  }

  bool empty() const { return size_ == 0; }
  std::uint32_t size() const { return size_; }
  const Frame &front() const { return first_->frames[head_]; }
  const Frame &back() const { return last_->frames[tail_ - 1]; }

  void push(const Frame &frame) {
    if (last_ == nullptr || tail_ == capacity) [[unlikely]]
      extend();
    last_->frames[tail_++] = frame;
    ++size_;
  }
  void pop() {
    if (seen_chunk_ == first_ && seen_ == head_) // popped before it was counted
      ++seen_;
    ++head_;
    --size_;
    if (size_ == 0) {
      head_ = tail_ = seen_ = 0; // start over in the last chunk, which is at hand
      while (first_ != last_)
        drop_first();
      seen_chunk_ = first_;
    } else if (head_ == capacity) {
      drop_first();
      head_ = 0;
    }
  }
  /// Appends, then moves the frame forward past every last frame f for which goes_after(f) holds.
  template <class Predicate> void insert(const Frame &frame, const Predicate &goes_after) {
    push(frame);
    Chunk *chunk = last_;
    std::uint32_t index = tail_ - 1;
    for (std::uint32_t left = size_ - 1; left > 0; --left) {
      Chunk *other = index > 0 ? chunk : chunk->before;
      const std::uint32_t other_index = index > 0 ? index - 1 : capacity - 1;
      if (!goes_after(other->frames[other_index]))
        break;
      chunk->frames[index] = other->frames[other_index];
      chunk = other;
      index = other_index;
    }
    chunk->frames[index] = frame;
  }
  /// Sum of the sizes of frames, not counted before, that are ready by `time`; stops at the first that is not. [B]
  std::int64_t count_ready(SimTime time) {
    std::int64_t bytes = 0;
    while (seen_chunk_ != nullptr && !(seen_chunk_ == last_ && seen_ == tail_)) {
      if (seen_ == capacity) {
        seen_chunk_ = seen_chunk_->next;
        seen_ = 0;
        continue;
      }
      const Frame &frame = seen_chunk_->frames[seen_];
      if (frame.time > time)
        break;
      bytes += frame.size;
      ++seen_;
    }
    return bytes;
  }
  void prefetch_front() const { __builtin_prefetch(first_ == nullptr ? nullptr : first_->frames + head_); }

private:
  static constexpr std::uint32_t capacity = (chunk_bytes - 32) / sizeof(Frame);
  struct Chunk {
    Chunk *next = nullptr;
    Chunk *before = nullptr;
    alignas(32) Frame frames[capacity];
  };
  [[gnu::noinline]] void extend() {
    auto *chunk = static_cast<Chunk *>(ChunkPool::of_this_thread().take());
    chunk->next = nullptr;
    chunk->before = last_;
    (last_ == nullptr ? first_ : last_->next) = chunk;
    if (last_ == nullptr)
      seen_chunk_ = chunk;
    last_ = chunk;
    tail_ = 0;
  }
  void drop_first() {
    Chunk *old = first_;
    first_ = old->next;
    if (seen_chunk_ == old) {
      seen_chunk_ = first_;
      seen_ = 0;
    }
    ChunkPool::of_this_thread().give(old);
  }

  Chunk *first_ = nullptr;
  Chunk *last_ = nullptr;
  std::uint32_t head_ = 0; ///< in first_
  std::uint32_t tail_ = 0; ///< in last_
  std::uint32_t size_ = 0;
  std::uint32_t seen_ = 0; ///< in seen_chunk_: the first frame not yet counted
  Chunk *seen_chunk_ = nullptr;
};

} // namespace lightloom
