#pragma once
// Every key a scenario file may hold: one table that drives unknown-key, type, unit and range errors and `check
// --schema`. A key or value whose feature does not exist yet is known here and refused with what exists instead;
// nothing is ignored. The names are a promise to users (docs/CONTRACT.md).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// What a value must look like in TOML.
enum class KeyType : std::uint8_t {
  text,           ///< any string
  choice,         ///< one of Key::choices
  flag,           ///< true | false
  count,          ///< whole number
  ratio,          ///< number without unit
  duration,       ///< "500ns"
  bit_rate,       ///< "800Gbps"
  bytes,          ///< "4KiB"
  bytes_or_count, ///< "4KiB" or a bare count of bytes
  metres,         ///< "20m"
  celsius,        ///< "45C"
  decibel,        ///< "1.5dB"
  dBm,            ///< "-2.2dBm"
  watts,          ///< "15W"
  long_time       ///< "2y": on the long clock of fleets; its range is in seconds
};

/// One key.
struct Key {
  std::string path{}; ///< dotted; `*` stands for an index of an array of tables: "inject.*.at"
  KeyType type = KeyType::text;
  std::string fallback{}; ///< the default as a user would write it; empty: none, see description
  double low = 0;         ///< range, inclusive, in `unit`; both 0: no range
  double high = 0;
  std::vector<std::string> choices{}; ///< what works in this version
  std::vector<std::string> later{};   ///< known choices that do not work in this version
  std::string only{};                 ///< not empty: the only value that works in this version, as printed
  bool not_yet = false;               ///< the whole key is for a later version
  bool auto_allowed = false;          ///< the string "auto" is allowed too
  std::vector<std::string> words{};   ///< words allowed in place of a quantity: "frame"
  std::string source{};               ///< where the default comes from
  std::string description{};          ///< one line
};

/// All keys, in the order shown to users.
const std::vector<Key> &schema();
/// The rows of [job], [model], [[collective]], [[traffic]], [failures] and [campaign] among them
/// (schema/schema_loads.cpp).
std::vector<Key> load_schema();
/// The rows of [optics], its population of links among them (schema/schema_optics.cpp).
std::vector<Key> optics_schema();
/// The rows of [optics.telemetry] and [optics.maintenance] (schema/schema_fleet.cpp).
std::vector<Key> fleet_schema();
/// The rows of how frames travel: buffers of [fabric.switch], [routing] and [transport] (schema/schema_transport.cpp).
std::vector<Key> transport_schema();

/// The rows of [[module]] (schema/schema_modules.cpp).
std::vector<Key> module_schema();

/// The key of a path as it stands in a file ("inject.0.at"); nullptr when unknown.
const Key *find_key(std::string_view path);

/// True when `path` is a table of the schema: "fabric", "fabric.switch", "inject.3".
bool is_schema_table(std::string_view path);

/// "inject.0.at" → "inject.*.at"; "job.data" → "job.*.data" (a single [job] is the first of [[job]]).
std::string schema_pattern(std::string_view path);

/// True for the tables that may be repeated: inject, module, job, collective, traffic.
bool is_array_table(std::string_view name);

/// The known key nearest to an unknown one, in the caller's spelling, or "" when none is near.
std::string nearest_key(std::string_view path);

/// "a whole number", "a rate such as \"800Gbps\"": for error messages.
std::string describe(KeyType type);

/// "1 … 4", or "" when the key has no range. Counts of more than five digits are printed as they are.
std::string describe_range(const Key &key);

/// The table printed by `check --schema`: one line per key.
std::string schema_listing();

} // namespace lightloom
