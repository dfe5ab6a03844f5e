#include "sim/core/digest.hpp"

#include <fmt/format.h>

namespace lightloom {

std::string to_hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

} // namespace lightloom
