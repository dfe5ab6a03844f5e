#include "scenarios/schema/toml_document.hpp"

#include "scenarios/schema/schema.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace lightloom {

namespace {
/// More than this in one file is not a scenario.
constexpr std::size_t max_file_bytes = 16u << 20;
/// Tables of one [[array]] that --set may create by index; enough for any hand-written run.
constexpr std::size_t max_set_index = 4096;

SourceLocation located(const toml::source_region &region, const std::string &file) {
  return {file, region.begin.line, region.begin.column};
}

/// `link_rate = 400Gbps` → what to write instead; "" when the line's value is not a bare word.
std::string advice_on_quotes(const std::string &text, std::size_t line) {
  std::istringstream lines(text);
  std::string content;
  for (std::size_t i = 0; i < line; ++i)
    std::getline(lines, content);
  const auto trimmed = [](const std::string &s) {
    const auto first = s.find_first_not_of(" \t\r");
    return first == std::string::npos ? std::string() : s.substr(first, s.find_last_not_of(" \t\r") + 1 - first);
  };
  const auto equals = content.find('=');
  if (equals == std::string::npos)
    return "";
  const auto key = trimmed(content.substr(0, equals));
  const auto value = trimmed(content.substr(equals + 1, content.find('#', equals) - equals - 1));
  const auto has_letter = [](const std::string &s) {
    return std::any_of(s.begin(), s.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  };
  if (value.size() > 60 || !has_letter(value) || value.find_first_of("\"'[]{}") != std::string::npos)
    return "";
  return "Text and quantities need quotes: " + key + " = \"" + value + "\".";
}

toml::table parse_toml(const std::string &text, const std::string &file) {
  try {
    return toml::parse(text, file);
  } catch (const toml::parse_error &e) {
    throw Error(Problem{located(e.source(), file), "not valid TOML", std::string(e.description()),
                        advice_on_quotes(text, e.source().begin.line)});
  }
}

/// Where a value set on the command line comes from.
using Overrides = std::map<std::string, SourceLocation>;

std::vector<std::string> split_path(const std::string &path) {
  std::vector<std::string> parts{""};
  for (const char c : path)
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

/// Steps into `parent[part]`, making a table (or an array of tables before an index) where there is none.
toml::node &descend(toml::node &parent, const std::string &part, bool index_next, const SourceLocation &where) {
  if (auto *array = parent.as_array()) {
    const bool digits =
        !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    const std::size_t index = digits && part.size() < 7 ? std::stoul(part) : max_set_index;
    if (!digits || index > array->size() || index >= max_set_index)
      throw Error(Problem{where, "no entry \"" + part + "\"",
                          fmt::format("there are {} entries, counted from 0", array->size()),
                          fmt::format("Use an index of 0 to {}; the last one adds an entry.", array->size())});
    if (index == array->size())
      array->push_back(toml::table{});
    return (*array)[index];
  }
  auto *table = parent.as_table();
  if (table == nullptr)
    throw Error(Problem{where, "\"" + part + "\" cannot be set", "what is before it is a value, not a table", ""});
  if (!table->contains(part)) {
    if (index_next)
      table->insert(part, toml::array{});
    else
      table->insert(part, toml::table{});
  }
  return *table->get(part);
}

/// A value as TOML reads it; a string when it is not TOML ("800Gbps" without quotes).
toml::table parse_setting_value(const std::string &value) {
  try {
    return toml::parse("v = " + value);
  } catch (const toml::parse_error &) {
    toml::table t;
    t.insert("v", value);
    return t;
  }
}

void apply_setting(toml::table &root, const Setting &setting, Overrides &overrides) {
  const auto &[path, value_text, where] = setting;
  if (path.empty())
    throw Error(
        Problem{where, "not key=value", "--set takes a scenario key, = and a value", "Try --set fabric.radix=64."});
  const auto value = parse_setting_value(value_text);
  auto parts = split_path(path);
  if (std::any_of(parts.begin(), parts.end(), [](const std::string &p) { return p.empty(); }))
    throw Error(Problem{where, "\"" + path + "\" is not a key", "a part between dots is empty", ""});
  // [job] may be one table or an array; `job.data` means the first of an array, `job.0.data` the one table.
  if (is_array_table(parts[0]) && parts.size() > 1) {
    const bool indexed =
        std::all_of(parts[1].begin(), parts[1].end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    const auto *node = root.get(parts[0]);
    if (node != nullptr && node->is_array() && !indexed)
      parts.insert(parts.begin() + 1, "0");
    if (node != nullptr && node->is_table() && indexed && parts[1] == "0")
      parts.erase(parts.begin() + 1);
  }
  toml::node *at = &root;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const bool index_next =
        std::all_of(parts[i + 1].begin(), parts[i + 1].end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    at = &descend(*at, parts[i], index_next, where);
  }
  auto *table = at->as_table();
  if (table == nullptr)
    throw Error(Problem{where, "\"" + path + "\" cannot be set", "what is before the last dot is not a table", ""});
  // One table may have been an array index; name it as the flattened document does.
  std::string flat;
  for (const auto &part : parts)
    flat += (flat.empty() ? "" : ".") + part;
  const auto *node = value.get("v");
  node->visit([&](const auto &concrete) { table->insert_or_assign(parts.back(), concrete); });
  overrides[flat] = where;
}

class Flattener {
public:
  Flattener(const std::string &file, const Overrides &overrides, TomlDocument &out)
      : file_(file), overrides_(overrides), out_(out) {}

  void table(const toml::table &t, const std::string &path) {
    for (const auto &[key, node] : t) {
      const std::string name = path.empty() ? std::string(key.str()) : path + "." + std::string(key.str());
      SourceLocation where = located(key.source(), file_);
      entry(node, name, place(name, where));
    }
  }

private:
  /// The place of a value: on the command line when it or a table around it was set there.
  SourceLocation place(const std::string &path, const SourceLocation &in_file) const {
    for (std::string p = path;;) {
      if (const auto found = overrides_.find(p); found != overrides_.end())
        return found->second;
      const auto dot = p.rfind('.');
      if (dot == std::string::npos)
        return in_file;
      p.resize(dot);
    }
  }

  void entry(const toml::node &node, const std::string &path, const SourceLocation &where) {
    if (const auto *t = node.as_table()) {
      // A single [job] is the first of [[job]].
      const std::string name = is_array_table(path) ? path + ".0" : path;
      out_.tables.emplace(name, where);
      table(*t, name);
    } else if (const auto *a = node.as_array();
               a != nullptr && is_array_table(path) && !a->empty() && a->is_array_of_tables()) {
      for (std::size_t i = 0; i < a->size(); ++i) {
        const std::string name = path + "." + std::to_string(i);
        out_.tables.emplace(name, place(name, located((*a)[i].source(), file_)));
        table(*(*a)[i].as_table(), name);
      }
    } else {
      value(node, path, where);
    }
  }

  void value(const toml::node &node, const std::string &path, const SourceLocation &where) {
    TomlValue v;
    v.where = where;
    if (const auto *s = node.as_string()) {
      v.kind = TomlValue::Kind::text;
      v.text = s->get();
    } else if (const auto *i = node.as_integer()) {
      v.kind = TomlValue::Kind::whole;
      v.whole = i->get();
      v.real = static_cast<double>(v.whole);
      v.text = fmt::format("{}", v.whole);
    } else if (const auto *f = node.as_floating_point()) {
      v.kind = TomlValue::Kind::real;
      v.real = f->get();
      v.text = fmt::format("{}", v.real);
    } else if (const auto *b = node.as_boolean()) {
      v.kind = TomlValue::Kind::flag;
      v.flag = b->get();
      v.text = v.flag ? "true" : "false";
    } else {
      v.kind = node.is_array() ? TomlValue::Kind::array : TomlValue::Kind::other;
      v.text = node.is_array() ? "an array" : "a date or time";
    }
    out_.values.emplace(path, std::move(v));
  }

  const std::string &file_;
  const Overrides &overrides_;
  TomlDocument &out_;
};
} // namespace

Setting command_line_setting(const std::string &text) {
  const SourceLocation where{"--set " + text, 0, 0};
  const auto equals = text.find('=');
  if (equals == std::string::npos)
    return {"", "", where};
  return {text.substr(0, equals), text.substr(equals + 1), where};
}

TomlDocument parse_toml_text(const std::string &text, const std::string &file, const std::vector<Setting> &settings) {
  toml::table root = parse_toml(text, file);
  Overrides overrides;
  std::vector<Problem> problems;
  for (const auto &setting : settings)
    try {
      apply_setting(root, setting, overrides);
    } catch (const Error &e) { problems.insert(problems.end(), e.problems().begin(), e.problems().end()); }
  if (!problems.empty())
    throw Error(std::move(problems));
  // A single [job] flattens as job.0; its overrides too.
  Overrides named;
  for (const auto &[path, where] : overrides) {
    const auto dot = path.find('.');
    const std::string head = path.substr(0, dot);
    const bool single =
        dot != std::string::npos && is_array_table(head) && root.get(head) != nullptr && root.get(head)->is_table();
    named.emplace(single ? head + ".0" + path.substr(dot) : path, where);
  }
  TomlDocument document;
  Flattener(file, named, document).table(root, "");
  if (settings.empty()) {
    document.text = text;
  } else {
    std::ostringstream out;
    out << root << "\n";
    document.text = out.str();
  }
  return document;
}

TomlDocument read_toml(const std::string &file, const std::vector<Setting> &settings) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(Problem{{file, 0, 0}, "cannot be read", std::strerror(errno), ""}, ExitCode::system);
  std::string text(max_file_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.gcount() == 0 && !in.eof()))
    throw Error(Problem{{file, 0, 0}, "cannot be read", "is it a file?", ""}, ExitCode::system);
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.starts_with("\x89HDF"))
    throw Error(Problem{
        {file, 0, 0}, "not a scenario", "it is an HDF5 file, perhaps of results", "Use it with compare or info."});
  if (text.size() > max_file_bytes)
    throw Error(Problem{{file, 0, 0}, "too large for a scenario", "more than 16 MiB", ""});
  return parse_toml_text(text, file, settings);
}

} // namespace lightloom
