// The lock around HDF5, and the assumptions Hdf5Handle makes on its types.

#include "analysis/hdf5_handle.hpp"

#include <hdf5.h>

#include <type_traits>

namespace lightloom {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<herr_t, int>);

namespace {
/// Guards the library's own global state.
std::mutex &hdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}
} // namespace

Hdf5Session::Hdf5Session() : lock_(hdf5_mutex()) { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

} // namespace lightloom
