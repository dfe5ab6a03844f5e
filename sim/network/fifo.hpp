#pragma once
// A growable ring for values of one owner: no allocation once it has seen its greatest length, none at all while
// unused.

#include <cstdint>
#include <memory>
#include <type_traits>

namespace lightloom {

/// First in, first out, of trivially copyable values; the ring doubles when it is full.
template <class T> class Fifo {
  static_assert(std::is_trivially_copyable_v<T>);

public:
  bool empty() const { return head_ == tail_; }
  std::uint32_t size() const { return tail_ - head_; }
  T &front() { return slots_[head_ & mask_]; }
  const T &front() const { return slots_[head_ & mask_]; }
  T &back() { return slots_[(tail_ - 1) & mask_]; }
  /// i-th from the front.
  T &operator[](std::uint32_t i) { return slots_[(head_ + i) & mask_]; }
  void pop() { ++head_; }
  void push(const T &value) {
    if (tail_ - head_ == capacity_) [[unlikely]]
      grow();
    slots_[tail_++ & mask_] = value;
  }

  void prefetch_front() const { __builtin_prefetch(slots_.get() + (head_ & mask_)); }

private:
  [[gnu::noinline]] void grow() {
    const std::uint32_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
    auto slots = std::make_unique_for_overwrite<T[]>(capacity);
    std::uint32_t count = 0;
    for (std::uint32_t i = head_; i != tail_; ++i)
      slots[count++] = slots_[i & mask_];
    slots_ = std::move(slots);
    capacity_ = capacity;
    mask_ = capacity - 1;
    head_ = 0;
    tail_ = count;
  }
  std::unique_ptr<T[]> slots_;
  std::uint32_t capacity_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
};

} // namespace lightloom
