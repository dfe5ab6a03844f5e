// Look-ups over the table of keys (schema/schema_table.cpp) and its listing.

#include "scenarios/schema/schema.hpp"

#include "sim/core/error.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lightloom {

namespace {
std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts{""};
  for (const char c : path)
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

std::string join(const std::vector<std::string> &parts) {
  std::string path;
  for (const auto &part : parts)
    path += (path.empty() ? "" : ".") + part;
  return path;
}

bool is_index(const std::string &part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

const std::map<std::string, const Key *> &by_path() {
  static const std::map<std::string, const Key *> index = [] {
    std::map<std::string, const Key *> m;
    for (const auto &key : schema())
      m.emplace(key.path, &key);
    return m;
  }();
  return index;
}

const std::set<std::string> &tables() {
  static const std::set<std::string> all = [] {
    std::set<std::string> s;
    for (const auto &key : schema()) {
      auto parts = split(key.path);
      while (parts.size() > 1) {
        parts.pop_back();
        s.insert(join(parts));
      }
    }
    return s;
  }();
  return all;
}
} // namespace

bool is_array_table(std::string_view name) {
  return name == "inject" || name == "module" || name == "job" || name == "collective" || name == "traffic";
}

std::string schema_pattern(std::string_view path) {
  auto parts = split(path);
  if (is_array_table(parts[0])) {
    if (parts.size() > 1 && is_index(parts[1]))
      parts[1] = "*";
    else if (parts.size() > 1)
      parts.insert(parts.begin() + 1, "*");
  }
  return join(parts);
}

const Key *find_key(std::string_view path) {
  const auto found = by_path().find(schema_pattern(path));
  return found == by_path().end() ? nullptr : found->second;
}

bool is_schema_table(std::string_view path) { return tables().contains(schema_pattern(path)); }

std::string nearest_key(std::string_view path) {
  const auto pattern = schema_pattern(path);
  const auto dot = pattern.rfind('.');
  const std::string table = dot == std::string::npos ? "" : pattern.substr(0, dot + 1);
  const std::string name = pattern.substr(table.size());
  std::vector<std::string> siblings;
  std::vector<std::string> leaves;
  std::map<std::string, std::string> path_of_leaf;
  const auto offer = [&](const std::string &candidate) {
    if (candidate.starts_with(table) && candidate.find('.', table.size()) == std::string::npos)
      siblings.push_back(candidate.substr(table.size()));
    const auto leaf = candidate.substr(candidate.rfind('.') + 1);
    leaves.push_back(leaf);
    path_of_leaf.emplace(leaf, candidate);
  };
  for (const auto &key : schema())
    offer(key.path);
  for (const auto &t : tables())
    offer(t);
  const std::string prefix(path.substr(0, path.rfind('.') == std::string_view::npos ? 0 : path.rfind('.') + 1));
  if (const auto near = nearest_word(name, siblings); !near.empty())
    return prefix + near;
  // A key in the wrong table, or in a wrong table: the same or nearly the same name anywhere.
  if (const auto near = nearest_word(name, leaves); !near.empty() && near != "*")
    return path_of_leaf.at(near);
  return "";
}

std::string describe(KeyType type) {
  switch (type) {
  case KeyType::text:
    return "a string";
  case KeyType::choice:
    return "one of a few words";
  case KeyType::flag:
    return "true or false";
  case KeyType::count:
    return "a whole number";
  case KeyType::ratio:
    return "a number";
  case KeyType::duration:
    return "a time with its unit, such as \"500ns\"";
  case KeyType::bit_rate:
    return "a rate with its unit, such as \"800Gbps\"";
  case KeyType::bytes:
    return "a size with its unit, such as \"4KiB\"";
  case KeyType::bytes_or_count:
    return "a size such as \"4KiB\", or a count of bytes";
  case KeyType::metres:
    return "a length with its unit, such as \"20m\"";
  case KeyType::celsius:
    return "a temperature with its unit, such as \"45C\"";
  case KeyType::decibel:
    return "a loss or gain with its unit, such as \"1.5dB\"";
  case KeyType::long_time:
    return "a long time with its unit, such as \"2y\"";
  case KeyType::dBm:
    return "an optical power with its unit, such as \"-2.2dBm\"";
  case KeyType::watts:
    return "a power with its unit, such as \"15W\"";
  }
  return "";
}

namespace {
const char *short_name(KeyType type) {
  switch (type) {
  case KeyType::text:
    return "string";
  case KeyType::choice:
    return "choice";
  case KeyType::flag:
    return "bool";
  case KeyType::count:
    return "count";
  case KeyType::ratio:
    return "ratio";
  case KeyType::duration:
    return "time";
  case KeyType::bit_rate:
    return "rate";
  case KeyType::bytes:
    return "size";
  case KeyType::bytes_or_count:
    return "size";
  case KeyType::metres:
    return "length";
  case KeyType::celsius:
    return "temp.";
  case KeyType::decibel:
    return "dB";
  case KeyType::long_time:
    return "time";
  case KeyType::dBm:
    return "dBm";
  case KeyType::watts:
    return "power";
  }
  return "";
}

std::string number(double value) {
  return value == static_cast<double>(static_cast<std::int64_t>(value)) && value < 9e15
             ? fmt::format("{}", static_cast<std::int64_t>(value))
             : fmt::format("{:g}", value);
}

/// The unit in which `low` and `high` of a key are given.
const char *range_unit(KeyType type) {
  switch (type) {
  case KeyType::duration:
  case KeyType::long_time:
    return " s";
  case KeyType::decibel:
    return " dB";
  case KeyType::bit_rate:
    return " bit/s";
  case KeyType::bytes:
  case KeyType::bytes_or_count:
    return " B";
  case KeyType::metres:
    return " m";
  case KeyType::celsius:
    return " C";
  case KeyType::dBm:
    return " dBm";
  case KeyType::watts:
    return " W";
  default:
    return "";
  }
}
} // namespace

std::string describe_range(const Key &key) {
  if (key.low == 0 && key.high == 0)
    return "";
  return number(key.low) + " … " + number(key.high) + range_unit(key.type);
}

std::string schema_listing() {
  std::string text =
      fmt::format("{:<38} {:<7} {:<20} {:<26} {}\n", "key", "type", "default", "range", "meaning [source]");
  for (const auto &key : schema()) {
    std::string range = describe_range(key);
    if (!key.choices.empty())
      range = fmt::format("{}", fmt::join(key.choices, " | "));
    if (!key.only.empty())
      range = "only " + key.only;
    auto words = key.words;
    if (key.auto_allowed)
      words.emplace_back("auto");
    for (const auto &word : words)
      range += (range.empty() ? "or \"" : " or \"") + word + "\"";
    if (key.not_yet)
      range = "not in this version";
    std::string meaning = key.description + (key.source.empty() ? "" : " [" + key.source + "]");
    if (!key.later.empty())
      meaning += fmt::format(" (not in this version: {})", fmt::join(key.later, ", "));
    text += fmt::format("{:<38} {:<7} {:<20} {:<26} {}\n", key.path, short_name(key.type),
                        key.fallback.empty() ? "-" : key.fallback, range.empty() ? "-" : range, meaning);
  }
  return text;
}

} // namespace lightloom
