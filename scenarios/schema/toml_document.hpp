#pragma once
// A scenario file as text → a flat list of (key, value, place), with --set applied. TOML itself is read by toml++.
// Knows nothing of meaning: types, units and ranges are checked by the loader against the schema.

#include "sim/core/error.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace lightloom {

/// One value of a scenario file.
struct TomlValue {
  enum class Kind : std::uint8_t { flag, whole, real, text, array, other };
  Kind kind = Kind::other;
  bool flag = false;
  std::int64_t whole = 0;
  double real = 0;  ///< also set for whole numbers
  std::string text; ///< strings as they are, all else as printed
  SourceLocation where;
};

/// A scenario file taken apart.
struct TomlDocument {
  std::map<std::string, TomlValue> values;      ///< by dotted path, arrays of tables by index: "inject.0.at"
  std::map<std::string, SourceLocation> tables; ///< every table named in the file, by the same paths
  std::string text;                             ///< the whole scenario after --set, as TOML
};

/// A key that is set from outside the file.
struct Setting {
  std::string key;      ///< dotted, arrays of tables by index: "inject.0.ber"
  std::string value;    ///< TOML, or else taken as a string
  SourceLocation where; ///< of its problems
};
/// "key=value", as --set has it. A text that is not gets an empty key, which is refused with all else.
Setting command_line_setting(const std::string &text);

/// Reads `file`. Throws Error: system when it cannot be read, bad_input (located) when it is not TOML or a setting is
/// malformed. Settings apply in the order given.
TomlDocument read_toml(const std::string &file, const std::vector<Setting> &settings);

/// The same from text; `file` is only used in locations.
TomlDocument parse_toml_text(const std::string &text, const std::string &file, const std::vector<Setting> &settings);

} // namespace lightloom
