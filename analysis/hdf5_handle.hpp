#pragma once
// An HDF5 identifier that closes itself. Without hdf5.h, which only hdf5_*.cpp may see: its hid_t is a 64-bit integer
// and its closing functions return int (checked in hdf5_handle.cpp).

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace lightloom {

/// Owns one identifier; negative = none.
class Hdf5Handle {
public:
  using Close = int (*)(std::int64_t);
  Hdf5Handle() = default;
  Hdf5Handle(std::int64_t id, Close close) : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle &&other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle &operator=(Hdf5Handle &&other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Hdf5Handle(const Hdf5Handle &) = delete;
  Hdf5Handle &operator=(const Hdf5Handle &) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0)
      static_cast<void>(close_(id_));
  }
  std::int64_t id() const { return id_; }
  bool valid() const { return id_ >= 0; }

private:
  std::int64_t id_ = -1;
  Close close_ = nullptr;
};

/// Held while HDF5 is called, since the library is one global and not thread-safe. Also keeps it from printing its
/// error stack.
class Hdf5Session {
public:
  Hdf5Session();

private:
  std::lock_guard<std::mutex> lock_;
};

} // namespace lightloom
