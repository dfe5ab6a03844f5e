#pragma once
// Channels: FIFO, one producer, one consumer, times that never go back. The two ends are separate objects that live
// inside the entities that use them, so that fields used together lie together; between them is a chain of chunks.
//
// Lock-free by construction: the producer writes only slots that are not yet published and links a new chunk when one
// is full; the consumer frees chunks it has read to the end. Nothing is ever moved under a reader.

#include "sim/core/contract.hpp"
#include "sim/engine/chunk.hpp"
#include "sim/engine/entity.hpp"

#include <atomic>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace lightloom {

/// A piece of a channel: header and as many slots as fit a chunk.
template <class Message> struct ChannelChunk {
  static_assert(std::is_trivially_copyable_v<Message> && 32 % alignof(Message) == 0);
  static constexpr std::uint32_t capacity = (chunk_size - 32) / sizeof(Message);

  std::atomic<std::uint32_t> published{0}; ///< slots before this are visible
  std::atomic<ChannelChunk *> next{nullptr};
  ChannelChunk *before = nullptr; ///< producer: the chunk that leads here, while it holds unpublished slots
  alignas(32) Message slots[capacity];

  static ChannelChunk *make() { return new (ChunkPool::of_this_thread().take()) ChannelChunk; }
  static void free(ChannelChunk *chunk) { ChunkPool::of_this_thread().give(chunk); }

private:
  ChannelChunk() {} // NOLINT: slots are written before they are read
};

template <class Message> class Receiver;

/// Where a consumer with many channels sees which of them have something new: one bit of a word, set by the producer
/// after each publication.
struct ArrivalBit {
  std::atomic<std::uint64_t> *word = nullptr;
  std::uint64_t mask = 0;
  void set(bool concurrent) const {
    if (word == nullptr)
      return;
    if (concurrent)
      word->fetch_or(mask, std::memory_order_acq_rel);
    else
      word->store(word->load(std::memory_order_relaxed) | mask, std::memory_order_relaxed);
  }
};

