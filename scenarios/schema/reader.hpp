#pragma once
// Keys by path from a document whose values are checked one by one, and the functions that fill a Scenario from them,
// a table each.

#include "scenarios/scenario.hpp"
#include "scenarios/schema/extension_names.hpp"
#include "scenarios/schema/key_checks.hpp"
#include "sim/core/contract.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// Reads keys by path: the user's value when it is there and right, else the default of the schema.
class Reader {
public:
  Reader(const TomlDocument &document, const Extensions &extensions, std::vector<Problem> &problems)
      : document_(document) {
    for (const auto &[path, value] : document.values)
      if (const Key *key = find_key(path); key != nullptr)
        if (auto checked = check_value(with_names(*key, extensions), path, value, problems))
          values_.emplace(path, std::move(*checked));
  }

  /// Whether the file has this key, right or wrong.
  bool has_key(const std::string &path) const { return document_.values.contains(path); }
  SourceLocation table(const std::string &path) const { return document_.tables.at(path); }
  bool has_table(const std::string &path) const { return document_.tables.contains(path); }

  /// The user's value, or nothing.
  const CheckedValue *given(const std::string &path) const {
    EXPECTS(find_key(path) != nullptr);
    const auto found = values_.find(path);
    return found == values_.end() ? nullptr : &found->second;
  }

  /// The user's value or the schema's default, which must then be a plain value.
  CheckedValue value(const std::string &path) const {
    if (const auto *v = given(path))
      return *v;
    const Key *key = find_key(path);
    return default_value(*key, key->fallback);
  }

  std::string text(const std::string &path) const { return value(path).text; }
  std::uint32_t count(const std::string &path) const { return static_cast<std::uint32_t>(value(path).whole); }
  bool flag(const std::string &path) const { return value(path).flag; }
  bool flag_or(const std::string &path, bool otherwise) const {
    const auto *v = given(path);
    return v != nullptr ? v->flag : otherwise;
  }
  std::uint32_t count_or(const std::string &path, std::uint32_t otherwise) const {
    const auto *v = given(path);
    return v != nullptr && !v->is_auto ? static_cast<std::uint32_t>(v->whole) : otherwise;
  }
  double real(const std::string &path) const { return value(path).real; }
  Duration duration(const std::string &path) const { return Duration(value(path).whole); }
  BitRate rate(const std::string &path) const { return BitRate(value(path).whole); }
  Bytes bytes(const std::string &path) const { return Bytes(value(path).whole); }
  template <class T> std::optional<T> optional_whole(const std::string &path) const {
    const auto *v = given(path);
    return v != nullptr && !v->is_auto ? std::optional<T>(T(v->whole)) : std::nullopt;
  }
  std::optional<double> optional_real(const std::string &path) const {
    const auto *v = given(path);
    return v != nullptr ? std::optional<double>(v->real) : std::nullopt;
  }

private:
  const TomlDocument &document_;
  std::map<std::string, CheckedValue> values_;
};

// schema/read_hardware.cpp
void read_cluster(const Reader &r, Scenario &s, std::vector<Problem> &problems);
void read_fabric(const Reader &r, Scenario &s);
void read_optics(const Reader &r, Scenario &s);
// schema/read_modules.cpp; before read_optics
void read_modules(const Reader &r, Scenario &s, std::vector<Problem> &problems);
void read_injections(const Reader &r, Scenario &s);
// schema/read_fleet.cpp
void read_fleet(const Reader &r, Scenario &s);
// schema/read_transport.cpp; [fabric.switch] and [fabric.nic] hold what depends on the transport too
void read_routing_and_transport(const Reader &r, Scenario &s);
// schema/read_loads.cpp
void read_job(const Reader &r, Scenario &s, std::vector<Problem> &problems);
void read_loads(const Reader &r, Scenario &s);

} // namespace lightloom
