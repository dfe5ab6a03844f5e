#pragma once
// A checksum behind the last byte of a results file. HDF5 ignores what follows its end of file, but its library crashes
// on some flipped bits in the file (found by test), so bit rot must be noticed before the library looks. A program that
// changes the file cuts the seal off, and a file without one is read as it is. Leaves out: protection against forgers.

#include <string>
#include <string_view>

namespace lightloom {

/// What the end of a file says of its bytes: no seal there, a seal that fits them, one that does not.
enum class Seal { none, intact, broken };

/// What to append to these bytes.
std::string seal_for(std::string_view bytes);

/// Reads the file once. A file that cannot be read has none.
Seal check_seal(const std::string &path);

} // namespace lightloom
