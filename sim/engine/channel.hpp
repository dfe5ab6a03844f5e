#pragma once
// Channels: FIFO, one producer, one consumer, times that never go back. The two ends are separate objects that live inside the
// entities that use them, so that fields used together lie together; between them is a ring that grows by doubling.
//
// Lock-free by construction: the producer writes only beyond the published tail, the consumer only frees below its head, and a
// full ring is left to be drained while the producer goes on in one of twice the size. Nothing is moved under a reader.

#include "sim/core/contract.hpp"
#include "sim/engine/entity.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace lightloom {

/// A ring of a channel: header and slots in one allocation.
template <class Message> struct ChannelBlock {
  static_assert(std::is_trivially_copyable_v<Message>);
  std::atomic<std::uint32_t> head{0}; ///< consumer: everything before is free
  std::atomic<std::uint32_t> tail{0}; ///< producer: everything before is visible
  std::atomic<ChannelBlock *> next{nullptr};
  std::uint32_t mask = 0;

  Message *slots() { return std::launder(reinterpret_cast<Message *>(this + 1)); }
  static ChannelBlock *make(std::uint32_t capacity) {
    static_assert(alignof(Message) <= alignof(ChannelBlock));
    void *memory = ::operator new(sizeof(ChannelBlock) + capacity * sizeof(Message));
    auto *block = new (memory) ChannelBlock;
    block->mask = capacity - 1;
    return block;
  }
  static void free(ChannelBlock *block) {
    block->~ChannelBlock();
    ::operator delete(block);
  }
};

template <class Message> class Receiver;

/// The producer's end. `Message` has a member `SimTime time`.
template <class Message> class Sender {
public:
  using Block = ChannelBlock<Message>;
  Sender() = default;
  bool connected() const { return block_ != nullptr; }

  /// Appends; visible after publish(). Times must not go back.
  void push(const Message &message) {
    ASSERT_THAT(tail_ == published_ || block_->slots()[(tail_ - 1) & block_->mask].time <= message.time);
    if (tail_ - head_seen_ > block_->mask) [[unlikely]]
      make_room();
    block_->slots()[tail_++ & block_->mask] = message;
  }
  /// Inserts by time among what is not yet published, after its equals.
  void push_sorted(const Message &message) {
    if (tail_ - head_seen_ > block_->mask) [[unlikely]]
      make_room();
    Message *slots = block_->slots();
    std::uint32_t at = tail_++;
    for (; at != published_ && message.time < slots[(at - 1) & block_->mask].time; --at)
      slots[at & block_->mask] = slots[(at - 1) & block_->mask];
    slots[at & block_->mask] = message;
  }
  /// Shows the consumer what was pushed, and wakes it.
  void publish() {
    if (tail_ == published_)
      return;
    const SimTime first = block_->slots()[published_ & block_->mask].time;
    published_ = tail_;
    block_->tail.store(tail_, std::memory_order_release);
    wake_->lower_to(first);
  }

private:
  friend class Receiver<Message>;
  void make_room() {
    head_seen_ = block_->head.load(std::memory_order_acquire);
    if (tail_ - head_seen_ <= block_->mask)
      return;
    Block *bigger = Block::make((block_->mask + 1) * 2);
    std::uint32_t count = 0; // unpublished messages move along; the published ones stay to be drained
    for (std::uint32_t i = published_; i != tail_; ++i)
      bigger->slots()[count++] = block_->slots()[i & block_->mask];
    block_->next.store(bigger, std::memory_order_release);
    block_ = bigger;
    head_seen_ = published_ = 0;
    tail_ = count;
  }

  Block *block_ = nullptr;
  WakeSlot *wake_ = nullptr;
  std::uint32_t tail_ = 0;
  std::uint32_t published_ = 0;
  std::uint32_t head_seen_ = 0;
};

/// The consumer's end; owns the rings.
template <class Message> class Receiver {
public:
  using Block = ChannelBlock<Message>;
  Receiver() = default;
  Receiver(Receiver &&other) noexcept
      : block_(std::exchange(other.block_, nullptr)), old_(std::exchange(other.old_, nullptr)), head_(other.head_),
        tail_seen_(other.tail_seen_) {}
  Receiver &operator=(Receiver &&) = delete;
  ~Receiver() {
    release();
    for (Block *b = block_; b != nullptr;) {
      Block *next = b->next.load(std::memory_order_acquire);
      Block::free(b);
      b = next;
    }
  }

  /// Joins the two ends; `consumer` must have been added to the simulation, and neither end may move afterwards but with its owner's
  /// container before the run.
  void connect(Sender<Message> &sender, Entity &consumer, std::uint32_t capacity = 4) {
    EXPECTS(block_ == nullptr && sender.block_ == nullptr && consumer.wake_slot() != nullptr);
    block_ = Block::make(capacity);
    sender.block_ = block_;
    sender.wake_ = consumer.wake_slot();
  }

  /// The next message, or null when none is visible. The pointer stays good until release().
  Message *front() {
    if (head_ == tail_seen_ && !look_again())
      return nullptr;
    return block_->slots() + (head_ & block_->mask);
  }
  void pop() { ++head_; }
  /// Gives the slots of what was popped back to the producer.
  void release() {
    if (block_ == nullptr)
      return;
    while (old_ != nullptr) {
      Block *next = old_->next.load(std::memory_order_acquire);
      Block::free(old_);
      old_ = next == block_ ? nullptr : next;
    }
    block_->head.store(head_, std::memory_order_release);
  }

private:
  bool look_again() {
    if (block_ == nullptr)
      return false;
    for (;;) {
      tail_seen_ = block_->tail.load(std::memory_order_acquire);
      if (head_ != tail_seen_)
        return true;
      Block *next = block_->next.load(std::memory_order_acquire);
      if (next == nullptr)
        return false;
      tail_seen_ = block_->tail.load(std::memory_order_acquire); // what was published before the producer moved on
      if (head_ != tail_seen_)
        return true;
      if (old_ == nullptr)
        old_ = block_; // freed at release(): pointers into it may still be held
      block_ = next;
      head_ = tail_seen_ = 0;
    }
  }

  Block *block_ = nullptr;
  Block *old_ = nullptr; ///< oldest drained ring not yet freed; its chain leads to block_
  std::uint32_t head_ = 0;
  std::uint32_t tail_seen_ = 0;
};

} // namespace lightloom
