#pragma once
// The queue of an egress port: frames chained in chunks, so that its memory follows its length (sim/engine/chunk.hpp).
// Beside first-in first-out it can place a frame among the last ones (ties) and tell how many bytes were ready by some
// time.

#include "sim/engine/chunk.hpp"
#include "sim/network/frame.hpp"

#include <cstdint>
#include <new>
#include <utility>

namespace lightloom {

/// Frames that wait at an egress port, each with the time it is ready.
class FrameQueue {
public:
  FrameQueue() = default;
  FrameQueue(const FrameQueue &) = delete;
  FrameQueue &operator=(const FrameQueue &) = delete;
  ~FrameQueue() {
    for (Chunk *chunk = first_; chunk != nullptr;)
      ChunkPool::of_this_thread().give(std::exchange(chunk, chunk->next));
  }

  bool empty() const { return pushed_ == popped_; }
  std::uint32_t size() const { return pushed_ - popped_; }
  const Frame &front() const {
    ASSERT_THAT(!empty());
    return first_->frames[head_];
  }
  /// Wire bytes of the frames in the queue, ready or not. [B]
  std::int64_t bytes() const { return pushed_bytes_ - popped_bytes_; }

  void push(const Frame &frame) {
    if (last_ == nullptr || tail_ == capacity) [[unlikely]]
      extend();
    last_->frames[tail_++] = frame;
    ++pushed_;
    pushed_bytes_ += frame.size;
  }
  void pop() {
    ASSERT_THAT(!empty());
    popped_bytes_ += first_->frames[head_].size;
    ++popped_;
    if (++head_ == tail_ && first_ == last_)
      head_ = tail_ = 0; // empty: go on in this chunk, which is at hand
    else if (head_ == capacity) [[unlikely]]
      drop_first();
  }
  /// Appends, then moves the frame forward past every last frame f for which goes_after(f) holds.
  template <class Predicate> void insert(const Frame &frame, const Predicate &goes_after) {
    const bool in_place = empty() || !goes_after(last_->frames[tail_ - 1]);
    push(frame);
    if (in_place)
      return;
    Chunk *chunk = last_;
    std::uint32_t index = tail_ - 1;
    for (std::uint32_t left = size() - 1; left > 0; --left) {
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
  /// Wire bytes of the frames at the front that are ready by `time`, up to the first that is not. Times asked for must
  /// not go back; each frame is looked at once. [B]
  std::int64_t ready_bytes(SimTime time) {
    if (static_cast<std::int32_t>(seen_ - popped_) <= 0) { // what was seen has left
      seen_ = popped_;
      seen_bytes_ = popped_bytes_;
      seen_chunk_ = first_;
      seen_index_ = head_;
    }
    while (seen_ != pushed_) {
      if (seen_index_ == capacity) {
        seen_chunk_ = seen_chunk_->next;
        seen_index_ = 0;
      }
      const Frame &frame = seen_chunk_->frames[seen_index_];
      if (frame.time > time)
        break;
      seen_bytes_ += frame.size;
      ++seen_index_;
      ++seen_;
    }
    return seen_bytes_ - popped_bytes_;
  }
  /// Calls f for every frame, the first first.
  template <class F> void for_each(const F &f) const {
    const Chunk *chunk = first_;
    std::uint32_t index = head_;
    for (std::uint32_t left = size(); left > 0; --left, ++index) {
      if (index == capacity) {
        chunk = chunk->next;
        index = 0;
      }
      f(chunk->frames[index]);
    }
  }
  void prefetch_front() const { prefetch_chunk(first_); }
  /// After prefetch_front: the chunk behind it.
  void prefetch_second() const { prefetch_chunk(first_ == nullptr ? nullptr : first_->next); }
  void prefetch_back() const { __builtin_prefetch(last_ == nullptr ? nullptr : last_->frames + tail_, 1); }

private:
  static constexpr std::uint32_t capacity = (chunk_size - 32) / sizeof(Frame);
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
    last_ = chunk;
    tail_ = 0;
  }
  [[gnu::noinline]] void drop_first() {
    ChunkPool::of_this_thread().give(std::exchange(first_, first_->next));
    head_ = 0;
    prefetch_chunk(first_->next);
  }
  Chunk *first_ = nullptr;
  Chunk *last_ = nullptr;
  std::uint32_t head_ = 0;   ///< in first_
  std::uint32_t tail_ = 0;   ///< in last_
  std::uint32_t pushed_ = 0; ///< frames that ever joined …
  std::uint32_t popped_ = 0; ///< … and left
  std::int64_t pushed_bytes_ = 0;
  std::int64_t popped_bytes_ = 0;
  // ready_bytes: where it got to.
  Chunk *seen_chunk_ = nullptr;
  std::uint32_t seen_index_ = 0;
  std::uint32_t seen_ = 0; ///< frames passed since the beginning
  std::int64_t seen_bytes_ = 0;
};

} // namespace lightloom
