#include "scenarios/print_result.hpp"

#include "sim/core/error.hpp"

#include <cstdio>

namespace lightloom {

void print_result(const std::string &text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw Error("stdout cannot be written", "", "", ExitCode::system);
}

} // namespace lightloom
