#pragma once
// Words of text files that other tools wrote, with their places, for complaints that name them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// A word of a line.
struct Word {
  std::string_view text;
  std::uint32_t column = 1;
};

/// Words between blanks and tabs, with their columns from 1. A carriage return is a blank.
std::vector<Word> words_of(std::string_view line);

/// The lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

/// A word as an error message can show it: printable, short.
std::string shown(std::string_view text);

/// The whole word as a number, or nothing.
std::optional<std::int64_t> integer(std::string_view text);
std::optional<double> real_number(std::string_view text);

/// The text of a file. Throws Error when it cannot be read.
std::string text_of_file(const std::string &path);

} // namespace lightloom