/// Raised by a consumer that waits for a channel's next message; while it is low, publications do not wake it. Whoever
/// raises it must look at the channel once more.
class WakeWanted {
public:
  void raise() {
    wanted_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void lower() { wanted_.store(false, std::memory_order_relaxed); }
  /// After a publication.
  bool read(bool concurrent) const {
    if (concurrent)
      std::atomic_thread_fence(std::memory_order_seq_cst);
    return wanted_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<bool> wanted_{false};
};

/// The producer's end. `SimTime time_of(const Message &)` must be found for Message.
template <class Message> class Sender {
public:
  using Chunk = ChannelChunk<Message>;
  Sender() = default;
  bool connected() const { return chunk_ != nullptr; }

  /// Appends; visible after publish(). Times must not go back.
  void push(const Message &message) { append() = message; }
  /// The next slot, to be filled before anything else is done with the channel.
  Message &append() {
    if (used_ == Chunk::capacity) [[unlikely]]
      extend();
    return chunk_->slots[used_++];
  }
  /// Inserts by time among what is not yet published, after its equals.
  void push_sorted(const Message &message) {
    Message *at = &append();
    if (!holds_unpublished_before()) {
      *at = message;
      return;
    }
    const SimTime time = time_of(message);
    Chunk *chunk = chunk_;
    std::uint32_t index = used_ - 1;
    for (;;) {
      if (chunk == first_chunk_ && index == first_)
        break;
      Chunk *other = index > 0 ? chunk : chunk->before;
      const std::uint32_t other_index = index > 0 ? index - 1 : Chunk::capacity - 1;
      if (time_of(other->slots[other_index]) <= time)
        break;
      chunk->slots[index] = other->slots[other_index];
      chunk = other;
      index = other_index;
    }
    chunk->slots[index] = message;
  }
  /// Shows the consumer what was pushed, and wakes it.
  void publish() {
    if (first_ == used_ && first_chunk_ == chunk_)
      return;
    ASSERT_THAT(in_order());
    Chunk *chunk = first_chunk_;
    const SimTime time = time_of(chunk->slots[first_]);
    while (chunk != chunk_) { // once a chunk is published to its end, the consumer may free it at any moment
      Chunk *next = chunk->next.load(std::memory_order_relaxed);
      chunk->published.store(Chunk::capacity, std::memory_order_release);
      chunk = next;
    }
    chunk->published.store(used_, std::memory_order_release);
    first_chunk_ = chunk_;
    first_ = used_;
    const bool concurrent = wake_->concurrent();
    arrival_.set(concurrent);
    if (wanted_ == nullptr || wanted_->read(concurrent))
      wake_->lower_to(time);
  }
  /// Asks for the cache lines that the next push will touch.
  void prefetch() const {
    if (chunk_ == nullptr)
      return;
    __builtin_prefetch(chunk_, 1);
    __builtin_prefetch(chunk_->slots + used_, 1);
  }

private:
  friend class Receiver<Message>;
  /// What is not yet published: times that never go back.
  bool in_order() const {
    SimTime last{};
    std::uint32_t index = first_;
    for (const Chunk *chunk = first_chunk_;; chunk = chunk->next.load(std::memory_order_relaxed), index = 0) {
      for (const std::uint32_t end = chunk == chunk_ ? used_ : Chunk::capacity; index < end; ++index)
        if (time_of(chunk->slots[index]) < std::exchange(last, time_of(chunk->slots[index])))
          return false;
      if (chunk == chunk_)
        return true;
    }
  }
  bool holds_unpublished_before() const { return first_chunk_ != chunk_ || used_ - 1 != first_; }
  [[gnu::noinline]] void extend() {
    Chunk *fresh = Chunk::make();
    fresh->before = chunk_;
    if (first_chunk_ == chunk_ &&
        first_ == Chunk::capacity) { // all of the old chunk is published: it is the consumer's now
      first_chunk_ = fresh;
      first_ = 0;
    }
    chunk_->next.store(fresh, std::memory_order_release);
    chunk_ = fresh;
    used_ = 0;
  }

  Chunk *chunk_ = nullptr;
  Chunk *first_chunk_ = nullptr; ///< where the first unpublished slot is …
  std::uint32_t first_ = 0;      ///< … or would be
  std::uint32_t used_ = 0;       ///< slots filled in chunk_
  WakeSlot *wake_ = nullptr;
  ArrivalBit arrival_;
  const WakeWanted *wanted_ = nullptr;
};

/// The consumer's end; owns the chunks.
template <class Message> class Receiver {
public:
  using Chunk = ChannelChunk<Message>;
  Receiver() = default;
  Receiver(Receiver &&other) noexcept
      : chunk_(std::exchange(other.chunk_, nullptr)), oldest_(std::exchange(other.oldest_, nullptr)), at_(other.at_),
        visible_(other.visible_) {}
  Receiver &operator=(Receiver &&) = delete;
  ~Receiver() {
    while (oldest_ != nullptr)
      Chunk::free(std::exchange(oldest_, oldest_->next.load(std::memory_order_acquire)));
  }

  /// Joins the two ends; `consumer` must have been added to the simulation. `wanted`: wakes the consumer only while
  /// raised.
  void connect(Sender<Message> &sender, Entity &consumer, ArrivalBit arrival = {}, const WakeWanted *wanted = nullptr) {
    EXPECTS(chunk_ == nullptr && sender.chunk_ == nullptr && consumer.wake_slot() != nullptr);
    chunk_ = oldest_ = Chunk::make();
    sender.chunk_ = sender.first_chunk_ = chunk_;
    sender.wake_ = consumer.wake_slot();
    sender.arrival_ = arrival;
    sender.wanted_ = wanted;
  }

  /// The next message, or null when none is visible. The pointer stays good until release().
  Message *front() {
    if (at_ == visible_ && !look_again())
      return nullptr;
    return chunk_->slots + at_;
  }
  void pop() { ++at_; }
  /// Frees what was read to the end.
  void release() {
    while (oldest_ != chunk_)
      Chunk::free(std::exchange(oldest_, oldest_->next.load(std::memory_order_relaxed)));
  }
  /// Asks for the cache lines that the next front() will touch.
  void prefetch() const { prefetch_chunk(chunk_); }

private:
  bool look_again() {
    if (chunk_ == nullptr)
      return false;
    if (at_ == Chunk::capacity) {
      Chunk *next = chunk_->next.load(std::memory_order_acquire);
      if (next == nullptr)
        return false;
      chunk_ = next;
      at_ = visible_ = 0;
      prefetch_chunk(next->next.load(std::memory_order_relaxed));
    }
    visible_ = chunk_->published.load(std::memory_order_acquire);
    return at_ != visible_;
  }

  Chunk *chunk_ = nullptr;
  Chunk *oldest_ = nullptr; ///< oldest chunk not yet freed; its chain leads to chunk_
  std::uint32_t at_ = 0;
  std::uint32_t visible_ = 0;
};

} // namespace lightloom
