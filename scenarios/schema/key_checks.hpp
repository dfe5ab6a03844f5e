#pragma once
// One key at a time: is it known, is its value of the right type, unit and range, and does this version have it?
// Also reads defaults, through the same parsers, so that a default can never be a value a user could not write.

#include "scenarios/schema/schema.hpp"
#include "scenarios/schema/toml_document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// A checked value in base units: counts as they are, times in ps, rates in bit/s, sizes in B, lengths in m,
/// temperatures in °C.
struct CheckedValue {
  bool is_auto = false;
  bool flag = false;
  std::int64_t whole = 0; ///< count, duration, bit_rate, bytes, bytes_or_count
  double real = 0;        ///< ratio, metres, celsius; also set for whole ones
  std::string text;
};

/// Checks one value; on a mistake adds a problem and returns nothing.
std::optional<CheckedValue> check_value(const Key &key, const std::string &path, const TomlValue &value,
                                        std::vector<Problem> &problems);

/// The value a default text stands for. Requires that it is one ("500ns", not "by the link's rate").
CheckedValue default_value(const Key &key, const std::string &text);

/// Every unknown key or table of a document, each with the nearest known one; features that this version lacks.
void check_names(const TomlDocument &document, std::vector<Problem> &problems);

} // namespace lightloom
