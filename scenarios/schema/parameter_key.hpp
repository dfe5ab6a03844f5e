#pragma once
// A parameter that a model declares itself (sim/core/parameters.hpp) as a key of the schema.

#include "scenarios/schema/default_text.hpp"
#include "scenarios/schema/schema.hpp"
#include "sim/core/parameters.hpp"

#include <type_traits>

namespace lightloom {

/// How values of a type are written.
template <class Value> constexpr KeyType key_type() {
  return std::is_same_v<Value, double>          ? KeyType::ratio
         : std::is_same_v<Value, std::uint32_t> ? KeyType::count
         : std::is_same_v<Value, Duration>      ? KeyType::duration
         : std::is_same_v<Value, BitRate>       ? KeyType::bit_rate
                                                : KeyType::bytes;
}

/// The key `table`.NAME of a row.
inline Key parameter_key(const ParameterRow &row, const std::string &table) {
  Key key{.path = table + "." + row.name, .low = row.low, .high = row.high, .description = row.meaning};
  key.auto_allowed = row.in_words == "auto";
  std::visit(
      [&]<class Value>(const Value &value) {
        key.type = key_type<Value>();
        key.fallback = row.in_words.empty() ? default_text(value) : row.in_words;
      },
      row.fallback);
  return key;
}

} // namespace lightloom
