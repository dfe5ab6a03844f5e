#pragma once
// Standard output: results only; messages go to stderr.

#include <string>

namespace lightloom {

/// Text to stdout; Error (system) when it cannot be written.
void print_result(const std::string &text);

} // namespace lightloom
